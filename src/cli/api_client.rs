//! Asking the gateway's HTTP API: one request, one connection.
//!
//! Speaks HTTP without TLS, as the API does; what faces a network stands behind a proxy and is asked
//! with other tools. Not here: what the answers mean.

use std::future::poll_fn;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::base::percent::escaped;
use crate::base::secret::Secret;

/// Where the API is and what opens it.
#[derive(Debug)]
pub(super) struct ApiClient {
    way: Way,
    authority: String,
    key: Secret,
}

/// How the gateway is reached.
#[derive(Debug)]
enum Way {
    /// Over TCP, at the authority.
    Tcp,
    /// Over its operator's socket.
    Socket(PathBuf),
}

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// The address is none that this client can speak to.
    #[error("{0} is not an address such as http://127.0.0.1:8080")]
    Address(String),
    /// Nobody answers, or not in HTTP.
    #[error("the gateway at {0} does not answer: {1}")]
    Unreachable(String, String),
    /// The API refused.
    #[error("{title} ({code}): {detail}{}", lines(errors))]
    Refused {
        /// HTTP status.
        status: u16,
        /// The problem's code.
        code: String,
        /// The problem's title.
        title: String,
        /// The problem's detail.
        detail: String,
        /// What is wrong in detail.
        errors: Box<[String]>,
        /// The reason that `/readyz` gives.
        reason: Box<str>,
    },
}

impl ApiError {
    /// Whether the API knows nothing of what was asked for.
    pub(super) const fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether it may be otherwise in a moment, though nothing is changed here.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(..) | Self::Refused { status: 500.., .. })
    }

    /// Whether there is nobody to ask.
    pub(super) const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable(..))
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const ANSWER_BYTES_MAX: usize = 16 << 20;

impl ApiClient {
    /// The API at an address.
    pub(super) fn new(url: &str, key: Secret) -> Result<Self, ApiError> {
        let wrong = || ApiError::Address(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        if uri.scheme_str() != Some("http") || !matches!(uri.path(), "" | "/") {
            return Err(wrong());
        }
        let host = uri.host().ok_or_else(wrong)?;
        let port = uri.port_u16().unwrap_or(80);
        Ok(Self { way: Way::Tcp, authority: format!("{host}:{port}"), key })
    }

    /// The gateway behind an operator's socket.
    pub(super) fn at_socket(path: PathBuf) -> Self {
        let authority = path.display().to_string();
        Self { way: Way::Socket(path), authority, key: Secret::default() }
    }

    /// What is at a path.
    pub(super) async fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.ask(Method::GET, path, None).await
    }

    /// What answers to a body.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// The text at a path that is no JSON.
    pub(super) async fn text(&self, path: &str) -> Result<String, ApiError> {
        let (status, body) = self.send(Method::GET, path, None).await?;
        answer_if_refused(status, &body)?;
        String::from_utf8(body).map_err(|error| self.unreachable(error))
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        let (status, body) = self.send(method, path, body).await?;
        answer(status, &body)
    }

    /// What a path goes on saying; after the event `last`, if one is given.
    pub(super) async fn follow(&self, path: &str, last: Option<&str>) -> Result<Pieces, ApiError> {
        let mut request = self.request(Method::GET, path, None)?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(last) = last.and_then(|last| HeaderValue::from_str(last).ok()) {
            request.headers_mut().insert("last-event-id", last);
        }
        let begun = timeout(ANSWER_TIMEOUT, self.begin(request)).await;
        let (response, driver) = begun.map_err(|elapsed| self.unreachable(elapsed))??;
        let status = response.status().as_u16();
        let body = response.into_body();
        if (200..300).contains(&status) {
            return Ok(Pieces { body, driver });
        }
        let body = to_bytes(Body::new(body), ANSWER_BYTES_MAX).await;
        let refused = answer_if_refused(status, &body.map_err(|error| self.unreachable(error))?);
        Err(refused.err().unwrap_or_else(|| self.unreachable(status)))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Vec<u8>), ApiError> {
        let request = self.request(method, path, body)?;
        let exchange = timeout(ANSWER_TIMEOUT, self.exchange(request)).await;
        exchange.map_err(|elapsed| self.unreachable(elapsed))?
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Request<Body>, ApiError> {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let bearer = [b"Bearer ", self.key.reveal()].concat();
        let host = if matches!(self.way, Way::Tcp) { &self.authority } else { "operator" };
        Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, host)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, bearer)
            .body(body)
            .map_err(|error| self.unreachable(error))
    }

    async fn exchange(&self, request: Request<Body>) -> Result<(u16, Vec<u8>), ApiError> {
        let (response, driver) = self.begin(request).await?;
        let status = response.status().as_u16();
        let body = to_bytes(Body::new(response.into_body()), ANSWER_BYTES_MAX)
            .await
            .map_err(|error| self.unreachable(error))?;
        driver.end();
        Ok((status, body.to_vec()))
    }

    /// Sends a request, and has the head of its answer.
    async fn begin(
        &self,
        request: Request<Body>,
    ) -> Result<(Response<Incoming>, Driver), ApiError> {
        match &self.way {
            Way::Tcp => {
                let connecting = TcpStream::connect(&self.authority);
                let stream = self.connected(timeout(CONNECT_TIMEOUT, connecting).await)?;
                self.begin_over(stream, request).await
            }
            Way::Socket(path) => {
                let connecting = UnixStream::connect(path);
                let stream = self.connected(timeout(CONNECT_TIMEOUT, connecting).await)?;
                self.begin_over(stream, request).await
            }
        }
    }

    fn connected<S>(&self, stream: Result<io::Result<S>, Elapsed>) -> Result<S, ApiError> {
        stream
            .map_err(|elapsed| self.unreachable(elapsed))?
            .map_err(|error| self.unreachable(error))
    }

    async fn begin_over(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        request: Request<Body>,
    ) -> Result<(Response<Incoming>, Driver), ApiError> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(error))?;
        let driver = Driver(tokio::spawn(async move {
            // What goes wrong is told where the answer is read.
            let _ = connection.await;
        }));
        let response =
            sender.send_request(request).await.map_err(|error| self.unreachable(error))?;
        Ok((response, driver))
    }

    fn unreachable(&self, error: impl std::fmt::Display) -> ApiError {
        ApiError::Unreachable(self.authority.clone(), error.to_string())
    }
}

/// What moves a connection's octets. The connection ends with it.
#[derive(Debug)]
struct Driver(JoinHandle<()>);

impl Driver {
    fn end(self) {
        drop(self);
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer that comes piece by piece.
#[derive(Debug)]
pub(super) struct Pieces {
    body: Incoming,
    #[expect(dead_code, reason = "held, so that the connection goes on")]
    driver: Driver,
}

impl Pieces {
    /// The next piece; `None` when the gateway has ended it, or the connection broke.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let body = &mut self.body;
            let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
            // What is no data are trailers.
            if let Ok(octets) = frame?.ok()?.into_data() {
                return Some(octets);
            }
        }
    }
}

fn answer(status: u16, body: &[u8]) -> Result<Value, ApiError> {
    answer_if_refused(status, body)?;
    Ok(serde_json::from_slice(body).unwrap_or_default())
}

fn answer_if_refused(status: u16, body: &[u8]) -> Result<(), ApiError> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let title = match field("title") {
        title if title.is_empty() => format!("HTTP status {status}"),
        title => title,
    };
    let errors = value["errors"].as_array().into_iter().flatten();
    let errors = errors.filter_map(|error| error["detail"].as_str().map(str::to_owned));
    let errors = errors.filter(|error| *error != field("detail")).collect();
    let (code, detail) = (field("code"), field("detail"));
    Err(ApiError::Refused { status, code, title, detail, errors, reason: field("reason").into() })
}

/// Each on a line of its own.
fn lines(errors: &[String]) -> String {
    errors.iter().map(|error| format!("\n{error}")).collect()
}

/// A value for a query.
pub(super) fn escape(value: &str) -> String {
    escaped(value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_a_gateway_are_taken() {
        for url in ["http://127.0.0.1:8080", "http://localhost/", "http://[::1]:81"] {
            assert!(ApiClient::new(url, Secret::default()).is_ok(), "{url}");
        }
        for url in ["https://a", "127.0.0.1:8080", "http://a/v1", "", "http://"] {
            assert!(ApiClient::new(url, Secret::default()).is_err(), "{url}");
        }
    }

    #[test]
    fn a_plus_survives_a_query() {
        assert_eq!(escape("+44 é"), "%2B44%20%C3%A9");
    }
}
