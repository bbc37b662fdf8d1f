//! What carriers and applications answered: the facts that move a message on.
//!
//! Each becomes an event of this turn; what follows from it waits in the turn for the disk.

use super::ask::{Answer, Ask};
use super::change::ChangeAsker;
use super::effect::{Effect, LinkId};
use super::engine::Engine;
use super::mail::Mail;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::deliver::queue::Queued;
use crate::message::event::{Event, What};
use crate::message::reason::Reason;
use crate::message::state::settles;
use crate::receipt::owed::Owed;

impl Engine {
    /// The application answered what it was owed.
    pub fn answered(&mut self, now: Timestamp, link: LinkId, owed: Owed, command_status: u32) {
        let ord = owed.ord;
        self.events.event(&Event { ord, what: What::Answered { command_status } });
        if let Some(desk) = self.account(owed.account) {
            desk.answered(now, link, owed, command_status);
        }
    }

    /// The application answered after the time was over.
    pub fn answered_late(&mut self, owed: &Owed, command_status: u32) {
        let ord = owed.ord;
        self.events.event(&Event { ord, what: What::Answered { command_status } });
        if settles(command_status)
            && let Some(desk) = self.account(owed.account)
        {
            desk.answered_late(ord);
        }
    }

    /// What was offered was not answered: the bind has gone, or the time is over.
    pub fn unanswered(&mut self, link: LinkId, owed: Owed) {
        if let Some(desk) = self.account(owed.account) {
            desk.unanswered(link, owed);
        }
    }

    /// What was offered cannot be read from its record: there is nothing to send.
    pub fn unreadable_debt(&mut self, link: LinkId, owed: &Owed) {
        let ord = owed.ord;
        tracing::error!(ord = ord.0, "a message cannot be read from its record: ended");
        self.events.event(&Event { ord, what: What::Ended { reason: Reason::Unreadable } });
        if let Some(desk) = self.account(owed.account) {
            desk.freed(link);
            desk.settled(ord);
        }
    }

    /// An application asks how a message does.
    pub fn query(
        &mut self,
        link: LinkId,
        sequence: u32,
        account: AccountId,
        ord: MessageOrd,
        source: Vec<u8>,
    ) {
        let after = self.appended;
        self.effects.push(Effect::Ask(Ask::Query { link, sequence, account, ord, source, after }));
    }

    /// Takes in what another shard, the API or the ledger handed over.
    pub fn mail(&mut self, now: Timestamp, mail: Mail) {
        match mail {
            Mail::Queue { carrier, messages } => self.enqueue(carrier, messages),
            Mail::Owed(owed) => {
                for debt in owed {
                    if let Some(desk) = self.account(debt.account) {
                        desk.owe(debt);
                    }
                }
            }
            Mail::Answer(answer) => self.answer(now, answer),
            Mail::Submit(submission, reply) => self.submission(now, &submission, reply),
            Mail::Change(order) => self.order(order),
            Mail::Changed(changed) => self.changed(changed),
            Mail::ChangeByApi(change, reply) => {
                let asker = ChangeAsker::Api(reply);
                if let Err((refusal, ChangeAsker::Api(reply))) = self.change(change, asker) {
                    reply(Err(refusal));
                }
            }
            Mail::Errand(errand) => self.errand(now, errand),
            Mail::Adopt(shared, told) => {
                self.adopt(now, shared);
                told(0);
            }
            Mail::Resume(_) => {}
        }
    }

    pub(super) fn enqueue(&mut self, carrier: CarrierId, messages: Vec<Queued>) {
        if let Some(desk) = self.carrier(carrier) {
            messages.into_iter().for_each(|queued| desk.enqueue(queued));
        }
    }

    fn answer(&mut self, now: Timestamp, answer: Answer) {
        match answer {
            Answer::Records { carrier, records } => self.records(now, carrier, records),
            Answer::OwedList { account, owed, more } => {
                if let Some(desk) = self.account(account) {
                    desk.listed(owed, more);
                }
            }
            Answer::OwedDetails { account, owed, not_due } => {
                self.detailed(account, owed, &not_due);
            }
            Answer::Correlated { carrier, ticket, found } => {
                if let Some(desk) = self.carrier(carrier) {
                    desk.asking = desk.asking.saturating_sub(1);
                }
                match found {
                    Some(found) => self.correlated(now, carrier, ticket, found),
                    None => self.uncorrelated(carrier, ticket),
                }
            }
            Answer::Meant { ticket, meant } => self.meant(now, ticket, meant),
            Answer::Silent { carrier, silent, next } => self.silent(now, carrier, &silent, next),
            Answer::Queried { link, sequence, ord, found } => {
                self.effects.push(Effect::Queried { link, sequence, ord, found });
            }
        }
    }

    fn records(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        records: Vec<(MessageOrd, u64, bytes::Bytes)>,
    ) {
        let Some(desk) = self.carrier(carrier) else { return };
        for queued in desk.fetched(records) {
            self.unreadable(now, carrier, None, &queued);
        }
    }
}
