//! The query language by itself, and its searches against a naive scan.

mod kept;

mod language;

mod naive;

mod oracle;
