//! Texts as mobile networks carry them (3GPP TS 23.038 and 23.040), as pure functions, and putting
//! long ones together again.
//!
//! What an outsider needs, one call each:
//!
//! | to | call |
//! | --- | --- |
//! | read a data coding octet | [`Coding::from_dcs`], or [`Coding::from_data_coding`] as SMPP has it |
//! | read a user data header | [`Udh::read`] |
//! | show user data as text | [`decode`], or [`decode_parts`] for the parts of a long message |
//! | know what a text costs | [`count`] |
//! | cut a text into parts | [`segment`], or [`segment_octets`] for octets |
//! | put parts together | [`Reassembly`] |
//! | avoid UCS-2 for a quotation mark | [`transliterate`](transliterate()) |
//!
//! ```
//! use postrider::gsm::{DefaultAlphabet, Reference, SegmentOptions, count, decode, segment};
//!
//! let options = SegmentOptions::new(Reference::Narrow(7));
//! assert_eq!(count("Bring €5", &options).units, 9);
//! let cut = segment(&"Bring €5. ".repeat(20), &options)?;
//! let octets = cut.parts[0].short_message();
//! let part = decode(cut.data_coding, DefaultAlphabet::Gsm7, true, &octets);
//! assert_eq!(part.header.and_then(|udh| udh.concatenation()).map(|part| part.total), Some(2));
//! assert!(part.text.is_some_and(|text| text.starts_with("Bring €5.")));
//! # Ok::<(), postrider::gsm::SegmentError>(())
//! ```
//!
//! The chapters:
//!
//! 1. [`alphabet`] names the alphabets, [`coding`] reads which one an octet says;
//! 2. [`septets`], [`language`], [`packing`] and [`ucs2`] turn characters into octets and back;
//! 3. [`udh`], [`udh_write`], [`udh_table`], [`concatenation`] and [`indication`] are the header;
//! 4. [`text`](mod@text) shows user data;
//! 5. [`segments`] cuts, [`reassembly`] joins.
//!
//! Not here: protocols, times other than `now`, who may send what.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod alphabet;
pub use alphabet::Alphabet;

mod alphabet_table;

mod locking_table;

mod single_table;

pub mod language;
pub use language::{Language, Shifts};

pub mod septets;

pub mod packing;

pub mod ucs2;

mod one_octet;

pub mod coding;
pub use coding::{Coding, DefaultAlphabet};

pub mod udh;
pub use udh::{Udh, UdhError};

pub mod udh_table;

pub mod udh_write;

pub mod concatenation;
pub use concatenation::{Concatenation, Reference};

pub mod indication;

pub mod text;
pub use text::{Text, UserData, decode, decode_parts};

mod cut;

pub mod part;
pub use part::{Segment, SegmentError, Segments};

pub mod segments;
pub use segments::{Count, National, SegmentOptions, count, segment};

pub mod octet_segments;
pub use octet_segments::segment_octets;

pub mod reassembly;
pub use reassembly::{Incomplete, Joined, Outcome, Reassembly, ReassemblyLimits};

mod reassembly_group;

pub mod transliterate;
pub use transliterate::transliterate;

mod transliterate_table;
