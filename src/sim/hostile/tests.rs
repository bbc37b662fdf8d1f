//! The machine as one ESME sees it, in time that is made up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::centre::{Centre, Output};
use super::config::Config;
use super::line::LineNo;
use super::profiles::all::{all, find};
use super::truth::Truth;
use crate::base::clock::Timestamp;
use crate::sim::receipt::pdus;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, Body, DataSmResp, DeliverSmResp, Pdu, Sm, SubmitSm, encode};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// The machine, and what it has said on each connection.
struct World {
    centre: Centre,
    truth: Arc<Mutex<Truth>>,
    now: Timestamp,
    said: Vec<(LineNo, Vec<u8>)>,
    ended: Vec<LineNo>,
}

const START: Timestamp = Timestamp(1_700_000_000_000_000);

impl World {
    fn of(profile: &str, seed: u64) -> Self {
        let truth = Arc::<Mutex<Truth>>::default();
        let config = Config {
            credentials: None,
            profile: find(profile).unwrap(),
            seed,
            response_timer: Duration::from_secs(1),
            ..Config::default()
        };
        let centre = Centre::new(config, Arc::clone(&truth), START);
        Self { centre, truth, now: START, said: Vec::new(), ended: Vec::new() }
    }

    fn bind(&mut self) -> LineNo {
        let line = self.centre.connected();
        self.send(line, 1, &Bind { system_id: b"any", ..Bind::default() });
        line
    }

    fn send(&mut self, line: LineNo, sequence: u32, body: &impl Body) -> usize {
        let mut pdu = Vec::new();
        encode(&mut pdu, CommandStatus::ESME_ROK, sequence, body);
        let used = self.centre.received(self.now, line, &pdu).unwrap_or_default();
        self.collect();
        used
    }

    fn submit(&mut self, line: LineNo, number: u32) {
        let (to, text) = (format!("4477009{number:05}"), format!("message {number}"));
        let sm = Sm {
            source_addr: b"ACME",
            destination_addr: to.as_bytes(),
            registered_delivery: 1,
            short_message: text.as_bytes(),
            ..Sm::default()
        };
        self.send(line, number + 2, &SubmitSm(sm));
    }

    fn collect(&mut self) {
        for (line, output) in self.centre.outputs() {
            match output {
                Output::Octets(octets) => self.said.push((line, octets)),
                Output::Close if !self.ended.contains(&line) => self.ended.push(line),
                Output::Close | Output::Read => {}
            }
        }
    }

    /// Lets time pass, answering every delivery.
    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        let mut answered = 0;
        while self.now < until {
            self.now = self.now + Duration::from_millis(2);
            self.centre.tick(self.now);
            self.collect();
            let fresh: Vec<(LineNo, Vec<u8>)> = self.said[answered..].to_vec();
            answered = self.said.len();
            for (line, octets) in fresh {
                for pdu in pdus(&octets) {
                    let header = Header::read(pdu).unwrap();
                    let message_id = Some(&b""[..]);
                    let tlvs = Tlvs::default();
                    match header.command_id {
                        CommandId::DELIVER_SM => {
                            let body = DeliverSmResp { message_id, tlvs };
                            self.send(line, header.sequence_number, &body);
                        }
                        CommandId::DATA_SM => {
                            let body = DataSmResp { message_id, tlvs };
                            self.send(line, header.sequence_number, &body);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// All PDUs of a connection.
    fn stream(&self, line: LineNo) -> Vec<u8> {
        let of_line = self.said.iter().filter(|(number, _)| *number == line);
        of_line.flat_map(|(_, octets)| octets.iter().copied()).collect()
    }

    fn truth(&self) -> Truth {
        self.truth.lock().unwrap().clone()
    }
}

fn played(profile: &str, seed: u64, messages: u32) -> World {
    let mut world = World::of(profile, seed);
    let line = world.bind();
    for number in 0..messages {
        world.submit(line, number);
    }
    world.run(Duration::from_secs(8));
    world
}

#[test]
fn the_same_seed_makes_the_same_truth_and_another_seed_another() {
    for profile in all().filter(|profile| profile.line.troubles.is_empty()) {
        let ends = |seed| played(profile.name, seed, 60).truth().entries;
        assert_eq!(ends(3), ends(3), "{}", profile.name);
        assert_ne!(ends(3), ends(4), "{}", profile.name);
    }
}

#[test]
fn an_honest_carrier_answers_and_reports_everything_once() {
    let truth = played("honest", 1, 100).truth();
    assert_eq!(truth.entries.len(), 100);
    assert!(truth.is_settled());
    for entry in &truth.entries {
        assert_eq!((entry.taken(), entry.submits[0].answered_at_us.is_some()), (1, true));
        assert_eq!(entry.receipts.len(), usize::from(entry.end.is_some()));
        assert!(entry.receipts.iter().all(|told| (told.sent, told.confirmed) == (1, true)));
    }
}

#[test]
fn a_receipt_not_confirmed_comes_again_on_the_next_bind() {
    let mut world = World::of("honest", 1);
    let line = world.bind();
    world.submit(line, 0);
    for _ in 0..100 {
        world.now = world.now + Duration::from_millis(2);
        world.centre.tick(world.now);
        world.collect();
    }
    world.centre.closed(line);
    let again = world.bind();
    world.run(Duration::from_millis(50));
    assert!(pdus(&world.stream(again)).any(|pdu| {
        Header::read(pdu).is_some_and(|header| header.command_id == CommandId::DELIVER_SM)
    }));
    let truth = world.truth();
    assert!(truth.is_settled());
    assert_eq!(truth.entries[0].receipts[0].sent, 2);
}

#[test]
fn a_cut_ends_the_connection_with_submits_unanswered() {
    let world = played("cut", 1, 120);
    assert!(!world.ended.is_empty());
    let lost =
        |entry: &super::truth::Entry| entry.submits.iter().any(|one| one.answered_at_us.is_none());
    assert!(world.truth().entries.iter().any(lost));
}

#[test]
fn glue_splits_pdus_and_loses_nothing_of_them() {
    let world = played("glue", 1, 50);
    let stream = world.stream(1);
    let whole: usize = pdus(&stream).map(<[u8]>::len).sum();
    assert_eq!(whole, stream.len());
    let split = world.said.iter().filter(|(_, octets)| pdus(octets).count() == 0).count();
    assert!(split > 5, "{split} portions without a whole PDU");
}

#[test]
fn a_throttling_carrier_says_so_and_shows_its_congestion() {
    let world = played("throttle", 1, 40);
    let (mut throttled, mut congested) = (0, 0);
    for pdu in pdus(&world.stream(1)) {
        let Ok((header, Pdu::SubmitSmResp(resp))) = Pdu::decode(pdu, &Limits::STANDARD) else {
            continue;
        };
        throttled += u32::from(header.command_status == CommandStatus::ESME_RTHROTTLED);
        congested = congested.max(resp.tlvs.congestion_state().unwrap_or_default());
    }
    assert!(throttled > 10, "{throttled}");
    assert!(congested > 80, "{congested}");
}

#[test]
fn noise_is_beside_the_answers_and_not_instead_of_them() {
    let world = played("noise", 1, 100);
    let stream = world.stream(1);
    let commands = |command: CommandId| {
        let headers = pdus(&stream).filter_map(Header::read);
        headers.filter(|header| header.command_id == command).count()
    };
    assert!(commands(CommandId::SUBMIT_SM_RESP) > 100, "some come twice");
    assert!(commands(CommandId::ENQUIRE_LINK) > 0 && commands(CommandId(0x0000_0777)) > 0);
    assert!(world.truth().is_settled());
}

#[test]
fn a_peer_of_33_sends_no_parameters_and_short_ids() {
    let world = played("33", 1, 100);
    let mut refused = 0;
    for pdu in pdus(&world.stream(1)) {
        match Pdu::decode(pdu, &Limits::STANDARD).unwrap() {
            (header, Pdu::SubmitSmResp(resp)) if header.command_status.is_ok() => {
                assert!(resp.message_id.unwrap().len() <= 8);
            }
            (_, Pdu::SubmitSmResp(resp)) => {
                assert_eq!(resp.message_id, None);
                refused += 1;
            }
            (_, Pdu::DeliverSm(receipt)) => assert!(receipt.tlvs.is_empty()),
            (_, Pdu::BindResp(resp)) => assert!(resp.tlvs.is_empty()),
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 0);
}

#[test]
fn an_unbinder_unbinds_and_refuses_binds_for_a_while() {
    let mut world = World::of("unbinder", 1);
    let line = world.bind();
    (0..70).for_each(|number| world.submit(line, number));
    assert!(pdus(&world.stream(line)).any(|pdu| {
        Header::read(pdu).is_some_and(|header| header.command_id == CommandId::UNBIND)
    }));
    let verdict = |world: &mut World| {
        let line = world.bind();
        let stream = world.stream(line);
        pdus(&stream).next().and_then(Header::read).unwrap().command_status
    };
    assert_eq!(verdict(&mut world), CommandStatus::ESME_RBINDFAIL);
    world.run(Duration::from_secs(1));
    assert_eq!(verdict(&mut world), CommandStatus::ESME_ROK);
}

#[test]
fn handsets_send_their_parts_once_over_all_binds() {
    let mut world = World::of("inbound-parts", 1);
    let lines = [world.bind(), world.bind()];
    world.run(Duration::from_secs(4));
    let truth = world.truth();
    assert!(truth.parts.len() >= 100, "{}", truth.parts.len());
    assert!(truth.parts.iter().all(|part| part.confirmed && part.sent == 1));
    for line in lines {
        assert!(pdus(&world.stream(line)).count() > 20, "both binds have their share");
    }
}

#[test]
fn nonsense_ends_its_connection_and_nothing_else() {
    let mut world = World::of("honest", 1);
    let (good, bad) = (world.bind(), world.bind());
    assert!(world.centre.received(world.now, bad, &[0, 0, 0, 3, 0, 0, 0, 0]).is_err());
    assert_eq!(world.centre.received(world.now, good, &[0, 0, 0, 16, 0]), Ok(0));
    world.submit(good, 0);
    world.run(Duration::from_secs(1));
    assert!(world.truth().is_settled());
}
