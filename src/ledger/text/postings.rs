//! The rows a word is in, as a list on disk.
//!
//! A place is the number of a row counted from the newest, so that ascending is newest first. A list is:
//! for more than a sixteenth of all rows, a bit for each row; else, per 128 places, their distances (the
//! first from -1) as varints, and before them, if there are more than 128, a table with
//! `last place u32, end in octets u32` for each such block. One place alone is kept with its word.

use super::varint;

/// Places of a block.
pub(super) const BLOCK: usize = 128;

/// Octets of a block's entry in the table before the list.
pub(super) const SKIP_BYTES: usize = 8;

/// Whether a list of so many places has a bit for each row.
pub(super) const fn is_dense(count: u32, rows: u32) -> bool {
    count as u64 * 16 > rows as u64
}

/// Octets of the bits of so many rows.
pub(super) const fn dense_bytes(rows: u32) -> usize {
    rows.div_ceil(8) as usize
}

/// Octets of the table before a list.
pub(super) const fn table_bytes(count: u32) -> usize {
    if count as usize <= BLOCK { 0 } else { (count as usize).div_ceil(BLOCK) * SKIP_BYTES }
}

/// Appends the list of places, which ascend and are below `rows`.
pub(super) fn encode(places: &[u32], rows: u32, out: &mut Vec<u8>) {
    let start = out.len();
    if is_dense(places.len() as u32, rows) {
        out.resize(start + dense_bytes(rows), 0);
        for place in places {
            out[start + (place / 8) as usize] |= 1 << (place % 8);
        }
        return;
    }
    let data = start + table_bytes(places.len() as u32);
    out.resize(data, 0);
    let mut next = 0;
    for (number, block) in places.chunks(BLOCK).enumerate() {
        for place in block {
            varint::put(out, place - next);
            next = place + 1;
        }
        if data > start {
            let at = start + number * SKIP_BYTES;
            let end = (out.len() - data) as u32;
            out[at..at + 4].copy_from_slice(&(next - 1).to_le_bytes());
            out[at + 4..at + 8].copy_from_slice(&end.to_le_bytes());
        }
    }
}

/// Appends the places of a block of `count`, the first of which is `next` or later; `None` if the octets
/// are no such block.
pub(super) fn decode_block(
    mut octets: &[u8],
    count: usize,
    mut next: u32,
    rows: u32,
    out: &mut Vec<u32>,
) -> Option<()> {
    for _ in 0..count {
        let place = next.checked_add(varint::take(&mut octets)?)?;
        (place < rows).then_some(())?;
        out.push(place);
        next = place + 1;
    }
    octets.is_empty().then_some(())
}

/// Appends all places of a list; `None` if the octets are no list of `count` places.
pub(super) fn decode(octets: &[u8], count: u32, rows: u32, out: &mut Vec<u32>) -> Option<()> {
    let before = out.len();
    if is_dense(count, rows) {
        (octets.len() == dense_bytes(rows)).then_some(())?;
        for (at, octet) in octets.iter().enumerate() {
            let mut bits = *octet;
            while bits != 0 {
                out.push(at as u32 * 8 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        let ended = out.last().is_none_or(|last| *last < rows);
        return (ended && out.len() - before == count as usize).then_some(());
    }
    let data = octets.get(table_bytes(count)..)?;
    // The distances go on from block to block.
    decode_block(data, count as usize, 0, rows, out)
}

/// The last place and the end of each block; `None` if the octets are no such table.
pub(super) fn table(octets: &[u8]) -> Option<Vec<(u32, u32)>> {
    let (entries, rest) = octets.as_chunks::<SKIP_BYTES>();
    let number = |octets: &[u8]| octets.first_chunk::<4>().map(|it| u32::from_le_bytes(*it));
    let table: Option<Vec<(u32, u32)>> =
        entries.iter().map(|entry| Some((number(entry)?, number(&entry[4..])?))).collect();
    let table = table.filter(|_| rest.is_empty())?;
    let ascends = table.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1);
    ascends.then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_length_and_density_read_back() {
        let mut random = fastrand::Rng::with_seed(1);
        for rows in [1_u32, 7, 256, 5000, 1 << 20] {
            for share in [2, 15, 17, 100, 3000] {
                let places: Vec<u32> = (0..rows).filter(|_| random.u32(..share) == 0).collect();
                let mut octets = vec![9];
                encode(&places, rows, &mut octets);
                let mut out = vec![3];
                let count = places.len() as u32;
                decode(&octets[1..], count, rows, &mut out).expect("whole");
                assert_eq!(out[1..], places);
                if places.is_empty() {
                    continue;
                }
                assert_eq!(decode(&octets[1..octets.len() - 1], count, rows, &mut out), None);
                assert_eq!(decode(&octets, count, rows, &mut out), None, "{rows} {share}");
            }
        }
    }

    #[test]
    fn octets_of_any_kind_are_no_list_beyond_its_rows() {
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..20_000 {
            let octets: Vec<u8> = (0..random.usize(..60)).map(|_| random.u8(..)).collect();
            let (count, rows) = (random.u32(..200), random.u32(1..4000));
            let mut out = Vec::new();
            if decode(&octets, count, rows, &mut out).is_some() {
                assert!(out.is_sorted() && out.iter().all(|place| *place < rows));
            }
            let _ = table(&octets);
        }
    }
}
