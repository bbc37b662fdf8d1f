//! outbind as an SMSC: connecting to an application that is owed something and has no receiver bind
//! (SMPP v3.4 §2.2.1, §4.1.7).
//!
//! At most one connection for each account, tried again after a pause that doubles with failures; a
//! connection on which nobody binds in time ends by the session's timer and counts as a failure. Only
//! the account that was called may bind on it.

use std::sync::atomic::Ordering;

use super::exchange::{Action, Exchange, place};
use super::link::{Far, Link};
use crate::base::clock::Timestamp;
use crate::base::id::AccountId;
use crate::deliver::backoff::Backoff;
use crate::pipeline::effect::LinkId;
use crate::pipeline::settings::OutbindDial;
use crate::pipeline::shared::Shared;
use crate::wire::smpp::pdu::Outbind;

/// An account that can be called.
#[derive(Debug)]
pub(super) struct Call {
    account: AccountId,
    not_before: Timestamp,
    failures: u32,
    /// A connection is being made, or stands.
    under_way: bool,
}

impl Call {
    /// One for each account of a shard that can be called.
    pub(super) fn all(shared: &Shared, shard: usize) -> Vec<Self> {
        let callable = shared
            .accounts
            .iter()
            .filter(|account| account.home == shard && !account.retired)
            .filter(|account| account.config.outbind.is_some());
        let call = |account| Self {
            account,
            not_before: Timestamp::default(),
            failures: 0,
            under_way: false,
        };
        callable.map(|account| call(account.id)).collect()
    }
}

impl Exchange {
    /// Calls whom the settings name now; a call that is under way goes on.
    pub(super) fn call_others(&mut self, shared: &Shared) {
        let before = std::mem::take(&mut self.calls);
        self.calls = Call::all(shared, self.shard);
        for call in before {
            if let Some(same) = self.calls.iter_mut().find(|other| other.account == call.account) {
                *same = call;
            }
        }
    }

    /// Has those called who are owed something and cannot be given it.
    pub(super) fn call(&mut self, now: Timestamp) {
        if self.shared().draining.load(Ordering::Relaxed) {
            return;
        }
        for call in &mut self.calls {
            let due = !call.under_way && call.not_before <= now;
            if due && self.engine.waits_for_receiver(call.account) {
                call.under_way = true;
                self.actions.push(Action::Call { account: call.account });
            }
        }
    }

    /// A call has been taken: the outbind is in the link's `out`.
    pub fn call_taken(&mut self, now: Timestamp, account: AccountId, to: String) -> Option<LinkId> {
        let shared = self.shared().clone();
        let config = &shared.account(account)?.config;
        let OutbindDial { system_id, password, .. } = config.outbind.as_ref()?;
        let id = self.accept(now, to);
        let Link { side: Far::Esme(esme), out, .. } = self.links.get_mut(place(id))? else {
            return None;
        };
        esme.called = Some(account);
        let (system_id, password) = (system_id.as_bytes(), password.reveal());
        esme.session.outbind(&Outbind { system_id, password, ..Outbind::default() }, out);
        self.mark_dirty(id);
        Some(id)
    }

    /// Whether no call of an account has failed since one was taken.
    pub(super) fn first_failure(&self, account: AccountId) -> bool {
        self.calls.iter().any(|call| call.account == account && call.failures == 0)
    }

    /// A call is over: not taken, without a bind, or after one.
    pub fn call_over(&mut self, now: Timestamp, account: AccountId, bound: bool) {
        let shared = self.shared().clone();
        let config = shared.account(account).and_then(|shared| shared.config.outbind.as_ref());
        let call = self.calls.iter_mut().find(|call| call.account == account);
        let (Some(config), Some(call)) = (config, call) else { return };
        let backoff = Backoff { first: config.retry_min, longest: config.retry_max };
        call.under_way = false;
        call.failures = if bound { 0 } else { call.failures.saturating_add(1) };
        call.not_before = now + backoff.delay(call.failures.max(1), &mut self.random);
    }
}
