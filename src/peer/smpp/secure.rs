//! The handshake of TLS on a socket, before there is a link, and what is told if TLS breaks later.
//!
//! Whoever calls bounds the time and how many go on at once.

use std::io;

use tokio::net::TcpStream;

use super::greeting::{GREETING_BYTES, other_than_smpp, smpp_in_clear};
use super::shard::Shard;
use super::stream::Tcp;
use crate::net::tls::channel::Channel;
use crate::net::tls::words;
use crate::pipeline::effect::LinkId;
use crate::wire::smpp::status::CommandStatus;

/// Why there is no connection in TLS.
#[derive(Debug)]
pub(super) enum Failure {
    /// The peer went before it said anything: a probe of a load balancer, as a rule.
    Silent,
    /// Anything else, in words.
    Told(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Told(error.to_string())
    }
}

/// Leads a handshake to its end.
pub(super) async fn shake(tcp: &TcpStream, channel: &mut Channel) -> Result<(), Failure> {
    let mut greeted = false;
    loop {
        match channel.flush(&mut Tcp(tcp)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tcp.writable().await?;
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        if !channel.is_handshaking() {
            return Ok(());
        }
        if !greeted {
            greet(tcp).await?;
            greeted = true;
        }
        tcp.readable().await?;
        // Octets that follow the handshake stay inside until the link reads them.
        match channel.read(&mut Tcp(tcp), &mut []) {
            Ok(_) => return Err(Failure::Told("it closed during the handshake".to_owned())),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                let why = words::of_io(&error).unwrap_or_else(|| error.to_string());
                return Err(Failure::Told(why));
            }
        }
    }
}

/// Waits for the first octets and looks whether they are TLS at all.
async fn greet(tcp: &TcpStream) -> Result<(), Failure> {
    let mut first = [0; GREETING_BYTES];
    let count = tcp.peek(&mut first).await?;
    if count == 0 {
        return Err(Failure::Silent);
    }
    if let Some(said) = smpp_in_clear(&first[..count]) {
        return Err(Failure::Told(format!("it speaks {said}")));
    }
    match first.first_chunk().map(|four| u32::from_be_bytes(*four)).and_then(other_than_smpp) {
        Some(said) if !said.starts_with("TLS") => Err(Failure::Told(format!("it speaks {said}"))),
        _ => Ok(()),
    }
}

impl Shard {
    /// A link's socket is broken. What is wrong in TLS is told; the rest is the network's daily life.
    pub(super) fn broke(&self, link: LinkId, error: &io::Error) {
        if let Some(why) = words::of_io(error) {
            let mut exchange = self.exchange.borrow_mut();
            let text = format!("TLS broke: {why}: {}", exchange.link_name(link));
            exchange.fault(self.now(), link, CommandStatus::ESME_ROK, &text);
        }
    }
}
