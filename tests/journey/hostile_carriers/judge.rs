//! What the ledger says of each message, held against what its carrier said and did.

use std::path::Path;
use std::sync::Arc;

use postrider::base::id::{CarrierId, MessageOrd};
use postrider::ledger::config::LedgerConfig;
use postrider::ledger::store::Ledger;
use postrider::message::disposition::Disposition;
use postrider::sim::hostile::truth::Truth;
use postrider::spool::real_disk::RealDisk;

use super::Played;
use super::case::{Case, bucket, is_orphan, share};
use super::traffic::{Heard, Message};

/// What can be wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fault {
    /// Acknowledged and never submitted.
    NeverSubmitted,
    /// In another bucket than what was said puts it in.
    Disposition,
    /// Two ends were said and it does not show, or the reverse.
    Contradiction,
    /// Somebody else is said to vouch for it.
    Evidence,
    /// It went twice and does not say so.
    DoubleUntold,
    /// It went twice although the carrier had answered as soon as it had read it.
    NeedlessDouble,
    /// An answer of the carrier is not in its history.
    AnswerNotKept,
    /// A receipt that the gateway confirmed is nowhere.
    ReceiptNotKept,
    /// The history has a receipt of another message.
    ReceiptOfAnother,
    /// It has ended and the account was not told.
    AccountNotTold,
    /// The account was told more than once.
    AccountToldTwice,
    /// The account was told of an end while it is open.
    AccountToldTooSoon,
    /// The account was told of an end that nobody spoke of.
    AccountToldAnother,
    /// A long message from a handset did not come whole.
    PartLost,
    /// A long message from a handset came twice.
    PartTwice,
    /// A peer of v3.3 was sent optional parameters.
    ParametersTo33,
}

/// The outcome of one profile.
#[derive(Debug, Default)]
pub struct Verdict {
    pub profile: &'static str,
    /// Messages that went in parts.
    pub long: usize,
    /// Of messages and of parts.
    pub dispositions: [usize; 7],
    pub contradicted: usize,
    pub retried: usize,
    /// Taken by the carrier more than once.
    pub doubled: usize,
    /// Receipts for ids never given.
    pub strays: usize,
    /// Parts that handsets sent.
    pub inbound: usize,
    pub faults: Vec<(Fault, String)>,
}

/// Judges every carrier; the gateway has ended.
pub fn judge(data: &Path, played: Vec<Played>) -> Vec<Verdict> {
    let disk = Arc::new(RealDisk::open(data).unwrap());
    let ledger = Ledger::open(disk, LedgerConfig::default()).unwrap().ledger;
    played.into_iter().map(|one| judge_carrier(&ledger, one)).collect()
}

fn judge_carrier(ledger: &Ledger, played: Played) -> Verdict {
    let Played { profile, smsc, messages, heard } = played;
    let truth = smsc.stop();
    assert_eq!(truth.unrecorded, 0);
    let carrier = ledger.names().find_carrier(profile.name).unwrap();
    let mut verdict = Verdict { profile: profile.name, ..Verdict::default() };
    for promised in messages.iter().zip(&heard.ids).filter(|(_, id)| !id.is_empty()) {
        judge_message(ledger, (carrier, &truth), promised, &heard, &mut verdict);
    }
    for stray in truth.strays.iter().filter(|stray| stray.confirmed) {
        verdict.strays += 1;
        if !is_orphan(ledger, carrier, &stray.id.0) {
            verdict.faults.push((Fault::ReceiptNotKept, format!("stray {stray:?}")));
        }
    }
    judge_inbound(&truth, &heard, &mut verdict);
    if truth.parameters_to_33 > 0 {
        let times = format!("{} submits", truth.parameters_to_33);
        verdict.faults.push((Fault::ParametersTo33, times));
    }
    verdict
}

/// A message that was acknowledged under this id: each of its parts by itself, which the carrier knows as
/// messages of their own, and the whole by what its account was told.
fn judge_message(
    ledger: &Ledger,
    (carrier, truth): (CarrierId, &Truth),
    (submitted, id): (&Message, &String),
    heard: &Heard,
    verdict: &mut Verdict,
) {
    let ord = ledger.id_cipher().open(id.as_bytes()).unwrap();
    let place = ledger.message(ord).unwrap().unwrap().message().place();
    let ords: Vec<MessageOrd> = place.map_or(vec![ord], |place| place.all(ord).collect());
    assert_eq!(ords.len() > 1, submitted.is_long());
    verdict.long += usize::from(submitted.is_long());
    let header = if submitted.is_long() { HEADER_OCTETS } else { 0 };
    let (mut cases, mut text) = (Vec::new(), Vec::new());
    for ord in ords {
        let stored = ledger.message(ord).unwrap().unwrap();
        let message = stored.message();
        text.extend_from_slice(&message.body[header..]);
        match truth.find(message.destination.addr, message.body) {
            Some(entry) => cases.push(Case::of(ledger, carrier, (id, ord), entry)),
            None => return verdict.faults.push((Fault::NeverSubmitted, id.clone())),
        }
    }
    assert_eq!(text, submitted.text.as_bytes());
    share(&mut cases);
    let told = heard.told.get(id).map_or(&[][..], Vec::as_slice);
    verdict.faults.extend(judge_told(&cases, told).map(|fault| (fault, cases[0].to_string())));
    for case in &cases {
        let state = &case.state;
        verdict.dispositions[state.disposition as usize] += 1;
        verdict.contradicted += usize::from(state.contradicted());
        verdict.retried += usize::from(state.attempts > 1);
        verdict.doubled += usize::from(case.entry.taken() > 1);
        verdict.faults.extend(case.faults().into_iter().map(|fault| (fault, case.to_string())));
    }
}

/// The account was told once of what has ended with all its parts, and of an end that was said.
fn judge_told(cases: &[Case<'_>], told: &[u8]) -> impl Iterator<Item = Fault> {
    let ended = cases.iter().all(|case| case.state.disposition != Disposition::InProgress);
    let times = match (ended, told) {
        (true, [_]) | (false, []) => None,
        (true, []) => Some(Fault::AccountNotTold),
        (true, _) => Some(Fault::AccountToldTwice),
        (false, _) => Some(Fault::AccountToldTooSoon),
    };
    let said = told.iter().all(|&state| may_be_told(cases, state));
    times.into_iter().chain((!said).then_some(Fault::AccountToldAnother))
}

/// Whether an end is that of a part, and delivered only if all parts were. Where the carrier said nothing,
/// the gateway speaks for it.
fn may_be_told(cases: &[Case<'_>], message_state: u8) -> bool {
    let ended_so = |case: &Case<'_>, end: Disposition| {
        let ends = case.ends();
        ends.contains(&(end as u8)) || ends.is_empty() && case.state.disposition == end
    };
    let any = |end: Disposition| cases.iter().any(|case| ended_so(case, end));
    match bucket(message_state) {
        Some(Disposition::Delivered) => {
            cases.iter().all(|case| ended_so(case, Disposition::Delivered))
        }
        // "Undelivered" is true of what was blocked as well.
        Some(Disposition::Bounced) => any(Disposition::Bounced) || any(Disposition::Blocked),
        Some(end) => any(end),
        None => any(Disposition::Unknown),
    }
}

/// Each long message of a handset came once, whole: its parts, without their headers, in their order.
fn judge_inbound(truth: &Truth, heard: &Heard, verdict: &mut Verdict) {
    verdict.inbound = truth.parts.len();
    for parts in truth.parts.chunk_by(|one, next| one.source.0 == next.source.0) {
        let whole: Vec<u8> =
            parts.iter().flat_map(|part| part.text.0.iter().skip(HEADER_OCTETS)).copied().collect();
        let is_it =
            |(source, text): &&(Vec<u8>, Vec<u8>)| (source, text) == (&parts[0].source.0, &whole);
        match heard.parts.iter().filter(is_it).count() {
            0 => verdict.faults.push((Fault::PartLost, format!("{parts:?}"))),
            1 => {}
            _ => verdict.faults.push((Fault::PartTwice, format!("{parts:?}"))),
        }
    }
}

/// The header of a part: its length, and one element with an 8-bit reference.
const HEADER_OCTETS: usize = 6;
