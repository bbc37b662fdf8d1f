//! Leaving: links that end in their protocol's way once nothing is under way on them (SMPP v3.4 §4.2).
//!
//! A link that leaves is given nothing new, is unbound when both sides have answered all they were asked,
//! and at its time all the same. **Invariant**: a submit that is on disk as about to leave leaves, or its
//! time was over: until then its bind stays.

use super::exchange::{Exchange, Redial};
use super::link::Far;
use crate::base::clock::Timestamp;
use crate::pipeline::effect::LinkId;
use crate::telemetry::carrier::RebindCause;

/// The links of a shard that are to end.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    /// Each with the time at which it is unbound whatever is under way.
    links: Vec<(LinkId, Timestamp)>,
    /// All links leave, those too that come now: the gateway stops. With their time.
    all: Option<Timestamp>,
}

impl Exchange {
    /// All links are to end: nothing new is taken from applications or given to carriers.
    pub fn drain(&mut self, now: Timestamp) {
        self.leaving.all = Some(now + self.settings.drain_timeout);
        self.see_off(now);
    }

    /// All links are to end without waiting for what is under way.
    pub fn hurry(&mut self, now: Timestamp) {
        self.leaving.all = Some(now);
        self.leaving.links.iter_mut().for_each(|(_, until)| *until = now);
        self.see_off(now);
    }

    /// Has a link end when nothing is under way on it, and at `until` all the same. One without a bind
    /// ends at once.
    pub(super) fn leave(&mut self, now: Timestamp, id: LinkId, until: Timestamp) {
        if self.leaving.links.iter().any(|(link, _)| *link == id) {
            return;
        }
        if self.has_bind(id) {
            self.ends(id);
            self.leaving.links.push((id, until));
        } else {
            self.close(now, id, Redial::at_once(RebindCause::Unbind));
        }
    }

    fn has_bind(&mut self, id: LinkId) -> bool {
        match self.link(id).map(|link| &link.side) {
            Some(Far::Esme(esme)) => esme.session.state().is_bound(),
            Some(Far::Smsc(smsc)) => smsc.session.state().is_bound(),
            None => false,
        }
    }

    /// Unbinds those that can go. Free while nobody leaves.
    pub(super) fn see_off(&mut self, now: Timestamp) {
        if let Some(until) = self.leaving.all {
            let ids: Vec<LinkId> = self.links.iter().map(|(_, link)| link.id).collect();
            ids.into_iter().for_each(|id| self.leave(now, id, until));
        }
        if self.leaving.links.is_empty() {
            return;
        }
        let mut leaving = std::mem::take(&mut self.leaving.links);
        leaving.retain(|&(id, until)| {
            if self.link(id).is_none() {
                return false;
            }
            if now >= until || !self.is_busy(id) {
                self.say_unbind(now, id);
            }
            // Until the link is gone: a peer may take its time, and its session has timers for that.
            true
        });
        self.leaving.links = leaving;
    }

    fn say_unbind(&mut self, now: Timestamp, id: LinkId) {
        if let Some(link) = self.link(id) {
            match &mut link.side {
                Far::Esme(esme) => esme.session.unbind(now, &mut link.out),
                Far::Smsc(smsc) => smsc.session.unbind(now, &mut link.out),
            }
        }
        self.mark_dirty(id);
    }

    /// Whether anybody on a link waits for an answer, or a submit is on its way to it.
    fn is_busy(&mut self, id: LinkId) -> bool {
        self.link(id).is_some_and(|link| link.unanswered() > 0) || self.engine.is_sending_on(id)
    }

    /// What has to end before the shard can stop: its links, and the requests without an answer.
    pub fn left(&self) -> u64 {
        self.links.iter().map(|(_, link)| 1 + link.unanswered() as u64).sum()
    }
}
