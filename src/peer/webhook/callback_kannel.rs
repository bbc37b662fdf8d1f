//! The `dlr-url` of Kannel: an address with escapes that are replaced when it is called (Kannel user
//! guide, "Parameters (Escape Codes)"; gw/urltrans.c).
//!
//! Only path and query are replaced: whom it leads to was said when the message was sent. An escape that
//! is none stays as it is, and so does a `%` at the end.

use super::callback_facts::Facts;
use super::callback_form::{encode, encoded, path, value};
use crate::message::callback::{CallbackRef, CallbackWants};
use crate::wire::smpp::status::CommandStatus;

/// Octets of an address with its escapes replaced; a longer one is cut there, as no server reads more.
const PATH_BYTES_MAX: usize = 16 << 10;

/// Path and query to call.
pub(super) fn called(callback: &CallbackRef<'_>, rest: &str, facts: &Facts) -> String {
    let text = text(facts);
    let words: Vec<&[u8]> = words(&text);
    let mut escapes = Escapes { callback, facts, text: &text, words, next: 1, out: String::new() };
    escapes.fill(rest);
    let mut called = path(&escapes.out);
    // Everything in it is ASCII by now.
    called.truncate(PATH_BYTES_MAX);
    called
}

/// The text of the report: that of a receipt as it came, else whether the carrier took it.
fn text(facts: &Facts) -> Vec<u8> {
    if let Some(receipt) = &facts.receipt {
        return receipt.raw.clone();
    }
    match facts.bit {
        CallbackWants::SENT => b"ACK/".to_vec(),
        CallbackWants::REJECTED => {
            let status = facts.command_status.unwrap_or(0);
            let name = CommandStatus(status).name().unwrap_or(facts.reason.name());
            format!("NACK/0x{status:08x}/{name}").into_bytes()
        }
        _ => facts.reason.name().as_bytes().to_vec(),
    }
}

fn words(text: &[u8]) -> Vec<&[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect()
}

struct Escapes<'a> {
    callback: &'a CallbackRef<'a>,
    facts: &'a Facts,
    text: &'a [u8],
    words: Vec<&'a [u8]>,
    /// The next word that `%s` or `%S` gives.
    next: usize,
    out: String,
}

impl Escapes<'_> {
    fn fill(&mut self, pattern: &str) {
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once('%') {
            self.out.push_str(before);
            let mut letters = behind.chars();
            let Some(letter) = letters.next() else {
                self.out.push('%');
                return;
            };
            rest = letters.as_str();
            if letter == '#' {
                rest = self.meta(rest);
            } else if self.out.len() < PATH_BYTES_MAX {
                self.one(letter);
            }
        }
        self.out.push_str(rest);
    }

    fn one(&mut self, letter: char) {
        let facts = self.facts;
        match letter {
            'A' | 'b' => encode(self.text, &mut self.out),
            'a' => self.join(0),
            'k' => self.join_one(0),
            'r' => self.join(self.next),
            's' | 'S' => self.word(letter == 'S'),
            'd' => self.out.push_str(&facts.bit.0.to_string()),
            // As Kannel has it in reports: `%p` is the handset, `%P` who sent to it.
            'p' => encode(facts.to.as_bytes(), &mut self.out),
            'P' => encode(facts.from.as_bytes(), &mut self.out),
            'q' => self.number(&facts.to),
            'Q' => self.number(&facts.from),
            't' => self.out.push_str(&facts.time("%Y-%m-%d+%H:%M:%S")),
            'T' => self.out.push_str(&(facts.at.0 / 1_000_000).to_string()),
            'i' => self.kept_or("smsc", &facts.carrier),
            'I' => self.out.push_str(&facts.id),
            'F' => encode(facts.carrier_message_id.as_bytes(), &mut self.out),
            'n' => self.kept_or("service", &facts.account),
            'o' => self.kept_or("account", ""),
            'B' => self.kept_or("binfo", ""),
            'D' => self.kept_or("meta", ""),
            'R' => encode(self.callback.url.as_bytes(), &mut self.out),
            'c' => self.out.push_str(coding(facts.data_coding).0),
            'C' => self.out.push_str(coding(facts.data_coding).1),
            'O' => self.out.push_str(&format!("{:02}", facts.data_coding)),
            'm' | 'M' => self.out.push_str("-1"),
            // What a report has none of: the SMSC's number, a header, a validity, a delay.
            'f' | 'u' | 'v' | 'V' => {}
            '%' => self.out.push('%'),
            other => self.out.extend(['%', other]),
        }
    }

    /// What was given with the message, or what is known here.
    fn kept_or(&mut self, name: &str, other: &str) {
        let kept = value(self.callback.context, name);
        encode(kept.as_deref().unwrap_or(other).as_bytes(), &mut self.out);
    }

    fn join(&mut self, from: usize) {
        for (place, word) in self.words.iter().skip(from).enumerate() {
            if place > 0 {
                self.out.push('+');
            }
            encode(word, &mut self.out);
        }
    }

    fn join_one(&mut self, place: usize) {
        if let Some(word) = self.words.get(place) {
            encode(word, &mut self.out);
        }
    }

    fn word(&mut self, stars: bool) {
        let Some(word) = self.words.get(self.next) else { return };
        self.next += 1;
        if stars {
            self.out.push_str(&String::from_utf8_lossy(word).replace('*', "~"));
        } else {
            encode(word, &mut self.out);
        }
    }

    /// A number that begins with `00` is written with a `+`.
    fn number(&mut self, number: &str) {
        match number.strip_prefix("00") {
            Some(rest) => self.out.push_str(&format!("%2B{}", encoded(rest))),
            None => encode(number.as_bytes(), &mut self.out),
        }
    }

    /// `%#group#name#`: a value of the meta data, `?group?name=value&name=value?group?…`.
    fn meta<'p>(&mut self, rest: &'p str) -> &'p str {
        let Some((group, behind)) = rest.split_once('#') else { return rest };
        let Some((name, behind)) = behind.split_once('#') else { return behind };
        let meta = value(self.callback.context, "meta").unwrap_or_default();
        let pieces: Vec<&str> = meta.split('?').skip(1).collect();
        let (pairs, _) = pieces.as_chunks::<2>();
        let found = pairs.iter().find(|[of, _]| *of == group).and_then(|[_, it]| value(it, name));
        encode(found.unwrap_or_default().as_bytes(), &mut self.out);
        behind
    }
}

/// Kannel's `coding` and `charset` of a `data_coding`.
const fn coding(data_coding: u8) -> (&'static str, &'static str) {
    match data_coding {
        8 => ("2", "UTF-16BE"),
        4 | 2 => ("1", "8-BIT"),
        _ => ("0", "UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::callback::{CallbackFormat, CallbackMethod};
    use crate::message::reason::Reason;

    fn call(rest: &str, facts: &Facts) -> String {
        let callback = CallbackRef {
            format: CallbackFormat::Kannel,
            method: CallbackMethod::Get,
            wants: CallbackWants::ALL,
            url: "http://a/?%R",
            context: "service=news+one&account=acct%261&smsc=&meta=%3Fsmpp%3Fk%3Dv1%26l%3Dv+2%3F",
        };
        called(&callback, rest, facts)
    }

    #[test]
    fn escapes_are_replaced_as_kannel_does() {
        let facts = Facts::example();
        for (pattern, expected) in [
            ("/dlr?type=%d&to=%p&from=%P", "/dlr?type=1&to=447700900123&from=ACME+1"),
            (
                "/?id=%I&smsc=%F&time=%T&at=%t",
                "/?id=1g9eb1pxa9d6p&smsc=13006AC1&time=1761051787&at=2025-10-21+13:03:07",
            ),
            ("/?%A", "/?id%3A1+stat%3ADELIVRD+err%3A000"),
            ("/?%b", "/?id%3A1+stat%3ADELIVRD+err%3A000"),
            ("/?k=%k&a=%a", "/?k=id%3A1&a=id%3A1+stat%3ADELIVRD+err%3A000"),
            ("/?%s&%S&%s|", "/?stat%3ADELIVRD&err:000&%7C"),
            ("/?%s&%r", "/?stat%3ADELIVRD&err%3A000"),
            ("/?%q&%Q", "/?447700900123&ACME+1"),
            ("/?%n&%o&%D", "/?news+one&acct%261&%3Fsmpp%3Fk%3Dv1%26l%3Dv+2%3F"),
            ("/?i=%i&B=%B&f=%f&u=%u", "/?i=&B=&f=&u="),
            ("/?%c&%C&%O&%m", "/?0&UTF-8&00&-1"),
            ("/?%#smpp#l#&%#smpp#x#&%#none#l#", "/?v+2&&"),
            ("/?%R", "/?http%3A%2F%2Fa%2F%3F%25R"),
            ("", "/"),
        ] {
            assert_eq!(call(pattern, &facts), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_escape_stays_and_the_end_is_no_trap() {
        let facts = Facts::example();
        for (pattern, expected) in [
            ("/100%", "/100%"),
            ("/%%", "/%"),
            ("/%%d", "/%d"),
            ("/%20x%z", "/%20x%z"),
            ("/%#", "/"),
            ("/%#a#b", "/b"),
            ("/%ü", "/%%C3%BC"),
            ("/%#a", "/a"),
        ] {
            assert_eq!(call(pattern, &facts), expected, "{pattern}");
        }
        let many = "%A".repeat(1000);
        assert!(call(&many, &facts).len() <= PATH_BYTES_MAX);
    }

    #[test]
    fn reports_without_a_receipt_say_what_kannel_says() {
        let mut facts = Facts { receipt: None, ..Facts::example() };
        facts.bit = CallbackWants::SENT;
        assert_eq!(call("/%d?%A", &facts), "/8?ACK%2F");
        facts.bit = CallbackWants::REJECTED;
        facts.command_status = Some(11);
        assert_eq!(call("/%d?%A", &facts), "/16?NACK%2F0x0000000b%2FESME_RINVDSTADR");
        facts.bit = CallbackWants::UNDELIVERED;
        facts.reason = Reason::ValidityOver;
        assert_eq!(call("/%d?%A", &facts), "/2?validity_over");
    }
}
