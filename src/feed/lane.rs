//! A lane: one server that one account has its messages' callbacks lead to.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::kind::{Kind, Kinds};
use crate::base::id::AccountId;
use crate::message::callback::{CallbackRef, CallbackWants};
use crate::message::callback_url::CallbackUrl;
use crate::message::event::What;

/// The kinds of news that callbacks may be called for.
pub const CALLED: Kinds = Kinds::ENDS.with(Kind::Queued).with(Kind::Sent);

/// What the names of all of this begin with, and the name of how far they are looked for.
pub(super) const NAME: &str = "cb";

/// The name of the lane that all share who found no other.
pub(super) const OVERFLOW: &str = "cb-others";

/// One account and one server: what one does to the other costs nobody else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Lane {
    /// Whose messages they are.
    pub account: AccountId,
    /// Digest of scheme, host and port.
    pub origin: u64,
}

impl Lane {
    /// The lane of an address; `None` if that leads nowhere.
    pub fn of(account: AccountId, url: &str) -> Option<Self> {
        let origin = CallbackUrl::read(url).ok()?.origin();
        let digest = Sha256::digest(origin.as_bytes());
        let origin = digest.first_chunk::<8>().map(|octets| u64::from_be_bytes(*octets))?;
        Some(Self { account, origin })
    }

    /// The lane that `what` is told on as `kind`, if the callback is called for it.
    pub(super) fn called(
        account: AccountId,
        callback: &CallbackRef<'_>,
        kind: Kind,
        what: &What<'_>,
    ) -> Option<Self> {
        let called = callback.wants.meets(called_for(kind, what));
        called.then(|| Self::of(account, callback.url)).flatten()
    }

    /// The lane of a name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let (account, origin) = name.strip_prefix("cb-")?.split_once('-')?;
        Some(Self { account: account_of(account)?, origin: hexadecimal(origin, 16)? })
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cb-{:04x}-{:016x}", self.account.0, self.origin)
    }
}

/// The name that says that an account has given callbacks.
pub(super) fn account_name(account: AccountId) -> String {
    format!("cb-{:04x}", account.0)
}

/// The account of such a name.
pub(super) fn account_from_name(name: &str) -> Option<AccountId> {
    account_of(name.strip_prefix("cb-")?)
}

fn account_of(digits: &str) -> Option<AccountId> {
    hexadecimal(digits, 4).and_then(|number| u16::try_from(number).ok()).map(AccountId)
}

fn hexadecimal(digits: &str, count: usize) -> Option<u64> {
    let plain = digits.len() == count && digits.bytes().all(|it| it.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}

/// The bit of Kannel's `dlr-mask` for news that a record tells: what was refused before a carrier had it
/// is apart from what came to nothing after.
pub const fn called_for(kind: Kind, what: &What<'_>) -> CallbackWants {
    match (kind, what) {
        (Kind::Delivered, _) => CallbackWants::DELIVERED,
        (Kind::Sent, _) => CallbackWants::SENT,
        (Kind::Queued, _) => CallbackWants::QUEUED,
        (Kind::Undelivered | Kind::Rejected | Kind::Unknown, What::Refused { .. })
        | (Kind::Rejected, What::Ended { .. }) => CallbackWants::REJECTED,
        (
            Kind::Undelivered | Kind::Expired | Kind::Rejected | Kind::Cancelled | Kind::Unknown,
            _,
        ) => CallbackWants::UNDELIVERED,
        (
            Kind::Accepted
            | Kind::Conflicting
            | Kind::Received
            | Kind::CarrierUp
            | Kind::CarrierDown
            | Kind::CarrierSuspended
            | Kind::CarrierResumed
            | Kind::NumberOptedOut
            | Kind::NumberOptedIn,
            _,
        ) => CallbackWants(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_lane_for_each_account_and_leads_back_from_its_name() {
        let lane = |account, url| Lane::of(AccountId(account), url);
        let one = lane(3, "http://Shop.example/dlr?%d").unwrap();
        assert_eq!(Some(one), lane(3, "http://u:p@shop.example:80/other"));
        for other in [lane(4, "http://shop.example/"), lane(3, "https://shop.example/")] {
            assert!(other.is_some_and(|other| other != one));
        }
        assert_eq!(lane(3, "http://%p/"), None);
        assert_eq!(Lane::from_name(&one.to_string()), Some(one));
        for name in [NAME, OVERFLOW, "cb-0003", "cb-0003-+123456789012345", "whk_a", "cb-3-4"] {
            assert_eq!(Lane::from_name(name), None, "{name}");
        }
        assert_eq!(account_from_name(&account_name(AccountId(700))), Some(AccountId(700)));
        assert_eq!(account_from_name(OVERFLOW), None);
    }
}
