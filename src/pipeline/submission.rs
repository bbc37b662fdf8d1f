//! A submission of the API on its way into the engine.

use super::effect::{Asker, Reply};
use super::engine::Engine;
use super::port::{Keyed, Refusal, Submission, Wording};
use crate::base::clock::Timestamp;
use crate::message::address::Address;
use crate::message::callback::Callback;
use crate::message::event::What;
use crate::message::record::Message;

impl Engine {
    /// Takes a submission of the API in, or refuses it through its reply.
    pub(super) fn submission(&mut self, now: Timestamp, submission: &Submission, reply: Reply) {
        let shared = self.shared().clone();
        let account = shared
            .accounts
            .iter()
            .find(|account| !account.retired && account.config.name == submission.account);
        let Some(account) = account else {
            reply(Err(Refusal::UnknownAccount));
            return;
        };
        let message = Message {
            source: Address::infer(&submission.source),
            destination: Address::infer(&submission.destination),
            esm_class: submission.esm_class,
            protocol_id: submission.protocol_id,
            priority_flag: submission.priority_flag,
            data_coding: submission.data_coding,
            parts: 1,
            service_type: &submission.service_type,
            schedule_delivery_time: &submission.schedule_delivery_time,
            validity_period: &submission.validity_period,
            client_ref: &submission.client_ref,
            body: &submission.body,
            ..Message::default()
        };
        let asker = Asker::Api(reply, Wording::default());
        let index = self.messages.messages();
        match self.submit(now, account.id, asker, &message) {
            Ok(_) => {
                self.keep_key(index, submission.keyed.as_deref());
                self.keep_callback(index, submission.callback.as_ref());
            }
            Err((refusal, Asker::Api(reply, _))) => reply(Err(refusal)),
            Err(_) => {}
        }
    }

    /// Writes the idempotency key of a message of this turn into its chunk: both are on disk, or neither.
    fn keep_key(&mut self, index: u32, keyed: Option<&Keyed>) {
        let Some(Keyed { key, fingerprint, number, told }) = keyed else { return };
        let (number, told) = (*number, *told);
        self.messages.event_here(index, &What::Keyed { key, fingerprint, number, told });
    }

    /// Writes where a message's status is called into its chunk, of a message in parts with the first.
    fn keep_callback(&mut self, index: u32, callback: Option<&Callback>) {
        if let Some(callback) = callback {
            self.messages.event_here(index, &What::Callback(callback.as_ref()));
        }
    }
}
