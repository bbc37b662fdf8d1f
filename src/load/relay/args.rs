//! `postrider sim relay`: options in, exit code out.

use std::net::SocketAddr;
use std::process::ExitCode;

use crate::load::listen::{ListenArgs, serve};
use crate::load::relay::hub::{Hub, attend};

/// Run the store-less forwarder, the ceiling of any gateway with receipts.
#[derive(Clone, Debug, clap::Args)]
pub struct RelayArgs {
    #[command(flatten)]
    listen: ListenArgs,
    /// The SMSC to forward to.
    #[arg(long, default_value = "127.0.0.1:2776")]
    to: SocketAddr,
    /// Destinations that go to --to, or to an SMSC of their own: a prefix, or prefix=address. May be
    /// repeated; the longest prefix decides. Without any, all destinations go to --to.
    #[arg(long = "route", value_name = "PREFIX[=ADDRESS]", value_parser = route)]
    routes: Vec<(String, Option<SocketAddr>)>,
    /// Who binds to the SMSC.
    #[arg(long, default_value = "sink")]
    system_id: String,
    /// The password of that system id.
    #[arg(long, default_value = "sink")]
    password: String,
    /// Binds to each SMSC.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    binds: u16,
    /// Unanswered submits on each of these. Wide, so that what bounds is the ESMEs' own windows: a
    /// submit that waits here holds up the deliver_sm_resp behind it.
    #[arg(long, default_value_t = 4_096)]
    window: usize,
}

/// What the relay is told to be.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) routes: Vec<(String, SocketAddr)>,
    pub(crate) system_id: String,
    pub(crate) password: String,
    pub(crate) binds: u16,
    pub(crate) window: usize,
}

/// Runs the relay until SIGTERM. The first line of stdout says where it listens.
pub fn run(args: RelayArgs) -> ExitCode {
    let to = args.to;
    let mut routes: Vec<(String, SocketAddr)> =
        args.routes.into_iter().map(|(prefix, other)| (prefix, other.unwrap_or(to))).collect();
    if routes.is_empty() {
        routes.push((String::new(), to));
    }
    let settings = Settings {
        routes,
        system_id: args.system_id,
        password: args.password,
        binds: args.binds,
        window: args.window,
    };
    serve("relay", args.listen, Hub::new(settings), attend)
}

/// Reads `447` or `447=127.0.0.1:2776`.
fn route(text: &str) -> Result<(String, Option<SocketAddr>), String> {
    let (prefix, address) = match text.split_once('=') {
        Some((prefix, address)) => {
            (prefix, Some(address.parse().map_err(|error| format!("`{address}`: {error}"))?))
        }
        None => (text, None),
    };
    let digits = prefix.strip_prefix('+').unwrap_or(prefix);
    if digits.len() > 20 || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(format!("`{prefix}` is not the beginning of a number"));
    }
    Ok((digits.to_owned(), address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_a_prefix_with_or_without_an_address() {
        assert_eq!(route("+447"), Ok(("447".to_owned(), None)));
        let own = route("33=127.0.0.1:2776").unwrap();
        assert_eq!(own, ("33".to_owned(), Some("127.0.0.1:2776".parse().unwrap())));
        assert!(route("44x").is_err() && route("44=nowhere").is_err());
    }
}
