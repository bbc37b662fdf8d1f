//! A gateway to test against: ledger and API are real, what decides about messages is pretended.

use std::future::ready;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::base::clock::Clock;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::base::secret::Secret;
use crate::feed::feed::Feed;
use crate::ledger::config::LedgerConfig;
use crate::ledger::running::Running;
use crate::ledger::store::Ledger;
use crate::message::address::Address;
use crate::message::event::{By, Event, What};
use crate::message::record::Message;
use crate::peer::http::api::{Api, Parts};
use crate::peer::http::compat::routes::Clients;
use crate::peer::http::config::{HttpConfig, KeyConfig, Login, Scope};
use crate::peer::http::console::state::Console;
use crate::peer::http::notice_view::NoticeView;
use crate::peer::http::operator_routes::Operators;
use crate::peer::http::server::serve;
use crate::peer::webhook::callbacks::{CallbackConfig, Callbacks};
use crate::peer::webhook::client::Authorities;
use crate::peer::webhook::service::Webhooks;
use crate::pipeline::change::Unchanged;
use crate::pipeline::mo_book::MoBook;
use crate::pipeline::mo_config::MoRouteConfig;
use crate::pipeline::mo_view::{MoRouteQuestion, MoRouteView, UnknownCarrier};
use crate::pipeline::port::{
    AccountView, Board, Cancel, Cancelling, CarrierView, Explain, Keyed, Refusal, Submission,
    Submit, Submitted, Taken, Wording,
};
use crate::pipeline::route_book::RouteBook;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::route_view::{RouteQuestion, RouteView};
use crate::pipeline::settings::{AccountConfig, CarrierConfig, Settings};
use crate::spool::chunk::Chunk;
use crate::spool::journal::{AppendError, Appended, Journal};
use crate::spool::sim_disk::SimDisk;
use crate::telemetry::registry::Registry;

/// The accounts, by their numbers.
pub(super) const LOAD: AccountId = AccountId(0);
pub(super) const SHOP: AccountId = AccountId(1);

/// The carrier.
pub(super) const SINK: CarrierId = CarrierId(0);

/// Keys: everything and no account, account `load`, account `shop` with what the name says.
pub(super) const ADMIN: &str = "admin-key";
pub(super) const LOAD_KEY: &str = "load-key";
pub(super) const SHOP_READER: &str = "shop-reader";

#[derive(Default)]
pub(super) struct Pretended {
    journal: Mutex<Option<Journal>>,
    pub(super) refusal: Mutex<Option<Refusal>>,
    pub(super) refusing: Mutex<Option<Refusal>>,
    /// A destination without a route.
    pub(super) unwanted: Mutex<Option<Vec<u8>>>,
    pub(super) taken: Mutex<Vec<Submission>>,
    pub(super) unchanged: Mutex<Option<Unchanged>>,
    pub(super) cancelled: Mutex<Vec<(MessageOrd, By)>>,
    pub(super) carriers: Mutex<Vec<CarrierView>>,
    /// Submissions wait for this.
    pub(super) slowness: Mutex<Duration>,
}

impl Submit for Pretended {
    fn submit(&self, submission: Submission) -> Submitted {
        let unwanted = self.unwanted.lock().expect("whole").clone();
        if unwanted.is_some_and(|unwanted| unwanted == submission.destination) {
            return Box::pin(ready(Err(Refusal::NoRoute)));
        }
        if let Some(refusal) = *self.refusal.lock().expect("whole") {
            return Box::pin(ready(Err(refusal)));
        }
        let message = Message {
            account: if submission.account == "shop" { SHOP } else { LOAD },
            carrier: SINK,
            source: Address::infer(&submission.source),
            destination: Address::infer(&submission.destination),
            data_coding: submission.data_coding,
            client_ref: &submission.client_ref,
            body: &submission.body,
            validity_period: &submission.validity_period,
            schedule_delivery_time: &submission.schedule_delivery_time,
            esm_class: submission.esm_class,
            parts: 1,
            ..Message::default()
        };
        let journal = self.journal.lock().expect("whole").clone().expect("set");
        let appended = append(&journal, &message, &submission);
        let data_coding = submission.data_coding;
        self.taken.lock().expect("whole").push(submission);
        let slowness = *self.slowness.lock().expect("whole");
        Box::pin(async move {
            tokio::time::sleep(slowness).await;
            // As the engine does: no answer before the disk has it.
            while journal.durable() < appended.end {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let wording = Wording { parts: 1, data_coding, changed: 0, carrier: SINK };
            Ok(Taken { ord: appended.base_ord, wording })
        })
    }
}

impl Cancel for Pretended {
    fn cancel(&self, _account: AccountId, ord: MessageOrd, by: By) -> Cancelling {
        self.cancelled.lock().expect("whole").push((ord, by));
        if let Some(unchanged) = *self.unchanged.lock().expect("whole") {
            return Box::pin(ready(Err(unchanged)));
        }
        let journal = self.journal.lock().expect("whole").clone().expect("set");
        let mut chunk = Chunk::new();
        chunk.event(&Event { ord, what: What::Cancelled { by } });
        let end = journal.append(Clock::start().now(), &mut chunk).expect("room").end;
        Box::pin(async move {
            while journal.durable() < end {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(())
        })
    }
}

impl Board for Pretended {
    fn carriers(&self) -> Vec<CarrierView> {
        self.carriers.lock().expect("whole").clone()
    }

    fn accounts(&self) -> Vec<AccountView> {
        Vec::new()
    }

    fn refusing(&self) -> Option<Refusal> {
        *self.refusing.lock().expect("whole")
    }
}

impl Explain for Pretended {
    fn explain(&self, question: &RouteQuestion) -> Result<RouteView, Refusal> {
        let account = |name: &str| AccountConfig { name: name.into(), ..AccountConfig::default() };
        let settings = Settings {
            accounts: vec![account("load"), account("shop")],
            carriers: vec![CarrierConfig { name: "sink".into(), ..CarrierConfig::default() }],
            routes: vec![
                RouteConfig { accounts: vec![0], ..RouteConfig::to("", 0) },
                RouteConfig { name: Some("uk".into()), ..RouteConfig::to("44", 0) },
            ],
            ..Settings::default()
        };
        RouteBook::of_settings(&settings).expect("routes").explain(question)
    }

    fn explain_mo(&self, question: &MoRouteQuestion) -> Result<MoRouteView, UnknownCarrier> {
        let account = AccountConfig { name: "shop".into(), ..AccountConfig::default() };
        let settings = Settings {
            accounts: vec![account],
            carriers: vec![CarrierConfig { name: "sink".into(), ..CarrierConfig::default() }],
            mo_routes: vec![MoRouteConfig {
                name: Some("stop".into()),
                keywords: vec!["stop".into()],
                ..MoRouteConfig::default()
            }],
            ..Settings::default()
        };
        MoBook::of_settings(&settings).explain(question)
    }
}

fn append(journal: &Journal, message: &Message<'_>, submission: &Submission) -> Appended {
    let mut chunk = Chunk::new();
    let slot = chunk.message(message);
    if let Some(Keyed { key, fingerprint, number, told }) = submission.keyed.as_deref() {
        let (number, told) = (*number, *told);
        chunk.event_here(slot.index, &What::Keyed { key, fingerprint, number, told });
    }
    if let Some(callback) = &submission.callback {
        chunk.event_here(slot.index, &What::Callback(callback.as_ref()));
    }
    loop {
        match journal.append(Clock::start().now(), &mut chunk) {
            Ok(appended) => return appended,
            // A thread of its own makes room.
            Err(AppendError::Busy) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => panic!("{error:?}"),
        }
    }
}

pub(super) struct Gateway {
    pub(super) api: Arc<Api>,
    pub(super) pretended: Arc<Pretended>,
    pub(super) address: SocketAddr,
    running: Running,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    news: News,
}

struct News {
    feed: Feed,
    webhooks: Arc<Webhooks>,
    threads: [std::thread::JoinHandle<()>; 2],
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub(super) fn key(text: &str, scopes: &[Scope], account: Option<&str>) -> KeyConfig {
    KeyConfig {
        name: text.to_owned(),
        ips: Vec::new(),
        rate: None,
        digest: Sha256::digest(text).into(),
        login: None,
        scopes: scopes.to_vec(),
        account: account.map(str::to_owned),
    }
}

/// A login of account `load`: the password of `load` is `load-password`, that of `AC1` `load-token`.
pub(super) fn login(username: &str, password: &str, scopes: &[Scope]) -> KeyConfig {
    let token = Some(Secret::new(password));
    let login = Some(Login { username: username.to_owned(), token });
    KeyConfig { login, ..key(password, scopes, Some("load")) }
}

pub(super) fn config() -> HttpConfig {
    HttpConfig {
        keys: vec![
            key(ADMIN, &[Scope::All], None),
            key(LOAD_KEY, &[Scope::MessagesSend, Scope::MessagesRead], Some("load")),
            key(SHOP_READER, &[Scope::MessagesRead], Some("shop")),
            login("load", "load-password", &Scope::DEFAULT),
            login("AC1", "load-token", &[Scope::All]),
            login("reader", "reader-password", &[Scope::MessagesRead]),
        ],
        ..HttpConfig::default()
    }
}

impl Gateway {
    pub(super) async fn start() -> Self {
        Self::start_with(config()).await
    }

    pub(super) async fn start_with(config: HttpConfig) -> Self {
        let disk = Arc::new(SimDisk::new(1));
        let opened = Ledger::open(disk, LedgerConfig::tiny()).expect("a new directory");
        let running = opened.start().expect("threads");
        running.ledger.names().register(&["load", "shop"], &["sink"]).expect("room");
        let pretended = Arc::new(Pretended::default());
        *pretended.journal.lock().expect("whole") = Some(running.journal.clone());
        let sink = CarrierView { name: "sink".into(), binds: 4, binds_up: 4, ..Default::default() };
        pretended.carriers.lock().expect("whole").push(sink);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (registry, clock) = (Registry::new(), Clock::start());
        let feed = Feed::new(Arc::clone(&running.ledger));
        let authorities = Authorities::of_machine();
        let callbacks = Callbacks::new(CallbackConfig::default(), Arc::new(config.clone()));
        let webhooks = Webhooks::open(feed.clone(), clock, authorities, &registry, callbacks);
        let webhooks = webhooks.expect("new");
        let console = Console::open(&config.console, Arc::clone(running.ledger.disk()));
        let api = Api::new(Parts {
            config,
            submit: Arc::<Pretended>::clone(&pretended),
            cancel: Arc::<Pretended>::clone(&pretended),
            board: Arc::<Pretended>::clone(&pretended),
            explain: Arc::<Pretended>::clone(&pretended),
            ledger: Arc::clone(&running.ledger),
            webhooks: Arc::clone(&webhooks),
            feed: feed.clone(),
            registry,
            clock,
            operators: Operators::default(),
            console: console.expect("new"),
        });
        let following = feed.start(clock).expect("a thread");
        let render = Arc::new(NoticeView::new(Arc::clone(&api)));
        let telling = webhooks.start(render).expect("a thread");
        let news = News { feed, webhooks, threads: [telling, following] };
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(serve(listener, (Arc::clone(&api), Clients::All), stopping));
        Self { api, pretended, address, running, stop, serving, news }
    }

    /// Sends a request of one connection and reads all of its answer.
    pub(super) async fn ask(&self, key: &str, request: &str, body: &str) -> Answer {
        let head = format!(
            "{request} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.raw(&format!("{head}{body}")).await
    }

    pub(super) async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask(key, &format!("GET {path}"), "").await
    }

    pub(super) async fn post(&self, key: &str, body: &str) -> Answer {
        self.ask(key, "POST /v1/messages", body).await
    }

    /// Posts under an idempotency key.
    pub(super) async fn post_under(
        &self,
        key: &str,
        under: &str,
        path: &str,
        body: &str,
    ) -> Answer {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {key}\r\n\
             idempotency-key: {under}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.raw(&request).await
    }

    pub(super) async fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("it answers");
        split(&answer)
    }

    /// Sends a form without an Authorization of ours.
    pub(super) async fn form(&self, request: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        self.raw(&format!(
            "{request} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {length}\r\n\
             content-type: application/x-www-form-urlencoded\r\n{headers}\r\n{body}"
        ))
        .await
    }

    /// Records what happened to a message.
    pub(super) fn happens(&self, ord: MessageOrd, what: What<'_>) {
        let mut chunk = Chunk::new();
        chunk.event(&Event { ord, what });
        let end = self.running.journal.append(Clock::start().now(), &mut chunk).expect("room").end;
        self.running.journal.durable();
        self.indexed(end);
    }

    /// Records a message that came by another way than the API.
    pub(super) fn arrives(&self, message: &Message<'_>) -> MessageOrd {
        let mut chunk = Chunk::new();
        chunk.message(message);
        let appended = self.running.journal.append(Clock::start().now(), &mut chunk).expect("room");
        self.indexed(appended.end);
        appended.base_ord
    }

    fn indexed(&self, end: crate::spool::lsn::Lsn) {
        assert!(self.running.ledger.wait_indexed(end, Duration::from_secs(5)), "it is indexed");
    }

    pub(super) fn id(&self, ord: MessageOrd) -> String {
        format!("msg_{}", self.api.ids.seal(ord))
    }

    pub(super) fn carrier(&self, change: impl FnOnce(&mut CarrierView)) {
        change(&mut self.pretended.carriers.lock().expect("whole")[0]);
    }

    /// Begins to stop.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
        self.api.end_streams();
    }

    pub(super) fn is_over(&self) -> bool {
        self.serving.is_finished()
    }

    pub(super) async fn end(self) {
        self.stop();
        self.serving.await.expect("no panic");
        self.news.webhooks.stop();
        self.news.feed.stop();
        self.news.threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        drop((self.api, self.news.feed, self.news.webhooks));
        self.running.stop().expect("nothing failed");
    }
}

pub(super) fn split(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
