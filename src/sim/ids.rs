//! How the simulated SMSC names messages, after the habits of real ones.
//!
//! **Invariants**: a number has one name in each style, and no two numbers share it.

use std::io::Write;

/// The form of a message id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum IdStyle {
    /// Lower-case hexadecimal, the commonest form in submit_sm_resp.
    #[default]
    Hex,
    /// Hexadecimal, padded with zeros to ten digits.
    HexPadded,
    /// Upper-case hexadecimal.
    HexUpper,
    /// Decimal.
    Dec,
    /// Decimal, padded with zeros to twenty digits.
    DecPadded,
    /// A UUID.
    Uuid,
    /// Digits and lower-case letters.
    Base36,
}

impl IdStyle {
    /// Writes the name of `number`, replacing what is in `out`.
    pub fn write(self, number: u64, out: &mut Vec<u8>) {
        out.clear();
        match self {
            Self::Hex => digits::<16>(number, out),
            Self::Dec => digits::<10>(number, out),
            Self::Base36 => digits::<36>(number, out),
            Self::HexUpper => {
                digits::<16>(number, out);
                out.make_ascii_uppercase();
            }
            Self::HexPadded => write_into(out, format_args!("{number:010x}")),
            Self::DecPadded => write_into(out, format_args!("{number:020}")),
            Self::Uuid => {
                // Odd multiplication is a bijection: the digits look random and never collide.
                let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let (a, b, c) = (mixed >> 32, mixed >> 16 & 0xFFFF, mixed & 0xFFFF);
                let node = number & 0xFFFF_FFFF_FFFF;
                write_into(out, format_args!("{a:08x}-{b:04x}-4{:03x}", c >> 4));
                write_into(out, format_args!("-8{:x}00-{node:012x}", c & 0xF));
            }
        }
    }
}

fn write_into(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a Vec cannot fail.
    let _ = out.write_fmt(text);
}

/// Digits in a base of at most 36, without the machinery of `write!`, for they are written twice
/// per message.
#[inline]
fn digits<const BASE: u64>(number: u64, out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = number;
    loop {
        let digit = (rest % BASE) as u8;
        out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        rest /= BASE;
        if rest == 0 {
            break;
        }
    }
    out.get_mut(start..).unwrap_or_default().reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(style: IdStyle, number: u64) -> String {
        let mut out = Vec::new();
        style.write(number, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_style_has_its_form() {
        assert_eq!(name(IdStyle::Hex, 48_879), "beef");
        assert_eq!(name(IdStyle::HexUpper, 48_879), "BEEF");
        assert_eq!(name(IdStyle::HexPadded, 48_879), "000000beef");
        assert_eq!(name(IdStyle::Dec, 48_879), "48879");
        assert_eq!(name(IdStyle::DecPadded, 48_879), "00000000000000048879");
        assert_eq!(name(IdStyle::Base36, 36), "10");
        assert_eq!(name(IdStyle::Dec, 0), "0");
        let uuid = name(IdStyle::Uuid, 48_879);
        assert_eq!((uuid.len(), uuid.matches('-').count(), &uuid[14..15]), (36, 4, "4"));
        assert_ne!(uuid, name(IdStyle::Uuid, 48_880));
    }
}
