//! Applications: what an ESME's PDUs mean to us.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::exchange::{Action, Exchange, Redial};
use super::greeting::other_than_smpp;
use super::link::{EsmeLink, Far, Link, OUTBIND};
use super::translate::{message_of_data_sm, message_of_sm};
use super::verdict::command_status;
use crate::base::clock::Timestamp;
use crate::base::id::AccountId;
use crate::message::record::{Direction, Message};
use crate::pipeline::effect::{Asker, LinkId};
use crate::pipeline::settings::{BindMode, SmppSettings};
use crate::pipeline::shared::AccountShared;
use crate::receipt::owed::Owed;
use crate::telemetry::carrier::RebindCause;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::event::{CloseReason, Event};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{self, Bind, Pdu, QuerySm};
use crate::wire::smpp::session::{SessionConfig, Timers};
use crate::wire::smpp::status::CommandStatus;

/// A session is refused a bind so often before it is closed.
const BIND_REFUSALS_MAX: u32 = 3;

/// A pause for a carrier's backlog is never longer.
pub(super) const PAUSE_MAX: Duration = Duration::from_millis(100);

/// How a session behaves before its account is known; its window is set by the account.
pub(super) fn session_config(settings: &SmppSettings) -> SessionConfig {
    SessionConfig {
        timers: Timers {
            session_init: settings.session_init_timeout,
            enquire_link: settings.enquire_link,
            response: settings.response_timeout,
            inactivity: settings.inactivity,
            ..Timers::default()
        },
        pdu_bytes_max: settings.pdu_bytes_max,
        limits: Limits { password_max: 65, ..Limits::STANDARD },
        window: WINDOW_UNBOUND,
        interface_version: INTERFACE_VERSION_MAX,
        ..SessionConfig::default()
    }
}

/// A peer of 5.0 is told 5.0, one of 3.4 is told 3.4.
const INTERFACE_VERSION_MAX: u8 = 0x50;

/// Nothing is offered before a bind; the account then says how much may be.
const WINDOW_UNBOUND: usize = 1;

impl Exchange {
    pub(super) fn receive_esme(&mut self, now: Timestamp, id: LinkId, input: &[u8]) -> usize {
        let mut rest = input;
        loop {
            let before = rest;
            let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { break };
            if esme.window_full() || now < esme.paused_until {
                esme.starved = true;
                break;
            }
            let Some(event) = esme.session.receive(now, &mut rest, out) else { break };
            if let Event::Bind { header, bind } = event {
                if self.bind_request(now, id, header, &bind, before) {
                    return input.len();
                }
                continue;
            }
            // Nearly all of them: not moved once more.
            match event {
                Event::Request { header, ref pdu } => self.esme_request(now, id, header, pdu),
                Event::Response { token, header, .. } => {
                    self.engine.answered(now, id, token, header.command_status.0);
                }
                event => self.esme_event(now, id, event),
            }
        }
        input.len() - rest.len()
    }

    pub(super) fn time_out_esme(&mut self, now: Timestamp, id: LinkId) {
        while let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) {
            let Some(event) = esme.session.timeout(now, out) else { break };
            self.esme_event(now, id, event);
        }
    }

    fn esme_event(&mut self, now: Timestamp, id: LinkId, event: Event<'_, Owed>) {
        match event {
            Event::Late { token, header, .. } => {
                self.engine.answered_late(&token, header.command_status.0);
            }
            Event::Expired { token, .. } => self.engine.unanswered(id, token),
            Event::Malformed { header, .. } => {
                let text = format!("malformed {} from {}", header.command_id, self.link_name(id));
                self.fault(now, id, header.command_status, &text);
            }
            Event::Close(reason) => {
                self.esme_over(now, id, reason);
                self.close(now, id, Redial::at_once(RebindCause::Lost));
            }
            Event::Unbind => self.ends(id),
            // What a receiver has from its session and does by itself.
            Event::Request { .. } | Event::Response { .. } => {}
            Event::Unmatched { .. }
            | Event::Bind { .. }
            | Event::Bound { .. }
            | Event::BindRefused { .. }
            | Event::Outbind { .. } => {}
        }
    }

    /// What ended the session is told when it was not the application's wish.
    fn esme_over(&mut self, now: Timestamp, id: LinkId, reason: CloseReason) {
        let text = match reason {
            CloseReason::PeerUnbound | CloseReason::Unbound => return,
            CloseReason::BadLength { command_length } => match other_than_smpp(command_length) {
                Some(other) if self.bound_account(id).is_none() => {
                    format!("it speaks {other}: closed")
                }
                _ => format!("command_length {command_length} cannot be: closed"),
            },
            CloseReason::SessionInit => "no bind in time: closed".to_owned(),
            CloseReason::Silent => "enquire_link not answered: closed".to_owned(),
            CloseReason::Inactive => "no message for too long: closed".to_owned(),
            _ => "unbind not answered: closed".to_owned(),
        };
        let text = format!("{text}, {}", self.link_name(id));
        self.fault(now, id, CommandStatus::ESME_ROK, &text);
    }

    /// Who is at the other end of a link, for the log and the ledger.
    pub(super) fn link_name(&mut self, id: LinkId) -> String {
        let shared = self.shared().clone();
        match self.link(id).map(|link| &link.side) {
            Some(Far::Esme(esme)) => match esme.account.and_then(|id| shared.account(id)) {
                Some(account) => format!("account {} at {}", account.config.name, esme.from),
                None => format!("{} unbound", esme.from),
            },
            Some(Far::Smsc(smsc)) => {
                let name = shared.carrier(smsc.carrier).map_or("?", |carrier| &carrier.config.name);
                match smsc.bind {
                    OUTBIND => format!("outbind of carrier {name}"),
                    bind => format!("bind {bind} to carrier {name}"),
                }
            }
            None => String::new(),
        }
    }

    /// Notes a fault of a link in the ledger and the log, at most once a second.
    pub(super) fn fault(&mut self, now: Timestamp, id: LinkId, status: CommandStatus, text: &str) {
        let Some(link) = self.link(id) else { return };
        let faults = match &mut link.side {
            Far::Esme(esme) => &mut esme.faults,
            Far::Smsc(smsc) => &mut smsc.faults,
        };
        if let Some(count) = faults.count(now) {
            tracing::warn!(count, command_status = status.0, "{text}");
            self.engine.notice(b"smpp", status.0, count, text);
        }
    }

    /// Decides on a bind. `true` when the link was moved to its account's shard and is gone.
    fn bind_request(
        &mut self,
        now: Timestamp,
        id: LinkId,
        header: Header,
        bind: &Bind<'_>,
        octets: &[u8],
    ) -> bool {
        let shared = self.shared().clone();
        let system_id = self.settings.system_id.clone();
        let account = shared
            .accounts
            .iter()
            .filter(|account| !account.retired)
            .find(|account| account.config.system_id.as_bytes() == bind.system_id);
        let called = match self.link(id) {
            Some(Link { side: Far::Esme(esme), .. }) => esme.called,
            _ => None,
        };
        let refusal = match account {
            _ if shared.draining.load(Ordering::Relaxed) => Some(CommandStatus::ESME_RBINDFAIL),
            None => Some(CommandStatus::ESME_RINVSYSID),
            Some(account) if called.is_some_and(|called| called != account.id) => {
                Some(CommandStatus::ESME_RINVSYSID)
            }
            Some(account) => refuse_bind(account, bind),
        };
        if let Some(status) = refusal {
            self.bind_refused(now, id, header, bind, status);
            return false;
        }
        let Some(account) = account else { return false };
        if account.home != self.shard {
            let said = self.link(id).map(|link| std::mem::take(&mut link.out)).unwrap_or_default();
            self.remove(now, id, Redial::at_once(RebindCause::Lost));
            let (shard, replay) = (account.home, octets.to_vec());
            self.actions.push(Action::Move { link: id, shard, said, replay });
            return true;
        }
        let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { return false };
        if account.binds.load(Ordering::Relaxed) as usize >= account.config.binds_max {
            self.bind_refused(now, id, header, bind, CommandStatus::ESME_RALYBND);
            return false;
        }
        esme.session.resize_window(account.config.window);
        esme.session.accept_bind(now, system_id.as_bytes(), out);
        esme.account = Some(account.id);
        esme.window = account.config.window;
        let receives = mode_of(bind.mode) != BindMode::Transmitter;
        tracing::info!(account = account.config.name, from = esme.from, "bound");
        self.engine.bind_up(account.id, id, receives.then_some(account.config.window));
        false
    }

    fn bind_refused(
        &mut self,
        now: Timestamp,
        id: LinkId,
        _header: Header,
        bind: &Bind<'_>,
        status: CommandStatus,
    ) {
        let shared = self.shared().clone();
        let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { return };
        esme.session.refuse_bind(status, out);
        esme.refused += 1;
        shared.smpp.auth_failures.increment(1);
        let over = esme.refused >= BIND_REFUSALS_MAX;
        let system_id = String::from_utf8_lossy(bind.system_id);
        let text = format!("bind of {system_id:?} refused: {status}, from {}", esme.from);
        tracing::warn!(command_status = status.0, "{text}");
        self.engine.notice(bind.system_id, status.0, 1, &text);
        if over {
            self.close(now, id, Redial::at_once(RebindCause::Lost));
        }
    }

    fn esme_request(&mut self, now: Timestamp, id: LinkId, header: Header, pdu: &Pdu<'_>) {
        let mut tlvs = std::mem::take(&mut self.room.tlvs);
        let sequence = header.sequence_number;
        match pdu {
            Pdu::SubmitSm(submit_sm) if submit_sm.has_two_texts() => {
                // §5.3.2.32: one or the other.
                self.refuse(id, header, CommandStatus::ESME_RINVMSGLEN);
            }
            Pdu::SubmitSm(submit_sm) => {
                let message = message_of_sm(submit_sm, Direction::Outbound, &mut tlvs);
                self.submit(now, id, header, Asker::Bind(id, sequence), &message);
            }
            Pdu::DataSm(data_sm) => {
                let message = message_of_data_sm(data_sm, Direction::Outbound, &mut tlvs);
                self.submit(now, id, header, Asker::BindData(id, sequence), &message);
            }
            Pdu::SubmitMulti(submit) => self.submit_multi(now, id, header, submit, &mut tlvs),
            Pdu::QuerySm(query_sm) => self.query(id, header, query_sm),
            Pdu::CancelSm(cancel) => self.cancel(now, id, header, cancel),
            Pdu::ReplaceSm(replace) => self.replace(now, id, header, replace),
            _ => self.not_offered(now, id, header),
        }
        self.room.tlvs = tlvs;
    }

    /// Operations of the standard that this gateway has not: cell broadcast (SMPP v5.0 §4.4) among
    /// them.
    fn not_offered(&mut self, now: Timestamp, id: LinkId, header: Header) {
        let status = CommandStatus::ESME_RINVCMDID;
        let text = format!("{} is not offered here, {}", header.command_id, self.link_name(id));
        self.fault(now, id, status, &text);
        self.refuse(id, header, status);
    }

    fn submit(
        &mut self,
        now: Timestamp,
        id: LinkId,
        header: Header,
        asker: Asker,
        message: &Message<'_>,
    ) {
        let Some(account) = self.bound_account(id) else {
            self.refuse(id, header, CommandStatus::ESME_RINVBNDSTS);
            return;
        };
        match self.engine.submit(now, account, asker, message) {
            Ok(over_share) => {
                if over_share {
                    self.pause(now, id);
                }
            }
            Err((refusal, _)) => {
                let status = command_status(refusal);
                self.engine.refusal(now, account, message, status.0);
                self.refuse(id, header, status);
            }
        }
    }

    pub(super) fn bound_account(&mut self, id: LinkId) -> Option<AccountId> {
        match self.link(id) {
            Some(Link { side: Far::Esme(EsmeLink { account, .. }), .. }) => *account,
            _ => None,
        }
    }

    fn query(&mut self, id: LinkId, header: Header, query_sm: &QuerySm<'_>) {
        let ord = self.shared().cipher.open(query_sm.message_id);
        match (self.bound_account(id), ord) {
            (Some(account), Some(ord)) => {
                let source = query_sm.source_addr.to_vec();
                self.engine.query(id, header.sequence_number, account, ord, source);
            }
            (_, None) => self.refuse(id, header, CommandStatus::ESME_RINVMSGID),
            (None, _) => self.refuse(id, header, CommandStatus::ESME_RINVBNDSTS),
        }
    }

    /// Answers a request of an application with a status and no body.
    pub(super) fn refuse(&mut self, id: LinkId, header: Header, status: CommandStatus) {
        if let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) {
            esme.session.refuse(header.command_id, header.sequence_number, status, out);
        }
    }

    /// Answers a submit that is on disk.
    pub(super) fn accepted(&mut self, id: LinkId, sequence: u32, data: bool, message_id: &[u8]) {
        let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { return };
        let message_id = Some(message_id);
        if data {
            let resp = pdu::DataSmResp { message_id, ..pdu::DataSmResp::default() };
            esme.session.respond(sequence, CommandStatus::ESME_ROK, &resp, out);
        } else {
            let resp = pdu::SubmitSmResp { message_id, ..pdu::SubmitSmResp::default() };
            esme.session.respond(sequence, CommandStatus::ESME_ROK, &resp, out);
        }
        self.said(id);
    }

    /// After an answer to an application: it is written, and what its window left unread may be read
    /// now, unless a pause holds it.
    pub(super) fn said(&mut self, id: LinkId) {
        if let Some(Link { side: Far::Esme(esme), .. }) = self.link(id)
            && esme.starved
            && esme.paused_until == Timestamp(0)
        {
            esme.starved = false;
            self.actions.push(Action::ReadAgain(id));
        }
        self.mark_dirty(id);
    }

    /// Answers a submit that was admitted and then found no room.
    pub(super) fn refused_later(
        &mut self,
        id: LinkId,
        sequence: u32,
        data: bool,
        status: CommandStatus,
    ) {
        let Some(link) = self.link(id) else { return };
        match &mut link.side {
            Far::Esme(esme) => {
                let command = if data { CommandId::DATA_SM } else { CommandId::SUBMIT_SM };
                esme.session.refuse(command, sequence, status, &mut link.out);
            }
            Far::Smsc(smsc) => {
                let command = if data { CommandId::DATA_SM } else { CommandId::DELIVER_SM };
                smsc.session.refuse(command, sequence, status, &mut link.out);
            }
        }
        self.said(id);
    }
}

/// Why an account may not bind so, if it may not.
fn refuse_bind(account: &AccountShared, bind: &Bind<'_>) -> Option<CommandStatus> {
    if !account.config.password.matches(bind.password) {
        return Some(CommandStatus::ESME_RINVPASWD);
    }
    let allowed = account.config.bind_modes.contains(&mode_of(bind.mode));
    (!allowed).then_some(CommandStatus::ESME_RBINDFAIL)
}

const fn mode_of(mode: pdu::BindMode) -> BindMode {
    match mode {
        pdu::BindMode::Transmitter => BindMode::Transmitter,
        pdu::BindMode::Receiver => BindMode::Receiver,
        pdu::BindMode::Transceiver => BindMode::Transceiver,
    }
}
