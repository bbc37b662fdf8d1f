//! Speaking to one endpoint: connections that are kept, addresses that are checked, times that end.
//!
//! HTTP/1.1. Redirects are answers like others: nothing is sent where nobody said to. **Invariants**: an
//! attempt ends within [`TIMEOUT`]; the address connected to is the one that was checked; of an answer at
//! most 64 KiB is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::answer::{Answer, Fault, Outcome, retry_after};
use super::guard;
use super::target::Target;
use crate::base::clock::Clock;
use crate::spool::unpoisoned;

/// From the first octet of looking the name up to the last of the answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// For a connection to be there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Octets of an answer that are read before its connection is given up.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Addresses of a name that are tried.
const ADDRESSES_MAX: usize = 4;

const AGENT: &str = concat!("postrider/", env!("CARGO_PKG_VERSION"));

/// Octets of an answer in which an acknowledgement is looked for.
const ACKNOWLEDGED_BYTES: usize = 1024;

/// What is sent.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// By POST, and not GET.
    pub post: bool,
    /// Path and query; those of the target if there are none.
    pub path: Option<String>,
    /// Headers besides those that every request has.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub body: Bytes,
    /// What has to stand near the beginning of an answer that takes it.
    pub answer_has: Option<&'static str>,
}

/// Speaks to one endpoint.
#[derive(Debug)]
pub struct Client {
    target: Target,
    allow_private: bool,
    tls: Authorities,
    idle: Mutex<Vec<SendRequest<Body>>>,
    idle_max: usize,
    clock: Clock,
    timeout: Duration,
}

/// TLS towards whoever some authorities vouch for. Clones are the same.
#[derive(Clone, Default)]
pub struct Authorities(Arc<OnceLock<Option<TlsConnector>>>);

impl Authorities {
    /// Those that the machine knows, read when they are needed first; without any, `https` cannot be
    /// spoken.
    pub fn of_machine() -> Self {
        Self::default()
    }

    /// These.
    pub fn with(roots: RootCertStore) -> Self {
        Self(Arc::new(OnceLock::from(connector(roots))))
    }

    fn connector(&self) -> Option<&TlsConnector> {
        let of_machine = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            connector(roots)
        };
        self.0.get_or_init(of_machine).as_ref()
    }
}

fn connector(roots: RootCertStore) -> Option<TlsConnector> {
    if roots.is_empty() {
        return None;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorities").finish_non_exhaustive()
    }
}

impl Client {
    /// Speaks to a target, over at most `idle_max` connections kept.
    pub const fn new(
        target: Target,
        allow_private: bool,
        tls: Authorities,
        idle_max: usize,
        clock: Clock,
    ) -> Self {
        Self {
            target,
            allow_private,
            tls,
            idle: Mutex::new(Vec::new()),
            idle_max,
            clock,
            timeout: TIMEOUT,
        }
    }

    /// Has its attempts end within another time.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sends one event and says what came of it.
    pub async fn send(&self, delivery: &Delivery) -> Outcome {
        tokio::time::timeout(self.timeout, self.exchange(delivery))
            .await
            .unwrap_or(Err(Fault::Timeout))
    }

    async fn exchange(&self, delivery: &Delivery) -> Outcome {
        while let Some(mut kept) = self.kept() {
            if kept.ready().await.is_err() {
                continue;
            }
            match kept.try_send_request(self.request(delivery)?).await {
                Ok(response) => return self.answer(response, kept, delivery).await,
                // It was closed from there before anything of this left.
                Err(error) if error.message().is_some() => {}
                // It was closed from there while this was on its way: told again, it has the same id.
                Err(_) => break,
            }
        }
        let mut fresh = self.connect().await?;
        let response = fresh.send_request(self.request(delivery)?).await;
        self.answer(response.map_err(broken)?, fresh, delivery).await
    }

    fn kept(&self) -> Option<SendRequest<Body>> {
        let mut idle = unpoisoned::lock(&self.idle);
        while let Some(kept) = idle.pop() {
            if !kept.is_closed() {
                return Some(kept);
            }
        }
        None
    }

    fn request(&self, delivery: &Delivery) -> Result<Request<Body>, Fault> {
        let path = delivery.path.as_ref().unwrap_or(&self.target.path);
        let request = if delivery.post { Request::post(path) } else { Request::get(path) };
        let request = request
            .header(HOST, &self.target.authority)
            .header(USER_AGENT, HeaderValue::from_static(AGENT));
        let headers = delivery.headers.iter();
        headers
            .fold(request, |request, (name, value)| request.header(name, value))
            .body(Body::from(delivery.body.clone()))
            .map_err(|error| Fault::Broken(error.to_string()))
    }

    /// Reads an answer, and keeps the connection if it can be used again.
    async fn answer(
        &self,
        response: Response<hyper::body::Incoming>,
        connection: SendRequest<Body>,
        delivery: &Delivery,
    ) -> Outcome {
        let status = response.status().as_u16();
        let pause = response.headers().get(RETRY_AFTER).and_then(|text| text.to_str().ok());
        let retry_after = pause.and_then(|text| retry_after(text, self.clock.now()));
        // What it says beside its status is little to us, but the next answer comes behind it.
        let body = to_bytes(Body::new(response.into_body()), BODY_BYTES_MAX).await;
        let said = body.as_deref().unwrap_or_default();
        let said = said.get(..ACKNOWLEDGED_BYTES).unwrap_or(said);
        let has = |words: &str| memchr::memmem::find(said, words.as_bytes()).is_some();
        let acknowledged = delivery.answer_has.is_none_or(has);
        if body.is_ok() {
            let mut idle = unpoisoned::lock(&self.idle);
            if idle.len() < self.idle_max && !connection.is_closed() {
                idle.push(connection);
            }
        }
        match (status, delivery.answer_has) {
            (200..=299, Some(words)) if !acknowledged => Err(Fault::Unacknowledged(words)),
            _ => Ok(Answer { status, retry_after }),
        }
    }

    async fn connect(&self) -> Result<SendRequest<Body>, Fault> {
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, self.dial())
            .await
            .map_err(|_| Fault::Connect(format!("nobody within {CONNECT_TIMEOUT:?}")))??;
        if !self.target.tls {
            return handshake(stream).await;
        }
        let tls = self.tls.connector();
        let tls = tls.ok_or_else(|| Fault::Tls("this machine knows no authorities".to_owned()))?;
        let name = ServerName::try_from(self.target.host.clone())
            .map_err(|error| Fault::Tls(error.to_string()))?;
        let stream = tls.connect(name, stream).await;
        handshake(stream.map_err(|error| Fault::Tls(error.to_string()))?).await
    }

    /// Connects to an address of the target that it may lead to.
    async fn dial(&self) -> Result<TcpStream, Fault> {
        let mut last = Fault::Name("it has no address".to_owned());
        for address in self.addresses().await?.into_iter().take(ADDRESSES_MAX) {
            if !self.allows(address) {
                last = Fault::Private(address);
                continue;
            }
            match TcpStream::connect(SocketAddr::new(address, self.target.port)).await {
                Ok(stream) => {
                    // Without it a body waits for the acknowledgement of its head.
                    let _slower = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => last = Fault::Connect(error.to_string()),
            }
        }
        Err(last)
    }

    fn allows(&self, address: IpAddr) -> bool {
        guard::is_public(address) || (self.allow_private && guard::is_somewhere(address))
    }

    async fn addresses(&self) -> Result<Vec<IpAddr>, Fault> {
        if let Some(address) = self.target.address() {
            return Ok(vec![address]);
        }
        let found = lookup_host((self.target.host.as_str(), self.target.port)).await;
        let found = found.map_err(|error| Fault::Name(error.to_string()))?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Body>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with the connection, which ends with the sender.
    tokio::spawn(connection);
    Ok(sender)
}

fn broken(error: hyper::Error) -> Fault {
    Fault::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::PrivateKeyDer;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    /// A server in TLS that answers 204 to whatever comes; its port, and who vouches for it.
    async fn server() -> (u16, RootCertStore) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec!["localhost".into()]).expect("a name");
        let certificate = params.self_signed(&key).expect("signed");
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = builder.with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key);
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("they match")));
        let listener = TcpListener::bind("localhost:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut octets = [0; 4096];
                let _count = stream.read(&mut octets).await.expect("a request");
                let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
                stream.write_all(answer).await.expect("it is read");
            }
        });
        (port, roots)
    }

    async fn send(url: &str, allow_private: bool, authorities: Authorities) -> Outcome {
        let target = Target::read(url).expect("an address");
        let client = Client::new(target, allow_private, authorities, 1, Clock::start());
        client.send(&Delivery { post: true, ..Delivery::default() }).await
    }

    #[tokio::test]
    async fn a_server_is_spoken_to_in_tls_if_somebody_vouches_for_its_name() {
        let (port, roots) = server().await;
        let (_, others) = server().await;
        let url = format!("https://localhost:{port}/");
        let answered = Answer { status: 204, retry_after: None };
        assert_eq!(send(&url, true, Authorities::with(roots.clone())).await, Ok(answered));
        let stranger = send(&url, true, Authorities::with(others)).await;
        assert!(matches!(stranger, Err(Fault::Tls(_))), "{stranger:?}");
        let other_name = format!("https://127.0.0.1:{port}/");
        let misnamed = send(&other_name, true, Authorities::with(roots)).await;
        assert!(matches!(misnamed, Err(Fault::Tls(_) | Fault::Connect(_))), "{misnamed:?}");
    }

    #[tokio::test]
    async fn private_addresses_are_not_connected_to_however_they_are_written() {
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f000001", "127.1"]
        {
            let outcome = send(&format!("http://{host}:9/"), false, Authorities::default()).await;
            assert!(
                matches!(outcome, Err(Fault::Private(_) | Fault::Name(_))),
                "{host}: {outcome:?}"
            );
        }
    }

    #[tokio::test]
    async fn nobody_there_and_no_such_name_are_told_apart() {
        let unbound = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = unbound.local_addr().expect("bound");
        drop(unbound);
        let nobody = send(&format!("http://{address}/"), true, Authorities::default()).await;
        assert!(matches!(nobody, Err(Fault::Connect(_))), "{nobody:?}");
        let nowhere = send("http://nowhere.invalid/", true, Authorities::default()).await;
        assert!(matches!(nowhere, Err(Fault::Name(_))), "{nowhere:?}");
    }
}
