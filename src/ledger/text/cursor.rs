//! Going through the rows of a word from the newest, and through those of several words at once.

use std::io;

use super::file::{Found, Source, TextFile};
use super::page::PAGE_DATA;
use super::postings::{BLOCK, decode, decode_block, dense_bytes, is_dense, table, table_bytes};

/// Rows of one word. A place is a row counted from the newest of what is gone through.
pub(super) trait Cursor {
    /// The first place at or behind one, which is never before one that was answered already.
    fn at_least(&mut self, place: u32) -> io::Result<Option<u32>>;
}

/// Adds the places that all cursors have, from one on, until there are `max` of them or the steps are used
/// up; returns where to go on, `None` when everything was looked at. The shortest list should come first.
pub(super) fn intersect(
    cursors: &mut [Box<dyn Cursor + '_>],
    from: u32,
    max: usize,
    steps: &mut u64,
    out: &mut Vec<u32>,
) -> io::Result<Option<u32>> {
    let (mut place, mut found, mut agreed) = (from, 0, 0);
    let count = cursors.len();
    for turn in 0.. {
        if found == max || *steps == 0 {
            return Ok(Some(place));
        }
        *steps -= 1;
        let Some(cursor) = cursors.get_mut(turn % count.max(1)) else { break };
        let Some(at) = cursor.at_least(place)? else { break };
        agreed = if at == place { agreed + 1 } else { 1 };
        place = at;
        if agreed == count {
            out.push(place);
            found += 1;
            agreed = 0;
            let Some(next) = place.checked_add(1) else { break };
            place = next;
        }
    }
    Ok(None)
}

/// A cursor over a list of a file.
pub(super) struct ListCursor<'a> {
    file: &'a TextFile,
    source: Source<'a>,
    kind: Kind,
}

enum Kind {
    /// All places, and how many were passed.
    Few(Vec<u32>, usize),
    /// Where the bits are.
    Dense(u64),
    Blocks(Blocks),
}

struct Blocks {
    /// Last place and end of each.
    table: Vec<(u32, u32)>,
    count: u32,
    /// Where the first begins.
    data: u64,
    /// The one that is decoded.
    block: usize,
    places: Vec<u32>,
}

impl<'a> ListCursor<'a> {
    /// Begins at the newest row.
    pub(super) fn new(
        file: &'a TextFile,
        mut source: Source<'a>,
        found: Found,
    ) -> io::Result<Self> {
        let rows = file.footer().rows;
        let kind = match found {
            Found::One(place) => Kind::Few(vec![place], 0),
            Found::List { count, at, bytes } if is_dense(count, rows) => {
                if bytes as usize != dense_bytes(rows) {
                    return Err(file.damaged_at(at));
                }
                Kind::Dense(at)
            }
            Found::List { count, at, bytes } => {
                let head =
                    if count as usize <= BLOCK { bytes as usize } else { table_bytes(count) };
                let mut octets = Vec::new();
                file.read(&mut source, at, head.min(bytes as usize), &mut octets)?;
                let kind = if count as usize <= BLOCK {
                    let mut places = Vec::new();
                    decode(&octets, count, rows, &mut places).map(|()| Kind::Few(places, 0))
                } else {
                    Blocks::new(&octets, count, at, bytes).map(Kind::Blocks)
                };
                kind.ok_or_else(|| file.damaged_at(at))?
            }
        };
        Ok(Self { file, source, kind })
    }
}

impl Blocks {
    fn new(head: &[u8], count: u32, at: u64, bytes: u32) -> Option<Self> {
        let table = table(head)?;
        let data = head.len() as u64;
        let whole = head.len() == table_bytes(count)
            && table.last().is_some_and(|last| data + u64::from(last.1) == u64::from(bytes));
        whole.then(|| Self { table, count, data: at + data, block: usize::MAX, places: Vec::new() })
    }

    fn at_least(
        &mut self,
        file: &TextFile,
        source: &mut Source<'_>,
        place: u32,
    ) -> io::Result<Option<u32>> {
        let block = self.table.partition_point(|(last, _)| *last < place);
        let Some(&(last, end)) = self.table.get(block) else { return Ok(None) };
        if block != self.block {
            let before = block.checked_sub(1).map(|before| self.table[before]);
            let start = before.map_or(0, |before| before.1);
            let at = self.data + u64::from(start);
            let mut octets = Vec::new();
            file.read(source, at, (end - start) as usize, &mut octets)?;
            let count = BLOCK.min(self.count as usize - block * BLOCK);
            let next = before.map_or(0, |before| before.0 + 1);
            self.places.clear();
            let decoded = decode_block(&octets, count, next, file.footer().rows, &mut self.places);
            if decoded.is_none() || self.places.last() != Some(&last) {
                return Err(file.damaged_at(at));
            }
            self.block = block;
        }
        let first = self.places.partition_point(|known| *known < place);
        Ok(self.places.get(first).copied())
    }
}

impl Cursor for ListCursor<'_> {
    fn at_least(&mut self, place: u32) -> io::Result<Option<u32>> {
        match &mut self.kind {
            Kind::Few(places, passed) => {
                *passed += places[*passed..].partition_point(|known| *known < place);
                Ok(places.get(*passed).copied())
            }
            Kind::Blocks(blocks) => blocks.at_least(self.file, &mut self.source, place),
            Kind::Dense(at) => set_bit(self.file, &mut self.source, *at, place),
        }
    }
}

/// The first bit at or behind a place that is set.
fn set_bit(
    file: &TextFile,
    source: &mut Source<'_>,
    at: u64,
    place: u32,
) -> io::Result<Option<u32>> {
    let rows = file.footer().rows;
    let (mut octet, bytes) = ((place / 8) as usize, dense_bytes(rows));
    let mut mask = 0xff_u8 << (place % 8);
    let mut octets = Vec::new();
    // A few octets first: where there are many, one is near.
    let mut piece = 16;
    while octet < bytes {
        octets.clear();
        let here = piece.min(bytes - octet);
        file.read(source, at + octet as u64, here, &mut octets)?;
        for (ahead, value) in octets.iter().enumerate() {
            let bits = value & std::mem::replace(&mut mask, 0xff);
            if bits != 0 {
                let found = (octet + ahead) as u32 * 8 + bits.trailing_zeros();
                return if found < rows { Ok(Some(found)) } else { Err(file.damaged_at(at)) };
            }
        }
        octet += here;
        piece = PAGE_DATA;
    }
    Ok(None)
}
