//! Cutting octets that came whole, as a `message_payload`, without recoding them.
//!
//! Septets and IA5 count in septets, UCS-2 in units, everything else in octets. A header they begin
//! with is carried over to every part, beside the concatenation.

use super::alphabet::{Alphabet, OCTETS_MAX};
use super::alphabet_table::ESCAPE;
use super::coding::{Coding, DefaultAlphabet};
use super::concatenation::{PARTS_MAX, Reference};
use super::cut::{Atom, ends, octets, units};
use super::language::Shifts;
use super::one_octet::ia5;
use super::packing::{fill_bits, unpack};
use super::part::{Segment, SegmentError, Segments};
use super::septets::septet;
use super::text::UserData;
use super::udh::Udh;
use super::udh_write::UdhBuf;

/// Cuts user data: into one part if it fits, else into at most 255 under one reference.
///
/// The parts keep the `data_coding`. With [`DefaultAlphabet::Gsm7Packed`] septets are unpacked first,
/// and [`Segment::packed`] gives them as they came.
pub fn segment_octets(
    data: UserData<'_>,
    default: DefaultAlphabet,
    reference: Reference,
) -> Result<Segments, SegmentError> {
    let coding = Coding::from_data_coding(data.data_coding, default);
    let (header, body) =
        if data.udhi { Udh::read(data.octets)? } else { (Udh::EMPTY, data.octets) };
    let udh_octets = if data.udhi { header.octets_len() } else { 0 };
    let alphabet = if coding.compressed { Alphabet::Octets } else { coding.alphabet };
    let unpacked;
    let body = if alphabet == Alphabet::Gsm7 && default == DefaultAlphabet::Gsm7Packed {
        unpacked = unpack(body, fill_bits(udh_octets), None);
        &unpacked
    } else {
        body
    };
    let carried = carried(alphabet, data.data_coding);
    let atoms = atoms(carried, alphabet, body);
    let plan = Plan { alphabet, carried, atoms: &atoms, body };
    let parts = plan.parts(data, header, udh_octets, reference)?;
    let shifts = if data.udhi { header.shifts() } else { Shifts::DEFAULT };
    let units = units(&atoms);
    Ok(Segments { alphabet, shifts, data_coding: data.data_coding, units, parts })
}

struct Plan<'a> {
    alphabet: Alphabet,
    carried: Alphabet,
    atoms: &'a [Atom],
    body: &'a [u8],
}

impl Plan<'_> {
    fn parts(
        &self,
        data: UserData<'_>,
        header: Udh<'_>,
        udh_octets: usize,
        reference: Reference,
    ) -> Result<Vec<Segment>, SegmentError> {
        if udh_octets <= OCTETS_MAX && units(self.atoms) <= self.carried.units_beside(udh_octets) {
            let udh = data.octets.get(..udh_octets).unwrap_or_default();
            return Ok(vec![self.part(udh.to_vec(), self.body, self.atoms)]);
        }
        if header.concatenation().is_some() {
            return Err(SegmentError::AlreadyPart);
        }
        let header_octets = udh_octets.max(1) + reference.header_octets() - 1;
        let capacity = self.carried.units_beside(header_octets);
        // Two units hold any atom.
        if capacity < 2 {
            return Err(SegmentError::HeaderTooLong { octets: header_octets });
        }
        let ends = ends(self.atoms, capacity);
        let too_many = SegmentError::TooManyParts { parts: ends.len(), max: PARTS_MAX };
        let total = u8::try_from(ends.len()).map_err(|_| too_many)?;
        let (mut rest, mut from) = (self.body, 0);
        let mut parts = Vec::with_capacity(total.into());
        for (sequence, &to) in (1..=total).zip(&ends) {
            let atoms = self.atoms.get(from..to).unwrap_or_default();
            let (piece, after) = rest.split_at_checked(octets(atoms)).unwrap_or((rest, &[]));
            let mut udh = UdhBuf::default();
            let full = |_| SegmentError::HeaderTooLong { octets: udh_octets };
            udh.push_concatenation(reference.part(total, sequence)).map_err(full)?;
            for element in header.elements() {
                udh.push(element).map_err(full)?;
            }
            parts.push(self.part(udh.octets(), piece, atoms));
            (rest, from) = (after, to);
        }
        Ok(parts)
    }

    fn part(&self, udh: Vec<u8>, data: &[u8], atoms: &[Atom]) -> Segment {
        Segment { alphabet: self.alphabet, udh, data: data.to_vec(), units: units(atoms) }
    }
}

/// What the network carries them in, which decides how much a part holds: a carrier turns IA5, and its
/// default alphabet whatever that is, into septets.
fn carried(alphabet: Alphabet, data_coding: u8) -> Alphabet {
    match alphabet {
        Alphabet::Gsm7 | Alphabet::Ia5 => Alphabet::Gsm7,
        Alphabet::Latin1 if data_coding == 0 => Alphabet::Gsm7,
        Alphabet::Ucs2 => Alphabet::Ucs2,
        _ => Alphabet::Octets,
    }
}

/// What must stay whole, in the order it comes.
fn atoms(carried: Alphabet, alphabet: Alphabet, body: &[u8]) -> Vec<Atom> {
    let atom = |octets, units| Atom { octets, units, begins: true };
    match (carried, alphabet) {
        (_, Alphabet::Gsm7) => {
            let whole =
                |rest: &[u8]| if rest.len() > 1 && rest.first() == Some(&ESCAPE) { 2 } else { 1 };
            walk(body, |rest| atom(whole(rest), whole(rest)))
        }
        (Alphabet::Gsm7, _) => walk(body, |rest| {
            let letter = match (alphabet, rest.first()) {
                (Alphabet::Ia5, Some(&octet)) => ia5(octet),
                (_, Some(&octet)) => char::from(octet),
                (_, None) => ' ',
            };
            atom(1, septet(letter, Shifts::DEFAULT).map_or(1, |septet| septet.width()))
        }),
        (Alphabet::Ucs2, _) => walk(body, |rest| match rest {
            [0xd8..=0xdb, _, 0xdc..=0xdf, _, ..] => atom(4, 2),
            [_, _, ..] => atom(2, 1),
            _ => atom(1, 1),
        }),
        _ => walk(body, |_| atom(1, 1)),
    }
}

fn walk(mut rest: &[u8], next: impl Fn(&[u8]) -> Atom) -> Vec<Atom> {
    let mut atoms = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let atom = next(rest);
        rest = rest.get(usize::from(atom.octets.max(1))..).unwrap_or_default();
        atoms.push(atom);
    }
    atoms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gsm::text::decode_parts;

    const GSM: DefaultAlphabet = DefaultAlphabet::Gsm7;
    const NARROW: Reference = Reference::Narrow(7);

    fn plain(data_coding: u8, octets: &[u8]) -> UserData<'_> {
        UserData { data_coding, udhi: false, octets }
    }

    fn lengths(data: UserData<'_>, default: DefaultAlphabet) -> Vec<usize> {
        let segments = segment_octets(data, default, NARROW).expect("it fits");
        segments.parts.iter().map(|part| part.data.len()).collect()
    }

    #[test]
    fn parts_are_as_long_as_their_alphabet_allows() {
        let octets = [b'a'; 200];
        assert_eq!(lengths(plain(0, &octets), GSM), [153, 47]);
        assert_eq!(lengths(plain(1, &octets), GSM), [153, 47]);
        assert_eq!(lengths(plain(0xf1, &octets), GSM), [153, 47]);
        assert_eq!(lengths(plain(0, &octets), DefaultAlphabet::Latin1), [153, 47]);
        assert_eq!(lengths(plain(3, &octets), GSM), [134, 66]);
        assert_eq!(lengths(plain(4, &octets), GSM), [134, 66]);
        assert_eq!(lengths(plain(8, &octets), GSM), [134, 66]);
        let wide = segment_octets(plain(4, &octets), GSM, Reference::Wide(1)).expect("it fits");
        assert_eq!(wide.parts[0].data.len(), 133);
    }

    #[test]
    fn what_fits_stays_one_part_as_it_was() {
        assert_eq!(lengths(plain(0, &[b'a'; 160]), GSM), [160]);
        assert_eq!(lengths(plain(8, &[0; 140]), GSM), [140]);
        let octets = [&[6, 0x05, 4, 0x0b, 0x84, 0x23, 0xf0][..], &[1; 133]].concat();
        let data = UserData { data_coding: 4, udhi: true, octets: &octets };
        let segments = segment_octets(data, GSM, NARROW).expect("it fits");
        assert_eq!(segments.parts[0].short_message(), octets);
    }

    #[test]
    fn an_escape_and_a_surrogate_pair_stay_whole() {
        let mut octets = vec![b'a'; 152];
        octets.extend([0x1b, 0x65].repeat(10));
        assert_eq!(lengths(plain(0, &octets), GSM), [152, 20]);
        let mut octets = vec![0x04; 132];
        octets.extend([0xd8, 0x3d, 0xde, 0x00].repeat(4));
        assert_eq!(lengths(plain(8, &octets), GSM), [132, 16]);
    }

    #[test]
    fn ia5_counts_what_becomes_an_escape_twice() {
        assert_eq!(lengths(plain(1, &[b'['; 100]), GSM), [76, 24]);
    }

    #[test]
    fn a_header_goes_with_every_part() {
        let octets = [&[6, 0x05, 4, 0x0b, 0x84, 0x23, 0xf0][..], &[1; 200]].concat();
        let data = UserData { data_coding: 4, udhi: true, octets: &octets };
        let segments = segment_octets(data, GSM, NARROW).expect("it fits");
        assert_eq!(segments.parts.iter().map(|part| part.data.len()).sum::<usize>(), 200);
        for part in &segments.parts {
            let (udh, _) = Udh::read(&part.udh).expect("it is whole");
            assert_eq!(udh.ports().map(|ports| ports.destination), Some(2948));
            assert_eq!(udh.concatenation().map(|part| part.total), Some(2));
            assert!(part.short_message().len() <= 140);
        }
    }

    #[test]
    fn what_cannot_be_cut_is_told_why() {
        let cut = |octets: &[u8]| {
            let data = UserData { data_coding: 4, udhi: true, octets };
            segment_octets(data, GSM, NARROW).map(|segments| segments.parts.len())
        };
        let part = [&[5, 0, 3, 7, 2, 1][..], &[1; 200]].concat();
        assert_eq!(cut(&part), Err(SegmentError::AlreadyPart));
        let long = [&[140, 0xc0, 138][..], &[0; 338]].concat();
        assert_eq!(cut(&long), Err(SegmentError::HeaderTooLong { octets: 146 }));
        assert!(matches!(cut(&[200, 1]), Err(SegmentError::Header(_))));
        let many = SegmentError::TooManyParts { parts: 490, max: 255 };
        assert_eq!(segment_octets(plain(4, &[0; 65_536]), GSM, NARROW), Err(many));
    }

    #[test]
    fn packed_septets_come_packed_in_parts() {
        let packed = crate::gsm::packing::pack(&[b'a'; 200], 0);
        let default = DefaultAlphabet::Gsm7Packed;
        let segments = segment_octets(plain(0, &packed), default, NARROW).expect("it fits");
        let parts: Vec<Vec<u8>> = segments.parts.iter().map(Segment::packed).collect();
        let data = |octets| UserData { data_coding: 0, udhi: true, octets };
        let text = decode_parts(parts.iter().map(|octets| data(octets)), default);
        assert_eq!(text, Some("a".repeat(200)));
    }
}
