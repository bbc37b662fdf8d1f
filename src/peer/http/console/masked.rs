//! Numbers as a rep sees them: the country and the last three digits, which are enough to agree on which one is meant.
//!
//! Names of senders and short codes are nobody's number and are shown.

use crate::address::plan::split;
use crate::message::address::Address;

/// Digits at the end that are shown.
const TAIL: usize = 3;

/// Digits of what is no person's number.
const SHORT_MAX: usize = 6;

/// An address, masked unless it is to be shown in full.
pub(super) fn masked(address: &Address<'_>, in_full: bool) -> String {
    let text = String::from_utf8_lossy(address.addr);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // Whatever marks are in it, what has no letters is a number.
    if digits.is_empty() || text.chars().any(char::is_alphabetic) {
        return super::visible::visible(&text);
    }
    let international = address.ton == 1 || text.starts_with('+');
    let plus = if international { "+" } else { "" };
    if digits.len() <= SHORT_MAX {
        return super::visible::visible(&text);
    }
    if in_full {
        return format!("{plus}{digits}");
    }
    let code = if international { split(digits.as_bytes()) } else { None };
    let code = code.map_or(String::new(), |(code, _)| format!("+{code} "));
    let head = code.trim_matches(['+', ' ']).len();
    let hidden = digits.len().saturating_sub(TAIL + head);
    let tail = digits.get(digits.len() - TAIL..).unwrap_or_default();
    format!("{code}{}{tail}", "•".repeat(hidden))
}

/// A number that somebody typed, masked.
pub(super) fn masked_text(number: &str) -> String {
    let international = number.starts_with('+') || !number.starts_with('0');
    let ton = if international { 1 } else { 0 };
    masked(&Address { ton, npi: 1, addr: number.as_bytes() }, false)
}

/// A query with its numbers masked, and whether there were any: what is shown of a link that somebody else made.
pub(super) fn masked_query(query: &str) -> (String, bool) {
    let (mut shown, mut run, mut hides) = (String::new(), String::new(), false);
    for letter in query.chars() {
        // Groups of one number have blanks and marks between them.
        let goes_on = letter.is_ascii_digit() || (!run.is_empty() && " -().".contains(letter));
        if goes_on || letter == '+' {
            run.push(letter);
        } else {
            hides |= flush(&mut run, &mut shown);
            shown.push(letter);
        }
    }
    hides |= flush(&mut run, &mut shown);
    (shown.trim().to_owned(), hides)
}

/// Writes a run of digits and what stands between them, masked if it may be a number; whether it was.
fn flush(run: &mut String, shown: &mut String) -> bool {
    let run = std::mem::take(run);
    let hides = run.bytes().filter(u8::is_ascii_digit).count() > SHORT_MAX;
    if hides {
        shown.push_str(&masked_text(&run));
        // What follows a number stands by itself.
        let after = run.trim_end_matches([' ', '-', '(', ')', '.']);
        shown.push_str(&run[after.len()..]);
    } else {
        shown.push_str(&run);
    }
    hides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_its_country_and_its_end() {
        assert_eq!(masked_text("+447700900123"), "+44 •••••••123");
        assert_eq!(masked_text("447700900123"), "+44 •••••••123");
        assert_eq!(masked_text("ACME"), "ACME");
        assert_eq!(masked_text("60777"), "60777");
        let national = Address { ton: 2, npi: 1, addr: b"07700900123" };
        assert_eq!(masked(&national, false), "••••••••123");
        assert_eq!(masked(&national, true), "07700900123");
        let plain = Address { ton: 1, npi: 1, addr: b"447700900123" };
        assert_eq!(masked(&plain, true), "+447700900123");
    }

    #[test]
    fn a_query_shows_no_number_however_it_was_typed() {
        let cases = [
            ("+447700900123", "+44 •••••••123", true),
            ("to:447700900123 since:2h", "to:+44 •••••••123 since:2h", true),
            ("07700900123", "••••••••123", true),
            ("order-881 ACME", "order-881 ACME", false),
            ("*0013", "*0013", false),
            ("60777", "60777", false),
        ];
        for (query, shown, hides) in cases {
            let (masked, hidden) = masked_query(query);
            assert_eq!(hidden, hides, "{query}");
            assert_eq!(masked, shown, "{query}");
        }
        let two = "+447700900123 +447700900999";
        for spaced in
            ["+44 7700 900123", "+44 (0)7700-900123", "07700 900 123", two, "++447700900123"]
        {
            let (shown, hides) = masked_query(spaced);
            let digits = shown.bytes().filter(u8::is_ascii_digit).count();
            assert!(hides && digits <= 6, "{spaced}: {shown}");
        }
    }

    #[test]
    fn whatever_is_in_an_address_it_is_harmless() {
        let marked = Address { ton: 5, npi: 0, addr: b"44-7700 900123" };
        assert_eq!(masked(&marked, false), "•••••••••123");
        for addr in [&b""[..], b"\x00\xff", b"+", b"1234567", b"999999999999999999999999"] {
            let shown = masked(&Address { ton: 1, npi: 1, addr }, false);
            assert!(!shown.contains('\0'), "{shown}");
        }
    }
}
