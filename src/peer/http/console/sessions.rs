//! Who is signed in: sessions in memory, which a restart ends.
//!
//! A browser has a token of 256 random bits; here is its digest alone. **Invariants**: a session ends when it was
//! idle for too long, when it is too old, when its user or an admin ends it, and when others need its place; time
//! and random numbers are arguments.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::base::clock::Timestamp;
use crate::base::hex::hex;

/// Sessions of one user; the one that was idle longest makes room.
const PER_USER_MAX: usize = 20;

/// Characters of a browser's name that are kept.
const AGENT_CHARS_MAX: usize = 120;

/// One session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Session {
    /// How lists and the audit call it; no secret.
    pub(super) id: String,
    pub(super) user: String,
    /// What every form of it has to have.
    pub(super) csrf: String,
    pub(super) began: Timestamp,
    pub(super) seen: Timestamp,
    pub(super) from: IpAddr,
    pub(super) agent: String,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Sessions {
    by_digest: HashMap<[u8; 32], Session>,
    idle: Duration,
    age: Duration,
    max: usize,
}

/// Random octets of a new session: its token, its form's token, its name.
#[derive(Clone, Copy)]
pub(super) struct Chance(pub(super) [u8; 72]);

impl Sessions {
    pub(super) fn new(idle: Duration, age: Duration, max: usize) -> Self {
        Self { by_digest: HashMap::new(), idle, age, max: max.max(1) }
    }

    /// Begins one; its token for the cookie.
    pub(super) fn begin(
        &mut self,
        user: &str,
        (from, agent): (IpAddr, &str),
        Chance(chance): Chance,
        now: Timestamp,
    ) -> (String, Session) {
        self.end_over(now);
        if self.of(user).len() >= PER_USER_MAX {
            self.end_idlest(|session| session.user == user);
        }
        if self.by_digest.len() >= self.max {
            self.end_idlest(|_| true);
        }
        let token = hex(&chance[..32]);
        let session = Session {
            id: format!("ses_{}", hex(&chance[64..])),
            user: user.to_owned(),
            csrf: hex(&chance[32..64]),
            began: now,
            seen: now,
            from,
            agent: agent.chars().filter(|it| !it.is_control()).take(AGENT_CHARS_MAX).collect(),
        };
        self.by_digest.insert(digest(&token), session.clone());
        (token, session)
    }

    /// The session of a token, which was seen now.
    pub(super) fn seen(&mut self, token: &str, now: Timestamp) -> Option<Session> {
        let mut session = self.known(token, now)?;
        session.seen = now;
        self.by_digest.insert(digest(token), session.clone());
        Some(session)
    }

    /// The session of a token, which nobody used: a page that is left open asks by itself.
    pub(super) fn known(&mut self, token: &str, now: Timestamp) -> Option<Session> {
        let digest = digest(token);
        if self.is_over(self.by_digest.get(&digest)?, now) {
            self.by_digest.remove(&digest);
            return None;
        }
        self.by_digest.get(&digest).cloned()
    }

    /// Ends one by its name, if `may` allows it; what it was.
    pub(super) fn end(&mut self, id: &str, may: impl Fn(&Session) -> bool) -> Option<Session> {
        let found = self.by_digest.iter().find(|(_, it)| it.id == id && may(it));
        let digest = *found?.0;
        self.by_digest.remove(&digest)
    }

    /// The sessions of a user, the newest first.
    pub(super) fn of(&self, user: &str) -> Vec<Session> {
        self.all().into_iter().filter(|session| session.user == user).collect()
    }

    /// All sessions, the newest first.
    pub(super) fn all(&self) -> Vec<Session> {
        let mut all: Vec<Session> = self.by_digest.values().cloned().collect();
        all.sort_by(|a, b| b.began.cmp(&a.began).then_with(|| a.id.cmp(&b.id)));
        all
    }

    /// Ends what is over.
    pub(super) fn end_over(&mut self, now: Timestamp) {
        let (idle, age) = (self.idle, self.age);
        self.by_digest.retain(|_, it| now.since(it.seen) < idle && now.since(it.began) < age);
    }

    fn is_over(&self, session: &Session, now: Timestamp) -> bool {
        now.since(session.seen) >= self.idle || now.since(session.began) >= self.age
    }

    fn end_idlest(&mut self, of: impl Fn(&Session) -> bool) {
        let candidates = self.by_digest.iter().filter(|(_, session)| of(session));
        if let Some(digest) = candidates.min_by_key(|(_, it)| it.seen).map(|(digest, _)| *digest) {
            self.by_digest.remove(&digest);
        }
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: (IpAddr, &str) = (IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), "a browser");

    const fn at(minutes: u64) -> Timestamp {
        Timestamp(1_000_000_000_000 + minutes * 60_000_000)
    }

    fn sessions(max: usize) -> Sessions {
        Sessions::new(Duration::from_secs(30 * 60), Duration::from_secs(60 * 60), max)
    }

    const fn chance(number: u8) -> Chance {
        Chance([number; 72])
    }

    #[test]
    fn a_session_lasts_as_long_as_it_is_used_and_not_for_ever() {
        let mut sessions = sessions(10);
        let (token, _) = sessions.begin("rep", HERE, chance(1), at(0));
        assert_eq!(token.len(), 64);
        for minute in [20, 40, 59] {
            assert!(sessions.seen(&token, at(minute)).is_some(), "{minute}");
        }
        assert_eq!(sessions.seen(&token, at(60)), None, "an hour is its most");
        let (token, _) = sessions.begin("rep", HERE, chance(2), at(100));
        assert_eq!(sessions.seen(&token, at(130)), None, "half an hour without a word");
        assert_eq!(sessions.seen("guess", at(100)), None);
        let (token, _) = sessions.begin("rep", HERE, chance(3), at(200));
        assert!(sessions.known(&token, at(229)).is_some());
        assert_eq!(sessions.seen(&token, at(230)), None, "a page that asks by itself is nobody");
    }

    #[test]
    fn sessions_are_listed_and_ended_by_those_who_may() {
        let mut sessions = sessions(10);
        let (token, begun) = sessions.begin("rep", HERE, chance(1), at(0));
        sessions.begin("op", HERE, chance(2), at(1));
        assert_eq!(sessions.of("rep"), std::slice::from_ref(&begun));
        assert_eq!(sessions.all().len(), 2);
        assert!(sessions.end(&begun.id, |session| session.user == "op").is_none());
        assert!(sessions.end(&begun.id, |session| session.user == "rep").is_some());
        assert_eq!(sessions.seen(&token, at(1)), None);
    }

    #[test]
    fn they_are_bounded_and_the_idlest_makes_room() {
        let mut sessions = sessions(2);
        let (first, _) = sessions.begin("a", HERE, chance(1), at(0));
        let (second, _) = sessions.begin("b", HERE, chance(2), at(1));
        assert!(sessions.seen(&first, at(2)).is_some());
        sessions.begin("c", HERE, chance(3), at(3));
        assert_eq!(sessions.all().len(), 2);
        assert_eq!(sessions.seen(&second, at(3)), None);
        let mut sessions = Sessions { max: 1_000, ..sessions };
        for number in 10..60 {
            sessions.begin("a", HERE, chance(number), at(4));
        }
        assert_eq!(sessions.of("a").len(), PER_USER_MAX);
    }

    #[test]
    fn the_token_itself_is_nowhere() {
        let mut sessions = sessions(2);
        let (token, _) =
            sessions.begin("a", HERE, Chance(std::array::from_fn(|at| at as u8)), at(0));
        assert!(!format!("{sessions:?}").contains(&token));
    }
}
