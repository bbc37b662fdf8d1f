//! What the ledger has of one message, or of one part of a long one, held against what its carrier said
//! and did.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use postrider::base::id::{CarrierId, MessageOrd};
use postrider::ledger::store::Ledger;
use postrider::ledger::stored::StoredEvent;
use postrider::message::carrier_id::NormalId;
use postrider::message::disposition::{Disposition, Evidence};
use postrider::message::event::{Doubt, What};
use postrider::message::state::State;
use postrider::sim::hostile::told::{Submit, Told};
use postrider::sim::hostile::truth::Entry;

use super::judge::Fault;

/// An answer that took less left the gateway no reason to submit again.
const SOON: Duration = Duration::from_millis(500);

/// A message or a part, and everything known of it.
pub struct Case<'a> {
    ledger: &'a Ledger,
    carrier: CarrierId,
    /// The gateway's id of the message.
    id: &'a str,
    /// The truth of it.
    pub entry: Cow<'a, Entry>,
    pub state: State,
    events: Vec<StoredEvent>,
}

impl<'a> Case<'a> {
    /// What the ledger has of this ordinal.
    pub fn of(
        ledger: &'a Ledger,
        carrier: CarrierId,
        (id, ord): (&'a str, MessageOrd),
        entry: &'a Entry,
    ) -> Self {
        let state = ledger.state(ord).unwrap().unwrap();
        let events = ledger.events(ord).unwrap();
        Self { ledger, carrier, id, entry: Cow::Borrowed(entry), state, events }
    }

    fn history(&self) -> impl Iterator<Item = What<'_>> {
        self.events.iter().filter_map(|event| Some(event.event()?.what))
    }

    /// All that is wrong with it by itself.
    pub fn faults(&self) -> BTreeSet<Fault> {
        let mut faults = BTreeSet::new();
        self.judge_state(&mut faults);
        self.judge_answers(&mut faults);
        self.judge_receipts(&mut faults);
        self.judge_doubles(&mut faults);
        faults
    }

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
        self.history().any(|what| is_it(&what))
    }

    /// The receipts in its history: the id, and the bucket of the end.
    fn kept(&self) -> impl Iterator<Item = (Vec<u8>, Option<u8>)> {
        self.history().filter_map(|what| match what {
            What::Receipt { report, .. } => {
                let end = Some(report.disposition()).filter(|end| *end != Disposition::InProgress);
                Some((report.carrier_message_id.to_vec(), end.map(|end| end as u8)))
            }
            _ => None,
        })
    }

    /// The receipts that the gateway confirmed and could know the message of.
    fn known(&self) -> impl Iterator<Item = &Told> {
        self.entry.receipts.iter().filter(|told| told.confirmed && self.knows(told))
    }

    /// The buckets of all ends that were said.
    pub fn ends(&self) -> BTreeSet<u8> {
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
            && !self.history().any(|what| broke(&what))
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
        let kept: Vec<Vec<u8>> = self.kept().map(|(id, _)| id).collect();
        let of_this = |id: &Vec<u8>| self.entry.receipts.iter().any(|told| told.id.0 == *id);
        if !kept.iter().all(of_this) {
            faults.insert(Fault::ReceiptOfAnother);
        }
        if kept.len() < self.known().count() {
            faults.insert(Fault::ReceiptNotKept);
        }
        let unknown = self.entry.receipts.iter().filter(|told| told.confirmed && !self.knows(told));
        for told in unknown {
            let here = kept.contains(&told.id.0);
            if !here && !is_orphan(self.ledger, self.carrier, &told.id.0) {
                faults.insert(Fault::ReceiptNotKept);
            }
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
        for what in self.history() {
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

/// Parts of a message that were given one id, or are reported under the one that another was given: nobody can
/// know which of them a receipt is of, so each receipt is taken to be of one whose history has it.
pub fn share(cases: &mut [Case<'_>]) {
    let ids = |case: &Case<'_>| -> Vec<_> {
        let given = case.entry.submits.iter().filter_map(|submit| submit.id.clone());
        // A part may have been given an empty id, and its receipt have the one of its twin.
        let reported = case.entry.receipts.iter().map(|told| told.id.clone());
        given.chain(reported).filter(|id| !id.0.is_empty()).collect()
    };
    let given: Vec<_> = cases.iter().map(ids).collect();
    let is_twin = |&one: &usize| {
        let mut others = given.iter().enumerate().filter(|(other, _)| *other != one);
        others.any(|(_, ids)| ids.iter().any(|id| given[one].contains(id)))
    };
    let twins: Vec<usize> = (0..cases.len()).filter(is_twin).collect();
    let mut kept: Vec<Vec<(Vec<u8>, Option<u8>)>> =
        twins.iter().map(|&twin| cases[twin].kept().collect()).collect();
    let receipts: Vec<(usize, Told)> = (0..twins.len())
        .flat_map(|at| cases[twins[at]].entry.receipts.iter().map(move |told| (at, told.clone())))
        .collect();
    twins.iter().for_each(|&twin| cases[twin].entry.to_mut().receipts.clear());
    for (own, told) in receipts {
        let key = (told.id.0.clone(), end_of(&told));
        let found = kept
            .iter()
            .enumerate()
            .find_map(|(at, kept)| Some((at, kept.iter().position(|receipt| *receipt == key)?)));
        if let Some((at, place)) = found {
            kept[at].remove(place);
        }
        let at = found.map_or(own, |(at, _)| at);
        cases[twins[at]].entry.to_mut().receipts.push(told);
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
pub const fn bucket(message_state: u8) -> Option<Disposition> {
    Some(match message_state {
        2 => Disposition::Delivered,
        3 => Disposition::Expired,
        4 => Disposition::Unknown,
        5 => Disposition::Bounced,
        8 => Disposition::Blocked,
        _ => return None,
    })
}

/// Whether a receipt for this id is kept as nobody's.
pub fn is_orphan(ledger: &Ledger, carrier: CarrierId, id: &[u8]) -> bool {
    let forms: Vec<Vec<u8>> =
        NormalId::new(id).candidates().map(|form| form.as_octets().to_vec()).collect();
    !ledger.orphans_by_id(carrier, &forms).unwrap().is_empty()
}
