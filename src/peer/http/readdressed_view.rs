//! What a carrier was sent in place of the addresses that came: each side as it was and as it is, and
//! why, with numbers masked as the caller may see them.

use serde_json::{Value, json};

use super::event_view::Line;
use super::history::text;
use super::mask::Shown;
use crate::message::address::Address;
use crate::message::event::NewAddress;
use crate::message::reason::Reason;

/// One side of a message: its name, the address that came, and what was sent if that is another.
type Side<'a> = (&'static str, &'a Address<'a>, Option<NewAddress<'a>>);

/// `destination 07400123456 (2/1) goes to sink as 447400123456 (1/1): completed by the plan of GB, TON
/// and NPI set`, and the same in fields.
pub(super) fn readdressed(
    carrier: &str,
    source: Side<'_>,
    destination: Side<'_>,
    in_full: bool,
) -> Line {
    let mut more = json!({ "carrier": carrier });
    let mut sentences = Vec::new();
    for (side, came, sent) in [source, destination] {
        more[side] = Value::Null;
        let Some(NewAddress { address, change }) = sent else { continue };
        let change = text(change);
        let (came, sent) = (Form(came, in_full), Form(&address, in_full));
        sentences.push(format!(
            "{side} {} goes to {carrier} as {}: {change}",
            came.words(),
            sent.words()
        ));
        more[side] = json!({ "from": came.value(), "to": sent.value(), "change": change });
    }
    let summary = sentences.join("; ");
    Line { by: "gateway", summary, reason: Reason::None, permanent: None, more }
}

/// An address with its type, for a caller who may see numbers or not.
struct Form<'a>(&'a Address<'a>, bool);

impl Form<'_> {
    fn words(&self) -> String {
        let Address { ton, npi, .. } = self.0;
        format!("{} ({ton}/{npi})", Shown::written(self.0, self.1))
    }

    fn value(&self) -> Value {
        let Address { ton, npi, .. } = self.0;
        json!({ "address": Shown::written(self.0, self.1), "ton": ton, "npi": npi })
    }
}
