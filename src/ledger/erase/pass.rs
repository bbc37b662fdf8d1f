//! One round of erasing: what is to be blanked and can be, from its history to its words.
//!
//! Every step may be done again, and is after a crash: the book changes last. **Invariants**: nothing of a
//! message that is still needed is touched; the log is blank before what is made of it is made again.

use std::collections::BTreeSet;
use std::io;

use super::book::Book;
use super::scan::Sought;
use super::targets::Targets;
use super::worn::Worn;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::ledger::store::Ledger;
use crate::message::blank::{blank_event, blank_message, is_personal};
use crate::message::event::{By, Event, NO_MESSAGE, What};
use crate::spool::chunk::Chunk;
use crate::spool::lsn::Lsn;
use crate::spool::rewrite::Changeable;
use crate::spool::unpoisoned;

/// Messages that are told of at once.
const TOLD_AT_ONCE: usize = 512;

/// Messages whose files are found one by one; of more, all files behind the first are looked at.
const ONE_BY_ONE_MAX: usize = 10_000;

/// How a step went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ledger) enum Step {
    /// There is more to do.
    Again,
    /// Somebody else has to do something first.
    Wait,
    /// The book has it.
    Done,
}

#[derive(Debug)]
enum Stage {
    /// Histories that were told.
    Tell(usize),
    /// What was told has to be indexed.
    Told(Lsn),
    /// The log file has to be closed behind this.
    Close(Lsn),
    /// A restart must not read what will be blank: what it says of consent has to be in the book of opt-outs.
    Cover(Lsn),
    /// These files are left.
    Files(Vec<Lsn>),
    /// These segments are left.
    Rows(Vec<usize>),
    Words,
    Gone,
}

/// A number that is looked for, for whom and up to which message.
#[derive(Debug)]
struct Search {
    erasure: u64,
    sought: Sought,
    before: MessageOrd,
    account: Option<AccountId>,
}

/// A round.
#[derive(Debug)]
pub(in crate::ledger) struct Pass {
    targets: Targets,
    /// Messages with the erasure that asked for each.
    asked: Vec<(u64, By, MessageOrd)>,
    late: Vec<MessageOrd>,
    worn: Option<Worn>,
    searches: Vec<Search>,
    /// Messages that turned out to have a number that is looked for.
    discovered: BTreeSet<(u64, u64)>,
    /// Where events of no message were blanked.
    loose: BTreeSet<(u64, u64)>,
    /// All before this was blanked.
    closed: Lsn,
    stage: Stage,
}

impl Pass {
    /// Begins with what can be blanked by now; `None` if nothing can.
    pub(in crate::ledger) fn begin(
        ledger: &Ledger,
        now: Timestamp,
        look_for_worn: bool,
    ) -> io::Result<Option<Self>> {
        let mut book: Book = unpoisoned::lock(&ledger.erasing.book).clone();
        let mut pass = Self {
            targets: Targets::new(ledger.config.geometry()),
            asked: Vec::new(),
            late: book.late.iter().copied().map(MessageOrd).collect(),
            worn: None,
            searches: Vec::new(),
            discovered: BTreeSet::new(),
            loose: BTreeSet::new(),
            closed: Lsn(0),
            stage: Stage::Tell(0),
        };
        for erasure in book.erasures.iter().filter(|erasure| erasure.done_at.is_none()) {
            for ord in erasure.pending.iter().copied().map(MessageOrd) {
                if ledger.is_finished(ord)? {
                    pass.asked.push((erasure.number, erasure.by, ord));
                }
            }
            pass.searches.extend(erasure.hash.map(|hash| Search {
                erasure: erasure.number,
                sought: Sought { key: ledger.identity.id_key, hash },
                before: erasure.before,
                account: erasure.account,
            }));
        }
        if look_for_worn && pass.asked.is_empty() && pass.searches.is_empty() {
            pass.worn = ledger.worn(now, &mut book)?;
            // What has none of an account is looked at once more after a restart, and not before.
            unpoisoned::lock(&ledger.erasing.book).accounts.clone_from(&book.accounts);
        }
        let worn = pass.worn.iter().flat_map(|worn| &worn.ords);
        let asked = pass.asked.iter().map(|(_, _, ord)| ord);
        asked.chain(&pass.late).chain(worn).for_each(|ord| pass.targets.insert(*ord));
        Ok((!pass.targets.is_empty() || !pass.searches.is_empty()).then_some(pass))
    }

    /// Does some of it.
    pub(in crate::ledger) fn step(&mut self, ledger: &Ledger, now: Timestamp) -> io::Result<Step> {
        match &mut self.stage {
            Stage::Tell(_) => self.tell(ledger, now),
            Stage::Told(end) => {
                if ledger.indexed() < *end {
                    return Ok(Step::Wait);
                }
                ledger.log.close_behind(*end);
                self.stage = Stage::Close(*end);
                Ok(Step::Again)
            }
            Stage::Close(end) => {
                self.closed = ledger.log.newest_base();
                if self.closed < *end {
                    // Without room for a new file it was given up.
                    ledger.log.close_behind(*end);
                    return Ok(Step::Wait);
                }
                ledger.want_checkpoint(self.closed);
                self.stage = Stage::Cover(self.closed);
                Ok(Step::Again)
            }
            Stage::Cover(end) => {
                if !ledger.is_covered(*end) {
                    return Ok(Step::Wait);
                }
                self.stage = Stage::Files(self.files(ledger)?);
                Ok(Step::Again)
            }
            Stage::Files(files) => match files.last().copied() {
                Some(base) => {
                    self.blank_file(ledger, base)?;
                    if let Stage::Files(files) = &mut self.stage {
                        files.pop();
                    }
                    Ok(Step::Again)
                }
                None => {
                    self.stage = Stage::Rows(self.targets.segments());
                    Ok(Step::Again)
                }
            },
            Stage::Rows(segments) => {
                let Some(&segment) = segments.last() else {
                    self.stage = Stage::Words;
                    return Ok(Step::Again);
                };
                if !ledger.blank_rows(segment, &self.targets.rows(segment))? {
                    return Ok(Step::Wait);
                }
                segments.pop();
                Ok(Step::Again)
            }
            Stage::Words => {
                ledger.make_words_again(&self.targets.segments())?;
                self.stage = Stage::Gone;
                Ok(Step::Again)
            }
            Stage::Gone => {
                if !ledger.words_are_gone(&self.targets.segments())? {
                    return Ok(Step::Wait);
                }
                self.finish(ledger, now)?;
                Ok(Step::Done)
            }
        }
    }

    /// Tells some histories that their messages are erased, unless they say so already.
    fn tell(&mut self, ledger: &Ledger, now: Timestamp) -> io::Result<Step> {
        let Stage::Tell(told) = &mut self.stage else { return Ok(Step::Again) };
        if *told >= self.asked.len() {
            self.stage = Stage::Told(ledger.journal.end());
            return Ok(Step::Again);
        }
        let end = self.asked.len().min(*told + TOLD_AT_ONCE);
        let mut chunk = Chunk::new();
        for &(erasure, by, ord) in &self.asked[*told..end] {
            let what = What::Erased { by, erasure };
            let said = |event: &Event<'_>| event.what == what;
            let events = ledger.events(ord)?;
            let known = events.iter().any(|event| event.event().is_some_and(|it| said(&it)));
            if !known && ledger.state(ord)?.is_some() {
                chunk.event(&Event { ord, what });
            }
        }
        if ledger.journal.append(now, &mut chunk).is_err() {
            return Ok(Step::Wait);
        }
        *told = end;
        Ok(Step::Again)
    }

    /// The closed files that may hold anything of it, the newest first.
    fn files(&self, ledger: &Ledger) -> io::Result<Vec<Lsn>> {
        let mut closed = ledger.log.bases();
        closed.retain(|base| *base < self.closed);
        if !self.searches.is_empty() {
            return Ok(closed);
        }
        let worn = self.worn.iter().flat_map(|worn| &worn.ords);
        let asked = self.asked.iter().map(|(_, _, ord)| ord);
        let ords: Vec<MessageOrd> = asked.chain(&self.late).chain(worn).copied().collect();
        if ords.len() > ONE_BY_ONE_MAX {
            let oldest = ords.iter().min().copied().unwrap_or(NO_MESSAGE);
            let lsn = ledger.read().lsn(oldest)?.unwrap_or(Lsn(0));
            let first = ledger.log.base_at(lsn);
            closed.retain(|base| *base >= first);
            return Ok(closed);
        }
        let mut files = BTreeSet::new();
        for ord in ords {
            files.extend(ledger.read().lsn(ord)?.map(|lsn| ledger.log.base_at(lsn)));
            ledger.each_link(ord, |lsn| {
                files.insert(ledger.log.base_at(lsn));
                true
            })?;
        }
        closed.retain(|base| files.contains(base));
        Ok(closed)
    }

    fn blank_file(&mut self, ledger: &Ledger, base: Lsn) -> io::Result<()> {
        let Self { targets, searches, discovered, loose, .. } = self;
        let changed = ledger.log.rewrite(base, &mut |record: Changeable<'_>| {
            let Changeable { lsn, ord, is_message, octets } = record;
            if ord != NO_MESSAGE && targets.contains(ord) {
                return if is_message { blank_message(octets) } else { blank_event(octets) };
            }
            if is_message || searches.is_empty() {
                return false;
            }
            let Some(event) = Event::decode(octets) else { return false };
            if ord == NO_MESSAGE {
                let by = |search: &&Search| {
                    search.account.is_none() && search.sought.is_in_loose(&event.what)
                };
                let Some(search) = searches.iter().find(by) else { return false };
                loose.insert((search.erasure, lsn.0));
                return blank_event(octets);
            }
            let by = searches
                .iter()
                .filter(|search| ord < search.before && search.sought.is_in_event(&event.what));
            discovered.extend(by.map(|search| (search.erasure, ord.0)));
            false
        })?;
        if changed {
            tracing::info!(%base, "a file of the log was written anew without what was erased");
        }
        Ok(())
    }

    /// Writes into the book what was done.
    fn finish(&self, ledger: &Ledger, now: Timestamp) -> io::Result<()> {
        let mut known = unpoisoned::lock(&ledger.erasing.book);
        let mut book: Book = known.clone();
        for erasure in &mut book.erasures {
            let own = self.asked.iter().filter(|(number, ..)| *number == erasure.number);
            for (_, _, ord) in own {
                erasure.erased += u64::from(erasure.pending.remove(&ord.0));
            }
            if !self.searches.iter().any(|search| search.erasure == erasure.number) {
                continue;
            }
            erasure.hash = None;
            erasure.loose +=
                self.loose.iter().filter(|(by, _)| *by == erasure.number).count() as u64;
            for &(_, ord) in self.discovered.iter().filter(|(by, _)| *by == erasure.number) {
                let account = ledger.read().account_of(MessageOrd(ord))?;
                let owned = erasure.account.is_none_or(|own| account == Some(own));
                erasure.messages += u64::from(owned && erasure.pending.insert(ord));
            }
        }
        book.late.retain(|ord| !self.late.contains(&MessageOrd(*ord)));
        if let Some(worn) = &self.worn {
            book.set_blanked_to(worn.account, worn.upto);
        }
        // What came meanwhile stands in files that were open.
        for ord in self.asked.iter().map(|(_, _, ord)| ord).chain(&self.late) {
            let mut late = false;
            ledger.each_link(*ord, |lsn| {
                late |= lsn >= self.closed && ledger.is_personal_at(lsn);
                lsn >= self.closed
            })?;
            if late {
                book.late.insert(ord.0);
            }
        }
        for erasure in &mut book.erasures {
            if erasure.done_at.is_none() && erasure.is_through() {
                erasure.done_at = Some(now);
            }
        }
        book.forget_old();
        book.write(&*ledger.disk, ledger.identity.directory_id)?;
        ledger.erasing.hide(&book);
        *known = book;
        Ok(())
    }
}

impl Ledger {
    /// Whether there is anything in the book that a pass would be about.
    pub(in crate::ledger) fn to_erase(&self) -> (bool, u64) {
        let book = unpoisoned::lock(&self.erasing.book);
        (book.under_way() > 0 || !book.late.is_empty(), book.newest)
    }

    /// Takes in what came for messages that were erased before; durable before a checkpoint forgets it.
    pub(in crate::ledger) fn keep_late(&self) -> io::Result<()> {
        if self.read().late.is_empty() {
            return Ok(());
        }
        let late = std::mem::take(&mut unpoisoned::write(&self.index).late);
        let mut known = unpoisoned::lock(&self.erasing.book);
        let mut book: Book = known.clone();
        book.late.extend(late.iter().map(|ord| ord.0));
        if let Err(error) = book.write(&*self.disk, self.identity.directory_id) {
            unpoisoned::write(&self.index).late.extend(late);
            return Err(error);
        }
        self.erasing.hide(&book);
        *known = book;
        Ok(())
    }

    /// Calls a function with the addresses of a message's events, the newest first, until it says `false`.
    fn each_link(&self, ord: MessageOrd, mut each: impl FnMut(Lsn) -> bool) -> io::Result<()> {
        let row = self.read().states.row(ord)?;
        let mut head = row.map_or(0, |row| row.head);
        loop {
            let link = self.read().links.get(head)?;
            let Some(link) = link else { return Ok(()) };
            if !each(link.lsn()) {
                return Ok(());
            }
            head = link.previous;
        }
    }

    /// Whether the event at an address says anything personal; so does one that cannot be read.
    fn is_personal_at(&self, lsn: Lsn) -> bool {
        let Ok(octets) = self.record(lsn) else { return true };
        Event::decode(&octets).is_none_or(|event| is_personal(&event.what))
    }
}
