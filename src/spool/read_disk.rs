//! A directory of the machine that is only looked at: nothing in it is made, changed or removed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{Disk, DiskFile, DiskLock};
use super::real_disk::{RealLock, read_file_at};

/// A directory that is there. Every method that would change it fails with `ReadOnlyFilesystem`.
#[derive(Debug)]
pub struct ReadDisk {
    directory: PathBuf,
}

impl ReadDisk {
    /// Takes a directory.
    ///
    /// # Errors
    /// It is not there, or is none.
    pub fn open(directory: &Path) -> io::Result<Self> {
        if !fs::metadata(directory)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { directory: directory.to_owned() })
    }
}

fn read_only<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl Disk for ReadDisk {
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(ReadFile(File::open(self.directory.join(name))?)))
    }

    fn create(&self, _: &str) -> io::Result<Arc<dyn DiskFile>> {
        read_only()
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        read_only()
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        read_only()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            // Sockets and folders are none of ours, and neither is a name that is no text.
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        Ok(names)
    }

    fn sync_dir(&self) -> io::Result<()> {
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(0)
    }

    fn lock(&self) -> io::Result<Box<dyn DiskLock>> {
        // Without that file nobody has ever worked here.
        let file = match OpenOptions::new().read(true).open(self.directory.join("lock")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => File::open(&self.directory)?,
            outcome => outcome?,
        };
        RealLock::take(file)
    }

    fn place(&self) -> String {
        self.directory.display().to_string()
    }
}

#[derive(Debug)]
struct ReadFile(File);

impl DiskFile for ReadFile {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        read_file_at(&self.0, buffer, offset)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        read_only()
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn allocate(&self, _: u64) -> io::Result<()> {
        read_only()
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        read_only()
    }
}

#[cfg(test)]
mod tests {
    use super::super::real_disk::RealDisk;
    use super::*;

    #[test]
    fn it_reads_what_is_there_and_changes_nothing() {
        let directory = tempfile::tempdir().expect("room");
        fs::write(directory.path().join("a"), b"octets").expect("room");
        let disk = ReadDisk::open(directory.path()).expect("there");
        let mut octets = [0; 9];
        let file = disk.open("a").expect("there");
        assert_eq!(file.read_at(&mut octets, 2).expect("reads"), 4);
        assert_eq!(&octets[..4], b"tets");
        assert!(file.write_at(b"x", 0).is_err() && disk.create("b").is_err());
        assert!(disk.remove("a").is_err() && disk.rename("a", "b").is_err());
        assert_eq!(disk.list().expect("lists"), ["a"]);
    }

    #[test]
    fn a_directory_at_work_is_seen_to_be() {
        let directory = tempfile::tempdir().expect("room");
        let disk = ReadDisk::open(directory.path()).expect("there");
        drop(disk.lock().expect("nobody works there"));
        assert_eq!(disk.list().expect("lists").len(), 0, "a lock is not made either");
        let lock = RealDisk::open(directory.path()).expect("there").lock().expect("free");
        assert_eq!(disk.lock().map(drop).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(lock);
        assert!(disk.lock().is_ok());
    }

    #[test]
    fn a_directory_that_is_not_there_is_not_made() {
        let directory = tempfile::tempdir().expect("room");
        assert!(ReadDisk::open(&directory.path().join("no")).is_err());
        assert!(!directory.path().join("no").exists());
    }
}
