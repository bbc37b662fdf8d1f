//! What was cancelled never leaves, what was replaced leaves with its new text, and nothing else is
//! taken back.

use postrider::ledger::store::Ledger;
use postrider::message::reason::Reason;

use crate::book::{Submission, Taking};
use crate::catalogue::Catalogue;
use crate::context::Context;

/// Submits of a message that left after the gateway had said that it was withdrawn.
fn later<'a>(
    ctx: &'a Context,
    number: usize,
    sent: &'a Submission,
) -> impl Iterator<Item = &'a Taking> {
    ctx.book.takings.iter().filter(move |taking| {
        taking.submission == number && sent.withdrawn.is_some_and(|at| taking.entered >= at)
    })
}

/// A message is cancelled when that was answered, over any stop, and only if somebody asked for it.
pub fn what_is_cancelled_never_leaves(ctx: &mut Context, ledger: &Ledger, catalogue: &Catalogue) {
    let mut faults = Vec::new();
    for (number, sent) in ctx.book.submissions.iter().enumerate() {
        let ord = catalogue.submissions.get(&number).and_then(|ords| ords.first());
        let state = ord.and_then(|ord| ledger.state(*ord).ok().flatten());
        // A carrier may say that it has deleted one: that has another reason.
        let cancelled = state.is_some_and(|state| state.reason == Reason::Cancelled);
        let promised = sent.withdrawn.is_some() && sent.replacement.is_none();
        if promised && !cancelled {
            faults.push(format!("m{number} was answered so and is {state:?}"));
        }
        if promised && later(ctx, number, sent).next().is_some() {
            faults.push(format!("m{number} left after it was cancelled"));
        }
        if cancelled && !sent.unwanted {
            faults.push(format!("m{number} is cancelled; nobody asked for it"));
        }
    }
    faults.into_iter().for_each(|what| ctx.violate("what is cancelled never leaves", what));
}

/// After the answer to a replace_sm the old text leaves no more.
pub fn what_is_replaced_leaves_with_its_new_text(ctx: &mut Context) {
    let mut faults = Vec::new();
    for (number, sent) in ctx.book.submissions.iter().enumerate() {
        let old = |taking: &&Taking| !taking.replaced;
        if sent.replacement.is_some() && later(ctx, number, sent).any(|taking| old(&taking)) {
            faults.push(format!("m{number} left with its old text"));
        }
    }
    let check = "what is replaced leaves with its new text";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}
