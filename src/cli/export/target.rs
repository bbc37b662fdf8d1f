//! Where an export goes: standard output, or a file that has its name only once it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Stdout, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A destination.
#[derive(Debug)]
pub(super) enum Target {
    Output(BufWriter<Stdout>),
    File(Box<Unfinished>),
}

/// A file under another name, which goes away unless it is finished.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: BufWriter<File>,
    path: PathBuf,
    wanted: PathBuf,
    finished: bool,
}

impl Target {
    /// A new file, for its owner alone, or standard output.
    ///
    /// # Errors
    /// There is such a file already, or it cannot be made.
    pub(super) fn new(path: Option<&Path>) -> io::Result<Self> {
        let Some(wanted) = path else { return Ok(Self::Output(BufWriter::new(io::stdout()))) };
        if wanted.exists() {
            let what = format!("{} is there already", wanted.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        let mut name = wanted.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = wanted.with_file_name(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        let (file, wanted) = (BufWriter::new(file), wanted.to_owned());
        Ok(Self::File(Box::new(Unfinished { file, path, wanted, finished: false })))
    }

    /// Everything is written.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Output(mut output) => output.flush(),
            Self::File(mut file) => {
                file.file.flush()?;
                file.file.get_ref().sync_all()?;
                std::fs::rename(&file.path, &file.wanted)?;
                file.finished = true;
                Ok(())
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Output(output) => output.write(octets),
            Self::File(file) => file.file.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Output(output) => output.flush(),
            Self::File(file) => file.file.flush(),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            // What is left of it is no export.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_once_it_is_whole_and_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("messages.csv");
        let mut target = Target::new(Some(&path)).unwrap();
        target.write_all(b"some").unwrap();
        drop(target);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        let mut target = Target::new(Some(&path)).unwrap();
        target.write_all(b"all").unwrap();
        assert!(!path.exists());
        target.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"all");
        assert!(Target::new(Some(&path)).is_err());
    }
}
