//! What other settings mean for links: a bind whose own settings are the same is left alone.

use std::sync::Arc;

use super::exchange::{Action, Exchange};
use super::link::{Far, Link, OUTBIND};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::pipeline::carrier_change::wants_rebind;
use crate::pipeline::effect::LinkId;
use crate::pipeline::shared::{CarrierShared, Shared};

impl Exchange {
    /// The engine goes on with other settings: binds that they do not name leave, others are made.
    pub(super) fn adopted(&mut self, now: Timestamp, before: &Shared, after: &Shared) {
        for (place, carrier) in after.carriers.iter().enumerate() {
            if carrier.home == self.shard {
                self.adopt_carrier(now, before.carriers.get(place), carrier);
            }
        }
        let gone =
            after.accounts.iter().filter(|account| account.retired && account.home == self.shard);
        let gone: Vec<AccountId> = gone.map(|account| account.id).collect();
        let unbound = |link: &Link| match &link.side {
            Far::Esme(esme) => esme.account.is_some_and(|account| gone.contains(&account)),
            Far::Smsc(_) => false,
        };
        if !gone.is_empty() {
            self.leave_all(now, unbound);
        }
        self.call_others(after);
    }

    fn adopt_carrier(
        &mut self,
        now: Timestamp,
        before: Option<&CarrierShared>,
        after: &CarrierShared,
    ) {
        let id = after.id;
        let anew = before.is_some_and(|before| wants_rebind(&before.config, &after.config));
        let of = |link: &Link| match &link.side {
            Far::Smsc(smsc) if smsc.carrier == id => Some(smsc.bind),
            _ => None,
        };
        let ends = |bind| match bind {
            // What the carrier connected to us for is not ours to make anew.
            OUTBIND => after.retired,
            bind => anew || !after.has_bind(bind),
        };
        self.leave_all(now, |link| of(link).is_some_and(ends));
        for (_, link) in &mut self.links {
            if let Far::Smsc(smsc) = &mut link.side
                && smsc.carrier == id
                && smsc.profile != after.config.profile
            {
                smsc.profile = Arc::clone(&after.config.profile);
            }
        }
        self.dial_missing(id, after);
        self.show_binds(id);
    }

    /// Dials the binds that there are to be and are not; the shell knows which of them it dials already.
    fn dial_missing(&mut self, carrier: CarrierId, shared: &CarrierShared) {
        let there: Vec<u16> = self
            .links
            .iter()
            .filter_map(|(_, link)| match &link.side {
                Far::Smsc(smsc) if smsc.carrier == carrier => Some(smsc.bind),
                _ => None,
            })
            .collect();
        let wanted = (0..shared.config.binds + shared.config.receivers).map(|bind| bind as u16);
        for bind in wanted.filter(|bind| shared.has_bind(*bind) && !there.contains(bind)) {
            let after = std::time::Duration::ZERO;
            self.actions.push(Action::Dial { carrier, bind, after });
        }
    }

    fn leave_all(&mut self, now: Timestamp, wanted: impl Fn(&Link) -> bool) {
        let ids: Vec<LinkId> =
            self.links.iter().filter(|(_, link)| wanted(link)).map(|(_, link)| link.id).collect();
        let until = now + self.settings.drain_timeout;
        ids.into_iter().for_each(|id| self.leave(now, id, until));
    }

    /// Ends all binds of a carrier in peace; they are made anew as any that was lost.
    pub(super) fn rebind(&mut self, now: Timestamp, carrier: CarrierId) {
        self.leave_all(
            now,
            |link| matches!(&link.side, Far::Smsc(smsc) if smsc.carrier == carrier),
        );
    }
}
