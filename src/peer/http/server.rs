//! The listener and its connections: each driven by hyper, bounded, and ended in peace.
//!
//! **Invariants**: at most `connections_max` at a time, the rest wait in the kernel; a header that
//! does not come in time ends its connection; after `stop` nothing new is accepted and every request
//! begun is answered. Not here: TLS, which a proxy in front ends.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::api::Api;
use super::auth::ClientAddress;
use super::compat::routes::Clients;

/// Pause after `accept` failed for want of a descriptor, so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Answers on a listener until `stop` becomes true or its sender is gone, and then until every
/// connection has ended.
pub async fn serve(
    listener: TcpListener,
    (api, clients): (Arc<Api>, Clients),
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(api.config.connections_max));
    let mut connections = JoinSet::new();
    let router = Arc::clone(&api).router_for(clients);
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            accepted = accept(&listener, &room) => accepted,
        };
        match accepted {
            Ok((stream, from, permit)) => {
                let (api, router, stop) = (Arc::clone(&api), router.clone(), stop.clone());
                connections.spawn(async move {
                    api.ingress.sessions.increment(1.0);
                    connection((stream, from), &api, router, stop).await;
                    api.ingress.sessions.decrement(1.0);
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection to the api could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, from) = listener.accept().await?;
    // Without it a pipelined answer waits for the client's delayed acknowledgement.
    stream.set_nodelay(true)?;
    Ok((stream, from.ip(), permit))
}

async fn connection(
    (stream, from): (TcpStream, IpAddr),
    api: &Api,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ClientAddress(from));
        router.call(request)
    });
    if let Err(error) = drive(stream, service, api.config.header_timeout, stop).await {
        tracing::debug!(error = %error, "a connection to the api broke");
    }
}

/// Drives a connection to its end, which is once what was begun is answered when it is to stop.
pub(super) async fn drive<I, S>(
    stream: I,
    service: S,
    header_timeout: Duration,
    mut stop: watch::Receiver<bool>,
) -> hyper::Result<()>
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request<Incoming>, Response = Response<Body>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    tokio::select! {
        ended = served.as_mut() => ended,
        () = stopped(&mut stop) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    }
}

pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone cannot ask for anything else any more.
    let _ = stop.wait_for(|&stop| stop).await;
}
