//! Messages from handsets reach their account.

use std::collections::BTreeMap;

use postrider::message::state::settles;

use crate::book::{Given, What};
use crate::checks::receipts::certain;
use crate::context::Context;

fn by_number(ctx: &Context) -> BTreeMap<usize, Vec<Given>> {
    let mut texts: BTreeMap<usize, Vec<Given>> = BTreeMap::new();
    for given in &ctx.book.given {
        if let What::Text(number) = given.what {
            texts.entry(number).or_default().push(given.clone());
        }
    }
    texts
}

/// What the gateway acknowledged to a centre has been given to its account, and taken.
pub fn each_text_reaches_its_account(ctx: &mut Context) {
    let texts = by_number(ctx);
    let taken = |given: &Given| given.answered.is_some_and(|(_, status)| settles(status));
    let mut faults = Vec::new();
    for (number, text) in ctx.book.texts.iter().enumerate() {
        let given = texts.get(&number).map_or(&[][..], Vec::as_slice);
        if text.acknowledged.is_some() && !given.iter().any(taken) {
            faults.push(format!("o{number}: {} given, none taken", given.len()));
        }
        if given.iter().any(|given| given.account != 0) {
            faults.push(format!("o{number} was given to another account"));
        }
    }
    faults.into_iter().for_each(|what| ctx.violate("each text reaches its account", what));
}

/// No text is taken more often than a centre sent it.
pub fn a_text_is_given_once(ctx: &mut Context) {
    let mut faults = Vec::new();
    for (number, given) in by_number(ctx) {
        let sent = ctx.book.texts[number].sent as usize;
        let taken = given.iter().filter(|given| certain(ctx, given)).count();
        if taken > sent {
            faults.push(format!("o{number} was sent {sent} times and taken {taken} times"));
        }
    }
    faults.into_iter().for_each(|what| ctx.violate("a text is given once", what));
}
