//! The index of words against a look at every text: in several scripts, over segments, restarts and cuts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::predicate::Predicate;
use crate::ledger::query::Query;
use crate::ledger::store::Ledger;
use crate::ledger::text::found::WordsQuery;
use crate::ledger::text::phrase::Words;
use crate::message::event::{By, Event, What};
use crate::message::record::Message;
use crate::spool::chunk::Chunk;
use crate::spool::disk::Disk;
use crate::spool::lsn::Lsn;
use crate::spool::sim_disk::{Fault, SimDisk};

/// Words of scripts with spaces; the later ones of a list are rare.
const SPACED: [&str; 12] = [
    "your",
    "Code",
    "код",
    "είναι",
    "ΟΔΟΣ",
    "वैध",
    "رمز",
    "pour",
    "Straße",
    "קוד",
    "müşteri",
    "zebra",
];

/// Runs of scripts without spaces.
const RUNS: [&str; 6] =
    ["您的验证码是", "有效期五分钟", "認証コードです", "รหัสของคุณ", "인증번호는", "码"];

struct Texts {
    disk: SimDisk,
    config: LedgerConfig,
    random: fastrand::Rng,
    opened: Option<Opened>,
    /// Where each message's chunk ends, and its text.
    texts: Vec<(Lsn, String)>,
}

impl Texts {
    fn new(seed: u64) -> Self {
        let mut texts = Self {
            disk: SimDisk::new(seed),
            config: LedgerConfig::tiny(),
            random: fastrand::Rng::with_seed(seed),
            opened: None,
            texts: Vec::new(),
        };
        assert!(texts.open());
        texts
    }

    /// Opens the disk, and forgets what was never durable.
    fn open(&mut self) -> bool {
        self.opened = None;
        let opened = Ledger::open(Arc::new(self.disk.clone()), self.config.clone());
        let Ok(opened) = opened else { return false };
        let end = opened.journal.durable();
        self.texts.retain(|text| text.0 <= end);
        self.opened = Some(opened);
        true
    }

    fn text(&mut self) -> String {
        let random = &mut self.random;
        let mut text = String::new();
        for _ in 0..random.usize(..7) {
            let below = 1 + random.usize(..SPACED.len());
            match random.u8(..8) {
                0 => text += &format!("{:06}", random.u32(..1_000_000)),
                1 => text += RUNS[random.usize(..RUNS.len())],
                2 => text += &format!("https://{}.example/x", SPACED[0]),
                _ => text += SPACED[random.usize(..below)],
            }
            text += [" ", " ", ", ", ""][random.usize(..4)];
        }
        text
    }

    fn append(&mut self) {
        let mut chunk = Chunk::new();
        let texts: Vec<String> = (0..self.random.usize(1..12)).map(|_| self.text()).collect();
        for text in &texts {
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let (data_coding, body) =
                if text.is_ascii() { (0, text.as_bytes()) } else { (8, &wide[..]) };
            chunk.message(&Message { data_coding, body, ..Message::default() });
        }
        let Some(opened) = &self.opened else { return };
        let at = Timestamp(self.texts.len() as u64);
        if let Ok(appended) = opened.journal.append(at, &mut chunk) {
            self.texts.extend(texts.into_iter().map(|text| (appended.end, text)));
        }
    }

    /// One random thing; what fails is tried again.
    fn step(&mut self) {
        let choice = self.random.u8(..20);
        if choice < 5 {
            return self.append();
        }
        let Some(opened) = &mut self.opened else { return };
        match choice {
            5..8 => drop(opened.flusher.step()),
            8..11 => drop(opened.indexer.step()),
            11..13 => drop(opened.sealer.step()),
            13..17 => drop(opened.text_follower.step()),
            17..19 => drop(opened.text_keeper.step()),
            _ => drop(opened.indexer.checkpoint()),
        }
    }

    /// Everything that can be done is done.
    fn settle(&mut self) {
        let Some(opened) = &mut self.opened else { return };
        opened.flusher.step();
        while opened.indexer.step().expect("a disk that works") {}
        while opened.sealer.step().expect("a disk that works") {}
        self.settle_words();
    }

    fn settle_words(&mut self) {
        let Some(opened) = &mut self.opened else { return };
        let mut turn = || {
            opened.text_follower.step().expect("reads") | opened.text_keeper.step().expect("room")
        };
        while turn() {}
    }

    /// Compares pages of searches with a look at every text that is indexed otherwise.
    fn check(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let phrases: Vec<String> =
                (0..self.random.usize(1..4)).map(|_| self.phrase()).collect();
            let words: Vec<Words> =
                phrases.iter().map(|phrase| Words::of(phrase).expect("a word")).collect();
            let ledger = &self.opened.as_ref().expect("open").ledger;
            let known = ledger.stats().messages as usize;
            let texts = self.texts[..known].iter().enumerate();
            let expected: Vec<MessageOrd> = texts
                .rev()
                .filter(|(_, (_, text))| phrases.iter().all(|phrase| has(text, phrase)))
                .map(|(ord, _)| MessageOrd(ord as u64))
                .collect();
            let limit = self.random.usize(1..40);
            let mut query = WordsQuery { limit, steps_max: self.random.u64(..9000), after: None };
            let mut found = Vec::new();
            loop {
                let page = ledger.with_words(&words, &query).expect("reads");
                assert!(page.ords.len() <= limit);
                assert!(page.next.is_none_or(|next| query.after.is_none_or(|after| next < after)));
                found.extend(page.ords);
                query.after = page.next;
                if page.next.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{phrases:?}");
            let any = self.random.u8(..4) == 0;
            let texts = words.iter().cloned().map(Predicate::Text).collect();
            let all = if any { vec![Predicate::Any(texts)] } else { texts };
            let rows_max = self.random.u64(1..20_000);
            let mut query = Query { all, limit, rows_max, time_max: Duration::MAX, after: None };
            let mut searched = Vec::new();
            loop {
                let page = ledger.search(&query).expect("reads");
                searched.extend(page.hits.iter().map(|hit| hit.ord));
                query.after = page.next;
                if page.next.is_none() {
                    break;
                }
            }
            let has_any = |text: &str| phrases.iter().any(|phrase| has(text, phrase));
            let expected: Vec<MessageOrd> = if any {
                let ords = (0..known).rev().filter(|ord| has_any(&self.texts[*ord].1));
                ords.map(|ord| MessageOrd(ord as u64)).collect()
            } else {
                expected
            };
            assert_eq!(searched, expected, "{phrases:?} {any}");
            let at_most = ledger.words_at_most(&words).expect("reads");
            assert!((found.len()..=known).contains(&(at_most as usize)), "{phrases:?}");
        }
    }

    /// A word, a piece of a run, or a code.
    fn phrase(&mut self) -> String {
        let random = &mut self.random;
        match random.u8(..8) {
            0 => format!("{:06}", random.u32(..1_000_000)),
            1 | 2 => {
                let run: Vec<char> = RUNS[random.usize(..RUNS.len())].chars().collect();
                let from = random.usize(..run.len());
                run[from..=random.usize(from..run.len())].iter().collect()
            }
            3 if !self.texts.is_empty() => {
                let text = &self.texts[random.usize(..self.texts.len())].1;
                let code = text.split(|letter: char| !letter.is_ascii_digit());
                code.max_by_key(|code| code.len())
                    .filter(|it| !it.is_empty())
                    .unwrap_or("7")
                    .to_owned()
            }
            4 => "example".to_owned(),
            _ => SPACED[random.usize(..SPACED.len())].to_uppercase(),
        }
    }
}

/// Whether a text has a word or a piece of a run, told in another way than the index does.
fn has(text: &str, phrase: &str) -> bool {
    let first = phrase.chars().next().expect("one");
    if RUNS.iter().any(|run| run.contains(first)) {
        return text.contains(phrase);
    }
    // Words of one script end where a word of a script without spaces begins.
    let mut apart = text.to_owned();
    for letter in RUNS.concat().chars() {
        apart = apart.replace(letter, " ");
    }
    let fold = |word: &str| word.to_uppercase().to_lowercase().replace('ς', "σ");
    let not_of_words = |letter: char| !letter.is_alphanumeric() && !"्ै".contains(letter);
    apart.split(not_of_words).any(|word| fold(word) == fold(phrase))
}

#[test]
fn every_word_of_every_script_is_found_at_any_moment() {
    for seed in 0..3 {
        let mut texts = Texts::new(seed);
        for _ in 0..4 {
            for _ in 0..texts.random.u32(..900) {
                texts.step();
            }
            texts.check(10);
            if texts.random.bool() {
                texts.settle();
                texts.check(15);
            }
            // The words in memory are read again from the log.
            assert!(texts.open());
            texts.check(5);
        }
        texts.settle();
        texts.check(30);
        let ledger = &texts.opened.as_ref().expect("open").ledger;
        let (stats, all) = (ledger.text_stats().expect("an index"), ledger.stats());
        assert_eq!((stats.messages, stats.next_ord), (all.messages, all.messages));
        assert_eq!(stats.segments, all.segments, "each full segment is one file");
        assert_eq!(ledger.words_complete_until(Timestamp(77)).expect("reads"), Timestamp(77));
    }
}

#[test]
fn a_power_cut_at_any_moment_of_writing_files_loses_no_word() {
    for seed in 0..10 {
        let mut texts = Texts::new(100 + seed);
        for _ in 0..5 {
            let at = texts.disk.operations() + texts.random.u64(..500);
            texts.disk.fail_at(at, Fault::PowerCut);
            for _ in 0..texts.random.u32(..900) {
                texts.step();
            }
            texts.disk = texts.disk.crash();
            assert!(texts.open());
            texts.check(4);
        }
        texts.settle();
        texts.check(20);
        let names = texts.disk.list().expect("alive");
        assert!(!names.iter().any(|name| name.starts_with("tmp-")), "{names:?}");
    }
}

#[test]
fn a_disk_that_refuses_now_and_then_delays_the_files_and_nothing_else() {
    let mut texts = Texts::new(7);
    for _ in 0..100 {
        texts.append();
        texts.opened.as_mut().expect("open").flusher.step();
    }
    while texts.opened.as_mut().expect("open").indexer.step().expect("works") {}
    let opened = texts.opened.as_mut().expect("open");
    texts.disk.fail_randomly(300_000);
    let mut refused = 0;
    for _ in 0..300 {
        let _ = opened.text_follower.step();
        refused += usize::from(opened.text_keeper.step().is_err());
    }
    texts.disk.fail_randomly(0);
    assert!(refused > 3);
    assert_eq!(opened.journal.failure(), None, "only what can be made again was refused");
    texts.check(20);
    texts.settle();
    texts.check(20);
}

#[test]
fn damaged_files_and_files_of_a_segment_without_any_are_made_again() {
    let mut texts = Texts::new(8);
    for _ in 0..150 {
        texts.append();
        texts.settle();
    }
    let files = |texts: &Texts| -> BTreeSet<String> {
        let names = texts.disk.list().expect("alive");
        names.into_iter().filter(|name| name.starts_with("text-")).collect()
    };
    let before = files(&texts);
    assert!(before.len() >= 3, "{before:?}");
    // One is gone, one is cut, and one is changed where only a search will see it.
    let [gone, cut, changed] = [0, 1, 2].map(|at| before.iter().nth(at).expect("three").clone());
    texts.disk.remove(&gone).expect("there");
    texts.disk.damage(&cut, |octets| octets.truncate(3000));
    texts.disk.damage(&changed, |octets| octets[5000] ^= 1);
    assert!(texts.open());
    let ledger = &texts.opened.as_ref().expect("open").ledger;
    let all = WordsQuery { limit: 10_000, ..WordsQuery::default() };
    let words = Words::of("your").expect("a word");
    let mut told = 0;
    for word in SPACED {
        let words = [words.clone(), Words::of(word).expect("a word")];
        told += usize::from(ledger.with_words(&words, &all).is_err_and(|error| {
            error.to_string().starts_with(&format!("{changed} is damaged: page "))
        }));
    }
    assert!(told > 0, "whoever comes first is told");
    texts.settle();
    texts.check(40);
    assert_eq!(files(&texts), before);
}

#[test]
fn a_directory_without_an_index_gets_one_and_one_is_not_needed() {
    let mut texts = Texts::new(9);
    texts.config.text = None;
    assert!(texts.open());
    (0..120).for_each(|_| texts.append());
    texts.settle();
    texts.check(10);
    let ledger = &texts.opened.as_ref().expect("open").ledger;
    assert_eq!(ledger.text_stats(), None);
    texts.config = LedgerConfig::tiny();
    assert!(texts.open());
    texts.check(10);
    texts.settle_words();
    texts.check(10);
    let ledger = &texts.opened.as_ref().expect("open").ledger;
    assert_eq!(ledger.text_stats().map(|stats| stats.messages), Some(texts.texts.len() as u64));
}

#[test]
fn a_message_is_found_by_the_words_it_has_now() {
    let mut texts = Texts::new(10);
    for _ in 0..120 {
        texts.append();
        texts.settle();
    }
    let old = texts.texts.clone();
    let mut chunk = Chunk::new();
    for round in 0..5_u8 {
        for ord in (0..old.len()).step_by(37) {
            let mut message = Vec::new();
            let body = [&b"changed to zulu "[..], &[b'a' + round]].concat();
            Message { body: &body, ..Message::default() }.encode(&mut message);
            let what = What::Replaced { by: By::Application, message: &message };
            chunk.event(&Event { ord: MessageOrd(ord as u64), what });
            texts.texts[ord].1 = String::from_utf8(body).expect("ASCII");
        }
        let opened = texts.opened.as_mut().expect("open");
        opened.journal.append(Timestamp(9), &mut chunk).expect("room");
        texts.settle();
        if round == 2 {
            texts.opened.as_mut().expect("open").indexer.checkpoint().expect("room");
        }
        if round > 1 {
            texts.disk = texts.disk.crash();
            assert!(texts.open());
        }
        let words = [Words::of(&format!("zulu {}", char::from(b'a' + round))).expect("words")];
        let ledger = &texts.opened.as_ref().expect("open").ledger;
        let all = WordsQuery { limit: 10_000, ..WordsQuery::default() };
        let page = ledger.with_words(&words, &all).expect("reads");
        assert_eq!(page.ords.len(), old.len().div_ceil(37), "round {round}");
        texts.check(20);
    }
}

#[test]
fn words_are_in_the_index_a_moment_after_the_message() {
    let disk = SimDisk::new(1);
    let opened = Ledger::open(Arc::new(disk), LedgerConfig::tiny()).expect("opens");
    let running = opened.start().expect("threads");
    let mut chunk = Chunk::new();
    let mut slowest = Duration::ZERO;
    for turn in 0..20_u64 {
        let body = format!("Your code is {turn:06}");
        chunk.message(&Message { body: body.as_bytes(), ..Message::default() });
        running.journal.append(Timestamp(turn), &mut chunk).expect("room");
        let begun = Instant::now();
        let words = [Words::of(&format!("{turn:06}")).expect("a word")];
        let found = || {
            let page = running.ledger.with_words(&words, &WordsQuery::default()).expect("reads");
            let indexed = running.ledger.text_stats().is_some_and(|it| it.next_ord == turn + 1);
            indexed && page.ords == [MessageOrd(turn)]
        };
        while !found() {
            assert!(begun.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(1));
        }
        slowest = slowest.max(begun.elapsed());
    }
    println!("words were in the index after {slowest:?} at most");
    running.stop().expect("nothing failed");
}
