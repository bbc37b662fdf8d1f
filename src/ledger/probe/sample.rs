//! Some messages of a directory, and how frequent the words of their texts are.

use std::collections::HashMap;
use std::io;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::store::Ledger;
use crate::ledger::text::sampled_terms;
use crate::message::disposition::Disposition;
use crate::message::event::What;
use crate::message::reason::Reason;

/// Messages of a sample.
const MESSAGES: usize = 4_000;

/// Words that count as common.
const COMMON: usize = 30;

/// One message, as far as somebody may ask for it.
#[derive(Clone, Debug)]
pub(super) struct Sampled {
    pub(super) ord: MessageOrd,
    pub(super) at: Timestamp,
    pub(super) to: String,
    pub(super) from: Vec<u8>,
    pub(super) account: AccountId,
    pub(super) disposition: Disposition,
    pub(super) reason: Reason,
    pub(super) reference: Vec<u8>,
    pub(super) tag: Vec<u8>,
    pub(super) carriers_id: Option<(CarrierId, Vec<u8>)>,
    pub(super) words: Vec<String>,
}

/// Some messages.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) messages: Vec<Sampled>,
    pub(super) common: Vec<String>,
    pub(super) rare: Vec<String>,
}

impl Sample {
    /// Reads messages from all over a directory.
    pub(super) fn of(ledger: &Ledger, random: &mut fastrand::Rng) -> io::Result<Self> {
        let stats = ledger.stats();
        let mut sample = Self::default();
        for _ in 0..MESSAGES {
            if stats.messages <= stats.expired {
                break;
            }
            let ord = MessageOrd(random.u64(stats.expired..stats.messages));
            sample.messages.extend(one(ledger, ord)?);
        }
        let mut counts: HashMap<&String, u32> = HashMap::new();
        for word in sample.messages.iter().flat_map(|message| &message.words) {
            *counts.entry(word).or_default() += 1;
        }
        let mut words: Vec<(u32, &String)> = counts.iter().map(|(word, n)| (*n, *word)).collect();
        words.sort_unstable_by(|a, b| b.cmp(a));
        let common = words.iter().take(COMMON).map(|(_, word)| (*word).clone()).collect();
        let code = |word: &str| word.len() > 4 && word.bytes().any(|octet| octet.is_ascii_digit());
        let rare = words.iter().filter(|(count, word)| *count == 1 && code(word));
        let rare = rare.map(|(_, word)| (*word).clone()).collect();
        (sample.common, sample.rare) = (common, rare);
        Ok(sample)
    }
}

fn one(ledger: &Ledger, ord: MessageOrd) -> io::Result<Option<Sampled>> {
    let (Some(stored), Some(state)) = (ledger.message(ord)?, ledger.state(ord)?) else {
        return Ok(None);
    };
    let message = stored.message();
    let mut carriers_id = None;
    for event in ledger.events(ord)? {
        if let Some(What::Sent { carrier, carrier_message_id }) = event.event().map(|it| it.what) {
            carriers_id = Some((carrier, carrier_message_id.to_vec()));
        }
    }
    let to = message.destination.addr.iter().filter(|octet| octet.is_ascii_digit());
    Ok(Some(Sampled {
        ord,
        at: stored.accepted_at,
        to: to.map(|octet| char::from(*octet)).collect(),
        from: message.source.addr.to_vec(),
        account: message.account,
        disposition: state.disposition,
        reason: state.reason,
        reference: message.client_ref.to_vec(),
        tag: message.service_type.to_vec(),
        carriers_id,
        words: sampled_terms(&message),
    }))
}
