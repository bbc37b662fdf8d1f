//! A module names only modules of a strictly lower rank; the same rank are strangers.

use crate::sources::{below, none};

/// The ranks, as the drawing of the architecture has them.
const RANKS: &[(&str, u8)] = &[
    ("base", 0),
    ("telemetry", 0),
    ("gsm", 1),
    ("message", 2),
    ("address", 2),
    ("wire", 2),
    ("net", 3),
    ("spool", 3),
    ("ledger", 3),
    ("intake", 3),
    ("throttle", 3),
    ("route", 3),
    ("carrier", 3),
    ("deliver", 3),
    ("receipt", 3),
    ("sim", 3),
    ("load", 3),
    ("pipeline", 4),
    ("search", 4),
    ("synth", 4),
    ("feed", 5),
    ("peer", 6),
    ("config", 7),
    ("app", 8),
    ("cli", 9),
];

/// Who may know one of its own rank, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("address", "message", "it says what the addresses of messages mean"),
    ("ledger", "spool", "the ledger is read back from the log and indexes it"),
    ("load", "sim", "the load test's ceilings run against the simulated SMSC"),
];

/// Tools that stand beside the gateway: they speak its wire and know nothing else of it.
const TOOLS: &[&str] = &["sim", "load"];
const TOOLS_MAY: &[&str] = &["base", "wire", "sim"];

fn rank(module: &str) -> u8 {
    let ranked = RANKS.iter().find(|(name, _)| *name == module);
    ranked.unwrap_or_else(|| panic!("{module} has no rank: give it one in tests/tidy")).1
}

/// What is wrong with `from` naming `to`.
fn fault(from: &str, to: &str) -> Option<&'static str> {
    if EXCEPTIONS.iter().any(|&(one, other, _)| (one, other) == (from, to)) {
        return None;
    }
    if TOOLS.contains(&from) && !TOOLS_MAY.contains(&to) {
        return Some("a tool knows the wire alone");
    }
    (rank(to) >= rank(from)).then_some("not of a lower rank")
}

/// The modules named by `crate::…` in code; comments and documentation may name anybody.
fn named(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.flat_map(|(number, line)| {
        line.split("crate::").skip(1).map(move |rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (number + 1, &rest[..end])
        })
    })
}

#[test]
fn modules_import_from_lower_ranks_only() {
    let mut wrong = Vec::new();
    for source in below(&["src"]) {
        let Some((module, _)) = source.path["src/".len()..].split_once('/') else { continue };
        for (line, to) in named(&source.text) {
            if to != module
                && let Some(fault) = fault(module, to)
            {
                wrong.push(format!("{}:{line}: {module} names {to}: {fault}", source.path));
            }
        }
    }
    none(&wrong);
}

#[test]
fn a_wrong_import_is_found() {
    let text = "use crate::peer::smpp;\n// use crate::app;\nuse crate::{\n";
    assert_eq!(named(text).next(), Some((1, "peer")));
    assert_eq!(named(text).count(), 2);
    for (from, to) in
        [("wire", "message"), ("spool", "ledger"), ("route", "peer"), ("load", "ledger")]
    {
        assert!(fault(from, to).is_some(), "{from} may name {to}");
    }
    for (from, to) in [("ledger", "spool"), ("peer", "pipeline"), ("sim", "wire"), ("cli", "app")] {
        assert!(fault(from, to).is_none(), "{from} may not name {to}");
    }
}
