//! The outcomes as a table to read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use postrider::message::disposition::Disposition;

use super::judge::{Fault, Verdict};

/// Faults of one kind that are shown in full.
const SHOWN: usize = 1;

/// One line a profile, then what is wrong.
pub fn of(verdicts: &[Verdict]) -> String {
    let mut table = format!(
        "{:<22}{:>5}{:>10}{:>9}{:>9}{:>9}{:>9}{:>12}{:>13}{:>9}{:>9}{:>8}{:>9}{:>8}\n",
        "profile",
        "long",
        "delivered",
        "bounced",
        "blocked",
        "expired",
        "unknown",
        "in progress",
        "contradicted",
        "retried",
        "doubled",
        "strays",
        "inbound",
        "faults",
    );
    for verdict in verdicts {
        let count = |disposition: Disposition| verdict.dispositions[disposition as usize];
        let _infallible = writeln!(
            table,
            "{:<22}{:>5}{:>10}{:>9}{:>9}{:>9}{:>9}{:>12}{:>13}{:>9}{:>9}{:>8}{:>9}{:>8}",
            verdict.profile,
            verdict.long,
            count(Disposition::Delivered),
            count(Disposition::Bounced),
            count(Disposition::Blocked),
            count(Disposition::Expired),
            count(Disposition::Unknown),
            count(Disposition::InProgress),
            verdict.contradicted,
            verdict.retried,
            verdict.doubled,
            verdict.strays,
            verdict.inbound,
            verdict.faults.len(),
        );
    }
    for verdict in verdicts {
        for (fault, cases) in by_fault(verdict) {
            let _infallible = writeln!(table, "{}: {} {fault:?}", verdict.profile, cases.len());
            for case in cases.iter().take(SHOWN) {
                let _infallible = writeln!(table, "  {case}");
            }
        }
    }
    table
}

/// What is wrong with a profile's messages, by kind.
pub fn by_fault(verdict: &Verdict) -> BTreeMap<Fault, Vec<&str>> {
    let mut faults: BTreeMap<Fault, Vec<&str>> = BTreeMap::new();
    for (fault, case) in &verdict.faults {
        faults.entry(*fault).or_default().push(case);
    }
    faults
}
