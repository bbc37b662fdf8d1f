//! What all binds of a simulated SMSC share, and what happens to a submit there.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::base::clock::{Clock, Timestamp};
use crate::sim::account::Account;
use crate::sim::config::Config;
use crate::sim::link::Link;
use crate::sim::outcome::{Fate, Outcome, fate_of};
use crate::sim::receipt::{ReceiptWriter, Said, mobile_originated};
use crate::sim::record::Record;
use crate::sim::stats::Stats;
use crate::sim::throttle::Throttle;
use crate::wire::smpp::pdu::{Sm, SubmitSmResp, encode};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// `registered_delivery`, the two bits that ask for a receipt (SMPP v3.4 §5.2.17).
const RECEIPT_BITS: u8 = 0x03;

/// The shared state of the one thread.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) now: Timestamp,
    pub(crate) accounts: Vec<Account>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) record: Option<Record>,
    random: fastrand::Rng,
    throttle: Option<Throttle>,
    receipts: ReceiptWriter,
    next_id: u64,
    id: Vec<u8>,
    receipt_id: Vec<u8>,
    mobile_originated_sent: u64,
    started: Timestamp,
}

/// Where the response to a submit goes.
#[derive(Debug)]
pub(crate) struct Responding<'a> {
    /// The bind it came on.
    pub(crate) link: &'a Rc<Link>,
    /// Its account's place in [`State::accounts`].
    pub(crate) account: usize,
    /// Its sequence number.
    pub(crate) sequence_number: u32,
}

impl State {
    pub(crate) fn new(config: Config, stats: Arc<Stats>) -> std::io::Result<Self> {
        let clock = Clock::start();
        let now = clock.now();
        // Ids must not repeat after a restart; with a seed they are meant to.
        let next_id = config.seed.map_or(now.0, |seed| (seed << 32) + 1);
        let record = config.record.as_deref().map(Record::open).transpose()?;
        Ok(Self {
            random: config.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
            throttle: config.rate.map(Throttle::new),
            receipts: ReceiptWriter::default(),
            accounts: Vec::new(),
            id: Vec::new(),
            receipt_id: Vec::new(),
            mobile_originated_sent: 0,
            started: now,
            next_id,
            record,
            config,
            clock,
            now,
            stats,
        })
    }

    /// The account of `system_id`, made on its first bind.
    pub(crate) fn account(&mut self, system_id: &[u8]) -> usize {
        if let Some(place) = self.accounts.iter().position(|one| one.system_id == system_id) {
            return place;
        }
        self.accounts.push(Account::new(system_id, self.config.delay.most, self.now));
        self.accounts.len() - 1
    }

    /// Judges one submit; `respond` is given the response unless there is to be none.
    #[inline]
    pub(crate) fn submit(
        &mut self,
        submit: &Sm<'_>,
        from: &Responding<'_>,
        respond: impl FnOnce(&dyn Fn(&mut Vec<u8>)),
    ) {
        self.stats.submits.add(1);
        let fate = self.fate(submit);
        if let Fate::Refused(status) = fate {
            return self.refuse(status, from.sequence_number, respond);
        }
        if fate == Fate::Unanswered {
            return self.stats.unanswered.add(1);
        }
        self.stats.accepted.add(1);
        self.config.ids.write(self.next_id, &mut self.id);
        self.config.receipt_ids.write(self.next_id, &mut self.receipt_id);
        self.next_id += 1;
        self.note(submit);
        if submit.registered_delivery & RECEIPT_BITS != 0 {
            self.owe_receipt(fate, submit, from);
        }
        let body = SubmitSmResp { message_id: Some(&self.id), tlvs: Tlvs::default() };
        respond(&|out| encode(out, CommandStatus::ESME_ROK, from.sequence_number, &body));
    }

    fn fate(&mut self, submit: &Sm<'_>) -> Fate {
        let now = self.now;
        if self.throttle.as_mut().is_some_and(|throttle| !throttle.admits(now)) {
            return Fate::Refused(CommandStatus::ESME_RTHROTTLED);
        }
        fate_of(submit.destination_addr, self.config.fate_prefix.as_bytes())
            .unwrap_or_else(|| self.config.outcomes.draw(&mut self.random))
    }

    fn refuse(
        &self,
        status: CommandStatus,
        sequence_number: u32,
        respond: impl FnOnce(&dyn Fn(&mut Vec<u8>)),
    ) {
        let count = match status {
            CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL => &self.stats.throttled,
            _ => &self.stats.refused,
        };
        count.add(1);
        // §4.4.2: without success there is no body.
        respond(&|out| encode(out, status, sequence_number, &SubmitSmResp::default()));
    }

    /// Puts the receipt where it waits until it is due, or sends it ahead of the response.
    fn owe_receipt(&mut self, fate: Fate, submit: &Sm<'_>, from: &Responding<'_>) {
        let (outcome, times) = match fate {
            Fate::Ends(outcome) | Fate::EndsEarly(outcome) => (outcome, 1),
            Fate::EndsTwice(outcome) => (outcome, 2),
            _ => return,
        };
        if !wanted(submit.registered_delivery, outcome) {
            return;
        }
        let share = self.config.receipt_before_response;
        let early =
            matches!(fate, Fate::EndsEarly(_)) || (share > 0 && self.random.u8(..100) < share);
        let Some(account) = self.accounts.get_mut(from.account) else { return };
        let (now, receipts, id) = (self.now, &mut self.receipts, &self.receipt_id);
        for _ in 0..times {
            let delay =
                if early { Duration::ZERO } else { self.config.delay.draw(&mut self.random) };
            let done = now + delay;
            let said = Said { id, outcome, submitted: now, done };
            if early {
                account.put_ready(&self.stats, |out| receipts.write(submit, &said, out));
                account.dispatch(Some(from.link), &self.stats);
            } else {
                account.wheel.put(now, done, |out| receipts.write(submit, &said, out));
            }
        }
    }

    /// Writes a submit taken into the record.
    fn note(&mut self, submit: &Sm<'_>) {
        if let Some(record) = &mut self.record {
            let now = self.now.0.to_string();
            record.line(&[
                now.as_bytes(),
                &self.id,
                submit.source_addr,
                submit.destination_addr,
                submit.user_data(),
            ]);
        }
    }

    /// Sends everything due by now.
    pub(crate) fn tick(&mut self) {
        self.now = self.clock.now();
        self.originate();
        for account in &mut self.accounts {
            account.turn_wheel(self.now, &self.stats);
            account.dispatch(None, &self.stats);
        }
    }

    /// Sends the mobile-originated messages due by now to the first account that takes them.
    fn originate(&mut self) {
        let rate = u128::from(self.config.mobile_originated);
        let due = self.now.since(self.started).as_micros() * rate / 1_000_000;
        let due = u64::try_from(due).unwrap_or(u64::MAX);
        let account = self.accounts.iter_mut().find(|account| !account.receivers.is_empty());
        let Some(account) = account else {
            self.mobile_originated_sent = due;
            return;
        };
        while self.mobile_originated_sent < due {
            self.mobile_originated_sent += 1;
            let number = self.mobile_originated_sent;
            let from = format!("4474{:08}", number % 100_000_000);
            let text = format!("mobile-originated {number}");
            let to = self.config.mobile_originated_to.as_bytes();
            account.put_ready(&self.stats, |out| {
                mobile_originated(from.as_bytes(), to, text.as_bytes(), out);
            });
            self.stats.mobile_originated.add(1);
        }
    }

    /// Whether there is nothing to do until the next submit.
    pub(crate) fn is_idle(&self) -> bool {
        self.config.mobile_originated == 0 && self.accounts.iter().all(Account::is_idle)
    }
}

/// Whether a receipt of this outcome was asked for (§5.2.17; success only is of v5.0).
fn wanted(registered_delivery: u8, outcome: Outcome) -> bool {
    let delivered = outcome.message_state == 2;
    match registered_delivery & RECEIPT_BITS {
        0 => false,
        1 => true,
        2 => !delivered,
        _ => delivered,
    }
}
