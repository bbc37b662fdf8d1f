//! What a message says: `content` in its coding, or `hex-content`.

use super::arguments::Arguments;
use super::reply::Refused;
use crate::peer::http::compat::form::unhex;
use crate::peer::http::compat::wording::{Content, cheapest, in_septets, in_ucs2};

/// SMPP §5.2.19.
const UCS2: u8 = 8;

/// The user data of a request.
///
/// A text is UTF-8 as long as it is to go in the default alphabet; in every other coding `content` is
/// octets of it, as Jasmin passes them on. A text of JSON is text in UCS-2 too.
pub(super) fn content(arguments: &Arguments) -> Result<Content, Refused> {
    let coding = arguments.get("coding").map(|value| {
        // One or two digits: that was checked.
        value.iter().fold(0, |sum: u8, digit| sum * 10 + (digit & 15))
    });
    let text = arguments.get("content").unwrap_or_default();
    let content = match (arguments.get("hex-content"), coding) {
        (Some(hex), coding) => {
            let body = unhex(hex).ok_or_else(|| {
                let shown = String::from_utf8_lossy(&hex[..hex.len().min(64)]);
                Refused::because(format!("Invalid hex-content data: '{shown}'"))
            })?;
            Content { data_coding: coding.unwrap_or(0), esm_class: 0, body }
        }
        (None, None) => cheapest(utf8(text)?),
        (None, Some(0)) => Content { body: in_septets(utf8(text)?), ..Content::default() },
        (None, Some(UCS2)) if arguments.is_json => {
            Content { data_coding: UCS2, body: in_ucs2(utf8(text)?), ..Content::default() }
        }
        (None, Some(data_coding)) => Content { data_coding, esm_class: 0, body: text.to_vec() },
    };
    if content.data_coding == UCS2 && !content.body.len().is_multiple_of(2) {
        return Err(Refused::because(
            "Argument [content] has an invalid value: half a UCS-2 unit.",
        ));
    }
    Ok(content)
}

/// Parts that it takes.
pub(super) fn parts(content: &Content) -> Result<usize, Refused> {
    content.parts().ok_or_else(|| Refused::because("Argument [content] is too long."))
}

fn utf8(text: &[u8]) -> Result<&str, Refused> {
    std::str::from_utf8(text)
        .map_err(|_| Refused::because("Argument [content] has an invalid value: it is not UTF-8."))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use super::*;

    async fn said(query: &str, json: &str) -> Result<(u8, Vec<u8>), String> {
        let request = Request::post(format!("/send?{query}"));
        let kind = if json.is_empty() { "text/plain" } else { "application/json" };
        let request = request.header("content-type", kind).body(Body::from(json.to_owned()));
        let (parts, body) = request.expect("whole").into_parts();
        let arguments = Arguments::of(&parts, body, 1_000).await.expect("arguments");
        let content = content(&arguments).map_err(|refused| refused.words)?;
        Ok((content.data_coding, content.body))
    }

    #[tokio::test]
    async fn a_text_is_in_its_coding() {
        assert_eq!(said("content=%E2%82%AC", "").await, Ok((0, b"\x1be".to_vec())));
        assert_eq!(said("content=%D1%8F", "").await, Ok((8, vec![4, 0x4f])));
        assert_eq!(said("content=%D1%8F&coding=0", "").await, Ok((0, b"?".to_vec())));
        assert_eq!(said("content=%04%4F&coding=8", "").await, Ok((8, vec![4, 0x4f])));
        assert_eq!(said("content=%E9&coding=3", "").await, Ok((3, vec![0xe9])));
        assert_eq!(said("", r#"{"content":"я","coding":8}"#).await, Ok((8, vec![4, 0x4f])));
        assert_eq!(said("hex-content=044F&coding=8", "").await, Ok((8, vec![4, 0x4f])));
        assert_eq!(said("hex-content=01ff&coding=14", "").await, Ok((14, vec![1, 0xff])));
    }

    #[tokio::test]
    async fn what_cannot_be_said_is_refused() {
        let words = said("hex-content=0", "").await;
        assert_eq!(words, Err("Invalid hex-content data: '0'".to_owned()));
        assert!(said("content=%E9", "").await.is_err(), "neither UTF-8");
        assert!(said("content=a&coding=8", "").await.is_err(), "nor a whole unit");
        let long = Content { body: vec![b'a'; 1_531], ..Content::default() };
        assert!(parts(&long).is_err());
    }
}
