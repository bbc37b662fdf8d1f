//! The hostile carriers there are, by what they are hostile in.

pub mod all;

mod timing;

mod words;

mod names;

mod refusals;

mod lines;

mod handsets;
