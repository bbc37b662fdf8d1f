//! Queries of addresses, written and read.

use crate::base::percent::escaped_path;

/// An address with those of these parameters that have a value.
pub(super) fn with(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        address.push_str(&escaped_path(value.as_bytes()));
    }
    address
}

/// An address within the console, if it is one: never another host's.
pub(super) fn local(path: &str) -> Option<&str> {
    let plain = path.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\');
    let inside = path.starts_with('/') && !path.starts_with("//") && path.len() <= 4_096;
    (plain && inside).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_break_out_of_their_place() {
        let address = with("/search", &[("q", "a&b=c#d é"), ("none", ""), ("after", "msg_1")]);
        assert_eq!(address, "/search?q=a%26b%3Dc%23d%20%C3%A9&after=msg_1");
    }

    #[test]
    fn only_pages_of_ours_are_returned_to() {
        assert_eq!(local("/m/msg_1?x=1"), Some("/m/msg_1?x=1"));
        for other in ["//evil.example", "https://evil.example", "", "/\\evil", "/a\r\nb", "m", "/ü"]
        {
            assert_eq!(local(other), None, "{other}");
        }
    }
}
