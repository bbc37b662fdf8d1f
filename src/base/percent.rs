//! Octets as addresses have them: what has a meaning there is written as `%` and two digits (RFC 3986 §2.1).

use std::fmt::Write as _;

/// A value of a query: only letters, digits and `-._~` stay as they are (§2.3).
pub fn escaped(octets: &[u8]) -> String {
    escaped_but(octets, b"")
}

/// The same with `/` left as it is, as a query may have it (§3.4).
pub fn escaped_path(octets: &[u8]) -> String {
    escaped_but(octets, b"/")
}

fn escaped_but(octets: &[u8], plain: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) || plain.contains(&octet) {
            text.push(char::from(octet));
        } else {
            let _infallible = write!(text, "%{octet:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_place() {
        assert_eq!(escaped("a-b._~/&=+# é".as_bytes()), "a-b._~%2F%26%3D%2B%23%20%C3%A9");
        assert_eq!(escaped_path(b"/m/1?x=\xff"), "/m/1%3Fx%3D%FF");
    }
}
