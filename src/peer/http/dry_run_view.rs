//! What would be sent for a message, without sending it.

use serde::Serialize;
use utoipa::ToSchema;

use super::submission::Wanted;

/// What a message would take. Accounts, routes and rates are not asked.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct DryRun {
    /// Always `message.dry_run`.
    object: &'static str,
    /// Always `sms`, so far.
    channel: &'static str,
    /// Parts that it takes.
    parts: usize,
    /// The alphabet of its text.
    encoding: &'static str,
    /// SMPP `data_coding` (§5.2.19) of its text.
    data_coding: u8,
    /// Units of the alphabet that its text has.
    units: usize,
    /// Units that one part has room for.
    units_max: usize,
}

impl DryRun {
    pub(super) fn of(wanted: &Wanted) -> Self {
        Self {
            object: "message.dry_run",
            channel: "sms",
            parts: wanted.parts,
            encoding: wanted.text.alphabet.name(),
            data_coding: wanted.text.alphabet.data_coding(),
            units: wanted.text.units,
            units_max: wanted.text.alphabet.units_max(),
        }
    }
}
