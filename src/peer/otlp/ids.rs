//! Ids of traces and spans: functions of a message's public id, so that whoever has one has the other, and
//! a trace that is sent twice is the same trace.

use crate::base::hex::hex;
use sha2::{Digest, Sha256};

/// The id of a message's trace: the first 16 octets of the SHA-256 of its public id (`msg_…`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TraceId([u8; 16]);

impl TraceId {
    /// That of a message.
    pub(super) fn of(message: &str) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(message)[..16]);
        Self(id)
    }

    /// Whether it is one of those that are sent, when one in so many is: all of its spans or none.
    pub(super) fn is_sampled(self, one_in: u32) -> bool {
        // As random as the rest, and what W3C Trace Context level 2 has samplers look at.
        let last = self.0.last_chunk::<8>().map_or(0, |last| u64::from_be_bytes(*last));
        last % u64::from(one_in.max(1)) == 0
    }

    /// The id of one of its spans, by what it is called within the trace.
    pub(super) fn span(self, name: &str) -> SpanId {
        let mut id = [0; 8];
        let digest = Sha256::new().chain_update(self.0).chain_update(name).finalize();
        id.copy_from_slice(&digest[..8]);
        SpanId(id)
    }

    /// As OTLP's JSON has it.
    pub(super) fn hex(self) -> String {
        hex(&self.0)
    }
}

/// The id of a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SpanId([u8; 8]);

impl SpanId {
    /// As OTLP's JSON has it.
    pub(super) fn hex(self) -> String {
        hex(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_a_shell_makes_of_the_messages_id() {
        // printf msg_1g9eb1pxa9d6p | sha256sum | cut -c1-32
        assert_eq!(TraceId::of("msg_1g9eb1pxa9d6p").hex(), TRACE);
        let spans = ["receive", "route"].map(|name| TraceId::of("msg_1").span(name).hex());
        assert!(spans[0] != spans[1] && spans[0].len() == 16);
    }

    const TRACE: &str = "c81f4ab4178a039b2a5ff4b4a34acc7a";

    #[test]
    fn one_in_so_many_is_sent() {
        let ids: Vec<TraceId> = (0..10_000).map(|n| TraceId::of(&format!("msg_{n}"))).collect();
        let sampled = |one_in| ids.iter().filter(|id| id.is_sampled(one_in)).count();
        assert_eq!((sampled(1), sampled(0)), (10_000, 10_000));
        assert!((800..1_200).contains(&sampled(10)), "{}", sampled(10));
    }
}
