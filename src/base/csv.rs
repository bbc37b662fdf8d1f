//! Cells of CSV (RFC 4180) that a spreadsheet can be given without fear.
//!
//! A cell that begins like a formula is given an apostrophe, which spreadsheets take as "this is text": so a
//! text from a stranger never runs, and a number keeps its `+` and all of its digits.

/// What formulas begin with, in any spreadsheet and in full width.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Appends a text as one cell.
pub fn cell(text: &str, out: &mut String) {
    let formula = text.starts_with(FORMULA);
    let quoted =
        text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    if quoted {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = String::new();
        cell(text, &mut out);
        out
    }

    #[test]
    fn nothing_runs_as_a_formula_and_numbers_stay_readable() {
        for (text, expected) in [
            ("+447700900123", "'+447700900123"),
            ("447•••••••23", "447•••••••23"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "'＝1"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("a = b", "a = b"),
            ("", ""),
        ] {
            assert_eq!(written(text), expected);
        }
    }

    #[test]
    fn whatever_a_text_is_a_reader_gets_it_back_with_at_most_an_apostrophe_before_it() {
        let mut random = fastrand::Rng::with_seed(1);
        let letters: Vec<char> = "=+-@\t\r\n\",' ab＝é".chars().collect();
        for _ in 0..20_000 {
            let length = random.usize(..8);
            let text: String =
                (0..length).map(|_| letters[random.usize(..letters.len())]).collect();
            let written = written(&text);
            let unquoted = match written.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
                Some(inside) if written.len() > 1 => inside.replace("\"\"", "\""),
                _ => {
                    assert!(!written.contains([',', '"', '\n', '\r']), "{written:?}");
                    written.clone()
                }
            };
            assert!(!unquoted.starts_with(FORMULA), "{written:?}");
            let back = if unquoted == text { &unquoted } else { &unquoted[1..] };
            assert_eq!(back, text, "{written:?}");
        }
    }
}
