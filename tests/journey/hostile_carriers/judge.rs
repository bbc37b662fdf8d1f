//! What the ledger says of each message, held against what its carrier said and did.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postrider::base::id::CarrierId;
use postrider::ledger::config::LedgerConfig;
use postrider::ledger::store::Ledger;
use postrider::message::carrier_id::NormalId;
use postrider::message::disposition::{Disposition, Evidence};
use postrider::message::event::{Doubt, What};
use postrider::message::state::State;
use postrider::sim::hostile::told::{Submit, Told};
use postrider::sim::hostile::truth::{Entry, Truth};
use postrider::spool::real_disk::RealDisk;

use super::Played;
use super::traffic::Heard;

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

/// An answer that took less left the gateway no reason to submit again.
const SOON: Duration = Duration::from_millis(500);

/// The outcome of one profile.
#[derive(Debug, Default)]
pub struct Verdict {
    pub profile: &'static str,
    pub dispositions: [usize; 7],
    pub contradicted: usize,
    pub retried: usize,
    /// Taken by the carrier more than once.
    pub doubled: usize,
    /// Receipts for ids never given.
    pub strays: usize,
    pub parts: usize,
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
    let cipher = ledger.id_cipher();
    let promised = messages.iter().zip(&heard.ids).filter(|(_, id)| !id.is_empty());
    for (message, id) in promised {
        let ord = cipher.open(id.as_bytes()).unwrap();
        let Some(entry) = truth.find(message.to.as_bytes(), message.text.as_bytes()) else {
            verdict.faults.push((Fault::NeverSubmitted, id.clone()));
            continue;
        };
        let state = ledger.state(ord).unwrap().unwrap();
        let events = ledger.events(ord).unwrap();
        let history = events.iter().filter_map(|event| Some(event.event()?.what)).collect();
        let case = Case { ledger, carrier, id, heard: &heard, entry, state, history };
        judge_message(&case, &mut verdict);
    }
    for stray in truth.strays.iter().filter(|stray| stray.confirmed) {
        verdict.strays += 1;
        if !is_orphan(ledger, carrier, &stray.id.0) {
            verdict.faults.push((Fault::ReceiptNotKept, format!("stray {stray:?}")));
        }
    }
    judge_parts(&truth, &heard, &mut verdict);
    if truth.parameters_to_33 > 0 {
        let times = format!("{} submits", truth.parameters_to_33);
        verdict.faults.push((Fault::ParametersTo33, times));
    }
    verdict
}

/// Each long message of a handset came once, whole: its parts, without their headers, in their order.
fn judge_parts(truth: &Truth, heard: &Heard, verdict: &mut Verdict) {
    verdict.parts = truth.parts.len();
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

/// One message and everything known of it.
struct Case<'a> {
    ledger: &'a Ledger,
    carrier: CarrierId,
    id: &'a str,
    heard: &'a Heard,
    entry: &'a Entry,
    state: State,
    history: Vec<What<'a>>,
}

fn judge_message(case: &Case<'_>, verdict: &mut Verdict) {
    let state = &case.state;
    verdict.dispositions[state.disposition as usize] += 1;
    verdict.contradicted += usize::from(state.contradicted());
    verdict.retried += usize::from(state.attempts > 1);
    verdict.doubled += usize::from(case.entry.taken() > 1);
    let mut faults = BTreeSet::new();
    case.judge_state(&mut faults);
    case.judge_answers(&mut faults);
    case.judge_receipts(&mut faults);
    case.judge_told(&mut faults);
    case.judge_doubles(&mut faults);
    for fault in faults {
        verdict.faults.push((fault, case.to_string()));
    }
}

impl Case<'_> {
    /// Whether the gateway has the id that a receipt is about.
    fn knows(&self, told: &Told) -> bool {
        self.entry.submits.get(told.submit).is_some_and(|submit| self.has(submit))
    }

    fn has(&self, submit: &Submit) -> bool {
        let is_it = |what: &What<'_>| match (what, &submit.id) {
            (What::Sent { carrier_message_id, .. }, Some(id)) => {
                !id.0.is_empty() && id.0 == *carrier_message_id
            }
            _ => false,
        };
        self.history.iter().any(is_it)
    }

    /// The receipts that the gateway confirmed and could know the message of.
    fn known(&self) -> impl Iterator<Item = &Told> {
        self.entry.receipts.iter().filter(|told| told.confirmed && self.knows(told))
    }

    /// The buckets of all ends that were said.
    fn ends(&self) -> BTreeSet<u8> {
        self.known().filter_map(end_of).collect()
    }

    /// The bucket, whether it is contradicted, and who says so.
    fn judge_state(&self, faults: &mut BTreeSet<Fault>) {
        let (state, ends) = (&self.state, self.ends());
        let refused = self.entry.taken() == 0
            && self.entry.submits.last().is_some_and(|last| !matches!(last.status, 0x14 | 0x58));
        let strongest = BY_STRENGTH.into_iter().find(|end| ends.contains(&(*end as u8)));
        let (right, evidence) = match strongest {
            Some(end) => (state.disposition == end, state.evidence == Evidence::Network),
            None if refused => (
                matches!(state.disposition, Disposition::Bounced | Disposition::Blocked),
                state.evidence == Evidence::Submitted,
            ),
            // Nobody could know.
            None => (
                matches!(state.disposition, Disposition::InProgress | Disposition::Unknown),
                state.evidence <= Evidence::Submitted,
            ),
        };
        if !right {
            faults.insert(Fault::Disposition);
        } else if !evidence {
            faults.insert(Fault::Evidence);
        }
        if state.contradicted() != (ends.len() > 1) {
            faults.insert(Fault::Contradiction);
        }
    }

    /// Every answer that left is in the history, unless the link broke on its way.
    fn judge_answers(&self, faults: &mut BTreeSet<Fault>) {
        let broke = |what: &What<'_>| matches!(what, What::InDoubt { cause: Doubt::LinkLost, .. });
        let named = |submit: &&Submit| {
            submit.answered_at_us.is_some() && submit.id.as_ref().is_some_and(|id| !id.0.is_empty())
        };
        if self.entry.submits.iter().filter(named).any(|submit| !self.has(submit))
            && !self.history.iter().any(broke)
        {
            faults.insert(Fault::AnswerNotKept);
        }
    }

    /// What went twice says so, and did for a reason: its answer was long in coming.
    fn judge_doubles(&self, faults: &mut BTreeSet<Fault>) {
        if self.entry.taken() > 1 && !self.state.may_be_double() {
            faults.insert(Fault::DoubleUntold);
        }
        let taken: Vec<&Submit> =
            self.entry.submits.iter().filter(|submit| submit.status == 0).collect();
        let soon = |submit: &&&Submit| {
            let answered = submit.answered_at_us.unwrap_or(u64::MAX);
            answered - submit.at_us < SOON.as_micros() as u64
        };
        if taken.iter().rev().skip(1).any(|submit| soon(&submit)) {
            faults.insert(Fault::NeedlessDouble);
        }
    }

    /// Every receipt that was confirmed is in the history of its message, or kept as nobody's where
    /// nobody could know; and no other's is.
    fn judge_receipts(&self, faults: &mut BTreeSet<Fault>) {
        let kept: Vec<&[u8]> = self
            .history
            .iter()
            .filter_map(|what| match what {
                What::Receipt { report, .. } => Some(report.carrier_message_id),
                _ => None,
            })
            .collect();
        let of_this = |id: &[u8]| self.entry.receipts.iter().any(|told| told.id.0 == id);
        if kept.iter().any(|id| !of_this(id)) {
            faults.insert(Fault::ReceiptOfAnother);
        }
        if kept.len() < self.known().count() {
            faults.insert(Fault::ReceiptNotKept);
        }
        let unknown = self.entry.receipts.iter().filter(|told| told.confirmed && !self.knows(told));
        for told in unknown {
            let here = kept.contains(&&told.id.0[..]);
            if !here && !is_orphan(self.ledger, self.carrier, &told.id.0) {
                faults.insert(Fault::ReceiptNotKept);
            }
        }
    }

    /// The account was told once of what has ended, and of an end that was said.
    fn judge_told(&self, faults: &mut BTreeSet<Fault>) {
        let told = self.heard.told.get(self.id).map_or(&[][..], Vec::as_slice);
        let ended = self.state.disposition != Disposition::InProgress;
        match (ended, told) {
            (true, [_]) | (false, []) => {}
            (true, []) => drop(faults.insert(Fault::AccountNotTold)),
            (true, _) => drop(faults.insert(Fault::AccountToldTwice)),
            (false, _) => drop(faults.insert(Fault::AccountToldTooSoon)),
        }
        let ends = self.ends();
        // "Undelivered" is true of what was blocked as well.
        let ended_so = |end: Disposition| ends.contains(&(end as u8));
        let said = |state: &u8| match bucket(*state) {
            Some(Disposition::Bounced) => {
                ended_so(Disposition::Bounced) || ended_so(Disposition::Blocked)
            }
            end => end.is_some_and(ended_so),
        };
        if !ends.is_empty() && !told.iter().all(said) {
            faults.insert(Fault::AccountToldAnother);
        }
    }
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, entry, state, .. } = self;
        writeln!(
            f,
            "{id} to {} {:?} is {} {} ({}), in truth {:?}",
            entry.destination,
            entry.text,
            state.disposition,
            state.evidence,
            state.reason,
            entry.end.map(|end| end.stat),
        )?;
        for submit in &entry.submits {
            writeln!(f, "    carrier: {submit:?}")?;
        }
        for told in &entry.receipts {
            writeln!(f, "    carrier: {told:?}")?;
        }
        for what in &self.history {
            let detail = match what {
                What::Receipt { report, .. } => {
                    let id = report.carrier_message_id.escape_ascii();
                    format!("{id} state {}", report.message_state)
                }
                What::Sent { carrier_message_id, .. } => {
                    carrier_message_id.escape_ascii().to_string()
                }
                What::Refused { command_status, .. } => format!("{command_status:#x}"),
                What::InDoubt { cause, .. } => format!("{cause:?}"),
                _ => String::new(),
            };
            writeln!(f, "    gateway: {} {detail}", what.name())?;
        }
        Ok(())
    }
}

/// The verdict that stands when several were given, as the design has it.
const BY_STRENGTH: [Disposition; 5] = [
    Disposition::Delivered,
    Disposition::Bounced,
    Disposition::Blocked,
    Disposition::Expired,
    Disposition::Unknown,
];

/// The bucket of the end a receipt tells of, if it does: `message_state` where it is one of v3.4, else
/// the text.
fn end_of(told: &Told) -> Option<u8> {
    let of_stat = match told.stat {
        Some("DELIVRD") => 2,
        Some("EXPIRED") => 3,
        Some("DELETED") => 4,
        Some("UNDELIV") => 5,
        Some("REJECTD") => 8,
        _ => 0,
    };
    let state = told.message_state.filter(|state| (1..=8).contains(state)).unwrap_or(of_stat);
    let end = match bucket(state) {
        // A bar is somebody's rule, whatever the state's word for it.
        Some(Disposition::Bounced) if told.err.parse() == Ok(BARRED) => Some(Disposition::Blocked),
        end => end,
    };
    end.filter(|_| !told.intermediate).map(|end| end as u8)
}

/// Call barred, among the MAP errors.
const BARRED: u16 = 13;

/// The bucket of a final `message_state`.
const fn bucket(message_state: u8) -> Option<Disposition> {
    Some(match message_state {
        2 => Disposition::Delivered,
        3 => Disposition::Expired,
        4 => Disposition::Unknown,
        5 => Disposition::Bounced,
        8 => Disposition::Blocked,
        _ => return None,
    })
}

fn is_orphan(ledger: &Ledger, carrier: CarrierId, id: &[u8]) -> bool {
    let forms: Vec<Vec<u8>> =
        NormalId::new(id).candidates().map(|form| form.as_octets().to_vec()).collect();
    !ledger.orphans_by_id(carrier, &forms).unwrap().is_empty()
}
