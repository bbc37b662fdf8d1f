//! The files of a directory by what they are for.

use std::collections::BTreeMap;
use std::io;

use crate::spool::disk::Disk;

/// Files of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileKind {
    /// How many.
    pub files: u64,
    /// Octets of them, room ahead included.
    pub bytes: u64,
}

/// The kind of a file: its name up to the first number.
pub(super) fn kind_of(name: &str) -> &str {
    let number =
        |part: &str| part.len() >= 8 && part.bytes().all(|octet| octet.is_ascii_hexdigit());
    match name.split_once('-') {
        Some((kind, rest)) if rest.split('-').all(number) => kind,
        Some(("checkpoint", _)) => "checkpoint",
        _ => name,
    }
}

/// How many files of each kind there are, and their octets.
pub(super) fn kinds(disk: &dyn Disk) -> io::Result<BTreeMap<String, FileKind>> {
    let mut kinds: BTreeMap<String, FileKind> = BTreeMap::new();
    for name in disk.list()? {
        // Somebody else's file may be gone by now.
        let Ok(file) = disk.open(&name) else { continue };
        let kind = kinds.entry(kind_of(&name).to_owned()).or_default();
        kind.files += 1;
        kind.bytes += file.len_bytes()?;
    }
    Ok(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names() {
        for (name, kind) in [
            ("log-0000000000000000", "log"),
            ("text-00000001", "text"),
            ("text-00000001-000000ff", "text"),
            ("text-late", "text-late"),
            ("checkpoint-a", "checkpoint"),
            ("names", "names"),
            ("tmp-to-00000001", "tmp-to-00000001"),
        ] {
            assert_eq!(kind_of(name), kind);
        }
    }
}
