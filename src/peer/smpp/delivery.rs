//! What a carrier brings: receipts, messages from handsets, alerts.
//!
//! The carrier's profile says what is a receipt, what its states and ids mean, and which of its
//! parameters go on.

use super::exchange::{Exchange, place};
use super::link::{Far, Link, SmscLink};
use super::translate::{err_of, message_of_data_sm, message_of_sm};
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::carrier::profile::Profile;
use crate::message::address::Masked;
use crate::message::record::{Direction, Message};
use crate::pipeline::effect::LinkId;
use crate::pipeline::engine::Engine;
use crate::pipeline::receipts::ReceiptIn;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{AlertNotification, Pdu};
use crate::wire::smpp::receipt::{Receipt, ReceiptKind};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::{TlvBuf, Tlvs};
use crate::wire::smpp::tlv_table::Tag;

/// `data_coding` of UCS-2 (SMPP v3.4 §5.2.19).
const UCS2: u8 = 8;

/// Where something came from.
#[derive(Clone, Copy)]
struct Came {
    carrier: CarrierId,
    link: LinkId,
    sequence: u32,
    /// Whether it came as a data_sm.
    data: bool,
}

/// A deliver_sm or data_sm of a carrier.
struct Brought<'a> {
    message: Message<'a>,
    text: &'a [u8],
    tlvs: Tlvs<'a>,
}

impl Exchange {
    /// A request of a carrier.
    pub(super) fn smsc_request(
        &mut self,
        now: Timestamp,
        link: LinkId,
        carrier: CarrierId,
        header: Header,
        pdu: &Pdu<'_>,
    ) {
        let sequence = header.sequence_number;
        let mut room = std::mem::take(&mut self.room.tlvs);
        match pdu {
            Pdu::DeliverSm(sm) => {
                let message = message_of_sm(sm, Direction::Inbound, &mut room);
                let brought = Brought { message, text: sm.header_and_text().1, tlvs: sm.tlvs };
                self.brought(now, Came { carrier, link, sequence, data: false }, &brought);
            }
            Pdu::DataSm(data_sm) => {
                let message = message_of_data_sm(data_sm, Direction::Inbound, &mut room);
                let brought = Brought { message, text: message.body, tlvs: data_sm.tlvs };
                self.brought(now, Came { carrier, link, sequence, data: true }, &brought);
            }
            // It has no response (§4.12).
            Pdu::AlertNotification(alert) => self.alerted(carrier, alert),
            _ => {
                if let Some(Link { side: Far::Smsc(smsc), out, .. }) = self.link(link) {
                    let status = CommandStatus::ESME_RINVCMDID;
                    smsc.session.refuse(header.command_id, sequence, status, out);
                }
            }
        }
        self.room.tlvs = room;
    }

    fn brought(&mut self, now: Timestamp, came: Came, brought: &Brought<'_>) {
        let Self { links, engine, room, .. } = self;
        let link = links.get(place(came.link)).filter(|link| link.id == came.link);
        let Some(Link { side: Far::Smsc(SmscLink { profile, .. }), .. }) = link else { return };
        let kind = ReceiptKind::of(brought.message.esm_class);
        if kind.is_some() || (profile.receipts_as_texts && brought.message.esm_class & 0x3C == 0) {
            let ucs2 = profile.receipts_in_ucs2;
            let data_coding = if ucs2 { UCS2 } else { brought.message.data_coding };
            let receipt = Receipt::of(brought.text, data_coding, &brought.tlvs, &mut room.text);
            if kind.is_some() || reads_as_a_receipt(&receipt, profile) {
                let intermediate = kind == Some(ReceiptKind::Intermediate);
                pass_receipt(engine, now, came, profile, intermediate, (brought, &receipt));
                return;
            }
        }
        let mut room = TlvBuf::default();
        let tlvs = Tlvs::new(brought.message.tlvs).unwrap_or_default();
        let tlvs = profile.tlvs.filter(tlvs, &mut room).as_octets();
        let Came { carrier, link, sequence, data } = came;
        let message = Message { tlvs, ..brought.message };
        engine.inbound(carrier, (link, sequence, data), &message);
    }

    /// A subscriber who was away is there again (§4.12): kept for whoever asked to be told.
    fn alerted(&mut self, carrier: CarrierId, alert: &AlertNotification<'_>) {
        let shared = self.shared().clone();
        let Some(shared) = shared.carrier(carrier) else { return };
        let name = shared.config.name.as_str();
        let availability = match alert.tlvs.integer(Tag::MS_AVAILABILITY_STATUS) {
            Some(1) => "denied",
            Some(2) => "unavailable",
            _ => "available",
        };
        tracing::info!(carrier = name, subscriber = %Masked(alert.source_addr), availability, "alert");
        let subscriber = String::from_utf8_lossy(alert.source_addr);
        let esme = String::from_utf8_lossy(alert.esme_addr);
        let text = format!("alert_notification: {subscriber} is {availability}, for {esme}");
        self.engine.notice(name.as_bytes(), 0, 1, &text);
    }
}

/// Reads a receipt by its carrier's profile, and gives it to the engine.
fn pass_receipt(
    engine: &mut Engine,
    now: Timestamp,
    came: Came,
    profile: &Profile,
    intermediate: bool,
    (brought, receipt): (&Brought<'_>, &Receipt<'_>),
) {
    let mut err_room = [0; 5];
    let state = profile.states.of(receipt).map_or(0, |state| state as u8);
    let carrier_message_id = receipt.id.unwrap_or_default();
    // A carrier that writes the same in both writes its receipts' form in both.
    let parameter = receipt.receipted_message_id.is_some_and(|id| receipt.text.id != Some(id));
    let done_date = receipt.text.done_date;
    let failure = brought.tlvs.integer(Tag::DELIVERY_FAILURE_REASON);
    let form = profile.message_id;
    engine.receipt(
        now,
        came.carrier,
        &ReceiptIn {
            link: came.link,
            sequence: came.sequence,
            data: came.data,
            // An intermediate notification never ends a message, whatever it says.
            message_state: if intermediate { 1 } else { state },
            carrier_message_id,
            err: err_of(receipt, failure, &mut err_room),
            raw: receipt.raw,
            source: brought.message.source,
            destination: brought.message.destination,
            done_at: done_date.and_then(|date| profile.receipt_zone.moment(date, now)),
        },
        form.first(carrier_message_id, parameter).as_octets(),
        || {
            let forms = form.all(carrier_message_id, parameter);
            forms.map(|form| form.as_octets().to_vec()).collect()
        },
    );
}

/// Whether a text that no `esm_class` announces says all that makes a receipt: whose, and what.
fn reads_as_a_receipt(receipt: &Receipt<'_>, profile: &Profile) -> bool {
    receipt.text.id.is_some() && receipt.text.stat.is_some() && profile.states.of(receipt).is_some()
}
