//! What everybody in the world shares: the time, the queue of what happens, the net, the book.

use std::fmt::Arguments;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::base::id::MessageOrd;
use postrider::pipeline::port::Refusal;

use crate::agenda::{Agenda, CentreEvent, ClientEvent, End, Event, GatewayEvent};
use crate::book::Book;
use crate::net::Net;
use crate::plan::Plan;
use crate::trace::Trace;

pub struct Context {
    pub now: Timestamp,
    pub random: fastrand::Rng,
    pub agenda: Agenda,
    pub net: Net,
    pub book: Book,
    pub trace: Trace,
    pub plan: Plan,
    /// Nobody misbehaves any more.
    pub calm: bool,
    /// What the API was told: numbers of messages with their outcome.
    pub replies: Replies,
}

pub type Replies = Arc<Mutex<Vec<(usize, Result<MessageOrd, Refusal>)>>>;

impl Context {
    pub fn new(plan: Plan) -> Self {
        let seed = plan.seed;
        let now = Timestamp(1_790_000_000_000_000);
        Self {
            now,
            random: fastrand::Rng::with_seed(seed ^ 0x5eed),
            agenda: Agenda::new(seed ^ 0xa9e7da),
            net: Net::new(seed ^ 0x0e7),
            book: Book::default(),
            trace: Trace::new(now),
            plan,
            calm: false,
            replies: Replies::default(),
        }
    }

    pub fn note(&mut self, what: Arguments<'_>) {
        self.trace.note(self.now, what);
    }

    /// Whether a misbehaviour of this probability happens now.
    pub fn chance(&mut self, permille: u32) -> bool {
        !self.calm && permille > 0 && self.random.u32(..1_000) < permille
    }

    /// A duration up to so many milliseconds, in microseconds.
    pub fn up_to_ms(&mut self, ms: u64) -> Duration {
        Duration::from_micros(self.random.u64(..=ms * 1_000))
    }

    pub fn gateway_in(&mut self, life: u32, delay: Duration, what: GatewayEvent) {
        self.agenda.at(self.now + delay, Event::Gateway { life, what });
    }

    pub fn client_in(&mut self, client: usize, delay: Duration, what: ClientEvent) {
        self.agenda.at(self.now + delay, Event::Client { client, what });
    }

    pub fn centre_in(&mut self, centre: usize, delay: Duration, what: CentreEvent) {
        self.agenda.at(self.now + delay, Event::Centre { centre, what });
    }

    /// Writes towards the gateway; what there is no room for stays.
    pub fn write_up(&mut self, conn: usize, out: &mut Vec<u8>) {
        let taken = self.net.write(self.now, &mut self.agenda, conn, End::Gateway, out);
        out.drain(..taken);
    }

    pub fn close(&mut self, conn: usize, by: End) {
        self.net.close(self.now, &mut self.agenda, conn, by);
    }

    pub fn cut(&mut self, conn: usize) {
        self.net.cut(self.now, &mut self.agenda, conn);
    }

    pub fn violate(&mut self, check: &'static str, what: String) {
        self.note(format_args!("VIOLATION {check}: {what}"));
        self.book.violate(check, what);
    }
}
