//! Which of some neighbouring segments may have a number, a reference, a tag or a word.
//!
//! A search for something that few messages have would look into the indexes of every segment. Once eight
//! neighbouring segments are sorted and have their lists and words, what they have is merged into one file of
//! filters, laid side by side: one page of it says of a key which of the eight may have it. Filters follow
//! from the files of their segments, are made by the keeper's thread when it has nothing else to do, and can
//! be lost at any time. Not here: what has them asked (`search`).

pub(super) mod build;

pub(super) mod file;

pub(super) mod keys;

pub(super) mod parts;

pub(super) mod set;

pub(super) mod mask;
