//! The corpora of the fuzz targets, run as plain tests.

use std::path::Path;

#[path = "../../fuzz/src/address.rs"]
mod address;

#[path = "../../fuzz/src/frame.rs"]
mod frame;

#[path = "../../fuzz/src/pdu.rs"]
mod pdu;

#[path = "../../fuzz/src/profile.rs"]
mod profile;

#[path = "../../fuzz/src/receipt.rs"]
mod receipt;

#[path = "../../fuzz/src/search.rs"]
mod search;

#[path = "../../fuzz/src/session.rs"]
mod session;

#[path = "../../fuzz/src/text.rs"]
mod text;

#[path = "../../fuzz/src/udh.rs"]
mod udh;

fn corpus(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap();
    let inputs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    for input in inputs {
        run(&std::fs::read(&input).unwrap());
    }
}

/// Octets that grow like a session's operations do, from a seed.
fn noise(run: fn(&[u8])) {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..20_000 {
        let octets: Vec<u8> = (0..random.usize(0..120)).map(|_| random.u8(..)).collect();
        run(&octets);
    }
}

#[test]
fn the_address_target_passes_its_corpus() {
    corpus("address", address::run);
    noise(address::run);
}

#[test]
fn the_frame_target_passes_its_corpus() {
    corpus("frame", frame::run);
    noise(frame::run);
}

#[test]
fn the_pdu_target_passes_its_corpus() {
    corpus("pdu", pdu::run);
    noise(pdu::run);
}

#[test]
fn the_session_target_passes_its_corpus() {
    corpus("session", session::run);
    noise(session::run);
}

/// One run of the text target does one thing, which its second octet chooses: here all are done.
fn text_in_every_way(data: &[u8]) {
    let mut data = data.to_vec();
    for way in 0..16 {
        if let Some(choice) = data.get_mut(1) {
            *choice = *choice & 0x0f | way << 4;
        }
        text::run(&data);
    }
}

#[test]
fn the_text_target_passes_its_corpus() {
    corpus("text", text_in_every_way);
    noise(text::run);
}

#[test]
fn the_text_target_passes_texts_of_all_sorts_and_lengths() {
    let sorts =
        ["a", "@", "€", "[", "\r\n", "ç", "ş", "न", "स्ते", "ж", "😀", "👩‍👩‍👧‍👦", "🇮🇹", "’", "\u{feff}"];
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..4_000 {
        let some = random.usize(1..=sorts.len());
        let pieces = (0..random.usize(0..400)).map(|_| sorts[random.usize(0..some)]);
        let words: String = pieces.collect();
        let codings = [0, 1, 3, 4, 8, 0xf1];
        let head = [codings[random.usize(0..codings.len())], random.u8(..)];
        let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
        text::run(&[&head, words.as_bytes()].concat());
        text::run(&[&head, &wide[..]].concat());
    }
}

#[test]
fn the_udh_target_passes_its_corpus() {
    corpus("udh", udh::run);
    noise(udh::run);
}

#[test]
fn the_receipt_target_passes_its_corpus() {
    corpus("receipt", receipt::run);
    noise(receipt::run);
}

#[test]
fn the_profile_target_passes_its_corpus() {
    corpus("profile", profile::run);
    noise(profile::run);
}

#[test]
fn the_search_target_passes_its_corpus() {
    corpus("search", search::run);
    noise(search::run);
}
