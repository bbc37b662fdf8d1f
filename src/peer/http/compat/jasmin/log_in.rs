//! Who asks: `username` and `password` of the arguments.

use super::arguments::Arguments;
use super::reply::Refused;
use crate::peer::http::api::Api;
use crate::peer::http::auth::{Caller, ClientAddress};
use crate::peer::http::problem_table as kinds;

/// The caller, who may send.
pub(super) fn caller(
    api: &Api,
    arguments: &Arguments,
    from: ClientAddress,
) -> Result<Caller, Refused> {
    let username = arguments.text("username").unwrap_or_default();
    let password = arguments.get("password").unwrap_or_default();
    Caller::of_login(api, (&username, password), from).map_err(|problem| match problem.kind {
        kinds::UNAUTHORIZED | kinds::ADDRESS_NOT_ALLOWED => Refused::unauthorized(&username),
        _ => problem.into(),
    })
}
