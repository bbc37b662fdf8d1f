//! What is expected of each profile: nothing wrong, but for what is known and listed with its reason.

use super::judge::{Fault, Verdict};
use super::table::by_fault;

/// What is known to be so with a profile.
struct Known {
    profile: &'static str,
    /// How many messages of a run have each of these faults, at most.
    faults: &'static [(Fault, usize)],
    /// Whether at least one of them occurs in every run: when none does any more, the entry has to be
    /// taken out.
    always: bool,
    /// Why.
    why: &'static str,
}

/// Nothing that a gateway could do better.
const THE_CARRIERS_DOING: &[Known] = &[
    Known {
        profile: "cut",
        faults: &[(Fault::NeedlessDouble, 80)],
        always: false,
        why: "what was answered before a cut may be lost with it",
    },
    Known {
        profile: "slow",
        faults: &[(Fault::NeedlessDouble, 80)],
        always: false,
        why: "what is answered at once when it is read was read too late",
    },
];

/// What a kill costs at most: submits were on their way over three binds with windows of ten, and
/// receipts over one with a window of a hundred, and nobody knows of which the answer was not kept.
/// Where two parts were given one id, a receipt that comes again for that cannot be told from the other's.
const A_KILLS_DOING: &[(Fault, usize)] = &[
    (Fault::NeedlessDouble, 30),
    (Fault::AnswerNotKept, 30),
    (Fault::AccountToldTwice, 100),
    (Fault::Disposition, 3),
    (Fault::ReceiptOfAnother, 3),
];

/// Every profile is as expected.
///
/// # Panics
/// With all that is not.
pub fn assert_met(verdicts: &[Verdict]) {
    met(verdicts, &[]);
}

/// Every profile is as expected, but for what a kill costs.
///
/// # Panics
/// With all that is not.
pub fn assert_met_after_a_kill(verdicts: &[Verdict]) {
    met(verdicts, A_KILLS_DOING);
}

fn met(verdicts: &[Verdict], besides: &[(Fault, usize)]) {
    let wrong: Vec<String> =
        verdicts.iter().flat_map(|verdict| unexpected(verdict, besides)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn unexpected(verdict: &Verdict, besides: &[(Fault, usize)]) -> Vec<String> {
    let profile = verdict.profile;
    let faults = by_fault(verdict);
    let mut known = THE_CARRIERS_DOING.iter();
    let known = known.find(|known| known.profile == profile);
    let most = |fault: &Fault| {
        let listed = known.map_or(&[][..], |known| known.faults).iter().chain(besides);
        listed.filter(|(one, _)| one == fault).map(|&(_, most)| most).sum::<usize>()
    };
    let mut wrong: Vec<String> = faults
        .iter()
        .filter(|(fault, cases)| cases.len() > most(fault))
        .map(|(fault, cases)| {
            format!("{profile}: {} {fault:?}, at most {}", cases.len(), most(fault))
        })
        .collect();
    if let Some(Known { always: true, why, .. }) = known
        && faults.is_empty()
    {
        wrong.push(format!("{profile} has no fault any more ({why}): take it out"));
    }
    wrong
}
