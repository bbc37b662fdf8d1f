//! Octets as addresses and forms carry them.

/// Octets of a part of an address, or a value of a form, `+` for a space (WHATWG URL §5.2, and Kannel's
/// `octstr_url_encode`, which leaves `!~'()` too: both are read alike).
pub(super) fn encode(octets: &[u8], out: &mut String) {
    for &octet in octets {
        match octet {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'*' => out.push(char::from(octet)),
            _ if octet.is_ascii_alphanumeric() => out.push(char::from(octet)),
            _ => escape(octet, out),
        }
    }
}

/// The same as a text of its own.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode(text.as_bytes(), &mut out);
    out
}

fn escape(octet: u8, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(octet >> 4)]));
    out.push(char::from(DIGITS[usize::from(octet & 15)]));
}

/// Names and values as a form or a query.
pub(super) fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        encode(name.as_bytes(), &mut out);
        out.push('=');
        encode(value.as_bytes(), &mut out);
    }
    out
}

/// The value of a name in a query that [`form`] or a client wrote; `None` if the name is not there.
pub(super) fn value(query: &str, name: &str) -> Option<String> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then(|| decoded(value))
    };
    query.split('&').find_map(pair)
}

/// `+` and `%XX` undone; what is no escape stays as it is.
pub(super) fn decoded(text: &str) -> String {
    let octets = text.as_bytes();
    let mut out = Vec::with_capacity(octets.len());
    let mut at = 0;
    while let Some(&octet) = octets.get(at) {
        let digits = octets.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        let digits = digits.filter(|it| it.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match (octet, digits.and_then(|it| u8::from_str_radix(it, 16).ok())) {
            (b'%', Some(escaped)) => {
                out.push(escaped);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Path and query as a request may carry them: never empty, and what no request line may hold is escaped.
pub(super) fn path(rest: &str) -> String {
    let mut out = String::with_capacity(rest.len() + 1);
    if !rest.starts_with('/') {
        out.push('/');
    }
    for &octet in rest.as_bytes() {
        match octet {
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                out.push(char::from(octet));
            }
            _ => escape(octet, &mut out),
        }
    }
    // A fragment is no server's; what an escape put there is.
    out.replace('#', "%23")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_written_and_read() {
        let text = form([("a b", "1&2=3"), ("c", "ü+%")]);
        assert_eq!(text, "a+b=1%262%3D3&c=%C3%BC%2B%25");
        assert_eq!(value(&text, "c").as_deref(), Some("ü+%"));
        assert_eq!(value(&text, "d"), None);
        assert_eq!(decoded("%4"), "%4");
        assert_eq!(decoded("%zz%+"), "%zz% ");
    }

    #[test]
    fn a_path_holds_nothing_that_breaks_a_request_line() {
        assert_eq!(path("?a=b c&d=\r\n\"ü|#"), "/?a=b%20c&d=%0D%0A%22%C3%BC%7C%23");
        assert_eq!(path(""), "/");
        assert_eq!(path("/x?%41=%p"), "/x?%41=%p");
    }
}
