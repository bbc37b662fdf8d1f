//! Long messages of handsets, in parts and in any order.

use std::time::Duration;

use super::centre::{Act, Centre};
use super::owed::Delivery;
use super::truth::{Escaped, Of, Part};
use crate::wire::smpp::pdu::{BindMode, DeliverSm, ESM_CLASS_UDHI, Sm, encode};
use crate::wire::smpp::status::CommandStatus;

/// From the first part to the last.
const SPREAD_MS: (u32, u32) = (0, 1_500);

impl Centre {
    /// Lets every handset send its message, once in the life of the SMSC, to whoever is bound.
    pub(super) fn originate(&mut self) {
        let receiver = self.lines.values().find_map(|line| match &line.bound {
            Some((system_id, mode)) if *mode != BindMode::Transmitter => Some(system_id.clone()),
            _ => None,
        });
        let (Some(inbound), Some(system_id), false) =
            (self.config.profile.inbound, receiver, self.originated)
        else {
            return;
        };
        self.originated = true;
        for message in 0..inbound.messages {
            let mut draw = self.dice.of(b"inbound", u64::from(message));
            let parts = draw.within(inbound.parts).clamp(1, 255);
            for part in 1..=parts {
                let at = Duration::from_millis(u64::from(draw.within(SPREAD_MS)));
                let delivery = self.part(message, part, parts, &system_id);
                self.agenda.put(self.now + at, Act::Owe(delivery));
            }
        }
    }

    /// One part: a header with an 8-bit reference (3GPP TS 23.040 §9.2.3.24.1), and text.
    fn part(&mut self, message: u32, part: u32, parts: u32, system_id: &[u8]) -> Delivery {
        let source = format!("4477009{message:05}");
        let octet = |number: u32| number.to_le_bytes()[0];
        let mut text = vec![5, 0, 3, octet(message), octet(parts), octet(part)];
        text.extend_from_slice(format!("message {message} part {part} of {parts} ").as_bytes());
        text.resize(140, b'.');
        let body = Sm {
            source_addr_ton: 1,
            source_addr_npi: 1,
            source_addr: source.as_bytes(),
            destination_addr: self.config.inbound_to.as_bytes(),
            esm_class: ESM_CLASS_UDHI,
            short_message: &text,
            ..Sm::default()
        };
        let mut pdu = Vec::new();
        encode(&mut pdu, CommandStatus::ESME_ROK, 0, &DeliverSm(body));
        let mut truth = Self::known(&self.truth);
        let of = Of::Part(truth.parts.len());
        truth.parts.push(Part {
            source: Escaped(source.clone().into_bytes()),
            text: Escaped(text.clone()),
            sent: 0,
            confirmed: false,
        });
        Delivery { pdu, of, system_id: system_id.to_vec(), avoid: None }
    }
}
