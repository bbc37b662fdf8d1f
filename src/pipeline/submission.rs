//! A submission of the API on its way into the engine.

use super::effect::{Asker, Reply};
use super::engine::Engine;
use super::port::{Refusal, Submission, Wording};
use crate::base::clock::Timestamp;
use crate::message::address::Address;
use crate::message::record::Message;

impl Engine {
    /// Takes a submission of the API in, or refuses it through its reply.
    pub(super) fn submission(&mut self, now: Timestamp, submission: &Submission, reply: Reply) {
        let shared = self.shared().clone();
        let account =
            shared.accounts.iter().find(|account| account.config.name == submission.account);
        let Some(account) = account else {
            reply(Err(Refusal::UnknownAccount));
            return;
        };
        let message = Message {
            source: Address::infer(&submission.source),
            destination: Address::infer(&submission.destination),
            data_coding: submission.data_coding,
            parts: 1,
            validity_period: &submission.validity_period,
            client_ref: &submission.client_ref,
            body: &submission.body,
            ..Message::default()
        };
        let asker = Asker::Api(reply, Wording::default());
        if let Err((refusal, Asker::Api(reply, _))) = self.submit(now, account.id, asker, &message)
        {
            reply(Err(refusal));
        }
    }
}
