//! Each message's status is called where its sender wanted it, in the way of Kannel, Jasmin or Twilio;
//! also when the gateway was killed right after it took the message, and whoever else does not answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use postrider::app::gateway::Gateway;
use postrider::config::file::Config;
use postrider::feed::feed::Feed;
use postrider::message::callback::{Callback, CallbackFormat, CallbackMethod, CallbackWants};
use postrider::peer::webhook::callback_submit::CallbackSubmit;
use postrider::pipeline::port::{Submission, Submit as _};

use crate::driver::http::get;
use crate::driver::patience::until;
use crate::driver::process::Process;
use crate::driver::site::{Site, listener};
use crate::driver::smsc::Smsc;

/// Where the gateway that only takes messages finds its configuration, and the messages.
const CONFIGURATION: &str = "POSTRIDER_TEST_CALLBACKS";

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK";
const ACKNOWLEDGED: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nACK/Jasmin";
const FAILED: &str = "HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n";

/// Somebody who is called, and answers all alike.
#[derive(Clone)]
struct Called {
    address: SocketAddr,
    answer: Arc<Mutex<&'static str>>,
    /// The first line of each request, its headers, and its body.
    heard: Arc<Mutex<Vec<[String; 3]>>>,
}

impl Called {
    fn start(answer: &'static str) -> Self {
        let listener = listener();
        let address = listener.local_addr().unwrap();
        let this = Self { address, answer: Arc::new(Mutex::new(answer)), heard: Arc::default() };
        let own = this.clone();
        std::thread::spawn(move || own.listen(&listener));
        this
    }

    fn listen(&self, listener: &TcpListener) {
        for stream in listener.incoming() {
            let (own, stream) = (self.clone(), stream.unwrap());
            std::thread::spawn(move || own.answer_all(stream));
        }
    }

    fn answer_all(&self, mut stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        loop {
            let (mut lines, mut length) = (Vec::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).ok()? == 0 {
                    return None;
                }
                if line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                lines.push(line.trim_end().to_owned());
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let answer = *self.answer.lock().unwrap();
            let first = lines.remove(0);
            let body = String::from_utf8(body).unwrap();
            self.heard.lock().unwrap().push([first, lines.join("\n").to_lowercase(), body]);
            stream.write_all(answer.as_bytes()).ok()?;
        }
    }

    fn becomes(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
        self.heard.lock().unwrap().clear();
    }

    fn heard(&self) -> Vec<[String; 3]> {
        self.heard.lock().unwrap().clone()
    }

    /// The values of `n` and `t` in the addresses of its requests.
    fn told(&self) -> Vec<(String, String)> {
        let value = |first: &str, name: &str| {
            let behind = first.split_once(name).map_or("", |(_, behind)| behind);
            behind.split(['&', ' ']).next().unwrap_or_default().to_owned()
        };
        self.heard().iter().map(|[first, ..]| (value(first, "n="), value(first, "t="))).collect()
    }
}

/// Has a gateway take messages, each with a callback, and kills it as soon as it has said so.
fn take_and_be_killed(site: &Site, callbacks: &[(&str, String)]) {
    let lines: Vec<String> = callbacks.iter().map(|(way, url)| format!("{way} {url}")).collect();
    std::fs::write(site.file("callbacks"), lines.join("\n")).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = "callbacks_are_called::a_gateway_that_takes_messages_and_nothing_else";
    command.args(["--ignored", "--exact", "--nocapture", name]);
    let mut gateway = Process::start("the taker", command.env(CONFIGURATION, site.configuration()));
    gateway.line("that all are taken", |line| line.contains("all are taken").then_some(()));
    gateway.kill();
}

#[test]
#[ignore = "a part of the other tests, in a process of its own that is killed"]
fn a_gateway_that_takes_messages_and_nothing_else() {
    let Some(path) = std::env::var_os(CONFIGURATION) else { return };
    let config = Config::load(Path::new(&path)).unwrap().config;
    let gateway = Gateway::start(&config.settings, false).unwrap();
    let feed = Feed::new(Arc::clone(gateway.ledger()));
    feed.open_lanes(config.callbacks.hosts_max).unwrap();
    let submit = CallbackSubmit::new(Arc::new(gateway.submitter()), feed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lines = std::fs::read_to_string(Path::new(&path).with_file_name("callbacks")).unwrap();
    runtime.block_on(async {
        for (number, line) in lines.lines().enumerate() {
            let (way, url) = line.split_once(' ').unwrap();
            let (format, method, wants) = match way {
                "kannel" => (CallbackFormat::Kannel, CallbackMethod::Get, 1 | 8),
                "jasmin" => (CallbackFormat::Jasmin, CallbackMethod::Post, 1 | 2),
                _ => (CallbackFormat::Twilio, CallbackMethod::Post, 1),
            };
            let submission = Submission {
                account: "app".into(),
                source: b"ACME".to_vec(),
                destination: format!("+4477009{number:05}").into_bytes(),
                body: b"Hello".to_vec(),
                callback: Some(Callback {
                    format,
                    method,
                    wants: CallbackWants(wants),
                    url: url.into(),
                    context: "AC1".into(),
                }),
                ..Submission::default()
            };
            submit.submit(submission).await.unwrap();
        }
    });
    println!("all are taken");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

/// A site whose carrier is not there yet: nothing leaves before it is.
fn site(smsc: SocketAddr, callbacks: &str) -> Site {
    Site::with_sink(smsc, "").sections(&format!("[callbacks]\n{callbacks}"))
}

fn free_address() -> SocketAddr {
    listener().local_addr().unwrap()
}

#[test]
fn after_a_kill_a_healthy_server_hears_all_at_once_and_one_that_is_away_when_it_is_back() {
    const MESSAGES: usize = 4;
    let address = free_address();
    let site = site(address, "allow_private = true");
    let (healthy, away) = (Called::start(OK), Called::start(FAILED));
    let mut callbacks = Vec::new();
    for number in 0..MESSAGES {
        for called in [&healthy, &away] {
            let url = format!("http://{}/dlr?n={number}&t=%d&to=%p", called.address);
            callbacks.push(("kannel", url));
        }
    }
    take_and_be_killed(&site, &callbacks);
    let _smsc = Smsc::at(&address.to_string(), &["--delay", "5ms..20ms"]);
    let mut gateway = site.start();
    until("the healthy one is told all", || (healthy.told().len() == MESSAGES * 2).then_some(()));
    away.becomes(OK);
    until("the other one is told all", || (away.told().len() >= MESSAGES * 2).then_some(()));
    for called in [&healthy, &away] {
        let told = called.told();
        for number in 0..MESSAGES {
            let number = number.to_string();
            let types = told.iter().filter(|(it, _)| *it == number).map(|(_, kind)| &**kind);
            assert_eq!(types.collect::<Vec<_>>(), ["8", "1"], "message {number} of {told:?}");
        }
    }
    let [first, ..] = &healthy.heard()[0];
    assert!(first.starts_with("GET /dlr?n=") && first.contains("&to=44770090000"), "{first}");
    gateway.kill();
    let gateway = site.start();
    let (_, page) = get(site.http(), "/metrics");
    assert!(page.contains("postrider_webhook_backlog"), "{page}");
    drop(gateway);
}

#[test]
fn jasmin_is_told_again_without_its_acknowledgement_and_twilio_gets_its_form() {
    let address = free_address();
    let site = site(address, "allow_private = true");
    let (jasmin, twilio) = (Called::start(OK), Called::start(OK));
    let of = |called: &Called| format!("http://{}/status?x=1", called.address);
    take_and_be_killed(&site, &[("jasmin", of(&jasmin)), ("twilio", of(&twilio))]);
    let _smsc = Smsc::at(&address.to_string(), &["--delay", "5ms..20ms"]);
    let _gateway = site.start();
    until("Jasmin's is told", || (!jasmin.heard().is_empty()).then_some(()));
    let [first, _, body] = jasmin.heard()[0].clone();
    assert_eq!(first, "POST /status?x=1 HTTP/1.1");
    for part in ["id=", "&level=2&message_status=DELIVRD&connector=AC1&id_smsc=", "&err=000"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    jasmin.becomes(ACKNOWLEDGED);
    until("it is told again", || (!jasmin.heard().is_empty()).then_some(()));
    assert_eq!(jasmin.heard()[0][2], body, "the same again");
    let [_, head, form] = twilio.heard()[0].clone();
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    for part in
        ["AccountSid=AC1&", "&MessageSid=SM", "&MessageStatus=delivered&", "&To=%2B44770090"]
    {
        assert!(form.contains(part), "{part} in {form}");
    }
    assert_eq!(twilio.heard().len(), 1, "taken once");
}

#[test]
fn a_private_address_is_not_called_unless_that_is_allowed() {
    let address = free_address();
    let site = site(address, "");
    let called = Called::start(OK);
    take_and_be_killed(&site, &[("kannel", format!("http://{}/", called.address))]);
    let _smsc = Smsc::at(&address.to_string(), &["--delay", "5ms..20ms"]);
    let _gateway = site.start();
    until("an attempt is counted as private", || {
        let (_, page) = get(site.http(), "/metrics");
        let counted = |line: &&str| line.contains("result=\"private\"") && !line.ends_with(" 0");
        let line = page.lines().filter(|line| line.starts_with("postrider_webhook_deliveries"));
        { line }.find(counted).map(|_| ())
    });
    assert!(called.heard().is_empty());
}
