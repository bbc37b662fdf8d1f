//! Going through the rows of a word from the newest, and through those of several words at once.

use std::io;

use super::file::{Found, Source, TextFile};
use super::page::PAGE_DATA;
use super::postings::{BLOCK, decode, decode_block, dense_bytes, is_dense, table, table_bytes};

/// Rows of one word. A place is a row counted from the newest of what is gone through.
pub(super) trait Cursor {
    /// The first place at or behind one, which is never before one that was answered already.
    fn at_least(&mut self, place: u32) -> io::Result<Option<u32>>;

    /// Sets the bits of all places of a window, the first of which is that of `first`; returns how many
    /// entries were looked at. No window comes before one that was asked for already.
    fn mark(&mut self, first: u32, bits: &mut Window) -> io::Result<u64> {
        let end = u64::from(first) + WINDOW_PLACES as u64;
        let (mut place, mut steps) = (first, 1);
        while let Some(found) = self.at_least(place)?.filter(|found| u64::from(*found) < end) {
            set(bits, found - first);
            steps += 1;
            let Some(next) = found.checked_add(1) else { break };
            place = next;
        }
        Ok(steps)
    }
}

/// Places that are looked at together, a bit for each.
pub(super) const WINDOW_PLACES: usize = 1 << 15;

/// Their bits.
pub(super) type Window = [u64; WINDOW_PLACES / 64];

/// What going to the next place of a list costs, against a place that is read with all others.
const LEAP: u64 = 64;

/// Entries that count for one step when they are read together.
const TOGETHER: u64 = 16;

const fn set(bits: &mut Window, at: u32) {
    bits[at as usize / 64 % (WINDOW_PLACES / 64)] |= 1 << (at % 64);
}

/// Whether lists of so many places, the shortest first, are sooner read than leapt through.
pub(super) fn read_together(counts: &[u32], rows: u32) -> bool {
    let reading = |count: &u32| {
        if is_dense(*count, rows) { u64::from(rows / 64) } else { u64::from(*count) }
    };
    let shortest = counts.first().copied().unwrap_or(0);
    counts.len() > 1 && u64::from(shortest) * LEAP > counts.iter().map(reading).sum()
}

/// The same as [`intersect`] for lists that are long, all of `rows`: window by window.
pub(super) fn intersect_windows(
    cursors: &mut [Box<dyn Cursor + '_>],
    (from, rows): (u32, u32),
    max: usize,
    steps: &mut u64,
    out: &mut Vec<u32>,
) -> io::Result<Option<u32>> {
    let wanted = out.len().saturating_add(max);
    let (mut all, mut one) = ([0; WINDOW_PLACES / 64], [0; WINDOW_PLACES / 64]);
    let mut place = from;
    while place < rows {
        if *steps == 0 || out.len() >= wanted {
            return Ok(Some(place));
        }
        let first = place - place % WINDOW_PLACES as u32;
        let mut entries = 0;
        all.fill(u64::MAX);
        for cursor in &mut *cursors {
            one.fill(0);
            entries += cursor.mark(first, &mut one)?;
            all.iter_mut().zip(&one).for_each(|(all, one)| *all &= *one);
            if all.iter().all(|word| *word == 0) {
                break;
            }
        }
        *steps = steps.saturating_sub(entries / TOGETHER + 1);
        for (number, word) in (0_u32..).zip(&all) {
            let mut word = *word;
            while word != 0 {
                let found = first + number * 64 + word.trailing_zeros();
                word &= word - 1;
                if found < place || found >= rows {
                    continue;
                }
                if out.len() >= wanted {
                    return Ok(Some(found));
                }
                out.push(found);
            }
        }
        place = first.saturating_add(WINDOW_PLACES as u32);
    }
    Ok(None)
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
    octets: Vec<u8>,
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
        whole.then(|| Self {
            table,
            count,
            data: at + data,
            block: usize::MAX,
            places: Vec::new(),
            octets: Vec::new(),
        })
    }

    fn at_least(
        &mut self,
        file: &TextFile,
        source: &mut Source<'_>,
        place: u32,
    ) -> io::Result<Option<u32>> {
        let block = self.table.partition_point(|(last, _)| *last < place);
        if block == self.table.len() {
            return Ok(None);
        }
        self.decode(file, source, block)?;
        let first = self.places.partition_point(|known| *known < place);
        Ok(self.places.get(first).copied())
    }

    /// Has the places of a block at hand.
    fn decode(&mut self, file: &TextFile, source: &mut Source<'_>, block: usize) -> io::Result<()> {
        if block == self.block {
            return Ok(());
        }
        let (last, end) = self.table[block];
        let before = block.checked_sub(1).map(|before| self.table[before]);
        let start = before.map_or(0, |before| before.1);
        let at = self.data + u64::from(start);
        self.octets.clear();
        file.read(source, at, (end - start) as usize, &mut self.octets)?;
        let count = BLOCK.min(self.count as usize - block * BLOCK);
        let next = before.map_or(0, |before| before.0 + 1);
        self.block = usize::MAX;
        self.places.clear();
        let rows = file.footer().rows;
        let decoded = decode_block(&self.octets, count, next, rows, &mut self.places);
        if decoded.is_none() || self.places.last() != Some(&last) {
            return Err(file.damaged_at(at));
        }
        self.block = block;
        Ok(())
    }

    /// Sets the bits of the places of a window.
    fn mark(
        &mut self,
        file: &TextFile,
        source: &mut Source<'_>,
        first: u32,
        bits: &mut Window,
    ) -> io::Result<u64> {
        let mut block = self.table.partition_point(|(last, _)| *last < first);
        let mut steps = 1;
        while block < self.table.len() {
            self.decode(file, source, block)?;
            let ahead = |place: u32| place.checked_sub(first).map(|at| at as usize);
            for at in self.places.iter().filter_map(|place| ahead(*place)) {
                if at < WINDOW_PLACES {
                    bits[at / 64] |= 1 << (at % 64);
                }
            }
            steps += self.places.len() as u64;
            let ends = ahead(self.table[block].0).is_some_and(|at| at >= WINDOW_PLACES);
            if ends {
                break;
            }
            block += 1;
        }
        Ok(steps)
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

    fn mark(&mut self, first: u32, bits: &mut Window) -> io::Result<u64> {
        match &mut self.kind {
            Kind::Few(places, _) => {
                let from = places.partition_point(|known| *known < first);
                let here = places[from..].iter().map(|place| place - first);
                here.take_while(|at| (*at as usize) < WINDOW_PLACES).for_each(|at| set(bits, at));
                Ok(places.len() as u64)
            }
            Kind::Blocks(blocks) => blocks.mark(self.file, &mut self.source, first, bits),
            Kind::Dense(at) => {
                let (octet, bytes) = (first as usize / 8, dense_bytes(self.file.footer().rows));
                let here = bytes.saturating_sub(octet).min(WINDOW_PLACES / 8);
                let mut octets = Vec::with_capacity(WINDOW_PLACES / 8);
                self.file.read(&mut self.source, *at + octet as u64, here, &mut octets)?;
                octets.resize(WINDOW_PLACES / 8, 0);
                for (word, octets) in bits.iter_mut().zip(octets.as_chunks::<8>().0) {
                    *word |= u64::from_le_bytes(*octets);
                }
                Ok(bits.len() as u64)
            }
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
