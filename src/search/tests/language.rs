//! What is read, how it is written down again, and what is told of what is wrong.

use crate::search::expression::Expression;
use crate::search::parse::{QUERY_BYTES_MAX, TERMS_MAX, parse};
use crate::search::syntax_error::QueryError;

fn read(query: &str) -> Expression {
    parse(query).unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn wrong(query: &str) -> QueryError {
    parse(query).err().unwrap_or_else(|| panic!("{query} is read"))
}

#[test]
fn a_query_is_read_as_it_is_meant() {
    for (query, meant) in [
        ("", ""),
        ("+447700900123", "number:+447700900123"),
        ("+44 7700 900123", "number:+447700900123"),
        ("+44 (0)7700 900-123 disp:bounced", "number:+447700900123 disposition:bounced"),
        ("07700 900123", "07700900123"),
        ("+447700900123 60777", "number:+447700900123 60777"),
        ("\u{202a}+447700900123\u{202c}", "number:+447700900123"),
        ("tel:+447700900123", "number:+447700900123"),
        ("+88888888884388888430000", "+88888888884388888430000"),
        ("*0013", "number:*0013"),
        ("+4479*", "number:+4479*"),
        ("MSG_8FMWVQWY3EWCZ", "id:msg_8fmwvqwy3ewcz"),
        ("id:8fmwvqwy3ewcz", "id:msg_8fmwvqwy3ewcz"),
        ("order-881", "order-881"),
        ("12:30", "12:30"),
        ("\"two words\"", "text:\"two words\""),
        ("text:hello ref:\"a b\"", "text:hello ref:\"a b\""),
        (r#""say \"no\" to \\""#, r#"text:"say \"no\" to \\""#),
        ("to:\"+44 7700 900123\"", "to:+447700900123"),
        ("from:ACME -to:*0013", "from:ACME -to:*0013"),
        ("from:\"A*B\"", "from:\"A*B\""),
        ("TO:+4479* Disposition:In-Progress", "to:+4479* disposition:in_progress"),
        ("direction:mo dir:out", "direction:inbound direction:outbound"),
        ("channel:SMS tag:otp", "type:sms tag:otp"),
        (
            "since:2025-10-21 until:\"2025-10-21 13:03\"",
            "since:2025-10-21T00:00:00Z until:2025-10-21T13:03:00Z",
        ),
        ("since:48h until:yesterday", "since:2d until:yesterday"),
        (
            "account:shop carrier:orange carrier_message_id:00AF",
            "account:shop carrier:orange carrier_id:00AF",
        ),
        ("reason:memory_full status:undelivered", "reason:memory_full status:undelivered"),
    ] {
        assert_eq!(read(query).to_string(), meant, "{query}");
        assert_eq!(read(meant), read(query), "{query}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_is_allowed() {
    for (query, told) in [
        (
            "to:1 dispositon:bounced",
            "at character 6: `dispositon` is no key; did you mean `disposition`? Allowed: to, from, ",
        ),
        ("-frm:ACME", "at character 2: `frm` is no key; did you mean `from`?"),
        (
            "disposition:bouncd",
            "at character 13: `bouncd` is no disposition; did you mean `bounced`? Allowed: in_progress, delivered,",
        ),
        ("reason:zzz", "at character 8: `zzz` is no reason; allowed: none, absent_subscriber,"),
        ("since:soon", "at character 7: `soon` is no moment; allowed: RFC 3339"),
        ("to:", "at character 1: `to:` has nothing behind it"),
        ("ä to:\"\"", "at character 3: `to:\"\"` has nothing in its quotes"),
        ("a -", "at character 3: `-` has to stand before what must not hold"),
        ("\"never ends", "at character 1: `\"` begins a text that does not end"),
        ("to:\"a\"b", "at character 6: `\"` has to be followed by a blank"),
        ("five\"", "at character 1: `five\"` has a quote in it"),
        ("AC*", "at character 1: `AC*` is no pattern of a number; allowed: `*0013`"),
        ("*12*", "at character 1: `*12*` is no pattern"),
        ("to:*", "at character 4: `*` is no pattern"),
        ("*1234567890123456", "at character 1: `*1234567890123456` is no pattern"),
        (
            "id:msg_123",
            "at character 4: `msg_123` is not the id of a message; allowed: `msg_` and 13",
        ),
        ("\"!?\"", "at character 1: `!?` has no word in it"),
        ("a\u{7}b", "at character 2: `\\u{7}` is no character to search for"),
        (
            "to:ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "at character 4: `ABCDEFGHIJKLMNOPQRSTUVWXYZ` is longer than the 21",
        ),
        ("type:fax", "at character 6: `fax` is no type; allowed: sms"),
    ] {
        let error = wrong(query).to_string();
        assert!(error.starts_with(told), "{query:?}: {error}");
    }
}

#[test]
fn a_query_has_limits() {
    let terms = "a ".repeat(TERMS_MAX);
    assert_eq!(read(&terms).terms.len(), TERMS_MAX);
    assert!(wrong(&format!("{terms}b")).to_string().contains("one term more than the 16"));
    assert!(
        wrong(&"x".repeat(QUERY_BYTES_MAX + 1)).problem.contains("longer than the 1024 octets")
    );
    assert!(wrong(&"x".repeat(300)).problem.contains("longer than 255 characters"));
    assert!(wrong(&"x".repeat(300)).read.chars().count() <= 41);
}

#[test]
fn whatever_is_read_reads_back_as_it_is_written() {
    let mut random = fastrand::Rng::with_seed(11);
    let pieces = [
        "to:",
        "from:",
        "number:",
        "text:",
        "ref:",
        "since:",
        "until:",
        "tag:",
        "id:",
        "carrier_id:",
        "-",
        "\"",
        "\\",
        "*",
        "+44",
        "0",
        "7700",
        " ",
        " ",
        " ",
        "ACME",
        "é",
        "验",
        "\u{200b}",
        ":",
        "2h",
        "today",
        "2025-10-21",
        "(0)",
        ".",
        "msg_8fmwvqwy3ewcz",
        "disposition:bounced",
        "\u{a0}",
        "\t",
        "12",
    ];
    let mut read = 0;
    for _ in 0..40_000 {
        let query: String =
            (0..random.usize(..9)).map(|_| pieces[random.usize(..pieces.len())]).collect();
        let Ok(expression) = parse(&query) else { continue };
        let written = expression.to_string();
        assert_eq!(parse(&written).as_ref(), Ok(&expression), "{query:?} {written:?}");
        read += 1;
    }
    assert!(read > 5_000, "{read}");
}
