//! outbind: the SMSC connects, and asks the ESME to bind as receiver (SMPP v3.4 §2.2.1, §4.1.7).
//!
//! As an ESME we listen where a carrier may connect: its outbind is answered with our bind_receiver on
//! the same connection, or, if it carries the wrong name or password, with the end of it; the standard
//! has no other answer.

use super::exchange::{Exchange, Redial};
use super::link::{Far, Link, OUTBIND};
use super::smsc::{bind_request, session_config};
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::pipeline::effect::LinkId;
use crate::telemetry::carrier::RebindCause;
use crate::wire::smpp::pdu::Outbind;
use crate::wire::smpp::session::{Session, Side};
use crate::wire::smpp::status::CommandStatus;

impl Exchange {
    /// A carrier has connected to us; its outbind is awaited.
    pub fn accept_outbind(&mut self, now: Timestamp, carrier: CarrierId) -> Option<LinkId> {
        let shared = self.shared().clone();
        let config = session_config(&self.settings, &shared.carrier(carrier)?.config);
        let session = Session::new(Side::Esme, config, now);
        Some(self.insert_smsc(session, carrier, OUTBIND))
    }

    /// Connections that a carrier has made to us.
    pub fn outbinds_of(&self, carrier: CarrierId) -> usize {
        let is_one = |link: &Link| match &link.side {
            Far::Smsc(smsc) => smsc.carrier == carrier && smsc.bind == OUTBIND,
            Far::Esme(_) => false,
        };
        self.links.iter().filter(|(_, link)| is_one(link)).count()
    }

    /// A carrier asks for a receiver bind on this connection.
    pub(super) fn outbind_asked(
        &mut self,
        now: Timestamp,
        id: LinkId,
        carrier: CarrierId,
        outbind: &Outbind<'_>,
    ) {
        let shared = self.shared().clone();
        let Some(config) = shared.carrier(carrier).map(|shared| &shared.config) else { return };
        let Some(Link { side: Far::Smsc(smsc), out, .. }) = self.link(id) else { return };
        // On a connection of our own an outbind means nothing: our bind is on its way.
        let (OUTBIND, Some(expected)) = (smsc.bind, &config.outbind) else { return };
        let known = expected.system_id.as_bytes() == outbind.system_id
            && expected.password.matches(outbind.password);
        if known {
            smsc.session.bind(now, &bind_request(config, OUTBIND), out);
            self.mark_dirty(id);
            return;
        }
        let system_id = String::from_utf8_lossy(outbind.system_id);
        let text = format!("outbind of {system_id:?} as carrier {} refused: closed", config.name);
        self.fault(now, id, CommandStatus::ESME_RINVPASWD, &text);
        self.close(now, id, Redial::at_once(RebindCause::Refused));
    }
}
