//! Binds that come and go, on either side.

use super::effect::LinkId;
use super::engine::Engine;
use crate::base::id::{AccountId, CarrierId};
use std::sync::atomic::Ordering;

impl Engine {
    /// A bind of an application has come up; `window` if it receives.
    pub fn bind_up(&mut self, account: AccountId, link: LinkId, window: Option<usize>) {
        if let Some(shared) = self.shared.account(account) {
            shared.binds.fetch_add(1, Ordering::Relaxed);
        }
        if let (Some(window), Some(desk)) = (window, self.account(account)) {
            desk.receiver_up(link, window);
        }
    }

    /// A bind of an application has gone.
    pub fn bind_down(&mut self, account: AccountId, link: LinkId) {
        if let Some(shared) = self.shared.account(account) {
            shared.binds.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(desk) = self.account(account) {
            desk.receiver_down(link);
        }
    }

    /// A bind of an application takes nothing more: one of both has asked to unbind.
    pub fn bind_ends(&mut self, account: AccountId, link: LinkId) {
        if let Some(desk) = self.account(account) {
            desk.receiver_down(link);
        }
    }

    /// A bind to a carrier has come up; `window` if it submits.
    pub fn carrier_up(
        &mut self,
        carrier: CarrierId,
        link: LinkId,
        bind: u16,
        window: Option<usize>,
    ) {
        if let Some(shared) = self.shared.carrier(carrier) {
            shared.binds.fetch_add(1, Ordering::Relaxed);
        }
        if let (Some(window), Some(desk)) = (window, self.carrier(carrier)) {
            desk.transmitter_up(link, bind, window);
        }
    }

    /// A bind to a carrier takes nothing more: one of both has asked to unbind.
    pub fn carrier_ends(&mut self, carrier: CarrierId, link: LinkId) {
        if let Some(desk) = self.carrier(carrier) {
            desk.transmitter_down(link);
        }
    }

    /// A bind to a carrier has gone.
    pub fn carrier_down(&mut self, carrier: CarrierId, link: LinkId) {
        if let Some(shared) = self.shared.carrier(carrier) {
            shared.binds.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(desk) = self.carrier(carrier) {
            desk.transmitter_down(link);
        }
    }
}
