//! Where the engine asks for routes.

use std::time::Duration;

use super::port::Refusal;
use super::route_book::Routed;
use super::shared::{CarrierShared, Shared};
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::limits::Limits;
use crate::message::record::Message;

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
