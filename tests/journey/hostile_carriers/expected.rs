//! What is expected of each profile: nothing wrong, but for what is known and listed with its reason.

use super::judge::{Fault, Verdict};
use super::table::by_fault;

/// What is wrong with a profile today.
struct Known {
    profile: &'static str,
    /// How many messages of a run have each of these faults, at most.
    faults: &'static [(Fault, usize)],
    /// Why. The list may only shrink: when none of the faults occurs any more, it has to be taken out.
    why: &'static str,
}

const KNOWN: &[Known] = &[Known {
    profile: "rename-ids-ambiguous",
    faults: &[
        (Fault::Disposition, 60),
        (Fault::Contradiction, 60),
        (Fault::ReceiptNotKept, 60),
        (Fault::ReceiptOfAnother, 60),
        (Fault::AccountToldAnother, 60),
    ],
    why: "a receipt is looked up as written first, and no setting of a carrier says which form it uses",
}];

/// Every profile is as expected.
///
/// # Panics
/// With all that is not.
pub fn assert_met(verdicts: &[Verdict]) {
    let mut wrong = Vec::new();
    for verdict in verdicts {
        let faults = by_fault(verdict);
        let known = KNOWN.iter().find(|known| known.profile == verdict.profile);
        for (fault, cases) in &faults {
            let listed = known.and_then(|known| known.faults.iter().find(|(one, _)| one == fault));
            let most = listed.map_or(0, |&(_, most)| most);
            if cases.len() > most {
                let (profile, count) = (verdict.profile, cases.len());
                wrong.push(format!("{profile}: {count} {fault:?}, at most {most}"));
            }
        }
        if let Some(Known { profile, why, .. }) = known
            && faults.is_empty()
        {
            wrong.push(format!("{profile} has no fault any more ({why}): take it out"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
