//! Sending a request to a collector: one connection, one answer, no second try.

use std::time::Duration;

use axum::body::Body;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::peer::webhook::target::Target;

/// How long a collector may take, connecting to it included.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Posts a body. Anything but 2xx is a failure, with its reason.
pub(super) async fn post(target: &Target, body: Vec<u8>) -> Result<(), String> {
    let posted = timeout(TIMEOUT, exchange(target, body)).await;
    match posted.map_err(|_| format!("no answer within {TIMEOUT:?}"))?? {
        200..300 => Ok(()),
        status => Err(format!("it answers with status {status}")),
    }
}

async fn exchange(target: &Target, body: Vec<u8>) -> Result<u16, String> {
    let stream =
        TcpStream::connect((&*target.host, target.port)).await.map_err(|it| it.to_string())?;
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(&target.path)
        .header(HOST, &target.authority)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .map_err(|error| error.to_string())?;
    // The answer's body is of no interest: the connection ends here, in the middle of it or not.
    tokio::select! {
        answer = sender.send_request(request) => {
            answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
        }
        _ = connection => Err("it hung up".to_owned()),
    }
}
