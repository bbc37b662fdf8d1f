//! What a request wants said, in the coding and charset that it names.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, WINDOWS_1252};

use super::fields::Fields;
use super::reply::Refused;
use super::values::Values;
use crate::gsm::alphabet::OCTETS_MAX;
use crate::peer::http::compat::wording::{Content, cheapest, in_septets, in_ucs2};

const SEPTETS: u8 = 0;
const OCTETS: u8 = 1;
const UCS2: u8 = 2;

/// The user data of a request.
///
/// Without `coding`, what follows a header is octets, and a text goes in UCS-2 only if the GSM alphabet
/// has not all of it. `coding=0` has `?` for what it has not.
pub(super) fn content(fields: &Fields, values: &Values) -> Result<Content, Refused> {
    let udh = udh(fields)?;
    let text = fields.get(&["text"]).unwrap_or_default();
    let charset = fields.text("charset");
    let coding = values.coding.or((!udh.is_empty()).then_some(OCTETS));
    let (coding, body) = match coding {
        Some(OCTETS) => (OCTETS, text.to_vec()),
        Some(UCS2) => (UCS2, ucs2(text, &charset)?),
        Some(_) => (SEPTETS, in_septets(&read(text, &charset)?)),
        None => {
            let content = cheapest(&read(text, &charset)?);
            (if content.data_coding == 0 { SEPTETS } else { UCS2 }, content.body)
        }
    };
    let data_coding = values.data_coding(coding, body.is_empty());
    let content = Content { data_coding, esm_class: 0, body }.behind(udh);
    match content.parts() {
        Some(_) => Ok(content),
        None if udh.len() > 1 && cannot_be(udh) => Err(Refused::misformed("UDH")),
        None => Err(Refused::because("Message too long, rejected")),
    }
}

/// The header with its length before it; empty if there is none.
fn udh(fields: &Fields) -> Result<&[u8], Refused> {
    let Some(udh) = fields.get(&["udh"]) else { return Ok(&[]) };
    if udh.first().map(|&length| usize::from(length) + 1) != Some(udh.len()) {
        return Err(Refused::misformed("UDH"));
    }
    if udh.len() > OCTETS_MAX {
        return Err(Refused::because("UDH field is too long, rejected"));
    }
    Ok(udh)
}

/// Whether a header has no elements that can be read.
fn cannot_be(udh: &[u8]) -> bool {
    Content::default().behind(udh).parts().is_none()
}

/// A text in its charset: UTF-8 unless it is named, and Latin-1 if it is not that.
fn read(text: &[u8], charset: &str) -> Result<String, Refused> {
    if charset.is_empty() {
        let read = UTF_8.decode_without_bom_handling_and_without_replacement(text);
        let read = read.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(text).0);
        return Ok(read.into_owned());
    }
    let misformed = || Refused::because("Charset or body misformed, rejected");
    let encoding = known(charset).ok_or_else(misformed)?;
    let read = encoding.decode_without_bom_handling_and_without_replacement(text);
    Ok(read.ok_or_else(misformed)?.into_owned())
}

/// UCS-2 as it came, unless a charset is named: UTF-16BE is what Kannel expects.
fn ucs2(text: &[u8], charset: &str) -> Result<Vec<u8>, Refused> {
    if !charset.is_empty() {
        return Ok(in_ucs2(&read(text, charset)?));
    }
    if !text.len().is_multiple_of(2) {
        return Err(Refused::because("Charset or body misformed, rejected"));
    }
    Ok(text.to_vec())
}

/// An encoding by a name of the Encoding Standard, or one of those that iconv knows beside them.
fn known(charset: &str) -> Option<&'static Encoding> {
    let name = charset.to_ascii_uppercase();
    match name.as_str() {
        "UCS-2" | "UCS-2BE" | "UCS2" | "UTF16BE" | "UTF-16" => Some(UTF_16BE),
        "LATIN-1" => Some(WINDOWS_1252),
        name => Encoding::for_label_no_replacement(name.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use super::*;

    async fn said(query: &str) -> Result<(u8, u8, Vec<u8>), String> {
        let request = Request::get(format!("/?{query}")).body(Body::empty()).expect("whole");
        let (parts, body) = request.into_parts();
        let fields = Fields::of(&parts, body, 1_000).await.expect("a form");
        let values = Values::of(&fields).expect("in bounds");
        let content = content(&fields, &values).map_err(|refused| refused.words)?;
        Ok((content.data_coding, content.esm_class, content.body))
    }

    #[tokio::test]
    async fn a_text_is_in_utf_8_or_what_it_says_it_is_in() {
        let euro = Ok((0, 0, b"\x1be".to_vec()));
        assert_eq!(said("text=%E2%82%AC").await, euro);
        assert_eq!(said("text=%A4&charset=ISO-8859-15").await, euro);
        assert_eq!(said("text=%80&charset=windows-1252").await, euro);
        assert_eq!(said("text=%20%AC&charset=UTF-16BE").await, euro);
        assert_eq!(said("text=%20%AC&charset=UCS-2&coding=0").await, euro);
        assert_eq!(said("text=%E9").await, Ok((0, 0, vec![5])), "é in Latin-1");
        for query in ["text=a&charset=klingon", "text=%E9&charset=UTF-8", "text=a&charset=UTF-16BE"]
        {
            let words = Err("Charset or body misformed, rejected".to_owned());
            assert_eq!(said(query).await, words, "{query}");
        }
    }

    #[tokio::test]
    async fn coding_chooses_the_alphabet_and_without_it_the_text_does() {
        let cyrillic = "text=%D1%8F";
        assert_eq!(said(cyrillic).await, Ok((8, 0, vec![4, 0x4f])));
        assert_eq!(said(&format!("{cyrillic}&coding=0")).await, Ok((0, 0, b"?".to_vec())));
        assert_eq!(
            said(&format!("{cyrillic}&coding=2&charset=utf-8")).await,
            Ok((8, 0, vec![4, 0x4f]))
        );
        assert_eq!(said("text=%04%4F&coding=2").await, Ok((8, 0, vec![4, 0x4f])));
        assert_eq!(said("text=%D1%8F&coding=1").await, Ok((4, 0, vec![0xd1, 0x8f])));
        assert_eq!(said("text=Hi&mclass=0").await, Ok((0x10, 0, b"Hi".to_vec())));
        assert_eq!(said("").await, Ok((0, 0, Vec::new())), "Kannel sends empty texts");
        assert!(said("text=a&coding=2").await.is_err(), "half a unit");
    }

    #[tokio::test]
    async fn a_header_stands_before_octets_or_the_text() {
        let udh = "udh=%06%05%04%0B%84%23%F0";
        let header = [6, 5, 4, 0x0b, 0x84, 0x23, 0xf0];
        let with = |body: &[u8]| [&header, body].concat();
        assert_eq!(said(&format!("{udh}&text=%01%02")).await, Ok((4, 0x40, with(&[1, 2]))));
        assert_eq!(said(&format!("{udh}&text=@&coding=0")).await, Ok((0, 0x40, with(&[0]))));
        for udh in ["udh=", "udh=%05%00", "udh=%01%00%00", "udh=%02%00%09"] {
            let words = Err("UDH field misformed, rejected".to_owned());
            assert_eq!(said(&format!("{udh}&text=a")).await, words, "{udh}");
        }
        let long = format!("udh=%96{}", "%00".repeat(0x96));
        assert_eq!(said(&long).await, Err("UDH field is too long, rejected".to_owned()));
        let words = Err("Message too long, rejected".to_owned());
        assert_eq!(said(&format!("text={}", "%E2%82%AC".repeat(90).repeat(10))).await, words);
    }
}
