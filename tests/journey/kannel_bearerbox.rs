//! Debian's Kannel as an application, in clear and in TLS: messages through its smsbox and bearerbox,
//! through us, to a carrier, and every delivery report back to the URL that was asked for.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::driver::esme::HANDSET;
use crate::driver::patience::{PATIENCE, until, until_within};
use crate::driver::pki::Authority;
use crate::driver::process::Process;
use crate::driver::site::{Site, listener, text};
use crate::driver::smsc::Smsc;
use crate::driver::tools::is_there;

/// Kannel's `dlr-mask`: delivered to the phone, not delivered, accepted by the SMSC, refused by it.
const MASK: u8 = 1 | 2 | 8 | 16;

/// What Kannel was told of the reports: type and number of the message.
type Reports = Arc<Mutex<Vec<(u8, usize)>>>;

#[test]
fn a_thousand_messages_of_kannel_go_through_and_every_report_comes_back() {
    if is_installed() {
        goes_through(1000, |site| site, |site| (site.smpp().port(), ""));
    }
}

#[test]
fn messages_of_kannel_go_through_in_tls_and_every_report_comes_back() {
    if !is_installed() {
        return;
    }
    let address = listener().local_addr().unwrap();
    let sections = format!(
        "[[smpp.listener]]\nlisten = \"{address}\"\n[smpp.listener.tls]\n\
         certificates = \"localhost.pem\"\nkey = {{ file = \"localhost.key\" }}\n"
    );
    goes_through(
        100,
        |site| site.sections(&sections),
        |site| {
            Authority::new("ca").issue(site, "localhost");
            (address.port(), "use-ssl = true\n")
        },
    );
}

fn is_installed() -> bool {
    is_there("Kannel", Command::new("bearerbox").arg("--version"))
}

/// Sends so many messages through Kannel and a gateway that `make` has changed; `prepare` says which
/// port Kannel binds to, and with which further lines of its configuration.
fn goes_through(
    messages: usize,
    make: impl FnOnce(Site) -> Site,
    prepare: impl FnOnce(&Site) -> (u16, &'static str),
) {
    let beside = Site::new();
    let taken = beside.file("taken");
    let smsc = Smsc::with(&["--delay", "5ms..20ms", "--record", text(&taken)]);
    let site = make(Site::with_sink(smsc.address(), "window = 100"));
    let (port, lines) = prepare(&site);
    let mut gateway = site.start();

    let (sendsms, configuration) = configure(&site, port, lines);
    let configuration = text(&configuration);
    let kannel =
        |name: &str| Process::start(name, Command::new(name).args(["-v", "1", configuration]));
    let mut bearerbox = kannel("bearerbox");
    gateway.line("that Kannel is bound", |line| line.contains("\"app\"").then_some(()));
    let mut smsbox = kannel("smsbox");
    until("smsbox answers", || {
        ask(sendsms, "/cgi-bin/sendsms?username=nobody").filter(|said| is_answer(said))
    });

    let reports = Reports::default();
    let report_to = collect(reports.clone());
    for number in 0..messages {
        send(sendsms, report_to, number);
    }
    let delivered = || -> HashSet<usize> {
        let reports = reports.lock().unwrap();
        reports.iter().filter(|(kind, _)| *kind == 1).map(|(_, number)| *number).collect()
    };
    until_within(Duration::from_secs(120), "every report comes", || {
        assert!(bearerbox.runs() && smsbox.runs());
        (delivered().len() == messages).then_some(())
    });
    let reports = reports.lock().unwrap();
    assert!(reports.iter().all(|(kind, _)| matches!(kind, 1 | 8)), "some failed: {reports:?}");
    let count = reports.iter().filter(|(kind, _)| *kind == 1).count();
    assert_eq!(count, messages, "a report came twice");

    smsc.stop();
    let taken = fs::read_to_string(&taken).unwrap();
    let texts: HashSet<&str> = taken.lines().filter_map(|line| line.rsplit('\t').next()).collect();
    assert_eq!((texts.len(), taken.lines().count()), (messages, messages));
}

/// Writes Kannel's configuration: where its smsbox takes requests, and the file.
fn configure(site: &Site, smpp: u16, lines: &str) -> (SocketAddr, std::path::PathBuf) {
    let held: Vec<TcpListener> = (0..3).map(|_| listener()).collect();
    let ports: Vec<u16> = held.iter().map(|held| held.local_addr().unwrap().port()).collect();
    let [admin, boxes, sendsms] = ports[..] else { unreachable!() };
    let configuration = format!(
        "group = core\nadmin-port = {admin}\nadmin-password = admin\nadmin-interface = 127.0.0.1\n\
         smsbox-port = {boxes}\nsmsbox-interface = 127.0.0.1\nbox-allow-ip = 127.0.0.1\n\n\
         group = smsc\nsmsc = smpp\nsmsc-id = postrider\nhost = 127.0.0.1\nport = {smpp}\n\
         transceiver-mode = true\nsmsc-username = app\nsmsc-password = secret\nsystem-type = \"\"\n\
         max-pending-submits = 100\n{lines}\n\
         group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {sendsms}\n\
         sendsms-interface = 127.0.0.1\n\n\
         group = sendsms-user\nusername = kannel\npassword = kannel\n\n\
         group = sms-service\nkeyword = default\nmax-messages = 0\ntext = none\n"
    );
    let path = site.file("kannel.conf");
    fs::write(&path, configuration).unwrap();
    (SocketAddr::from(([127, 0, 0, 1], sendsms)), path)
}

/// Asks smsbox for one message.
fn send(sendsms: SocketAddr, report_to: SocketAddr, number: usize) {
    let report = format!("http%3A%2F%2F{report_to}%2F%25d%2F{number}");
    let path = format!(
        "/cgi-bin/sendsms?username=kannel&password=kannel&from=12345&to={HANDSET}\
         &text=message+number+{number}&dlr-mask={MASK}&dlr-url={report}"
    );
    let answer = ask(sendsms, &path).unwrap();
    assert!(answer.contains(" 202 "), "{answer}");
}

/// One request of smsbox; `None` while it cannot be connected to.
fn ask(sendsms: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(sendsms).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Whether smsbox said anything: while it starts it takes connections and drops them.
fn is_answer(answer: &str) -> bool {
    answer.starts_with("HTTP/")
}

/// Listens for reports: `GET /TYPE/NUMBER`.
fn collect(reports: Reports) -> SocketAddr {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let reports = reports.clone();
            std::thread::spawn(move || take_reports(&stream, &reports));
        }
    });
    address
}

/// Answers the requests of one connection until it ends.
fn take_reports(stream: &TcpStream, reports: &Reports) {
    let mut answers = stream;
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if let Some(path) = line.strip_prefix("GET /") {
            let path = path.split(' ').next().unwrap();
            let (kind, number) = path.split_once('/').unwrap();
            reports.lock().unwrap().push((kind.parse().unwrap(), number.parse().unwrap()));
        } else if line.is_empty()
            && answers.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err()
        {
            return;
        }
    }
}
