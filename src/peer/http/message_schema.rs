//! The shape of a message as the API shows it.
//!
//! Words that are not listed here may be added to `status`, `reason` and the like: clients have to bear
//! with words they do not know.

use serde::Serialize;
use utoipa::ToSchema;

use super::accepted_view::MessageLinks;
use super::erasure_schema::Erased;
use super::hold::Hold;
use super::mask::Shown;

/// A message: its fate, who says so, why, and what it waits for.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Message)]
pub(super) struct MessageView {
    /// Its id, `msg_` and 13 characters.
    #[schema(example = "msg_8fmwvqwy3ewcz")]
    pub(super) id: String,
    /// Always `message`.
    pub(super) object: &'static str,
    /// Always `sms`, so far.
    pub(super) channel: &'static str,
    /// `outbound` to a handset, `inbound` from one.
    pub(super) direction: &'static str,
    /// Where it is in its life, such as `queued`, `sent` or `delivered`.
    pub(super) status: &'static str,
    /// The bucket it is in: `in_progress`, `delivered`, `bounced`, `expired`, `rejected`, `blocked`,
    /// `unknown`.
    pub(super) disposition: &'static str,
    /// Who says so: `gateway`, `submitted`, `network`, `handset` or `inferred`.
    pub(super) evidence: &'static str,
    /// Why, if there is more to say.
    pub(super) reason: Option<ReasonView>,
    /// Whether receipts disagree.
    pub(super) contradicted: bool,
    /// Whether the handset may have got it twice.
    pub(super) may_be_double: bool,
    /// That what is personal of it was erased, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) erased: Option<Erased>,
    /// The account it is of.
    pub(super) account: Option<String>,
    /// The sender; a number is masked without the scope `numbers:reveal`.
    #[schema(value_type = String)]
    pub(super) from: Shown,
    /// The destination; masked without the scope `numbers:reveal`.
    #[schema(value_type = String)]
    pub(super) to: Shown,
    /// The sender's own reference.
    pub(super) client_ref: Option<String>,
    /// What it says, of all its parts together, if that was asked for and it is a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// Parts of it, or of the message it is a part of.
    pub(super) parts: u8,
    /// Which part it is, from 1, if it is one.
    pub(super) part: Option<u8>,
    /// The id of the message that speaks for this part.
    pub(super) whole: Option<String>,
    /// The ids of the parts it was joined of.
    pub(super) joined_of: Vec<String>,
    /// Its parts, if it was cut into several.
    pub(super) part_states: Vec<PartView>,
    /// The alphabet of its text, if it is one that we know.
    pub(super) encoding: Option<&'static str>,
    /// SMPP `data_coding` (§5.2.19).
    pub(super) data_coding: u8,
    /// Characters that are sent otherwise than they were written.
    pub(super) transliterated: u16,
    /// Times it was submitted to a carrier.
    pub(super) attempts: u8,
    /// The carrier that has it, or had it last.
    pub(super) carrier: Option<MessageCarrier>,
    /// The newest receipt in the network's own words.
    pub(super) raw: Option<RawReceipt>,
    /// When it was accepted.
    #[schema(format = DateTime)]
    pub(super) created_at: String,
    /// When it is to leave, if its sender chose a time.
    #[schema(format = DateTime)]
    pub(super) scheduled_at: Option<String>,
    /// When a carrier first took it.
    #[schema(format = DateTime)]
    pub(super) sent_at: Option<String>,
    /// When its fate was first known.
    #[schema(format = DateTime)]
    pub(super) final_at: Option<String>,
    /// What it waits for, if it does.
    pub(super) hold: Option<Hold>,
    /// Where to go on.
    pub(super) links: MessageLinks,
}

/// A part of a message that was cut.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = MessagePart)]
pub(super) struct PartView {
    /// Its id.
    pub(super) id: String,
    /// Where it is in its life.
    pub(super) status: &'static str,
    /// The bucket it is in.
    pub(super) disposition: &'static str,
    /// Who says so.
    pub(super) evidence: &'static str,
    /// Why.
    pub(super) reason: Option<ReasonView>,
    /// Whether receipts disagree.
    pub(super) contradicted: bool,
    /// Times it was submitted to a carrier.
    pub(super) attempts: u8,
    /// The carrier that has it, or had it last.
    pub(super) carrier: Option<MessageCarrier>,
    /// The newest receipt in the network's own words.
    pub(super) raw: Option<RawReceipt>,
    /// When its fate was first known.
    #[schema(format = DateTime)]
    pub(super) final_at: Option<String>,
}

/// Why something happened; `/errors/{code}` has the same.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Reason)]
pub(super) struct ReasonView {
    /// The name of the reason, which stays.
    pub(super) code: &'static str,
    /// Whose side it is on.
    pub(super) group: &'static str,
    /// Whether trying the same again cannot help.
    pub(super) permanent: bool,
    /// The reason for people.
    pub(super) title: &'static str,
    /// What to do about it.
    pub(super) advice: &'static str,
}

/// A carrier, and what it calls the message.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct MessageCarrier {
    /// Its name in the configuration.
    pub(super) id: String,
    /// The id it gave the message.
    pub(super) message_id: Option<String>,
}

/// A receipt as it came.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct RawReceipt {
    /// Always `smpp`, so far.
    pub(super) protocol: &'static str,
    /// SMPP `message_state` (§5.2.28).
    pub(super) message_state: u8,
    /// Its word in a receipt (SMPP App. B).
    pub(super) dlr_stat: Option<&'static str>,
    /// The `err` field or `network_error_code`.
    pub(super) dlr_err: String,
    /// The receipt without the text that it quotes.
    pub(super) text: String,
}
