//! The file of submits taken, for proofs that nothing was lost or sent twice.
//!
//! One line each: microseconds since the epoch, message id, source, destination, text; separated by
//! tabs. Octets that are not printable ASCII, and backslashes, are written as `\xNN`.
//! **Invariants**: a line is handed to the kernel within a flush interval; a write that fails is
//! told once and ends the recording, for a proof with a gap is none.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// A file that lines are appended to.
#[derive(Debug)]
pub(crate) struct Record {
    file: BufWriter<File>,
    failed: bool,
}

impl Record {
    /// Opens or makes the file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: BufWriter::with_capacity(1 << 20, file), failed: false })
    }

    /// Appends one line of fields.
    pub(crate) fn line(&mut self, fields: &[&[u8]]) {
        let written = self.try_line(fields);
        self.judge(written);
    }

    /// Hands what was written to the kernel.
    pub(crate) fn flush(&mut self) {
        let flushed = self.file.flush();
        self.judge(flushed);
    }

    /// Whether every line so far could be written.
    pub(crate) fn is_whole(&self) -> bool {
        !self.failed
    }

    fn try_line(&mut self, fields: &[&[u8]]) -> io::Result<()> {
        for (number, field) in fields.iter().enumerate() {
            if number > 0 {
                self.file.write_all(b"\t")?;
            }
            escaped(field, &mut self.file)?;
        }
        self.file.write_all(b"\n")
    }

    fn judge(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome
            && !self.failed
        {
            self.failed = true;
            let _ = writeln!(io::stderr(), "the record is incomplete: {error}");
        }
    }
}

/// Writes a field so that it holds neither a tab nor a line's end.
fn escaped(field: &[u8], out: &mut impl Write) -> io::Result<()> {
    let plain = |octet: &u8| matches!(octet, b' '..=b'~') && *octet != b'\\';
    if field.iter().all(plain) {
        return out.write_all(field);
    }
    for octet in field {
        if plain(octet) {
            out.write_all(&[*octet])?;
        } else {
            write!(out, "\\x{octet:02x}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_whatever_the_text() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("taken");
        let mut record = Record::open(&path).unwrap();
        record.line(&[b"1", b"id", b"two\nlines\tand \\ \xFF"]);
        record.flush();
        assert!(record.is_whole());
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "1\tid\ttwo\\x0alines\\x09and \\x5c \\xff\n");
    }
}
