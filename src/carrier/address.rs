//! The type of number and numbering plan a carrier wants to see (SMPP v3.4 §5.2.5, §5.2.6), and the
//! sign in front of a number.

use crate::message::address::Address;

/// Type of number and numbering plan.
pub type TonNpi = (u8, u8);

/// What to do with a `+` in front of digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Plus {
    /// As it came.
    #[default]
    Keep,
    /// Taken away.
    Strip,
    /// Put in front of numbers that are not short.
    Add,
}

impl Plus {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 3] =
        [("keep", Self::Keep), ("strip", Self::Strip), ("add", Self::Add)];
}

/// How addresses of one side of a message are sent; what is `None` goes as it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AddressRule {
    /// Of addresses with anything but digits in them.
    pub alphanumeric: Option<TonNpi>,
    /// Of up to eight digits without a sign.
    pub short_code: Option<TonNpi>,
    /// Of longer numbers.
    pub number: Option<TonNpi>,
    /// The sign in front.
    pub plus: Plus,
}

/// Digits of a short code at most (the longest in use have eight).
const SHORT_CODE_DIGITS: usize = 8;

/// Octets of an address with its sign, without the NUL: more are left as they are.
pub const ADDRESS_OCTETS_MAX: usize = 20;

/// Room for an address that had to be written anew.
pub type AddressRoom = [u8; ADDRESS_OCTETS_MAX + 1];

impl AddressRule {
    /// The address as this carrier wants it.
    pub fn apply<'a>(&self, address: Address<'a>, room: &'a mut AddressRoom) -> Address<'a> {
        let digits = address.addr.strip_prefix(b"+").unwrap_or(address.addr);
        let numeric = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if !numeric {
            return with(address, self.alphanumeric);
        }
        let signed = digits.len() < address.addr.len();
        let short = digits.len() <= SHORT_CODE_DIGITS && !signed;
        let addr = match self.plus {
            Plus::Strip => digits,
            Plus::Add if !short && !signed => signed_in(digits, room).unwrap_or(address.addr),
            Plus::Keep | Plus::Add => address.addr,
        };
        with(Address { addr, ..address }, if short { self.short_code } else { self.number })
    }
}

fn with<'a>(address: Address<'a>, ton_npi: Option<TonNpi>) -> Address<'a> {
    let (ton, npi) = ton_npi.unwrap_or((address.ton, address.npi));
    Address { ton, npi, ..address }
}

fn signed_in<'a>(digits: &[u8], room: &'a mut AddressRoom) -> Option<&'a [u8]> {
    if digits.len() >= ADDRESS_OCTETS_MAX {
        return None;
    }
    let (sign, rest) = room.split_first_mut()?;
    *sign = b'+';
    rest.get_mut(..digits.len())?.copy_from_slice(digits);
    room.get(..=digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(rule: AddressRule, ton: u8, npi: u8, addr: &str) -> (u8, u8, String) {
        let mut room = [0; ADDRESS_OCTETS_MAX + 1];
        let sent = rule.apply(Address { ton, npi, addr: addr.as_bytes() }, &mut room);
        (sent.ton, sent.npi, String::from_utf8(sent.addr.to_vec()).expect("ASCII"))
    }

    #[test]
    fn without_a_rule_an_address_goes_as_it_came() {
        for addr in ["ACME", "+447700900123", "85075", ""] {
            assert_eq!(applied(AddressRule::default(), 6, 9, addr), (6, 9, addr.to_owned()));
        }
    }

    #[test]
    fn each_kind_has_its_type_and_plan() {
        let rule = AddressRule {
            alphanumeric: Some((5, 0)),
            short_code: Some((3, 0)),
            number: Some((1, 1)),
            plus: Plus::Strip,
        };
        assert_eq!(applied(rule, 0, 1, "ACME"), (5, 0, "ACME".to_owned()));
        assert_eq!(applied(rule, 0, 1, "85075"), (3, 0, "85075".to_owned()));
        assert_eq!(applied(rule, 0, 0, "+447700900123"), (1, 1, "447700900123".to_owned()));
    }

    #[test]
    fn a_sign_is_put_before_long_numbers_only_and_only_where_it_fits() {
        let rule = AddressRule { plus: Plus::Add, ..AddressRule::default() };
        assert_eq!(applied(rule, 1, 1, "447700900123").2, "+447700900123");
        assert_eq!(applied(rule, 1, 1, "+447700900123").2, "+447700900123");
        assert_eq!(applied(rule, 3, 0, "85075").2, "85075");
        let twenty = "1".repeat(20);
        assert_eq!(applied(rule, 1, 1, &twenty).2, twenty);
        assert_eq!(applied(rule, 1, 1, &twenty[1..]).2, format!("+{}", &twenty[1..]));
    }
}
