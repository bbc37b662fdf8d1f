//! In which form a carrier writes a message's id in the response and in the receipt.
//!
//! Many write it in hexadecimal once and in decimal the other time, and `5000` can be either. A
//! profile that says which ends the guessing: a wrong match is worse than none.

use crate::message::carrier_id::NormalId;

/// How the id of a receipt's text relates to that of the response.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum IdForm {
    /// Not known: the same text first, then as the other notation, both ways.
    #[default]
    Any,
    /// The same text, up to case and leading zeros.
    AsIs,
    /// Hexadecimal in the response, decimal in the receipt.
    HexInResponse,
    /// Decimal in the response, hexadecimal in the receipt.
    HexInReceipt,
}

impl IdForm {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("any", Self::Any),
        ("as_is", Self::AsIs),
        ("hex_in_response", Self::HexInResponse),
        ("hex_in_receipt", Self::HexInReceipt),
    ];

    /// The form of the response to look a receipt's id up under first. `receipted_message_id`: the
    /// id came in that parameter, which repeats the response's (§5.3.2.12), and not in the text.
    pub fn first(self, id: &[u8], receipted_message_id: bool) -> NormalId {
        let normal = NormalId::new(id);
        match self {
            Self::Any | Self::AsIs => normal,
            _ if receipted_message_id => normal,
            Self::HexInResponse => normal.in_hexadecimal().unwrap_or(normal),
            Self::HexInReceipt => normal.in_decimal().unwrap_or(normal),
        }
    }

    /// Every form to look it up under, the first included.
    pub fn all(self, id: &[u8], receipted_message_id: bool) -> impl Iterator<Item = NormalId> {
        let any = (self == Self::Any).then(|| NormalId::new(id).candidates());
        let one = (self != Self::Any).then(|| self.first(id, receipted_message_id));
        any.into_iter().flatten().chain(one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(form: IdForm, id: &str, parameter: bool) -> Vec<String> {
        let text = |form: NormalId| String::from_utf8_lossy(form.as_octets()).into_owned();
        assert_eq!(
            text(form.first(id.as_bytes(), parameter)),
            text(form.all(id.as_bytes(), parameter).next().expect("one at least"))
        );
        form.all(id.as_bytes(), parameter).map(text).collect()
    }

    #[test]
    fn a_form_that_is_known_leaves_one_reading() {
        assert_eq!(forms(IdForm::Any, "5000", false), ["5000", "20480", "1388"]);
        assert_eq!(forms(IdForm::AsIs, "0005000", false), ["5000"]);
        assert_eq!(forms(IdForm::HexInResponse, "0000005000", false), ["1388"]);
        assert_eq!(forms(IdForm::HexInReceipt, "5000", false), ["20480"]);
    }

    #[test]
    fn the_parameter_repeats_the_response() {
        assert_eq!(forms(IdForm::HexInResponse, "1388", true), ["1388"]);
    }

    #[test]
    fn an_id_that_is_no_number_is_itself() {
        assert_eq!(forms(IdForm::HexInResponse, "A-b@c", false), ["a-b@c"]);
        assert_eq!(forms(IdForm::HexInReceipt, "", false), [""]);
    }
}
