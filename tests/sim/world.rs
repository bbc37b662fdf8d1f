//! A world: everybody in it, and time that passes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use postrider::base::clock::Timestamp;

use crate::agenda::{ClientEvent, End, Event, GatewayEvent};
use crate::book::Violation;
use crate::centre::Centre;
use crate::checks;
use crate::client::Client;
use crate::context::Context;
use crate::gateway::Gateway;
use crate::net::Peer;
use crate::plan::Plan;
use crate::proofs::Sabotage;

pub struct World {
    pub ctx: Context,
    pub gateway: Gateway,
    pub clients: Vec<Client>,
    pub centres: Vec<Centre>,
}

/// How a world went.
pub struct Outcome {
    pub violations: Vec<Violation>,
    pub hash: u64,
    pub acknowledged: usize,
    /// Submissions refused, by the status of the answer.
    pub refused: BTreeMap<u32, usize>,
    /// Submits that came to a centre, and those of them that came again.
    pub takings: usize,
    pub again: usize,
    pub given: usize,
    /// Messages cancelled or replaced on request.
    pub withdrawn: usize,
    pub deaths: usize,
    pub lasted: Duration,
}

/// How long everything may take to come to rest: retries wait minutes.
const REST_MAX: Duration = Duration::from_secs(1_800);

/// How long messages submitted after all faults may take.
const FRESH_MAX: Duration = Duration::from_secs(60);

/// How often one may be refused for the moment.
const FRESH_ROUNDS: usize = 4;

/// Lives a seed's world from its beginning to its end, and judges it.
pub fn live(seed: u64, sabotage: Option<Sabotage>) -> Outcome {
    let mut world = World::new(Plan::new(seed, sabotage));
    world.run();
    if !world.ctx.book.violations.is_empty() {
        world.ctx.trace.print();
    }
    let lasted = world.ctx.now.since(Timestamp(1_790_000_000_000_000));
    let book = world.ctx.book;
    let mut refused = BTreeMap::new();
    for status in book.submissions.iter().filter_map(|sent| sent.refused) {
        *refused.entry(status).or_default() += 1;
    }
    let distinct: BTreeSet<usize> = book.takings.iter().map(|taking| taking.submission).collect();
    Outcome {
        hash: world.ctx.trace.hash(),
        acknowledged: book.submissions.iter().filter(|sent| sent.acknowledged.is_some()).count(),
        refused,
        takings: book.takings.len(),
        again: book.takings.len() - distinct.len(),
        given: book.given.len(),
        withdrawn: book.submissions.iter().filter(|sent| sent.withdrawn.is_some()).count(),
        deaths: book.deaths.len(),
        violations: book.violations,
        lasted,
    }
}

impl World {
    fn new(plan: Plan) -> Self {
        let clients = plan.clients.iter().cloned().enumerate();
        let clients = clients.map(|(index, plan)| Client::new(index, plan)).collect();
        let centres = plan.centres.iter().cloned().enumerate();
        let centres = centres.map(|(index, plan)| Centre::new(index, plan)).collect();
        let gateway = Gateway::new(plan.seed ^ 0xd15c);
        Self { ctx: Context::new(plan), gateway, clients, centres }
    }

    fn run(&mut self) {
        self.ctx.agenda.at(self.ctx.now, Event::Start);
        for client in 0..self.clients.len() {
            let soon = self.ctx.up_to_ms(2_000);
            self.ctx.client_in(client, soon, ClientEvent::Dial);
        }
        self.plan_faults();
        let until = self.ctx.now + self.ctx.plan.chaos;
        self.pass_time(until);
        self.calm();
        self.rest(REST_MAX);
        checks::at_rest(self);
        if self.ctx.book.violations.is_empty() {
            // Small queues and rates may refuse one for the moment.
            for _ in 0..FRESH_ROUNDS {
                self.fresh_messages();
                self.rest(FRESH_MAX);
            }
            checks::fresh(self);
        }
    }

    /// Lets time pass until everything is at rest, or too long.
    fn rest(&mut self, longest: Duration) {
        let until = self.ctx.now + longest;
        while self.ctx.now < until {
            let next = self.ctx.now + Duration::from_secs(3);
            self.pass_time(next);
            if checks::is_at_rest(self) {
                break;
            }
        }
    }

    fn fresh_messages(&mut self) {
        let accounts = checks::not_passed(self);
        for client in &mut self.clients {
            if client.plan.messages > 0 && accounts.contains(&client.plan.account) {
                client.submit(&mut self.ctx, true);
                client.on(&mut self.ctx, ClientEvent::Dial);
            }
        }
    }

    fn pass_time(&mut self, until: Timestamp) {
        while self.ctx.agenda.next_at() <= until {
            let Some((at, event)) = self.ctx.agenda.pop() else { break };
            self.ctx.now = at;
            self.happen(event);
            self.hear_replies();
        }
        self.ctx.now = until;
    }

    /// Writes down what the API was told.
    fn hear_replies(&mut self) {
        let replies = std::mem::take(&mut *self.ctx.replies.lock().unwrap());
        for (number, outcome) in replies {
            let Some(running) = &self.gateway.running else { return };
            let id = outcome.ok().map(|ord| running.ledger.id_cipher().seal(ord));
            let now = self.ctx.now;
            let told = id.map(|id| (now, id.as_bytes().to_vec()));
            self.ctx.book.submissions[number].acknowledged = told;
        }
    }

    fn happen(&mut self, event: Event) {
        let ctx = &mut self.ctx;
        match event {
            Event::Gateway { life, what } if life == self.gateway.life => self.in_gateway(what),
            Event::Gateway { .. } => {}
            Event::Start => {
                self.gateway.start(ctx);
                checks::after_start(self);
            }
            Event::Arrive { conn, end } => self.arrive(conn, end),
            Event::Client { client, what: ClientEvent::Dial } => self.client_dials(client),
            Event::Client { client, what } => self.clients[client].on(ctx, what),
            Event::Centre { centre, what } => self.centres[centre].on(ctx, what),
            Event::Fault(fault) => self.break_something(fault),
        }
    }

    fn in_gateway(&mut self, what: GatewayEvent) {
        let (gateway, ctx) = (&mut self.gateway, &mut self.ctx);
        match what {
            GatewayEvent::Turn(shard) => gateway.clock(ctx, shard),
            GatewayEvent::Durable(shard) => gateway.turn(ctx, shard),
            GatewayEvent::Letters(shard) => gateway.letters(ctx, shard),
            GatewayEvent::Again { shard, link } => gateway.again(ctx, shard, link),
            GatewayEvent::Impatient { conn, since } => gateway.impatient(ctx, conn, since),
            GatewayEvent::Dial { .. } => self.gateway_dials(what),
            GatewayEvent::Dialled { .. } => gateway.dialled(ctx, what),
            GatewayEvent::Flush => gateway.flush(ctx),
            GatewayEvent::Look => gateway.look(ctx),
            GatewayEvent::Index => gateway.index(ctx),
            GatewayEvent::Seal => gateway.seal(ctx),
            GatewayEvent::Checkpoint => gateway.checkpoint(ctx),
            GatewayEvent::Ask => gateway.ask(ctx),
            GatewayEvent::DrainOver => gateway.stopped(ctx),
        }
    }

    fn arrive(&mut self, conn: usize, end: End) {
        let ctx = &mut self.ctx;
        let closed = match end {
            End::Gateway => ctx.net.conns[conn].gateway_closed,
            End::Peer => ctx.net.conns[conn].peer_closed,
        };
        if closed {
            // Nobody is there: who still writes is told so.
            let arrived = ctx.net.take(ctx.now, conn, end);
            if !arrived.segments.is_empty() {
                ctx.net.refuse(ctx.now, &mut ctx.agenda, conn, end);
            }
            return;
        }
        match (end, ctx.net.conns[conn].peer) {
            (End::Gateway, _) => self.gateway.arrived(ctx, conn),
            (End::Peer, Peer::Client(client)) => {
                if self.clients[client].link.as_ref().is_some_and(|link| link.conn == conn) {
                    self.clients[client].read(ctx);
                }
                self.gateway.room(ctx, conn);
            }
            (End::Peer, Peer::Centre(centre)) => {
                self.centres[centre].read(ctx, conn);
                self.gateway.room(ctx, conn);
            }
        }
    }

    /// An application connects, if the gateway listens: on shard 0.
    fn client_dials(&mut self, client: usize) {
        let ctx = &mut self.ctx;
        if self.clients[client].link.is_some() {
            return;
        }
        let listens = self.gateway.running.as_ref().is_some_and(|running| !running.stopping);
        if !listens {
            let pause = Duration::from_millis(200) + ctx.up_to_ms(1_000);
            return ctx.client_in(client, pause, ClientEvent::Dial);
        }
        let conn = ctx.net.open(ctx.now, Peer::Client(client));
        ctx.note(format_args!("client {client} connects as {conn}"));
        self.clients[client].on(ctx, ClientEvent::Connected(conn));
        self.gateway.accept(ctx, 0, conn, Vec::new());
    }

    fn gateway_dials(&mut self, what: GatewayEvent) {
        let GatewayEvent::Dial { shard, carrier, bind } = what else { return };
        let ctx = &mut self.ctx;
        let Some(running) = &self.gateway.running else { return };
        if running.stopping {
            return;
        }
        let place = running.shared.carrier_place(carrier).unwrap_or_default();
        let conn = self.centres[place].listens(ctx).then(|| {
            let conn = ctx.net.open(ctx.now, Peer::Centre(place));
            self.centres[place].accept(ctx, conn);
            conn
        });
        ctx.note(format_args!("gateway dials carrier {place}, bind {bind}: {conn:?}"));
        let (life, delay) = (self.gateway.life, ctx.up_to_ms(50));
        ctx.gateway_in(life, delay, GatewayEvent::Dialled { shard, carrier, bind, conn });
    }

    /// Whether no link is dead in one direction without anybody having noticed.
    pub fn links_are_whole(&self) -> bool {
        let clients = self.clients.iter().filter_map(|client| client.link.as_ref());
        let clients = clients.map(|link| link.conn);
        let centres = self.centres.iter().flat_map(|centre| centre.binds.keys().copied());
        clients.chain(centres).all(|conn| self.ctx.net.conns[conn].ended_at.is_none())
    }

    /// Whether a centre has anything left to send.
    pub fn centres_are_done(&self) -> bool {
        let book = &self.ctx.book;
        book.reports.iter().all(|report| report.acknowledged.is_some())
            && book.texts.iter().all(|text| text.acknowledged.is_some())
    }
}
