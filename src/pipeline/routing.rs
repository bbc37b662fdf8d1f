//! Where the engine asks for routes.

use std::time::Duration;

use super::port::Refusal;
use super::route_book::Routed;
use super::shared::{CarrierShared, Shared};
use crate::base::id::{AccountId, CarrierId};
use crate::carrier::profile::Profile;
use crate::deliver::limits::Limits;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::language::Language;
use crate::intake::rewrite::{Pen, Rewritten, rewrite};
use crate::message::record::Message;

/// What several carriers read.
struct Readers {
    /// What `data_coding` 0 means to each.
    defaults: Vec<DefaultAlphabet>,
    /// Languages whose tables all of them take.
    national: Vec<Language>,
}

impl Shared {
    /// The carrier that takes a message of an account, and the limits the message counts in.
    ///
    /// # Errors
    /// [`Refusal::NoRoute`] when no route matches.
    pub fn route(
        &self,
        account: AccountId,
        message: &Message<'_>,
    ) -> Result<(&CarrierShared, Limits), Refusal> {
        let Routed { carrier, limits } =
            self.routes.choose(account, message).ok_or(Refusal::NoRoute)?;
        Ok((self.carrier(carrier).ok_or(Refusal::NoRoute)?, limits))
    }

    /// A message's text as it is written for those who may have it, the first of them with this profile;
    /// `None`: as it is. `reference` is what its parts share.
    pub(super) fn rewritten(
        &self,
        account: AccountId,
        message: &Message<'_>,
        is_plain_text: bool,
        (profile, reference): (&Profile, u8),
    ) -> Option<Rewritten> {
        let transliterate = self.account(account).and_then(|it| it.config.transliterate);
        // Few texts are to be written anew; the others pay for these two questions.
        if !is_plain_text && transliterate.is_none() {
            return None;
        }
        let Readers { defaults, national } = self.readers(account, message, profile);
        let (defaults, national) = (&defaults, &national);
        rewrite(message, &Pen { is_plain_text, defaults, national, transliterate }, reference)
    }

    /// What all carriers that may have a message can read: the first by its profile, and those that its
    /// route tries after it.
    fn readers(&self, account: AccountId, message: &Message<'_>, first: &Profile) -> Readers {
        let mut readers =
            Readers { defaults: vec![first.default_alphabet], national: first.national.clone() };
        for next in self.routes.failover_of(account, message) {
            let Some(carrier) = self.carrier(next) else { continue };
            let profile = &carrier.config.profile;
            readers.defaults.push(profile.default_alphabet);
            readers.national.retain(|language| profile.national.contains(language));
        }
        readers
    }

    /// The carrier to try after those that refused a message; `age` is the time since it was accepted.
    /// `None`: nobody is left, or the route's budget is spent.
    pub fn next_carrier(
        &self,
        account: AccountId,
        message: &Message<'_>,
        age: Duration,
        tried: &[CarrierId],
    ) -> Option<&CarrierShared> {
        self.carrier(self.routes.next_carrier(account, message, age, tried)?)
    }
}
