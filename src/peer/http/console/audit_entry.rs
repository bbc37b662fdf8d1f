//! One line of the audit: who did what to what, when, from where and why.
//!
//! File `audit.log` in the data directory: the line `postrider audit 1`, then a JSON object on each line with
//! `seq at actor role ip session action target reason request_id prev`, in this order. `prev` is the SHA-256 of the
//! line before, without its line end, in hexadecimal digits. Numbers of people are never in it.

use crate::base::hex::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The first line of the file.
pub const HEADER: &str = "postrider audit 1";

/// The file, and the one that knows its end.
pub const FILE: &str = "audit.log";
/// `postrider audit head 1 SEQ HASH`.
pub const HEAD_FILE: &str = "audit.head";

/// Octets of a line.
pub const LINE_BYTES_MAX: usize = 8 << 10;

/// Characters of a reason, and of anything else that somebody may have written.
pub const TEXT_CHARS_MAX: usize = 500;

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: u64,
    /// RFC 3339.
    pub at: String,
    /// Who: a user, `key:NAME`, `socket`.
    pub actor: String,
    /// As what.
    pub role: String,
    /// From where.
    pub ip: String,
    /// In which session.
    pub session: String,
    /// What was done, such as `session.began` or `message.revealed`.
    pub action: String,
    /// To what: a message's id, a carrier's name; never a number.
    pub target: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// The request that did it.
    pub request_id: String,
    /// The hash of the line before.
    pub prev: String,
}

impl Entry {
    /// Its line, without a line end.
    ///
    /// # Errors
    /// Never, as it is made of plain texts.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The entry of a line.
    pub fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// With texts no longer than may be.
    pub(super) fn cut(mut self) -> Self {
        let texts = [
            &mut self.actor,
            &mut self.target,
            &mut self.reason,
            &mut self.request_id,
            &mut self.action,
        ];
        for text in texts {
            if let Some((end, _)) = text.char_indices().nth(TEXT_CHARS_MAX) {
                text.truncate(end);
            }
        }
        self
    }
}

/// The hash of a line, in hexadecimal digits.
pub fn hash(line: &[u8]) -> String {
    hex(&Sha256::digest(line))
}

/// What the head file says: how many entries there are, and the hash of the last.
pub fn head(seq: u64, hash: &str) -> String {
    format!("postrider audit head 1 {seq} {hash}\n")
}

/// Reads what [`head`] wrote.
pub fn read_head(text: &str) -> Option<(u64, String)> {
    let (seq, hash) = text.strip_prefix("postrider audit head 1 ")?.trim_end().split_once(' ')?;
    let whole = hash.len() == 64 && hash.bytes().all(|octet| octet.is_ascii_hexdigit());
    Some((seq.parse().ok()?, whole.then(|| hash.to_owned())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_line_whatever_was_written_in_it() {
        let entry = Entry { reason: "two\nlines \u{2028} \"\\".into(), ..Entry::default() };
        let line = entry.line().expect("a line");
        assert!(!line.contains('\n'));
        assert_eq!(Entry::read(line.as_bytes()), Some(entry));
        assert_eq!(Entry::read(b"{}"), None);
        let long = Entry { reason: "é".repeat(100_000), ..Entry::default() }.cut();
        assert_eq!(long.reason.chars().count(), TEXT_CHARS_MAX);
        let worst = Entry {
            reason: "\u{1}".repeat(9_000),
            target: "\u{1}".repeat(9_000),
            actor: "\u{1}".repeat(200),
            ..Entry::default()
        };
        assert!(worst.cut().line().expect("a line").len() < LINE_BYTES_MAX);
    }

    #[test]
    fn a_head_reads_back_and_anything_else_is_none() {
        let hash = hash(b"x");
        assert_eq!(read_head(&head(7, &hash)), Some((7, hash)));
        for wrong in ["", "postrider audit head 2 7 00", "postrider audit head 1 7 00"] {
            assert_eq!(read_head(wrong), None);
        }
    }
}
