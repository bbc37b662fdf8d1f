//! What the peers saw, written down by them.
//!
//! Checkers read it afterwards. Nothing here comes from inside the gateway.

use postrider::base::clock::Timestamp;

#[derive(Default)]
pub struct Book {
    /// By number; the text of each begins with it.
    pub submissions: Vec<Submission>,
    /// Submits that a centre got.
    pub takings: Vec<Taking>,
    /// Receipts that centres sent or will.
    pub reports: Vec<Report>,
    /// Messages from handsets, by number.
    pub texts: Vec<Text>,
    /// What applications were given.
    pub given: Vec<Given>,
    /// When a process of the gateway ended.
    pub deaths: Vec<Timestamp>,
    pub violations: Vec<Violation>,
}

/// A message an application submitted.
#[derive(Clone, Debug)]
pub struct Submission {
    pub account: usize,
    /// The connection it went over; `None` by the API.
    pub conn: Option<usize>,
    pub registered: u8,
    pub source: Vec<u8>,
    pub destination: Vec<u8>,
    pub body: Vec<u8>,
    /// The id it was given, and when.
    pub acknowledged: Option<(Timestamp, Vec<u8>)>,
    pub refused: Option<u32>,
    /// Whether it was asked to be cancelled, alone or with others.
    pub unwanted: bool,
    /// The text it was asked to have instead.
    pub replacement: Option<Vec<u8>>,
    /// When the gateway wrote that it was cancelled, or has its other text.
    pub withdrawn: Option<Timestamp>,
    /// Submitted after all faults.
    pub fresh: bool,
}

/// A submit_sm as a centre got it.
#[derive(Clone, Debug)]
pub struct Taking {
    pub centre: usize,
    pub conn: usize,
    pub submission: usize,
    /// When the gateway wrote it, and when it came.
    pub entered: Timestamp,
    pub at: Timestamp,
    pub answer: Answer,
    /// Whether it had the other text.
    pub replaced: bool,
    /// The id it is given if it is taken.
    pub id: u64,
    /// Whether receipts will come.
    pub reports: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    None,
    Took(Timestamp),
    Temporary(Timestamp),
    Permanent(Timestamp),
}

/// A receipt of a centre.
#[derive(Clone, Debug)]
pub struct Report {
    pub centre: usize,
    /// `None` for a message nobody submitted.
    pub taking: Option<usize>,
    /// As the receipt writes it.
    pub id: Vec<u8>,
    pub state: u8,
    pub intermediate: bool,
    pub source: Vec<u8>,
    pub destination: Vec<u8>,
    pub sent: u32,
    pub acknowledged: Option<Timestamp>,
}

/// A message from a handset, or one part of it.
#[derive(Clone, Debug)]
pub struct Text {
    /// Which part under which reference of how many.
    pub part: Option<Part>,
    pub sent: u32,
    pub acknowledged: Option<Timestamp>,
}

/// A part of a long message. Its text has [`PART_OCTETS`].
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub reference: u8,
    pub of: u8,
    pub number: u8,
    /// Whether it says so by SAR parameters, and not in a header.
    pub sar: bool,
}

/// Octets of a part's text: 153, what is cut of a long text in septets, is nine times as much.
pub const PART_OCTETS: usize = 17;

/// A deliver_sm as an application got it.
#[derive(Clone, Debug)]
pub struct Given {
    pub account: usize,
    pub conn: usize,
    /// When it was written to the connection.
    pub at: Timestamp,
    pub what: What,
    pub answered: Option<(Timestamp, u32)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// The receipt of the message with this public id.
    Receipt { id: Vec<u8>, state: u8 },
    /// The messages from handsets of these numbers: one, or those that were joined.
    Texts(Vec<usize>),
}

#[derive(Clone, Debug)]
pub struct Violation {
    pub check: &'static str,
    pub what: String,
}

/// Enough to see what is wrong.
const VIOLATIONS_MAX: usize = 40;

impl Book {
    pub fn violate(&mut self, check: &'static str, what: String) {
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation { check, what });
        }
    }

    /// Whether a process of the gateway ended between two moments.
    pub fn died(&self, from: Timestamp, to: Timestamp) -> bool {
        self.deaths.iter().any(|death| (from..=to).contains(death))
    }
}

/// The text of a message: its number in front.
pub fn body(kind: char, number: usize, length: usize) -> Vec<u8> {
    let mut body = format!("{kind}{number:06} ").into_bytes();
    body.extend((0..length).map(|at| b'a' + (at % 26) as u8));
    body
}

/// The numbers of a text from a handset: its own, or those of its parts. `None` if it is no such text,
/// or its parts are not in their order.
pub fn texts_in(sm_body: &[u8], udhi: bool) -> Option<Vec<usize>> {
    let header = if udhi { 1 + usize::from(*sm_body.first()?) } else { 0 };
    let text = sm_body.get(header..)?;
    if !text.len().is_multiple_of(PART_OCTETS) {
        return Some(vec![number_in(b'o', text)?]);
    }
    let numbers: Option<Vec<usize>> =
        text.chunks(PART_OCTETS).map(|part| number_in(b'o', part)).collect();
    numbers.filter(|numbers| numbers.windows(2).all(|pair| pair[1] == pair[0] + 1))
}

/// The number in front of a text.
pub fn number_in(kind: u8, body: &[u8]) -> Option<usize> {
    let digits = body.strip_prefix(&[kind])?.get(..6)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
