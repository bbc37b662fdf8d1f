//! Numbers as people write them: in groups, with marks between them.

/// Octets of the longest address, with its `+` (SMPP §5.2.9).
pub const ADDRESS_BYTES_MAX: usize = 21;

/// Digits, perhaps after `+`, of a text that is nothing but a number; `None` for any other.
pub fn read(text: &str) -> Option<String> {
    let text = text.strip_prefix("tel:").unwrap_or(text).trim();
    // In `+44 (0)7700 …` the zero is for those within the country.
    let text = if text.starts_with('+') { text.replacen("(0)", "", 1) } else { text.to_owned() };
    let mut number = String::with_capacity(text.len());
    for (place, letter) in text.chars().enumerate() {
        match letter {
            '0'..='9' => number.push(letter),
            '+' if place == 0 => number.push('+'),
            ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '-' | '\u{2010}' | '\u{2011}' | '.'
            | '/' | '(' | ')' => {}
            _ => return None,
        }
    }
    // What begins with a mark that belongs to no number is none either.
    let first = text.chars().next()?;
    let digits = number.trim_start_matches('+').len();
    (digits > 0 && (first.is_ascii_digit() || matches!(first, '+' | '('))).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for written in
            ["+44 7700 900123", "+44 (0)7700-900123", "+44.7700.900123", "tel:+447700900123"]
        {
            assert_eq!(read(written).as_deref(), Some("+447700900123"), "{written}");
        }
        assert_eq!(read("(020) 7946 0000").as_deref(), Some("02079460000"));
        for other in ["ACME", "", "+", "12a", "-5", "1+2", ".5", "()"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
