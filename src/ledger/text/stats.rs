//! Figures of the index of words, for metrics and the console.

/// Figures of the index of words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TextStats {
    /// Messages whose words are found by the index; those of others are looked for in the log.
    pub messages: u64,
    /// Messages up to which the newest words are indexed.
    pub next_ord: u64,
    /// Segments that are one file.
    pub segments: u64,
    /// Files.
    pub files: u64,
    /// Octets of files.
    pub file_bytes: u64,
    /// Octets of the words of the newest messages in memory.
    pub table_bytes: u64,
}
