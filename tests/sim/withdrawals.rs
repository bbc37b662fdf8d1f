//! An application that thinks better of what it has sent: cancel_sm and replace_sm.

use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::wire::smpp::pdu::{CancelSm, ReplaceSm};
use postrider::wire::smpp::session::State;
use postrider::wire::smpp::status::CommandStatus;

use crate::agenda::ClientEvent;
use crate::book::body;
use crate::client::{Asked, Client};
use crate::context::Context;
use crate::proofs::Sabotage;

/// It thinks of its newest messages.
const RECENT: usize = 20;

impl Client {
    /// Withdraws one of its account's messages, now and then.
    pub fn withdraw(&mut self, ctx: &mut Context) {
        let Some(link) = &self.link else { return };
        let (conn, state) = (link.conn, link.session.state());
        let soon = Duration::from_millis(5) + ctx.up_to_ms(400);
        ctx.client_in(self.index, soon, ClientEvent::Withdraw(conn));
        if !ctx.chance(self.plan.withdraws) || !matches!(state, State::BoundTx | State::BoundTrx) {
            return;
        }
        let account = self.plan.account;
        let mine = |(number, sent): (usize, &crate::book::Submission)| {
            let open = sent.acknowledged.is_some() && !sent.unwanted && sent.replacement.is_none();
            (sent.account == account && open).then_some(number)
        };
        let mine: Vec<usize> =
            ctx.book.submissions.iter().enumerate().rev().filter_map(mine).take(RECENT).collect();
        if mine.is_empty() {
            return;
        }
        let number = mine[ctx.random.usize(..mine.len())];
        match ctx.random.u8(..10) {
            0..=5 => self.cancel(ctx, number),
            6..=8 => self.replace(ctx, number),
            _ => self.cancel_all(ctx, number),
        }
        // A window full of what the ledger has to be asked for is read on late.
        let window = ctx.plan.settings.accounts[account].window;
        let asked = self.link.as_ref().map_or(0, |link| link.session.in_flight());
        ctx.net.conns[conn].flooded |= asked >= window;
    }

    fn cancel(&mut self, ctx: &mut Context, number: usize) {
        let sent = ctx.book.submissions[number].clone();
        let (Some(link), Some((_, id))) = (&mut self.link, &sent.acknowledged) else { return };
        let cancel = CancelSm {
            message_id: id,
            source_addr: &sent.source,
            destination_addr: &sent.destination,
            ..CancelSm::default()
        };
        let token = Asked::Withdraw(number);
        if link.session.request(ctx.now, &cancel, token, &mut link.out).is_ok() {
            ctx.note(format_args!("client {} cancels m{number}", self.index));
            ctx.book.submissions[number].unwanted = true;
        }
    }

    fn replace(&mut self, ctx: &mut Context, number: usize) {
        let sent = ctx.book.submissions[number].clone();
        let (Some(link), Some((_, id))) = (&mut self.link, &sent.acknowledged) else { return };
        let length = 101 + number % 20;
        let text = body('m', number, length);
        let replace = ReplaceSm {
            message_id: id,
            source_addr: &sent.source,
            registered_delivery: sent.registered,
            short_message: &text,
            ..ReplaceSm::default()
        };
        let token = Asked::Withdraw(number);
        if link.session.request(ctx.now, &replace, token, &mut link.out).is_ok() {
            ctx.note(format_args!("client {} replaces m{number}", self.index));
            ctx.book.submissions[number].replacement = Some(text);
        }
    }

    /// All between the addresses of one message.
    fn cancel_all(&mut self, ctx: &mut Context, number: usize) {
        let like = ctx.book.submissions[number].clone();
        let Some(link) = &mut self.link else { return };
        let cancel = CancelSm {
            source_addr: &like.source,
            destination_addr: &like.destination,
            ..CancelSm::default()
        };
        let token = Asked::WithdrawAll;
        if link.session.request(ctx.now, &cancel, token, &mut link.out).is_ok() {
            ctx.note(format_args!("client {} cancels all like m{number}", self.index));
            let all = ctx.book.submissions.iter_mut().filter(|sent| {
                (&sent.source, &sent.destination) == (&like.source, &like.destination)
            });
            all.for_each(|sent| sent.unwanted = true);
        }
    }

    /// The gateway has answered.
    pub fn withdrawn(
        &mut self,
        ctx: &mut Context,
        number: usize,
        entered: Timestamp,
        status: CommandStatus,
    ) {
        ctx.note(format_args!("the withdrawal of m{number} is answered {status}"));
        if status.is_ok() || ctx.plan.sabotage == Some(Sabotage::BelieveWithdrawals) {
            ctx.book.submissions[number].withdrawn = Some(entered);
        }
    }
}
