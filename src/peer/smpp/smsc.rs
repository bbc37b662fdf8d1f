//! Carriers: what an SMSC's PDUs mean to us.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::exchange::{Exchange, Redial};
use super::greeting::other_than_smpp;
use super::link::{Far, Link};
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::queue::Queued;
use crate::message::carrier_id::NormalId;
use crate::message::event::Doubt;
use crate::pipeline::effect::LinkId;
use crate::pipeline::settings::{BindMode, CarrierConfig, SmppSettings};
use crate::pipeline::submits::CarrierMessageId;
use crate::telemetry::carrier::{Direction as PduDirection, RebindCause};
use crate::wire::smpp::event::{CloseReason, Event};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{self, Bind, Pdu};
use crate::wire::smpp::session::{SessionConfig, Timers};
use crate::wire::smpp::status::CommandStatus;

/// A carrier that refuses our name or password locks accounts that keep trying.
const REFUSED_PAUSE: Duration = Duration::from_secs(60);

/// An old session of ours still lives there: wait past its timers.
const ALREADY_BOUND_PAUSE: Duration = Duration::from_secs(10);

/// How a session with this carrier behaves.
pub(super) fn session_config(settings: &SmppSettings, carrier: &CarrierConfig) -> SessionConfig {
    SessionConfig {
        timers: Timers {
            session_init: settings.session_init_timeout,
            enquire_link: carrier.enquire_link,
            response: carrier.response_timeout,
            ..Timers::default()
        },
        pdu_bytes_max: settings.pdu_bytes_max,
        limits: Limits::LENIENT,
        window: carrier.window as usize,
        ..SessionConfig::default()
    }
}

/// The bind request for bind number `bind`: transmitters come first, then receivers.
pub(super) fn bind_request(carrier: &CarrierConfig, bind: u16) -> Bind<'_> {
    let mode = match carrier.bind_mode {
        _ if u32::from(bind) >= carrier.binds => pdu::BindMode::Receiver,
        BindMode::Transmitter => pdu::BindMode::Transmitter,
        BindMode::Receiver => pdu::BindMode::Receiver,
        BindMode::Transceiver => pdu::BindMode::Transceiver,
    };
    Bind {
        mode,
        system_id: carrier.system_id.as_bytes(),
        password: carrier.password.reveal(),
        system_type: carrier.system_type.as_bytes(),
        interface_version: carrier.profile.version.interface_version(),
        ..Bind::default()
    }
}

/// Whether a bind submits.
fn submits(carrier: &CarrierConfig, bind: u16) -> bool {
    u32::from(bind) < carrier.binds && carrier.bind_mode != BindMode::Receiver
}

impl Exchange {
    pub(super) fn receive_smsc(&mut self, now: Timestamp, id: LinkId, input: &[u8]) -> usize {
        let mut rest = input;
        let mut unforeseen = rest.len();
        loop {
            if rest.len() <= unforeseen {
                unforeseen = self.foresee(id, rest);
            }
            let Some(Link { side: Far::Smsc(smsc), out, .. }) = self.link(id) else { break };
            let Some(event) = smsc.session.receive(now, &mut rest, out) else { break };
            let (carrier, bind) = (smsc.carrier, smsc.bind);
            // Nearly all of them: not moved once more.
            match event {
                Event::Response { token, sent_at, header, ref pdu } => {
                    let answer = Answer { header, pdu, sent_at };
                    self.answer(now, id, carrier, token, &answer);
                }
                Event::Request { header, ref pdu } => {
                    self.count_pdu(carrier, PduDirection::In, header);
                    self.smsc_request(now, id, carrier, header, pdu);
                }
                event => self.smsc_event(now, id, (carrier, bind), event),
            }
        }
        if let Some(Link { side: Far::Smsc(smsc), .. }) = self.link(id) {
            let carrier = smsc.carrier;
            if let Some(shared) = self.shared().carrier(carrier) {
                shared.last_received_at.store(now.0, Ordering::Relaxed);
            }
        }
        input.len() - rest.len()
    }

    pub(super) fn time_out_smsc(&mut self, now: Timestamp, id: LinkId) {
        while let Some(Link { side: Far::Smsc(smsc), out, .. }) = self.link(id) {
            let Some(event) = smsc.session.timeout(now, out) else { break };
            let (carrier, bind) = (smsc.carrier, smsc.bind);
            self.smsc_event(now, id, (carrier, bind), event);
        }
    }

    fn smsc_event(
        &mut self,
        now: Timestamp,
        id: LinkId,
        (carrier, bind): (CarrierId, u16),
        event: Event<'_, Queued>,
    ) {
        match event {
            Event::Late { token, header, pdu } => {
                if let (CommandStatus::ESME_ROK, Some(written)) =
                    (header.command_status, id_in(&pdu))
                {
                    let normal = NormalId::new(written);
                    let id = CarrierMessageId { written, canonical: normal.as_octets() };
                    self.engine.sent(now, carrier, None, &token, &id);
                }
            }
            Event::Expired { token, .. } => {
                self.engine.in_doubt(now, carrier, id, token, Doubt::ResponseTimeout);
            }
            Event::Bound { .. } => self.bound(id, carrier, bind),
            Event::BindRefused { status } => {
                let text = format!("carrier refuses our bind: {status}");
                self.fault(now, id, status, &text);
                let pause = match status {
                    CommandStatus::ESME_RINVPASWD | CommandStatus::ESME_RINVSYSID => REFUSED_PAUSE,
                    CommandStatus::ESME_RALYBND => ALREADY_BOUND_PAUSE,
                    _ => Duration::ZERO,
                };
                let cause = RebindCause::Refused;
                self.close(now, id, Redial { after: pause, cause });
            }
            Event::Malformed { header, .. } => {
                let text = format!("malformed {} from a carrier", header.command_id);
                self.fault(now, id, header.command_status, &text);
            }
            Event::Close(reason) => {
                if !matches!(reason, CloseReason::Unbound) {
                    let text = self.smsc_over(id, reason);
                    self.fault(now, id, CommandStatus::ESME_ROK, &text);
                }
                let cause = match reason {
                    CloseReason::PeerUnbound | CloseReason::Unbound => RebindCause::Unbind,
                    CloseReason::BadLength { .. } => RebindCause::Protocol,
                    _ => RebindCause::Timeout,
                };
                self.close(now, id, Redial::at_once(cause));
            }
            Event::Unbind => self.ends(id),
            Event::Outbind { outbind, .. } => self.outbind_asked(now, id, carrier, &outbind),
            // What a receiver has from its session and does by itself.
            Event::Response { .. } | Event::Request { .. } => {}
            Event::Unmatched { .. } | Event::Bind { .. } => {}
        }
    }

    /// What ended a session with a carrier.
    fn smsc_over(&mut self, id: LinkId, reason: CloseReason) -> String {
        let name = self.link_name(id);
        match reason {
            CloseReason::BadLength { command_length } => match other_than_smpp(command_length) {
                Some(other) => format!("{name} speaks {other}; see its `tls`: closed"),
                None => format!("{name} sends command_length {command_length}: closed"),
            },
            CloseReason::SessionInit => format!("{name} sends no outbind in time: closed"),
            reason => format!("{name} is over: {reason:?}"),
        }
    }

    /// Shows how many binds of each type a carrier has.
    pub(super) fn show_binds(&self, carrier: CarrierId) {
        let Some(shared) = self.engine.shared().carrier(carrier) else { return };
        let CarrierConfig { binds, receivers, .. } = shared.config;
        let mut up = [0; 3];
        let mut configured = [0; 3];
        for bind in 0..binds + receivers {
            configured[bind_request(&shared.config, bind as u16).mode as usize] += 1;
        }
        for (_, link) in &self.links {
            if let Far::Smsc(smsc) = &link.side
                && smsc.bound
                && smsc.carrier == carrier
            {
                up[bind_request(&shared.config, smsc.bind).mode as usize] += 1;
            }
        }
        for (mode, (up, configured)) in up.into_iter().zip(configured).enumerate() {
            shared.metrics.binds(mode, up, configured);
        }
    }

    /// Counts a PDU of a carrier.
    pub(super) fn count_pdu(&self, carrier: CarrierId, direction: PduDirection, header: Header) {
        if let Some(shared) = self.engine.shared().carrier(carrier) {
            let Header { command_id, command_status, .. } = header;
            shared.metrics.pdus.count(direction, command_id.0, command_status.0, 1);
        }
    }

    fn bound(&mut self, id: LinkId, carrier: CarrierId, bind: u16) {
        if let Some(Link { side: Far::Smsc(smsc), .. }) = self.link(id) {
            smsc.bound = true;
        }
        self.dialled(carrier, bind);
        self.show_binds(carrier);
        let shared = self.shared().clone();
        let Some(shared) = shared.carrier(carrier) else { return };
        tracing::info!(carrier = shared.config.name, bind, "bound to carrier");
        let window = submits(&shared.config, bind).then_some(shared.config.window as usize);
        self.engine.carrier_up(carrier, id, bind, window);
    }

    /// A submit was answered.
    fn answer(
        &mut self,
        now: Timestamp,
        id: LinkId,
        carrier: CarrierId,
        queued: Queued,
        answer: &Answer<'_>,
    ) {
        let Answer { header, pdu, sent_at } = *answer;
        self.count_pdu(carrier, PduDirection::In, header);
        if let Some(state) = congestion_in(pdu) {
            self.engine.congestion(now, carrier, sent_at, state);
        }
        let refused = matches!(pdu, Pdu::GenericNack(_)) || !header.command_status.is_ok();
        if refused {
            let status = match header.command_status.0 {
                // A nack that gives no reason.
                0 => CommandStatus::ESME_RSYSERR.0,
                status => status,
            };
            self.engine.refused(now, carrier, (id, sent_at), queued, status);
            return;
        }
        let written = id_in(pdu).unwrap_or_default();
        let normal = NormalId::new(written);
        let message_id = CarrierMessageId { written, canonical: normal.as_octets() };
        self.engine.sent(now, carrier, Some((id, sent_at)), &queued, &message_id);
    }
}

/// The answer to a submit.
struct Answer<'a> {
    header: Header,
    pdu: &'a Pdu<'a>,
    sent_at: Timestamp,
}

/// `congestion_state` of an answer (SMPP v5.0 §4.8.4.18).
fn congestion_in(pdu: &Pdu<'_>) -> Option<u32> {
    match pdu {
        Pdu::SubmitSmResp(resp) => resp.tlvs.congestion_state(),
        Pdu::DataSmResp(resp) => resp.tlvs.congestion_state(),
        _ => None,
    }
}

/// The `message_id` of an answer to a submit.
fn id_in<'a>(pdu: &Pdu<'a>) -> Option<&'a [u8]> {
    match pdu {
        Pdu::SubmitSmResp(resp) => resp.message_id,
        Pdu::DataSmResp(resp) => resp.message_id,
        _ => None,
    }
}
