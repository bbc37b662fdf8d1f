//! Cutting a text into parts (3GPP TS 23.040 §9.2.3.24.1), and what it costs.
//!
//! The encoding with the fewest parts is chosen; of those the simplest: the default alphabet, then
//! national tables if they are allowed, then UCS-2. Never cut are an escape and a surrogate pair; a
//! grapheme cluster in UCS-2 only if keeping it whole took a part more. In septets each character is
//! its own, as handsets cut them.

use unicode_segmentation::UnicodeSegmentation;

use super::alphabet::Alphabet;
use super::concatenation::{PARTS_MAX, Reference};
use super::cut::{Atom, ends, octets, units};
use super::language::{Language, Shifts};
use super::part::{Segment, SegmentError, Segments};
use super::udh_write::UdhBuf;
use super::{septets, ucs2};

/// Which national tables may be used. Not every handset knows them, so none is the default.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum National<'a> {
    /// None.
    #[default]
    Off,
    /// These tables for what they hold, else UCS-2.
    Exactly(Shifts),
    /// Any tables of these languages.
    Any(&'a [Language]),
}

/// How a text is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentOptions<'a> {
    /// What all parts share; chosen by the caller once for a message.
    pub reference: Reference,
    /// National tables; default none.
    pub national: National<'a>,
    /// Parts that may be, 1 to 255; default 255.
    pub parts_max: usize,
}

impl SegmentOptions<'_> {
    /// The defaults under this reference.
    pub const fn new(reference: Reference) -> Self {
        Self { reference, national: National::Off, parts_max: PARTS_MAX }
    }
}

/// What a text costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// Its alphabet.
    pub alphabet: Alphabet,
    /// The tables of its septets.
    pub shifts: Shifts,
    /// Units of the whole: septets with their escapes, or UCS-2 units.
    pub units: usize,
    /// Parts that it takes.
    pub parts: usize,
    /// Units that are free in the last part.
    pub units_left: usize,
}

/// Counts the parts of a text without cutting it, also if there are too many. It takes room of three
/// octets for each of the text: whoever takes texts from strangers limits them first.
pub fn count(text: &str, options: &SegmentOptions<'_>) -> Count {
    let plan = Plan::cheapest(text, options);
    let last = plan.ends.len().checked_sub(2).and_then(|at| plan.ends.get(at)).copied();
    let last = plan.atoms.get(last.unwrap_or(0)..).unwrap_or_default();
    Count {
        alphabet: plan.alphabet,
        shifts: plan.shifts,
        units: units(&plan.atoms),
        parts: plan.ends.len(),
        units_left: plan.capacity.saturating_sub(units(last)),
    }
}

/// Cuts a text.
pub fn segment(text: &str, options: &SegmentOptions<'_>) -> Result<Segments, SegmentError> {
    let plan = Plan::cheapest(text, options);
    let total = plan.ends.len();
    let max = options.parts_max.min(PARTS_MAX);
    let too_many = SegmentError::TooManyParts { parts: total, max };
    let total = u8::try_from(total).ok().filter(|_| total <= max).ok_or(too_many)?;
    let mut parts = Vec::with_capacity(total.into());
    let (mut rest, mut from) = (text, 0);
    for (sequence, &to) in (1..=total).zip(&plan.ends) {
        let atoms = plan.atoms.get(from..to).unwrap_or_default();
        let (piece, after) = rest.split_at_checked(octets(atoms)).unwrap_or((rest, ""));
        parts.push(Segment {
            alphabet: plan.alphabet,
            udh: header(plan.shifts, options.reference, total, sequence),
            data: plan.encode(piece),
            units: units(atoms),
        });
        (rest, from) = (after, to);
    }
    Ok(Segments {
        alphabet: plan.alphabet,
        shifts: plan.shifts,
        data_coding: plan.alphabet.data_coding(),
        units: units(&plan.atoms),
        parts,
    })
}

/// A header of at most 13 octets, so there is always room.
fn header(shifts: Shifts, reference: Reference, total: u8, sequence: u8) -> Vec<u8> {
    let mut header = UdhBuf::default();
    if total > 1 {
        let _fits = header.push_concatenation(reference.part(total, sequence));
    }
    let _fits = header.push_shifts(shifts);
    header.octets()
}

/// A text in one encoding, with its cuts.
struct Plan {
    alphabet: Alphabet,
    shifts: Shifts,
    atoms: Vec<Atom>,
    ends: Vec<usize>,
    /// Units of a part.
    capacity: usize,
}

/// Characters beyond which no table makes a text fit, so that they are not all tried.
const NATIONAL_CHARS_MAX: usize = PARTS_MAX * 160;

impl Plan {
    fn cheapest(text: &str, options: &SegmentOptions<'_>) -> Self {
        let reference = options.reference;
        let floor = fewest_national_parts(text);
        let mut best: Option<Self> = None;
        for shifts in candidates(text, options.national) {
            let Some(plan) = Self::septets(text, shifts, reference) else { continue };
            best = fewer(best, plan);
            // Nothing that is tried later can be cheaper, and nothing simpler comes.
            if best.as_ref().is_some_and(|best| best.ends.len() <= floor) {
                break;
            }
        }
        match best {
            Some(plan) if plan.ends.len() == 1 || plan.shifts == Shifts::DEFAULT => plan,
            best => {
                let ucs2 = Self::ucs2(text, reference);
                fewer(best, ucs2).unwrap_or_else(|| Self::ucs2(text, reference))
            }
        }
    }

    fn septets(text: &str, shifts: Shifts, reference: Reference) -> Option<Self> {
        let mut atoms = Vec::with_capacity(text.len());
        for letter in text.chars() {
            let units = septets::septet(letter, shifts)?.width();
            atoms.push(Atom { octets: letter.len_utf8() as u8, units, begins: true });
        }
        Some(Self::cut(Alphabet::Gsm7, shifts, atoms, reference))
    }

    fn ucs2(text: &str, reference: Reference) -> Self {
        let atom = |letter: char| Atom {
            octets: letter.len_utf8() as u8,
            units: letter.len_utf16() as u8,
            begins: true,
        };
        let mut atoms: Vec<Atom> = text.chars().map(atom).collect();
        mark_clusters(text, &mut atoms);
        Self::cut(Alphabet::Ucs2, Shifts::DEFAULT, atoms, reference)
    }

    fn cut(alphabet: Alphabet, shifts: Shifts, atoms: Vec<Atom>, reference: Reference) -> Self {
        let shift_octets = 3 * shifts.elements();
        let alone = if shift_octets == 0 { 0 } else { 1 + shift_octets };
        let single = alphabet.units_beside(alone);
        if units(&atoms) <= single {
            let ends = vec![atoms.len()];
            return Self { alphabet, shifts, atoms, ends, capacity: single };
        }
        let capacity = alphabet.units_beside(reference.header_octets() + shift_octets);
        let ends = ends(&atoms, capacity);
        Self { alphabet, shifts, atoms, ends, capacity }
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        match self.alphabet {
            Alphabet::Gsm7 => septets::encode(text, self.shifts).unwrap_or_default(),
            _ => ucs2::encode(text),
        }
    }
}

/// What national tables could do at best: a septet for each character, beside one table's element and
/// the shorter concatenation.
fn fewest_national_parts(text: &str) -> usize {
    let chars = text.chars().count();
    if chars <= 155 { 1 } else { chars.div_ceil(149) }
}

/// The one with fewer parts; the first if they are even.
fn fewer(best: Option<Plan>, plan: Plan) -> Option<Plan> {
    match best {
        Some(best) if best.ends.len() <= plan.ends.len() => Some(best),
        _ => Some(plan),
    }
}

/// Notes where clusters begin. A line break of two characters is none: each may end a part.
fn mark_clusters(text: &str, atoms: &mut [Atom]) {
    if text.is_ascii() {
        return;
    }
    let mut atoms = atoms.iter_mut();
    for cluster in text.graphemes(true).filter(|cluster| !cluster.is_empty()) {
        let inside = cluster != "\r\n";
        for (place, _) in cluster.chars().enumerate() {
            if let Some(atom) = atoms.next() {
                atom.begins = place == 0 || !inside;
            }
        }
    }
}

/// The tables worth trying, the simplest first.
fn candidates(text: &str, national: National<'_>) -> Vec<Shifts> {
    match national {
        National::Off => vec![Shifts::DEFAULT],
        National::Exactly(shifts) => vec![shifts],
        National::Any(_) if text.chars().nth(NATIONAL_CHARS_MAX).is_some() => vec![Shifts::DEFAULT],
        National::Any(languages) => {
            let some = |language: &Language| languages.contains(language);
            let languages = || Language::ALL.into_iter().filter(some).map(Some);
            let mut all: Vec<Shifts> = std::iter::once(None)
                .chain(languages())
                .flat_map(|locking| {
                    let singles = std::iter::once(None).chain(languages());
                    singles.map(move |single| Shifts { locking, single })
                })
                .filter(|shifts| shifts.locking != Some(Language::Spanish))
                .collect();
            all.sort_by_key(|shifts| (shifts.elements(), shifts.locking.is_some()));
            all
        }
    }
}

#[cfg(test)]
mod tests;
