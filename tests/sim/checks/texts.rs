//! Messages from handsets reach their account, whole or in parts.

use std::collections::BTreeMap;

use postrider::base::id::{AccountId, MessageOrd};
use postrider::intake::part_of::{PartOf, part_of};
use postrider::ledger::store::Ledger;
use postrider::message::event::What as Happened;
use postrider::message::record::Direction;
use postrider::message::state::settles;

use crate::book::{Given, What};
use crate::checks::receipts::certain;
use crate::context::Context;

fn by_number(ctx: &Context) -> BTreeMap<usize, Vec<Given>> {
    let mut texts: BTreeMap<usize, Vec<Given>> = BTreeMap::new();
    for given in &ctx.book.given {
        if let What::Texts(numbers) = &given.what {
            for number in numbers {
                texts.entry(*number).or_default().push(given.clone());
            }
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

/// What an account is owed of a long text is the whole, or a part with its reason in its history; and
/// every part is told of by one or the other.
pub fn a_part_that_goes_alone_says_why(ctx: &mut Context, ledger: &Ledger) {
    let carriers = &ctx.plan.settings.carriers;
    let passes = |id| {
        let name = ledger.names().carrier_name(id);
        carriers.iter().any(|one| Some(&one.name) == name.as_ref() && one.mo_join.is_zero())
    };
    let mut faults = Vec::new();
    for ord in (0..ledger.stats().messages).map(MessageOrd) {
        let Ok(Some(stored)) = ledger.message(ord) else { continue };
        let message = stored.message();
        let is_part = message.direction == Direction::Inbound
            && matches!(part_of(&message), PartOf::Part(_) | PartOf::Broken(_));
        if !is_part || passes(message.carrier) {
            continue;
        }
        let events = ledger.events(ord).unwrap_or_default();
        let told = events.iter().filter_map(|event| event.event()).any(|event| {
            let alone = matches!(event.what, Happened::Unjoined { .. });
            let spoken_for =
                matches!(event.what, Happened::Folded { .. } | Happened::Doubles { .. });
            if message.account == AccountId::NONE { spoken_for } else { alone }
        });
        if !told {
            faults.push(format!("{ord:?} of {:?}", message.account));
        }
    }
    let check = "a part that goes alone says why";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}
