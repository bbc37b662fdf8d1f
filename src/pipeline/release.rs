//! Letting go of what waited for the disk: answers, submits, acknowledgements, debts.

use super::effect::{Asker, Effect};
use super::engine::{DiskFailed, Engine};
use super::mail::Mail;
use super::port::Taken;
use super::turn::{Arrival, Ended, Turn};
use super::withheld::Answer;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::deliver::queue::Queued;
use crate::message::event::{Event, What};
use crate::message::place::Place;
use crate::receipt::owed::{Owed, OwedWhat};
use crate::spool::journal::Health;

impl Engine {
    /// Lets go of everything whose octets are on disk.
    ///
    /// # Errors
    /// [`DiskFailed`] when the log takes nothing any more.
    pub fn durable(&mut self) -> Result<(), DiskFailed> {
        if self.journal.health() == Health::Failed {
            return Err(DiskFailed);
        }
        let durable = self.journal.durable();
        while let Some(mut turn) = self.turns.pop_durable(durable) {
            self.release_arrivals(&mut turn);
            self.release_inbound(&mut turn);
            for (carrier, link, queued) in turn.submits.drain(..) {
                self.effects.push(Effect::Submit { carrier, link, queued });
            }
            for (carrier, queued) in turn.passed.drain(..) {
                self.hand_over(carrier, vec![queued]);
            }
            for (link, sequence, data) in turn.acknowledgements.drain(..) {
                self.effects.push(Effect::Acknowledge { link, sequence, data });
            }
            self.pass_on(turn.owed.drain(..));
            self.rejoin(&mut turn);
            for (shard, changed) in turn.changed.drain(..) {
                self.tell(shard, changed);
            }
            turn.told.drain(..).for_each(|Ended(told, count)| told(count));
            self.turns.recycle(turn);
        }
        Ok(())
    }

    /// Answers who submitted, and hands the messages to their carriers' shards.
    fn release_arrivals(&mut self, turn: &mut Turn) {
        let mut batches: Vec<(CarrierId, Vec<Queued>)> = Vec::new();
        let count = turn.arrivals.len();
        let mut arrivals = std::mem::take(&mut turn.arrivals);
        for arrival in arrivals.drain(..) {
            let Arrival { asker, written, account, carrier, parts, priority, life, limits } =
                arrival;
            let ord = turn.ord(written);
            match asker {
                Asker::Bind(link, sequence) => {
                    self.accepted(account, Answer { link, sequence, data: false, ord });
                }
                Asker::BindData(link, sequence) => {
                    self.accepted(account, Answer { link, sequence, data: true, ord });
                }
                Asker::Multi(link, number, position) => {
                    self.effects.push(Effect::MultiAccepted { link, number, position, ord });
                }
                Asker::Api(reply, wording) => reply(Ok(Taken { ord, wording })),
                Asker::Nobody => {}
            }
            let record = turn.record(written);
            let queued = Queued {
                ord,
                lsn: turn.first.0 + u64::from(written.slot.offset),
                account,
                attempts: 0,
                failures: 0,
                doubts: 0,
                parts,
                priority,
                accepted_at: turn.at,
                due_at: life.due_at,
                expires_at: life.expires_at,
                record,
                tried: Box::default(),
                stays_until: Timestamp(0),
                limits,
            };
            match batches.iter_mut().find(|(id, _)| *id == carrier) {
                Some((_, messages)) => messages.push(queued),
                None => {
                    let mut messages = Vec::with_capacity(count);
                    messages.push(queued);
                    batches.push((carrier, messages));
                }
            }
        }
        turn.arrivals = arrivals;
        for (carrier, messages) in batches {
            self.hand_over(carrier, messages);
        }
    }

    /// Answers a submit, now or when its account is owed less.
    fn accepted(&mut self, account: AccountId, answer: Answer) {
        match self.account(account).filter(|desk| desk.withholds()) {
            Some(desk) => desk.withhold(answer),
            None => self.effects.push(answer.effect()),
        }
    }

    fn hand_over(&mut self, carrier: CarrierId, messages: Vec<Queued>) {
        let home = self.shared.carrier(carrier).map_or(self.shard, |carrier| carrier.home);
        if home == self.shard {
            self.enqueue(carrier, messages);
        } else {
            let mail = Box::new(Mail::Queue { carrier, messages });
            self.effects.push(Effect::Post { shard: home, mail });
        }
    }

    /// A part's share is settled with the whole message, which is known by its first part.
    fn share(&mut self, debt: Owed, place: Place) -> Owed {
        let first = place.first(debt.ord);
        if first != debt.ord {
            let what = What::Folded { into: first };
            self.events.event(&Event { ord: debt.ord, what });
        }
        Owed { ord: first, what: OwedWhat::Whole, ..debt }
    }

    /// What the ledger knows of debts; some of them are no receipts to send.
    pub(super) fn detailed(
        &mut self,
        account: AccountId,
        details: Vec<Owed>,
        not_due: &[MessageOrd],
    ) {
        let is_due = |debt: &Owed| !matches!(debt.what, OwedWhat::Share(_) | OwedWhat::Unwanted);
        let (due, others): (Vec<_>, Vec<_>) = details.into_iter().partition(is_due);
        if let Some(desk) = self.account(account) {
            others.iter().for_each(|debt| desk.settled(debt.ord));
            desk.detailed(due, not_due);
        }
        let mut shares = Vec::new();
        for debt in others {
            if matches!(debt.what, OwedWhat::Unwanted) {
                let what = What::Folded { into: debt.ord };
                self.events.event(&Event { ord: debt.ord, what });
            } else {
                shares.push(debt);
            }
        }
        self.pass_on(shares.into_iter());
    }

    /// Hands debts to the shards of their accounts.
    pub(super) fn pass_on(&mut self, owed: impl Iterator<Item = Owed>) {
        let mut elsewhere: Vec<(usize, Vec<Owed>)> = Vec::new();
        for mut debt in owed {
            if let OwedWhat::Share(place) = debt.what {
                debt = self.share(debt, place);
            }
            let Some(account) = self.shared.account(debt.account) else { continue };
            let home = account.home;
            if home == self.shard {
                let id = debt.account;
                if let Some(desk) = self.account(id) {
                    desk.owe(debt);
                }
                continue;
            }
            match elsewhere.iter_mut().find(|(shard, _)| *shard == home) {
                Some((_, debts)) => debts.push(debt),
                None => elsewhere.push((home, vec![debt])),
            }
        }
        for (shard, debts) in elsewhere {
            self.effects.push(Effect::Post { shard, mail: Box::new(Mail::Owed(debts)) });
        }
    }
}
