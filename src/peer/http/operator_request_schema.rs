//! The shapes of what operators ask for, for the API's document.
//!
//! Read by hand (`operator_body`); tests hold what is read against these.
#![expect(dead_code, reason = "shapes of the document; nothing is made of them")]

use serde::Deserialize;
use utoipa::ToSchema;

/// For how long nothing is submitted to a carrier.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspendRequest {
    /// Seconds, a year at most; without it, until it is resumed.
    #[schema(minimum = 1, maximum = 31_622_400)]
    for_s: Option<u32>,
}

/// A rate in the place of the configured one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitRequest {
    /// Parts per second; without it, as configured.
    #[schema(minimum = 1, maximum = 1_000_000)]
    rate_per_second: Option<u32>,
    /// Seconds, a year at most; without it, until it is ordered otherwise. Goes with a rate only.
    #[schema(minimum = 1, maximum = 31_622_400)]
    for_s: Option<u32>,
}

/// Which messages are tried at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FlushRequest {
    /// Of this account; without it, of all.
    account: Option<String>,
}

/// Which messages are ended, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BounceRequest {
    /// Of this account; without it, of all.
    account: Option<String>,
    /// Whose destination begins so; without it, all.
    #[schema(pattern = r"^\+?[0-9]{0,20}$")]
    to: Option<String>,
    /// `ended_by_operator` unless given, `carrier_down`, `carrier_removed` or `carrier_error`.
    reason: Option<String>,
}

/// Whether to read the configuration, or only to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReloadRequest {
    /// Says what it would change, and changes nothing.
    trial: Option<bool>,
}

/// What to log.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogLevelRequest {
    /// Directives, such as `info,postrider::peer=debug`.
    #[schema(min_length = 1, example = "info,postrider::peer=debug")]
    filter: String,
    /// Seconds, a year at most; without it, for good.
    #[schema(minimum = 1, maximum = 31_622_400)]
    for_s: Option<u32>,
}
