//! Letting ESMEs in, or not.

use super::centre::{Act, Centre};
use super::line::LineNo;
use crate::base::clock::Timestamp;
use crate::sim::answer;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, BindResp, Pdu, encode};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::TlvBuf;
use crate::wire::smpp::tlv_table::Tag;

/// How this SMSC names itself.
const SYSTEM_ID: &[u8] = b"hostile";

/// Handsets wait so long for further binds, and then send.
const ORIGINATE_AFTER: std::time::Duration = std::time::Duration::from_millis(500);

impl Centre {
    /// Answers a bind.
    pub(super) fn bind(&mut self, number: LineNo, header: Header, frame: &[u8]) {
        let verdict = match Pdu::decode_body(header, frame, &Limits::LENIENT) {
            Ok(Pdu::Bind(bind)) => self.judge(number, &bind).map_or(Ok(bind), Err),
            Ok(_) => Err(CommandStatus::ESME_RBINDFAIL),
            Err(error) => Err(error.status),
        };
        let bind = match verdict {
            Ok(bind) => bind,
            Err(status) => return self.tell(number, |out| answer::refuse(header, status, out)),
        };
        let mut tlvs = TlvBuf::default();
        if let Some(version) = self.config.profile.interface_version {
            tlvs.push_u8(Tag::SC_INTERFACE_VERSION, version);
        }
        let system_id = Some(SYSTEM_ID);
        let response = BindResp { mode: bind.mode, system_id, tlvs: tlvs.as_tlvs() };
        self.tell(number, |out| {
            encode(out, CommandStatus::ESME_ROK, header.sequence_number, &response);
        });
        if let Some(line) = self.lines.get_mut(&number) {
            line.bound = Some((bind.system_id.to_vec(), bind.mode));
        }
        if self.config.profile.inbound.is_some() {
            self.agenda.put(self.now + ORIGINATE_AFTER, Act::Originate);
        }
    }

    /// Why a bind is refused, if it is.
    fn judge(&self, number: LineNo, bind: &Bind<'_>) -> Option<CommandStatus> {
        if self.lines.get(&number).is_none_or(|line| line.bound.is_some()) {
            return Some(CommandStatus::ESME_RALYBND);
        }
        if let Some((system_id, password)) = &self.config.credentials {
            if bind.system_id != system_id.as_bytes() {
                return Some(CommandStatus::ESME_RINVSYSID);
            }
            if bind.password != password.as_bytes() {
                return Some(CommandStatus::ESME_RINVPASWD);
            }
        }
        let (until, status) = self.troubles.refuses;
        (until > Timestamp::default() && self.now < until).then_some(CommandStatus(status))
    }
}
