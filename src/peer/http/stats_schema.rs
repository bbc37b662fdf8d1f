//! The shapes of counts over time.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is counted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "for the document; the parameters are read one by one")]
pub(super) struct StatsParameters {
    /// Up to two of `disposition`, `reason`, `carrier`, `account` and `direction`, with a comma between
    /// them, or nothing; `disposition` unless given.
    #[param(max_length = 64, example = "disposition,carrier")]
    by: Option<String>,
    /// `hour`, unless given, or `day`; of UTC.
    #[param(pattern = "^(hour|day)$")]
    per: Option<String>,
    /// Accepted at this moment or later.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Accepted before this moment.
    #[param(format = DateTime)]
    until: Option<String>,
    /// Messages of this account alone, for keys that belong to none.
    account: Option<String>,
    /// Messages of this carrier alone.
    carrier: Option<String>,
}

/// Counts of messages over time.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Stats)]
pub(super) struct StatsView {
    /// Always `stats`.
    pub(super) object: &'static str,
    /// What is counted together: `hour` or `day`.
    pub(super) per: &'static str,
    /// What is told apart.
    pub(super) by: Vec<&'static str>,
    /// When the first of these hours or days begins.
    #[schema(format = DateTime)]
    pub(super) since: String,
    /// When the last one ends.
    #[schema(format = DateTime)]
    pub(super) until: String,
    /// The counts, the oldest first. What has no messages is not among them.
    pub(super) data: Vec<StatsCount>,
    /// Everything that happened until then is counted.
    #[schema(format = DateTime)]
    pub(super) complete_until: String,
    /// Messages, perhaps of this time, that could not be counted in the time there was: a gateway that
    /// was started a moment ago counts its oldest messages last. 0 when the counts are exact.
    pub(super) uncounted_messages: u64,
}

/// One count. A member that was not asked for is absent, and so is the account of messages that have none.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct StatsCount {
    /// When the hour or day begins.
    #[schema(format = DateTime)]
    pub(super) start: String,
    /// What became of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) disposition: Option<&'static str>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    /// The carrier they were routed to when they were accepted, or came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) carrier: Option<String>,
    /// Whose they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    /// Which way they go: `outbound` or `inbound`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) direction: Option<&'static str>,
    /// How many they are.
    pub(super) messages: u64,
}
