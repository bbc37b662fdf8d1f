//! The other messages with the same phone, the newest first.

use std::sync::Arc;

use super::guard::Rep;
use super::message_page::{number_of, party};
use super::row::Row;
use super::search_page::unreadable;
use crate::message::blank::is_blank;
use crate::peer::http::api::Api;
use crate::peer::http::lookup::Found;
use crate::peer::http::searching::{Asked, find};
use crate::search::expression::{Expression, Pattern, Term, Wanted};

/// The last five, without the one that is looked at.
pub(super) type LastFive = Vec<Row>;

const SHOWN: usize = 5;

/// Finds them. What cannot be found is left out: the page is about another message.
pub(super) async fn last_five(api: &Arc<Api>, rep: &Rep, found: &Found) -> LastFive {
    if is_blank(&found.stored.message()) {
        return Vec::new();
    }
    let expression = with(&number_of(&party(found)));
    let asked = Asked { expression, limit: SHOWN + 1, after: None, texts: false };
    let Ok(answer) = find(api, &rep.caller(), asked, unreadable).await else { return Vec::new() };
    let others = answer.found.iter().filter(|other| other.stored.ord != found.stored.ord);
    others.take(SHOWN).map(|other| Row::of(api, other)).collect()
}

/// Everything to and from a number.
pub(super) fn with(number: &str) -> Expression {
    let wanted = Wanted::Number(Pattern::Exact(number.to_owned()));
    Expression { terms: vec![Term { negated: false, wanted, at: 0 }] }
}
