//! A carrier's profile: all that is peculiar to it, in one value that is looked things up in.

use super::err::{ErrTable, says_nothing};
use super::habit::{DeliveredBy, SendTlvs, Version};
use super::message_id::IdForm;
use super::state::StateTable;
use super::status::{Refusal, StatusTable};
use super::tlv::VendorTlvs;
use super::verdict::Verdict;
use super::zone::ReceiptZone;
use crate::address::outbound::Forms;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::language::Language;
use crate::message::reason::Reason;
use crate::message::ruling::Ruling;

/// What is peculiar to a carrier. The default is the standard's word, and the field's where the
/// standard is silent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// The name it is asked for by.
    pub name: String,
    /// What we bind as.
    pub version: Version,
    /// Whether it is sent optional parameters.
    pub send_tlvs: SendTlvs,
    /// What `data_coding` 0 means on its routes.
    pub default_alphabet: DefaultAlphabet,
    /// Languages whose tables it takes in a user data header (TS 23.040 §9.2.3.24.15, .16).
    pub national: Vec<Language>,
    /// What a refusal of a submit means.
    pub statuses: StatusTable,
    /// What an error of a receipt means.
    pub errs: ErrTable,
    /// States of messages in its own numbers and words.
    pub states: StateTable,
    /// Parameters of its own.
    pub tlvs: VendorTlvs,
    /// How it writes ids.
    pub message_id: IdForm,
    /// Where its clock hangs.
    pub receipt_zone: ReceiptZone,
    /// Whether a text that says what a receipt says is one, though `esm_class` calls it a message.
    pub receipts_as_texts: bool,
    /// Whether receipts are UCS-2 though `data_coding` does not say so.
    pub receipts_in_ucs2: bool,
    /// Who vouches for a DELIVRD.
    pub delivered_by: DeliveredBy,
    /// How the sender is written.
    pub source: Forms,
    /// How the destination is written.
    pub destination: Forms,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: "generic".to_owned(),
            version: Version::default(),
            send_tlvs: SendTlvs::default(),
            default_alphabet: DefaultAlphabet::default(),
            national: Vec::new(),
            statuses: StatusTable::default(),
            errs: ErrTable::default(),
            states: StateTable::default(),
            tlvs: VendorTlvs::default(),
            message_id: IdForm::default(),
            receipt_zone: ReceiptZone::default(),
            receipts_as_texts: false,
            receipts_in_ucs2: false,
            delivered_by: DeliveredBy::default(),
            source: Forms::default(),
            destination: Forms::default(),
        }
    }
}

impl Profile {
    /// Whether any address is written otherwise than it came.
    pub fn rewrites_addresses(&self) -> bool {
        !(self.source.is_none() && self.destination.is_none())
    }

    /// Reads a `command_status` other than 0 in the answer to a submit.
    pub fn refusal(&self, command_status: u32) -> Refusal {
        self.statuses.refusal(command_status)
    }

    /// Reads `message_state` (SMPP v3.4 §5.2.28) and the error beside it.
    pub fn verdict(&self, message_state: u8, err: &[u8]) -> Verdict {
        match message_state {
            2 => {
                let handset = self.delivered_by == DeliveredBy::Handset;
                let ruling = Ruling { handset, ..Ruling::default() };
                Verdict { reason: Reason::None, ruling }
            }
            3 => Verdict::of(Reason::ValidityOver),
            4 => Verdict::of(Reason::OperatorCancelled),
            5 => self.by_err(err, Reason::NetworkError),
            8 => self.by_err(err, Reason::CarrierFiltered),
            _ => Verdict::of(Reason::Enroute),
        }
    }

    /// `otherwise` stands for an error that says nothing: the state alone decides.
    fn by_err(&self, err: &[u8], otherwise: Reason) -> Verdict {
        let unknown = if says_nothing(err) { otherwise } else { Reason::VendorOther };
        self.errs.get(err).unwrap_or(Verdict::of(unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::disposition::{Disposition, Evidence};

    fn classify(message_state: u8, err: &[u8]) -> Reason {
        Profile::default().verdict(message_state, err).reason
    }

    #[test]
    fn the_error_refines_the_state() {
        assert_eq!(classify(2, b"000"), Reason::None);
        assert_eq!(classify(5, b"001"), Reason::UnknownSubscriber);
        assert_eq!(classify(5, b"27"), Reason::AbsentSubscriber);
        assert_eq!(classify(5, b"0040"), Reason::MemoryFull);
        assert_eq!(classify(5, b""), Reason::NetworkError);
        assert_eq!(classify(8, b"000"), Reason::CarrierFiltered);
    }

    #[test]
    fn a_code_of_the_vendors_own_is_named_so() {
        assert_eq!(classify(5, b"DB52"), Reason::VendorOther);
        assert_eq!(classify(5, b"4711"), Reason::VendorOther);
    }

    #[test]
    fn a_state_that_is_not_final_is_on_its_way() {
        for state in [0, 1, 6, 7, 9, 200] {
            assert_eq!(classify(state, b"001"), Reason::Enroute);
        }
    }

    #[test]
    fn a_bar_is_somebodys_rule_whatever_the_states_word() {
        let verdict = Profile::default().verdict(5, b"013");
        assert_eq!(verdict.reason, Reason::CallBarred);
        assert_eq!(verdict.ruling.reported(5, verdict.reason), Disposition::Blocked);
    }

    #[test]
    fn delivered_is_the_handsets_word_only_where_the_profile_says_so() {
        assert_eq!(Profile::default().verdict(2, b"").ruling.evidence(), Evidence::Network);
        let delivered_by = DeliveredBy::Handset;
        let profile = Profile { delivered_by, ..Profile::default() };
        assert_eq!(profile.verdict(2, b"").ruling.evidence(), Evidence::Handset);
    }
}
