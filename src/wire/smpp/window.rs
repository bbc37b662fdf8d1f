//! Our own unanswered requests: who waits for which sequence number, and since when.
//!
//! Its place: inside [`super::session`]. A number's place is its low bits, so finding it is one
//! look; entries are also chained in the order they were sent, which is the order they expire in.
//! A new number whose place is still taken is left out: numbers grow, they need not be dense.
//!
//! **Invariants**: at most `size` are in flight; a number is in flight once at most; memory is
//! twice the window, made once, plus as much for the late, made when the first request expires.

use std::time::Duration;

use crate::base::clock::Timestamp;

/// The greatest sequence number we give (SMPP v3.4 §5.1.4); after it comes 1.
const SEQUENCE_MAX: u32 = 0x7FFF_FFFF;

/// No place.
const NONE: u32 = u32::MAX;

/// Our unanswered requests, each with a token of its sender.
#[derive(Clone, Debug)]
pub struct Window<T> {
    places: Vec<Option<Waiting<T>>>,
    late: Vec<Option<(u32, T)>>,
    size: usize,
    in_flight: usize,
    next_sequence: u32,
    oldest: u32,
    newest: u32,
}

#[derive(Clone, Debug)]
struct Waiting<T> {
    sequence: u32,
    sent_at: Timestamp,
    older: u32,
    newer: u32,
    token: T,
}

/// What a response's number stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answered<T> {
    /// A request in flight; its place is free now.
    InTime {
        /// Of the request.
        token: T,
        /// When it was sent.
        sent_at: Timestamp,
    },
    /// A request that was given up, and is remembered.
    Late(T),
    /// No request of ours, or one answered already.
    Nobody,
}

impl<T> Window<T> {
    /// A window of `size` requests, one at least.
    pub fn new(size: usize) -> Self {
        let size = size.clamp(1, 1 << 20);
        let places = (size * 2).next_power_of_two();
        Self {
            places: std::iter::repeat_with(|| None).take(places).collect(),
            late: Vec::new(),
            size,
            in_flight: 0,
            next_sequence: 1,
            oldest: NONE,
            newest: NONE,
        }
    }

    /// Makes the window another size. `false`, and nothing is changed, while requests are unanswered.
    pub fn resize(&mut self, size: usize) -> bool {
        if self.in_flight > 0 {
            return false;
        }
        *self = Self { next_sequence: self.next_sequence, ..Self::new(size) };
        true
    }

    /// How many more requests may be sent.
    #[inline]
    pub fn free(&self) -> usize {
        self.size - self.in_flight
    }

    /// How many requests are unanswered.
    #[inline]
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// A number for a request that is not kept here.
    pub fn number(&mut self) -> u32 {
        let sequence = self.next_sequence;
        self.next_sequence = if sequence >= SEQUENCE_MAX { 1 } else { sequence + 1 };
        sequence
    }

    /// Begins the numbers elsewhere, for tests of their wrap.
    pub fn set_next_sequence(&mut self, sequence: u32) {
        self.next_sequence = sequence.clamp(1, SEQUENCE_MAX);
    }

    /// Takes a place and gives its number; the token comes back if the window is full.
    #[inline]
    pub fn send(&mut self, now: Timestamp, token: T) -> Result<u32, T> {
        if self.in_flight >= self.size {
            return Err(token);
        }
        // Half of the places are free at least, so this ends soon.
        let mut sequence = self.number();
        while self.place(sequence).is_some_and(|place| place.is_some()) {
            sequence = self.number();
        }
        let index = self.index(sequence);
        let older = self.newest;
        if let Some(Some(waiting)) = self.places.get_mut(older as usize) {
            waiting.newer = index;
        } else {
            self.oldest = index;
        }
        self.newest = index;
        self.in_flight += 1;
        if let Some(place) = self.places.get_mut(index as usize) {
            *place = Some(Waiting { sequence, sent_at: now, older, newer: NONE, token });
        }
        Ok(sequence)
    }

    /// Finds who waits for this number, and frees the place.
    #[inline]
    pub fn answer(&mut self, sequence: u32) -> Answered<T> {
        let waits = self.place(sequence).and_then(Option::as_ref);
        if waits.is_some_and(|waiting| waiting.sequence == sequence) {
            let index = self.index(sequence);
            if let Some(Waiting { token, sent_at, .. }) = self.remove(index) {
                return Answered::InTime { token, sent_at };
            }
        }
        let index = sequence as usize & self.places.len().wrapping_sub(1);
        match self.late.get_mut(index) {
            Some(place) if place.as_ref().is_some_and(|(number, _)| *number == sequence) => {
                place.take().map_or(Answered::Nobody, |(_, token)| Answered::Late(token))
            }
            _ => Answered::Nobody,
        }
    }

    /// When the oldest request will have waited `patience`; never if there is none.
    #[inline]
    pub fn deadline(&self, patience: Duration) -> Timestamp {
        match self.places.get(self.oldest as usize) {
            Some(Some(oldest)) => oldest.sent_at + patience,
            _ => Timestamp::NEVER,
        }
    }

    /// Takes out every request in the order they were sent, when the session is over.
    pub fn drain(&mut self) -> impl Iterator<Item = (u32, T)> + '_ {
        std::iter::from_fn(move || {
            self.remove(self.oldest).map(|waiting| (waiting.sequence, waiting.token))
        })
    }

    fn index(&self, sequence: u32) -> u32 {
        sequence & (self.places.len() as u32).wrapping_sub(1)
    }

    fn place(&self, sequence: u32) -> Option<&Option<Waiting<T>>> {
        self.places.get(self.index(sequence) as usize)
    }

    #[inline]
    fn remove(&mut self, index: u32) -> Option<Waiting<T>> {
        let removed = self.places.get_mut(index as usize)?.take()?;
        match self.places.get_mut(removed.older as usize) {
            Some(Some(older)) => older.newer = removed.newer,
            _ => self.oldest = removed.newer,
        }
        match self.places.get_mut(removed.newer as usize) {
            Some(Some(newer)) => newer.older = removed.older,
            _ => self.newest = removed.older,
        }
        self.in_flight -= 1;
        Some(removed)
    }
}

impl<T: Clone> Window<T> {
    /// Gives up the oldest request if it has waited `patience`, and remembers it as late until its
    /// place is needed by another late one.
    pub fn expire(&mut self, now: Timestamp, patience: Duration) -> Option<(u32, T)> {
        if self.deadline(patience) > now {
            return None;
        }
        let Waiting { sequence, token, .. } = self.remove(self.oldest)?;
        if self.late.is_empty() {
            self.late.resize_with(self.places.len(), || None);
        }
        let index = self.index(sequence) as usize;
        if let Some(place) = self.late.get_mut(index) {
            *place = Some((sequence, token.clone()));
        }
        Some((sequence, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn at(seconds: u64) -> Timestamp {
        Timestamp(seconds * 1_000_000)
    }

    #[test]
    fn an_idle_window_takes_another_size_and_its_numbers_go_on() {
        let mut window = Window::new(1);
        assert_eq!(window.send(at(0), 'a'), Ok(1));
        assert!(!window.resize(2), "one is unanswered");
        assert!(matches!(window.answer(1), Answered::InTime { token: 'a', .. }));
        assert!(window.resize(2));
        assert_eq!(window.send(at(0), 'b'), Ok(2));
        assert_eq!(window.send(at(0), 'c'), Ok(3));
        assert_eq!(window.send(at(0), 'd'), Err('d'));
    }

    #[test]
    fn a_full_window_gives_the_token_back() {
        let mut window = Window::new(2);
        assert_eq!(window.send(at(0), 'a'), Ok(1));
        assert_eq!(window.send(at(0), 'b'), Ok(2));
        assert_eq!(window.send(at(0), 'c'), Err('c'));
        assert_eq!(window.answer(1), Answered::InTime { token: 'a', sent_at: at(0) });
        assert_eq!(window.send(at(1), 'c'), Ok(3));
        assert_eq!((window.free(), window.in_flight()), (0, 2));
    }

    #[test]
    fn an_old_request_keeps_its_place_while_thousands_pass() {
        let mut window = Window::new(2);
        assert_eq!(window.send(at(0), 0), Ok(1));
        for token in 1..5_000 {
            let sequence = window.send(at(1), token).unwrap();
            assert_eq!(window.answer(sequence), Answered::InTime { token, sent_at: at(1) });
        }
        assert_eq!(window.answer(1), Answered::InTime { token: 0, sent_at: at(0) });
        assert_eq!(window.answer(1), Answered::Nobody);
    }

    #[test]
    fn requests_expire_in_the_order_they_were_sent_and_a_late_answer_finds_its_token() {
        let mut window = Window::new(8);
        for (second, token) in ['a', 'b', 'c'].into_iter().enumerate() {
            window.send(at(second as u64), token).unwrap();
        }
        window.answer(2);
        assert_eq!(window.deadline(PATIENCE), at(10));
        assert_eq!(window.expire(at(9), PATIENCE), None);
        assert_eq!(window.expire(at(12), PATIENCE), Some((1, 'a')));
        assert_eq!(window.expire(at(12), PATIENCE), Some((3, 'c')));
        assert_eq!(window.deadline(PATIENCE), Timestamp::NEVER);
        assert_eq!(window.answer(3), Answered::Late('c'));
        assert_eq!(window.answer(3), Answered::Nobody);
    }

    #[test]
    fn numbers_wrap_to_one() {
        let mut window = Window::new(4);
        window.set_next_sequence(SEQUENCE_MAX);
        assert_eq!(window.send(at(0), 'a'), Ok(SEQUENCE_MAX));
        assert_eq!(window.send(at(0), 'b'), Ok(1));
    }

    #[test]
    fn a_drain_gives_all_in_the_order_they_were_sent() {
        let mut window = Window::new(8);
        for token in 0..6 {
            window.send(at(0), token).unwrap();
        }
        window.answer(1);
        window.answer(4);
        window.answer(6);
        assert_eq!(window.drain().collect::<Vec<_>>(), [(2, 1), (3, 2), (5, 4)]);
        assert_eq!(window.in_flight(), 0);
    }
}
