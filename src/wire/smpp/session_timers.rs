//! A session's patience: what happens when nothing comes (SMPP v3.4 §7.2).
//!
//! Its place: the waiting half of [`super::session`]. **Invariants**: every wait is bounded;
//! [`Session::deadline`] is never later than the next thing [`Session::timeout`] would do.

use crate::base::clock::Timestamp;
use crate::wire::smpp::event::{CloseReason, Event};
use crate::wire::smpp::pdu::{EnquireLink, encode};
use crate::wire::smpp::session::{Enquired, PeerUnbinding, Session, Side, State, Unbinding};
use crate::wire::smpp::status::CommandStatus;

impl<T: Clone> Session<T> {
    /// When to call [`timeout`](Session::timeout); already past if an event waits to be told.
    #[inline]
    pub fn deadline(&self) -> Timestamp {
        if self.closing.is_some() {
            return Timestamp::default();
        }
        let deadline = match self.state {
            State::Closed | State::Unbound => return Timestamp::NEVER,
            State::Open | State::Outbound => self.bind_deadline(),
            State::BoundTx | State::BoundRx | State::BoundTrx => {
                self.enquire_deadline().min(self.unbind_deadline()).min(self.inactivity_deadline())
            }
        };
        deadline.min(self.window.deadline(self.config.timers.response))
    }

    /// Does what is due, and returns the next event of it. Call until `None`.
    pub fn timeout<'a>(&mut self, now: Timestamp, out: &mut Vec<u8>) -> Option<Event<'a, T>> {
        if let Some(reason) = self.closing {
            return Some(self.close(reason));
        }
        if self.deadline() > now {
            return None;
        }
        if let Some((sequence_number, token)) = self.window.expire(now, self.config.timers.response)
        {
            if self.unbinding.is_some() {
                self.unbind_if_drained(out);
            }
            if self.peer_unbinding.is_some() {
                self.answer_unbind_if_done(out);
            }
            return Some(Event::Expired { token, sequence_number });
        }
        if !self.state.is_bound() {
            return self.bind_overdue(now);
        }
        if self.unbind_deadline() <= now
            && let Some(event) = self.unbind_overdue(now, out)
        {
            return Some(event);
        }
        if self.inactivity_deadline() <= now {
            return Some(self.close(CloseReason::Inactive));
        }
        if self.enquire_deadline() <= now {
            return self.enquire(now, out);
        }
        None
    }

    fn bind_deadline(&self) -> Timestamp {
        let timers = &self.config.timers;
        match (self.side, self.binding) {
            (Side::Esme, Some(binding)) => binding.since + timers.response,
            // The shell decides about the bind; its own patience bounds that.
            (Side::Smsc, Some(_)) => Timestamp::NEVER,
            (_, None) => self.opened_at + timers.session_init,
        }
    }

    fn bind_overdue<'a>(&mut self, now: Timestamp) -> Option<Event<'a, T>> {
        if self.bind_deadline() > now {
            return None;
        }
        let binding = self.binding.is_some();
        Some(self.close(if binding { CloseReason::BindExpired } else { CloseReason::SessionInit }))
    }

    fn enquire_deadline(&self) -> Timestamp {
        match self.enquired {
            None => self.heard_at + self.config.timers.enquire_link,
            Some(enquired) => enquired.sent_at + self.config.timers.response,
        }
    }

    /// After silence, asks; after as many missed answers as are allowed, gives up.
    fn enquire<'a>(&mut self, now: Timestamp, out: &mut Vec<u8>) -> Option<Event<'a, T>> {
        let missed = self.enquired.map_or(0, |enquired| enquired.missed + 1);
        if missed >= self.config.enquire_links_missed_max.max(1) {
            return Some(self.close(CloseReason::Silent));
        }
        let sequence = self.window.number();
        encode(out, CommandStatus::ESME_ROK, sequence, &EnquireLink::default());
        self.enquired = Some(Enquired { sent_at: now, missed });
        None
    }

    fn inactivity_deadline(&self) -> Timestamp {
        let inactivity = self.config.timers.inactivity;
        inactivity.map_or(Timestamp::NEVER, |inactivity| self.active_at + inactivity)
    }

    fn unbind_deadline(&self) -> Timestamp {
        let timers = &self.config.timers;
        let ours = match self.unbinding {
            None => Timestamp::NEVER,
            Some(Unbinding { since, sent: None }) => since + timers.unbind,
            Some(Unbinding { since, sent: Some(_) }) => since + timers.unbind + timers.response,
        };
        let peers = self
            .peer_unbinding
            .map_or(Timestamp::NEVER, |PeerUnbinding { since, .. }| since + timers.unbind);
        ours.min(peers)
    }

    fn unbind_overdue<'a>(&mut self, now: Timestamp, out: &mut Vec<u8>) -> Option<Event<'a, T>> {
        let timers = self.config.timers;
        if self.peer_unbinding.is_some_and(|unbinding| unbinding.since + timers.unbind <= now) {
            self.answer_unbind(out);
            return self.closing.map(|reason| self.close(reason));
        }
        let Unbinding { since, sent } = self.unbinding?;
        if sent.is_some() && since + timers.unbind + timers.response <= now {
            return Some(self.close(CloseReason::UnbindExpired));
        }
        self.send_unbind(out);
        None
    }
}
