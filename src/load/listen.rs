//! What the responder and the relay have in common: a listener, and a task for each connection.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::sim::args::{announce, told_to_end};

/// Where a peer listens, and for how long.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ListenArgs {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:2777")]
    pub(crate) listen: SocketAddr,
    /// End as well when standard input is closed, as when the parent process has ended.
    #[arg(long, hide = true)]
    pub(crate) with_parent: bool,
}

/// Accepts for ever, and gives every connection to `attend`.
pub(crate) async fn accept<T: 'static>(
    listener: std::net::TcpListener,
    shared: Rc<T>,
    attend: impl Fn(TcpStream, Rc<T>),
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => attend(stream, Rc::clone(&shared)),
            // Out of descriptors, or the peer left again: the others go on.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Opens the listener, says where, and serves until SIGTERM.
pub(crate) fn serve<T: 'static>(
    name: &str,
    args: ListenArgs,
    shared: T,
    attend: impl Fn(TcpStream, Rc<T>),
) -> ExitCode {
    let serving = || -> io::Result<()> {
        let listener = std::net::TcpListener::bind(args.listen)?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, async {
            announce(listener.local_addr()?)?;
            tokio::select! {
                ended = accept(listener, Rc::new(shared), attend) => ended,
                told = told_to_end(args.with_parent) => told,
            }
        })
    };
    match serving() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = io::Write::write_fmt(
                &mut io::stderr(),
                format_args!("postrider sim {name}: {error}\n"),
            );
            ExitCode::FAILURE
        }
    }
}
