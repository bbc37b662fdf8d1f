//! What happens to a submit_sm: refused, or taken, answered and reported on.

use super::centre::{Act, Centre};
use super::decision::{Decision, decide, queue_is_full, refused_for_good};
use super::line::LineNo;
use super::told::Submit;
use super::trouble::Fallout;
use super::truth::{Escaped, SUBMITS_MAX};
use crate::sim::answer;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{BindMode, Pdu, Sm, SubmitSmResp, encode};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::TlvBuf;
use crate::wire::smpp::tlv_table::Tag;

/// One submit while it is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coming<'a> {
    /// The connection it came on.
    pub(super) line: LineNo,
    /// Its sequence number.
    pub(super) sequence: u32,
    /// Its body.
    pub(super) sm: &'a Sm<'a>,
    /// Its place in the truth, if there is room.
    pub(super) entry: Option<usize>,
}

impl Centre {
    /// Takes or refuses a submit.
    pub(super) fn submit(&mut self, line: LineNo, header: Header, frame: &[u8]) {
        let transmits = self.lines.get(&line).is_some_and(|line| {
            line.bound.as_ref().is_some_and(|(_, mode)| *mode != BindMode::Receiver)
        });
        let sm = match Pdu::decode_body(header, frame, &Limits::LENIENT) {
            _ if !transmits => Err(CommandStatus::ESME_RINVBNDSTS),
            Ok(Pdu::SubmitSm(submit)) => Ok(submit.0),
            Ok(_) => Err(CommandStatus::ESME_RSYSERR),
            Err(error) => Err(error.status),
        };
        let sm = match sm {
            Ok(sm) => sm,
            Err(status) => return self.tell(line, |out| answer::refuse(header, status, out)),
        };
        let entry = {
            let mut truth = Self::known(&self.truth);
            if self.config.profile.interface_version.is_none() && !sm.tlvs.is_empty() {
                truth.parameters_to_33 += 1;
            }
            truth.place(sm.source_addr, sm.destination_addr, sm.user_data())
        };
        let coming = Coming { line, sequence: header.sequence_number, sm: &sm, entry };
        let key = [sm.destination_addr, b"\0", sm.user_data()].concat();
        match self.refusal(&coming, &key) {
            Some(status) => self.refuse(&coming, status),
            None => self.take(&coming, &key),
        }
    }

    /// With which status a submit is refused, if it is.
    fn refusal(&mut self, coming: &Coming<'_>, key: &[u8]) -> Option<u32> {
        let profile = self.config.profile;
        let now = self.now;
        if self.throttle.as_mut().is_some_and(|throttle| !throttle.admits(now)) {
            return Some(CommandStatus::ESME_RTHROTTLED.0);
        }
        let full = CommandStatus::ESME_RMSGQFUL.0;
        if self.is_full() {
            return Some(full);
        }
        if queue_is_full(profile, self.dice, coming.sm.destination_addr) {
            let refused = self.submits(coming, |submit| submit.status == full);
            if refused < profile.refusals.full_times as usize {
                return Some(full);
            }
        }
        refused_for_good(profile, self.dice, key)
    }

    /// Earlier submits of the same message that are so.
    fn submits(&self, coming: &Coming<'_>, so: impl Fn(&Submit) -> bool) -> usize {
        let truth = Self::known(&self.truth);
        let entry = coming.entry.and_then(|entry| truth.entries.get(entry));
        entry.map_or(0, |entry| entry.submits.iter().filter(|submit| so(submit)).count())
    }

    fn refuse(&mut self, coming: &Coming<'_>, status: u32) {
        let submit = self.note(coming, status, None, false);
        let pdu = self.response(coming, CommandStatus(status), None);
        self.respond(coming.line, &pdu, submit);
    }

    fn take(&mut self, coming: &Coming<'_>, key: &[u8]) {
        let nth = self.submits(coming, |_| true) as u64;
        let decision = decide(&self.config, self.dice, key, nth);
        let number = if decision.reuses_id { self.next_id - 1 } else { self.next_id };
        self.next_id = number + 1;
        let mut id = Vec::new();
        if !decision.nameless {
            self.config.profile.ids.said.write(number, &mut id);
        }
        let submit = self.note(coming, 0, Some(&id), decision.late);
        self.know_end(coming, &decision);
        let pdu = self.response(coming, CommandStatus::ESME_ROK, Some(&id));
        self.report(coming, submit, &decision, number);
        let line = coming.line;
        match self.trouble(line, &pdu) {
            Fallout::None => {
                let respond = Act::Respond { line, pdu, submit };
                self.agenda.put(self.now + decision.respond_after, respond);
            }
            Fallout::Answered => self.answered(submit),
            Fallout::Lost => {}
        }
    }

    /// Writes a submit into the truth; its place there.
    fn note(
        &self,
        coming: &Coming<'_>,
        status: u32,
        id: Option<&[u8]>,
        late: bool,
    ) -> Option<(usize, usize)> {
        let mut truth = Self::known(&self.truth);
        let place = coming.entry?;
        let entry = truth.entries.get_mut(place)?;
        if entry.submits.len() >= SUBMITS_MAX {
            truth.unrecorded += 1;
            return None;
        }
        entry.submits.push(Submit {
            at_us: self.now.0,
            connection: coming.line,
            status,
            id: id.map(|id| Escaped(id.to_vec())),
            answered_at_us: None,
            late,
        });
        Some((place, entry.submits.len() - 1))
    }

    fn know_end(&self, coming: &Coming<'_>, decision: &Decision) {
        let mut truth = Self::known(&self.truth);
        if let Some(entry) = coming.entry.and_then(|entry| truth.entries.get_mut(entry)) {
            entry.end = decision.end.map(Into::into);
        }
    }

    /// A submit_sm_resp: without a body unless it names an id (§4.4.2).
    fn response(&self, coming: &Coming<'_>, status: CommandStatus, id: Option<&[u8]>) -> Vec<u8> {
        let mut tlvs = TlvBuf::default();
        let congestion =
            self.throttle.as_ref().filter(|_| self.config.profile.responses.congestion);
        // v5.0 lets any response have it, which gives a refusal a body with an empty id.
        let id = congestion.map_or(id, |_| Some(id.unwrap_or_default()));
        if let Some(throttle) = congestion {
            tlvs.push_u8(Tag::CONGESTION_STATE, throttle.congestion(self.now));
        }
        let mut pdu = Vec::new();
        let body = SubmitSmResp { message_id: id, tlvs: tlvs.as_tlvs() };
        encode(&mut pdu, status, coming.sequence, &body);
        pdu
    }

    /// Answers a submit, if its connection is still there to hear it.
    pub(super) fn respond(&mut self, line: LineNo, pdu: &[u8], submit: Option<(usize, usize)>) {
        if self.lines.get_mut(&line).is_some_and(|line| line.say(pdu)) {
            self.answered(submit);
            self.noise(line, pdu);
        }
    }

    fn answered(&self, submit: Option<(usize, usize)>) {
        let mut truth = Self::known(&self.truth);
        if let Some((entry, number)) = submit
            && let Some(entry) = truth.entries.get_mut(entry)
            && let Some(submit) = entry.submits.get_mut(number)
        {
            submit.answered_at_us = Some(self.now.0);
        }
    }
}
