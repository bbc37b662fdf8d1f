//! The file an export is written to: `<name>.jsonl`, and `<name>-<time>.jsonl` once it is closed.
//!
//! **Invariant**: what [`ExportFile::sync`] returned for is on disk in whole lines; what a crash left of a
//! line is cut when the file is opened again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::config::ExportConfig;
use crate::base::clock::Timestamp;

/// Octets looked at from the end for the last line that is whole: longer than any line.
const TAIL_BYTES: u64 = 256 << 10;

/// One export's file.
#[derive(Debug)]
pub struct ExportFile {
    directory: PathBuf,
    name: String,
    rotate_bytes: u64,
    rotate: Duration,
    out: BufWriter<File>,
    bytes: u64,
    begun_at: Timestamp,
}

impl ExportFile {
    /// Opens the file, new or where it was left.
    ///
    /// # Errors
    /// What the system said.
    pub fn open(config: &ExportConfig, now: Timestamp) -> io::Result<Self> {
        let ExportConfig { directory, name, rotate_bytes, rotate, .. } = config;
        std::fs::create_dir_all(directory)?;
        let (file, bytes) = open(&current(directory, name))?;
        Ok(Self {
            directory: directory.clone(),
            name: name.clone(),
            rotate_bytes: *rotate_bytes,
            rotate: *rotate,
            out: BufWriter::new(file),
            bytes,
            begun_at: now,
        })
    }

    /// Writes a line; it is on disk after [`Self::sync`].
    ///
    /// # Errors
    /// What the system said.
    pub fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.out.write_all(line)?;
        self.out.write_all(b"\n")?;
        self.bytes += line.len() as u64 + 1;
        Ok(())
    }

    /// Makes every line durable.
    ///
    /// # Errors
    /// What the system said.
    pub fn sync(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_data()
    }

    /// Closes the file and begins the next one, if it is long or old enough. Call it after a sync.
    ///
    /// # Errors
    /// What the system said.
    pub fn rotate(&mut self, now: Timestamp) -> io::Result<bool> {
        let old = now.since(self.begun_at) >= self.rotate;
        if self.bytes == 0 || (self.bytes < self.rotate_bytes && !old) {
            return Ok(false);
        }
        std::fs::rename(current(&self.directory, &self.name), self.closed(now))?;
        let (file, bytes) = open(&current(&self.directory, &self.name))?;
        File::open(&self.directory)?.sync_all()?;
        (self.out, self.bytes, self.begun_at) = (BufWriter::new(file), bytes, now);
        Ok(true)
    }

    /// A name that no file has yet.
    fn closed(&self, now: Timestamp) -> PathBuf {
        let micros = i64::try_from(now.0).unwrap_or(i64::MAX);
        let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
        let stem = format!("{}-{}", self.name, moment.strftime("%Y%m%dT%H%M%SZ"));
        let name = |number: u32| match number {
            0 => self.directory.join(format!("{stem}.jsonl")),
            more => self.directory.join(format!("{stem}-{more}.jsonl")),
        };
        (0..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
    }
}

fn current(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.jsonl"))
}

/// Opens a file behind its last whole line.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL_BYTES);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    Read::by_ref(&mut file).take(TAIL_BYTES).read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|&octet| octet == b'\n').map_or(0, |at| at as u64 + 1);
    // A file without any line end so near its end is none of ours: it is left as it is.
    let end = if whole == 0 && from > 0 { length } else { from + whole };
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    Ok((file, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_767_225_600_000_000);

    fn config(directory: &Path) -> ExportConfig {
        let directory = directory.to_owned();
        ExportConfig { name: "cdr".into(), directory, rotate_bytes: 10, ..ExportConfig::default() }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_line_that_a_crash_tore_is_cut_and_the_next_follows_the_last_whole_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cdr.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"b\":").unwrap();
        let mut file = ExportFile::open(&config(directory.path()), NOW).unwrap();
        file.line(b"{}").unwrap();
        file.sync().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{}\n");
    }

    #[test]
    fn files_are_closed_when_they_are_long_or_old_and_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = ExportFile::open(&config(directory.path()), NOW).unwrap();
        assert!(!file.rotate(NOW + Duration::from_secs(90_000)).unwrap(), "nothing is in it");
        for _ in 0..2 {
            file.line(b"0123456789").unwrap();
            file.sync().unwrap();
            assert!(file.rotate(NOW).unwrap());
        }
        file.line(b"0").unwrap();
        assert!(!file.rotate(NOW).unwrap());
        file.sync().unwrap();
        assert!(file.rotate(NOW + Duration::from_secs(24 * 3600)).unwrap());
        let names = names(directory.path());
        assert_eq!(names.len(), 4, "{names:?}");
        assert!(names.contains(&"cdr-20260101T000000Z-1.jsonl".to_owned()), "{names:?}");
    }
}
