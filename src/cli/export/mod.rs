//! `postrider export`: what a query finds, as a file for other programs.
//!
//! The API is asked page by page, so that memory holds one page and, for Parquet, one group of rows. What
//! the key may not see is masked by the API, as in every other answer.

mod arguments;
pub(super) use arguments::{ExportArgs, run};

mod columns;

mod csv;

mod format;

mod jsonl;

mod pages;

mod parquet;

mod target;
