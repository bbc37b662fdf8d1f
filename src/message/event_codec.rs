//! The octets of events in the log.
//!
//! Layout, little-endian: `kind u8, ord u64`, then the fields of the kind in the order of its
//! variant. A kind once given is never given to another.
//! **Invariant**: decoding what was encoded gives the same event, and never panics on anything else.

use super::address::Address;
use super::callback::{CallbackFormat, CallbackMethod, CallbackRef, CallbackWants};
use super::condition::Condition;
use super::consent::{Consent, ConsentBy};
use super::event::{By, Doubt, Event, NewAddress, Report, What};
use super::octets::{Reader, put_long, put_short};
use super::reason::Reason;
use super::record::Message;
use super::ruling::Ruling;
use super::unjoined::Unjoined;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};

mod kind {
    pub(super) const SENDING: u8 = 2;
    pub(super) const SENT: u8 = 3;
    pub(super) const REFUSED: u8 = 4;
    pub(super) const IN_DOUBT: u8 = 5;
    pub(super) const RECEIPT: u8 = 6;
    pub(super) const ENDED: u8 = 7;
    pub(super) const ANSWERED: u8 = 8;
    pub(super) const ORPHAN: u8 = 9;
    pub(super) const NOTICE: u8 = 10;
    pub(super) const FOLDED: u8 = 11;
    /// [`REFUSED`] with a ruling behind it.
    pub(super) const REFUSED_AS: u8 = 12;
    pub(super) const REROUTED: u8 = 13;
    pub(super) const CANCELLED: u8 = 14;
    pub(super) const REPLACED: u8 = 15;
    pub(super) const READDRESSED: u8 = 16;
    pub(super) const REWRITTEN: u8 = 17;
    pub(super) const ROUTED: u8 = 20;
    pub(super) const JOINED: u8 = 21;
    pub(super) const UNJOINED: u8 = 22;
    pub(super) const DOUBLES: u8 = 23;
    pub(super) const KEYED: u8 = 30;
    pub(super) const CALLBACK: u8 = 40;
    pub(super) const CARRIER: u8 = 31;
    pub(super) const CONSENT: u8 = 32;
    pub(super) const ERASED: u8 = 50;
}

/// Layout of a callback: `version, format, method, wants, url long, context long`.
const CALLBACK_VERSION: u8 = 1;

// The first octet tells a message's octets from those of the event that replaces it.
const _: () = assert!(kind::REPLACED > super::record::VERSION);

/// The message in the octets of a record, whether it is that of the message or of an event that
/// replaces it.
pub fn contents(octets: &[u8]) -> &[u8] {
    if octets.first() != Some(&kind::REPLACED) {
        return octets;
    }
    match Event::decode(octets).map(|event| event.what) {
        Some(What::Replaced { message, .. }) => message,
        _ => &[],
    }
}

impl<'a> Event<'a> {
    /// Appends the event's octets.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self.what {
            What::Sending { carrier, bind, attempt } => {
                self.head(out, kind::SENDING);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                out.extend_from_slice(&bind.to_le_bytes());
                out.push(attempt);
            }
            What::Sent { carrier, carrier_message_id } => {
                self.head(out, kind::SENT);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                put_short(out, carrier_message_id);
            }
            What::Refused { carrier, command_status, reason, ruling, retry_at } => {
                let plain = ruling == Ruling::default();
                self.head(out, if plain { kind::REFUSED } else { kind::REFUSED_AS });
                put_refusal(out, (carrier, command_status), reason, retry_at);
                out.extend((!plain).then(|| ruling.to_bits()));
            }
            What::InDoubt { carrier, cause, resend } => {
                self.head(out, kind::IN_DOUBT);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                out.extend_from_slice(&[cause as u8, u8::from(resend)]);
            }
            What::Receipt { carrier, report } => {
                self.head(out, kind::RECEIPT);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                put_report(out, &report);
            }
            What::Ended { reason } => {
                self.head(out, kind::ENDED);
                out.push(reason as u8);
            }
            What::Answered { command_status } => {
                self.head(out, kind::ANSWERED);
                out.extend_from_slice(&command_status.to_le_bytes());
            }
            What::Folded { into } => {
                self.head(out, kind::FOLDED);
                out.extend_from_slice(&into.0.to_le_bytes());
            }
            What::Orphan { .. } | What::Notice { .. } | What::Carrier { .. } => {
                self.encode_of_none(out);
            }
            What::Rerouted { .. }
            | What::Cancelled { .. }
            | What::Replaced { .. }
            | What::Rewritten { .. }
            | What::Readdressed { .. } => {
                self.encode_change(out);
            }
            What::Keyed { .. } | What::Callback(_) | What::Consent { .. } | What::Erased { .. } => {
                self.encode_wish(out)
            }
            _ => self.encode_of_handset(out),
        }
    }

    /// What somebody wants, or does not want.
    fn encode_wish(&self, out: &mut Vec<u8>) {
        match self.what {
            What::Keyed { key, fingerprint, number, told } => {
                self.head(out, kind::KEYED);
                put_short(out, key);
                put_short(out, fingerprint);
                out.extend_from_slice(&number.to_le_bytes());
                out.extend_from_slice(&told.0.to_le_bytes());
            }
            What::Callback(callback) => {
                self.head(out, kind::CALLBACK);
                let CallbackRef { format, method, wants, url, context } = callback;
                out.extend_from_slice(&[CALLBACK_VERSION, format as u8, method as u8, wants.0]);
                put_long(out, url.as_bytes());
                put_long(out, context.as_bytes());
            }
            What::Consent { change, by, sender, number, note } => {
                self.head(out, kind::CONSENT);
                out.extend_from_slice(&[change as u8, by as u8]);
                put_address(out, &sender);
                put_address(out, &number);
                put_short(out, note);
            }
            What::Erased { by, erasure } => {
                self.head(out, kind::ERASED);
                out.push(by as u8);
                out.extend_from_slice(&erasure.to_le_bytes());
            }
            _ => {}
        }
    }

    /// The kinds that belong to no message.
    fn encode_of_none(&self, out: &mut Vec<u8>) {
        match self.what {
            What::Orphan { carrier, report, source, destination } => {
                self.head(out, kind::ORPHAN);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                put_report(out, &report);
                put_address(out, &source);
                put_address(out, &destination);
            }
            What::Notice { peer, command_status, count, text } => {
                self.head(out, kind::NOTICE);
                put_short(out, peer);
                out.extend_from_slice(&command_status.to_le_bytes());
                out.extend_from_slice(&count.to_le_bytes());
                put_short(out, text);
            }
            What::Carrier { carrier, condition, until, untold } => {
                self.head(out, kind::CARRIER);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                out.push(condition as u8);
                out.extend_from_slice(&until.0.to_le_bytes());
                out.extend_from_slice(&untold.to_le_bytes());
            }
            _ => {}
        }
    }

    /// The octets of what changed while it waited.
    fn encode_change(&self, out: &mut Vec<u8>) {
        match self.what {
            What::Rerouted { from, to, reason } => {
                self.head(out, kind::REROUTED);
                out.extend_from_slice(&from.0.to_le_bytes());
                out.extend_from_slice(&to.0.to_le_bytes());
                out.push(reason as u8);
            }
            What::Cancelled { by } => {
                self.head(out, kind::CANCELLED);
                out.push(by as u8);
            }
            What::Replaced { by, message } => {
                self.head(out, kind::REPLACED);
                out.push(by as u8);
                out.extend_from_slice(message);
            }
            What::Rewritten { from, to, changed, locking, single } => {
                self.head(out, kind::REWRITTEN);
                let [low, high] = changed.to_le_bytes();
                out.extend_from_slice(&[from, to, low, high, locking, single]);
            }
            What::Readdressed { carrier, source, destination } => {
                self.head(out, kind::READDRESSED);
                out.extend_from_slice(&carrier.0.to_le_bytes());
                put_rewritten(out, source);
                put_rewritten(out, destination);
            }
            _ => {}
        }
    }

    fn head(&self, out: &mut Vec<u8>, kind: u8) {
        out.push(kind);
        out.extend_from_slice(&self.ord.0.to_le_bytes());
    }

    /// The kinds that only messages from handsets have.
    fn encode_of_handset(&self, out: &mut Vec<u8>) {
        match self.what {
            What::Routed { account, rule } => {
                self.head(out, kind::ROUTED);
                out.extend_from_slice(&account.0.to_le_bytes());
                put_short(out, rule);
            }
            What::Joined { parts } => {
                self.head(out, kind::JOINED);
                put_long(out, parts);
            }
            What::Unjoined { why, number, of, missing } => {
                self.head(out, kind::UNJOINED);
                out.extend_from_slice(&[why as u8, number, of]);
                put_short(out, missing);
            }
            What::Doubles { of } => {
                self.head(out, kind::DOUBLES);
                out.extend_from_slice(&of.0.to_le_bytes());
            }
            _ => {}
        }
    }

    /// Reads an event; `None` if it is cut short or of a kind this version does not know.
    pub fn decode(octets: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(octets);
        let kind = reader.u8()?;
        let ord = MessageOrd(reader.u64()?);
        let what = decode_what(kind, &mut reader)?;
        Some(Self { ord, what })
    }
}

fn decode_what<'a>(kind: u8, reader: &mut Reader<'a>) -> Option<What<'a>> {
    Some(match kind {
        kind::SENDING => {
            What::Sending { carrier: carrier(reader)?, bind: reader.u16()?, attempt: reader.u8()? }
        }
        kind::SENT => What::Sent { carrier: carrier(reader)?, carrier_message_id: reader.short()? },
        kind::REFUSED | kind::REFUSED_AS => What::Refused {
            carrier: carrier(reader)?,
            command_status: reader.u32()?,
            reason: Reason::from_u8(reader.u8()?)?,
            retry_at: Timestamp(reader.u64()?),
            ruling: match kind {
                kind::REFUSED_AS => Ruling::from_bits(reader.u8()?),
                _ => Ruling::default(),
            },
        },
        kind::IN_DOUBT => What::InDoubt {
            carrier: carrier(reader)?,
            cause: match reader.u8()? {
                0 => Doubt::LinkLost,
                1 => Doubt::ResponseTimeout,
                2 => Doubt::Restart,
                _ => return None,
            },
            resend: reader.u8()? != 0,
        },
        kind::RECEIPT => What::Receipt { carrier: carrier(reader)?, report: report(reader)? },
        kind::ENDED => What::Ended { reason: Reason::from_u8(reader.u8()?)? },
        kind::ANSWERED => What::Answered { command_status: reader.u32()? },
        kind::FOLDED => What::Folded { into: MessageOrd(reader.u64()?) },
        kind::ORPHAN => What::Orphan {
            carrier: carrier(reader)?,
            report: report(reader)?,
            source: address(reader)?,
            destination: address(reader)?,
        },
        kind::NOTICE => What::Notice {
            peer: reader.short()?,
            command_status: reader.u32()?,
            count: reader.u32()?,
            text: reader.short()?,
        },
        kind::KEYED => What::Keyed {
            key: reader.short()?,
            fingerprint: reader.short()?,
            number: reader.u16()?,
            told: Timestamp(reader.u64()?),
        },
        kind::CALLBACK => What::Callback(callback(reader)?),
        kind::CONSENT => What::Consent {
            change: Consent::from_u8(reader.u8()?)?,
            by: ConsentBy::from_u8(reader.u8()?)?,
            sender: address(reader)?,
            number: address(reader)?,
            note: reader.short()?,
        },
        kind::ERASED => What::Erased { by: By::from_u8(reader.u8()?)?, erasure: reader.u64()? },
        kind::CARRIER => What::Carrier {
            carrier: carrier(reader)?,
            condition: Condition::from_u8(reader.u8()?)?,
            until: Timestamp(reader.u64()?),
            untold: reader.u16()?,
        },
        kind::REROUTED..=kind::REWRITTEN => decode_change(kind, reader)?,
        _ => decode_of_handset(kind, reader)?,
    })
}

/// What changed while it waited.
fn decode_change<'a>(kind: u8, reader: &mut Reader<'a>) -> Option<What<'a>> {
    Some(match kind {
        kind::REROUTED => What::Rerouted {
            from: carrier(reader)?,
            to: carrier(reader)?,
            reason: Reason::from_u8(reader.u8()?)?,
        },
        kind::CANCELLED => What::Cancelled { by: By::from_u8(reader.u8()?)? },
        kind::REPLACED => {
            let by = By::from_u8(reader.u8()?)?;
            // The rest is the message, whole or not at all.
            let message = reader.0;
            Message::decode(message)?;
            What::Replaced { by, message }
        }
        kind::REWRITTEN => What::Rewritten {
            from: reader.u8()?,
            to: reader.u8()?,
            changed: reader.u16()?,
            locking: reader.u8()?,
            single: reader.u8()?,
        },
        kind::READDRESSED => What::Readdressed {
            carrier: carrier(reader)?,
            source: rewritten(reader)?,
            destination: rewritten(reader)?,
        },
        _ => return None,
    })
}

/// The kinds that only messages from handsets have.
fn decode_of_handset<'a>(kind: u8, reader: &mut Reader<'a>) -> Option<What<'a>> {
    Some(match kind {
        kind::ROUTED => What::Routed { account: AccountId(reader.u16()?), rule: reader.short()? },
        kind::JOINED => What::Joined { parts: reader.long()? },
        kind::UNJOINED => What::Unjoined {
            why: Unjoined::from_u8(reader.u8()?)?,
            number: reader.u8()?,
            of: reader.u8()?,
            missing: reader.short()?,
        },
        kind::DOUBLES => What::Doubles { of: MessageOrd(reader.u64()?) },
        _ => return None,
    })
}

fn callback<'a>(reader: &mut Reader<'a>) -> Option<CallbackRef<'a>> {
    if reader.u8()? != CALLBACK_VERSION {
        return None;
    }
    Some(CallbackRef {
        format: CallbackFormat::from_u8(reader.u8()?)?,
        method: CallbackMethod::from_u8(reader.u8()?)?,
        wants: CallbackWants(reader.u8()?),
        url: std::str::from_utf8(reader.long()?).ok()?,
        context: std::str::from_utf8(reader.long()?).ok()?,
    })
}

fn carrier(reader: &mut Reader<'_>) -> Option<CarrierId> {
    reader.u16().map(CarrierId)
}

fn put_refusal(
    out: &mut Vec<u8>,
    (carrier, command_status): (CarrierId, u32),
    reason: Reason,
    retry_at: Timestamp,
) {
    out.extend_from_slice(&carrier.0.to_le_bytes());
    out.extend_from_slice(&command_status.to_le_bytes());
    out.push(reason as u8);
    out.extend_from_slice(&retry_at.0.to_le_bytes());
}

fn put_report(out: &mut Vec<u8>, report: &Report<'_>) {
    // The lowest bit is `last`, those above it the ruling.
    let flags = u8::from(report.last) | report.ruling.to_bits() << 1;
    out.extend_from_slice(&[report.message_state, report.reason, flags]);
    put_short(out, report.carrier_message_id);
    put_short(out, report.err);
    put_short(out, report.raw);
}

fn report<'a>(reader: &mut Reader<'a>) -> Option<Report<'a>> {
    let (message_state, reason, flags) = (reader.u8()?, reader.u8()?, reader.u8()?);
    Some(Report {
        message_state,
        reason,
        last: flags & 1 != 0,
        ruling: Ruling::from_bits(flags >> 1),
        carrier_message_id: reader.short()?,
        err: reader.short()?,
        raw: reader.short()?,
    })
}

fn put_address(out: &mut Vec<u8>, address: &Address<'_>) {
    out.extend_from_slice(&[address.ton, address.npi]);
    put_short(out, address.addr);
}

fn address<'a>(reader: &mut Reader<'a>) -> Option<Address<'a>> {
    Some(Address { ton: reader.u8()?, npi: reader.u8()?, addr: reader.short()? })
}

/// A flag, and what it is for.
fn put_rewritten(out: &mut Vec<u8>, rewritten: Option<NewAddress<'_>>) {
    out.push(u8::from(rewritten.is_some()));
    if let Some(NewAddress { address, change }) = rewritten {
        put_address(out, &address);
        put_short(out, change);
    }
}

fn rewritten<'a>(reader: &mut Reader<'a>) -> Option<Option<NewAddress<'a>>> {
    Some(match reader.u8()? {
        0 => None,
        1 => Some(NewAddress { address: address(reader)?, change: reader.short()? }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::disposition::Disposition;

    /// An empty message.
    const MESSAGE: &[u8] =
        &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn the_contents_of_a_message_are_told_from_those_that_replace_it() {
        assert_eq!(contents(MESSAGE), MESSAGE);
        let mut octets = Vec::new();
        let what = What::Replaced { by: By::Application, message: MESSAGE };
        Event { ord: MessageOrd(1), what }.encode(&mut octets);
        assert_eq!(contents(&octets), MESSAGE);
        assert!(contents(&octets[..20]).is_empty());
    }

    pub(crate) fn instances() -> Vec<Event<'static>> {
        let carrier = CarrierId(4);
        let report = Report {
            message_state: 2,
            reason: Reason::None as u8,
            last: true,
            ruling: Ruling { permanent: Some(false), ..Ruling::default() },
            carrier_message_id: b"13006AC1",
            err: b"000",
            raw: b"id:0318794433 stat:DELIVRD",
        };
        let address = Address { ton: 1, npi: 1, addr: b"447700900123" };
        [
            What::Sending { carrier, bind: 3, attempt: 2 },
            What::Sent { carrier, carrier_message_id: b"13006AC1" },
            What::Refused {
                carrier,
                command_status: 0x58,
                reason: Reason::Throttled,
                ruling: Ruling::default(),
                retry_at: Timestamp(77),
            },
            What::Refused {
                carrier,
                command_status: 0x0401,
                reason: Reason::VendorOther,
                ruling: Ruling { disposition: Some(Disposition::Blocked), ..Ruling::default() },
                retry_at: Timestamp::NEVER,
            },
            What::InDoubt { carrier, cause: Doubt::Restart, resend: true },
            What::Receipt { carrier, report },
            What::Ended { reason: Reason::ValidityOver },
            What::Answered { command_status: 0 },
            What::Orphan { carrier, report, source: address, destination: address },
            What::Notice { peer: b"load", command_status: 14, count: 3, text: b"wrong password" },
            What::Carrier {
                carrier,
                condition: Condition::Suspended,
                until: Timestamp::NEVER,
                untold: 3,
            },
            What::Rerouted { from: carrier, to: CarrierId(5), reason: Reason::CarrierDown },
            What::Cancelled { by: By::Operator },
            What::Replaced { by: By::Application, message: MESSAGE },
            What::Rewritten { from: 8, to: 0, changed: 300, locking: 1, single: 2 },
            What::Readdressed {
                carrier,
                source: None,
                destination: Some(NewAddress { address, change: b"+ dropped" }),
            },
            What::Routed { account: AccountId(2), rule: b"stop" },
            What::Joined { parts: &[7, 0, 0, 0, 0, 0, 0, 0] },
            What::Unjoined { why: Unjoined::Missing, number: 1, of: 3, missing: &[2, 3] },
            What::Doubles { of: MessageOrd(7) },
            What::Erased { by: By::Operator, erasure: 5 },
            What::Keyed { key: b"k", fingerprint: &[7; 32], number: 999, told: Timestamp(77) },
            What::Callback(CallbackRef {
                format: CallbackFormat::Twilio,
                method: CallbackMethod::Post,
                wants: CallbackWants::ALL,
                url: "https://shop.example/status?a=%d",
                context: "AC1",
            }),
        ]
        .map(|what| Event { ord: MessageOrd(1 << 40), what })
        .to_vec()
    }

    #[test]
    fn every_event_reads_back_as_it_was_written() {
        for event in instances() {
            let mut octets = Vec::new();
            event.encode(&mut octets);
            assert_eq!(Event::decode(&octets), Some(event));
        }
    }

    #[test]
    fn a_callback_of_another_version_or_of_no_text_is_none() {
        let event = instances().into_iter().find(|it| matches!(it.what, What::Callback(_)));
        let mut octets = Vec::new();
        event.unwrap().encode(&mut octets);
        for (at, octet) in [(9, 2), (10, 3), (11, 2), (15, 0xff)] {
            let mut changed = octets.clone();
            changed[at] = octet;
            assert_eq!(Event::decode(&changed), None, "octet {at}");
        }
    }

    #[test]
    fn an_event_cut_anywhere_is_none() {
        for event in instances() {
            let mut octets = Vec::new();
            event.encode(&mut octets);
            for length in 0..octets.len() {
                assert_eq!(Event::decode(&octets[..length]), None, "{event:?} cut at {length}");
            }
        }
    }
}
