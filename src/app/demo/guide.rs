//! What a demo tells its visitor: where everything is, and what to try.
//!
//! **Invariant**: each line that begins with four blanks can be given to a shell as it stands; the
//! journey tests do so.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::place::Place;
use super::shop::REGULAR;
use super::world::{
    CARRIERS, HTTP_PORT, KEY, OPERATOR, REP, SHOP, SLOW_PREFIX, SMPP_PORT, VISITOR,
};

/// Memory full, whatever the carrier's other shares (see [`crate::sim::outcome::FATES`]).
const MEMORY_FULL: &str = "+447700900404";

/// What the words are filled with.
#[derive(Debug)]
pub(super) struct Guide<'a> {
    /// How this program is called from where the visitor stands.
    pub(super) program: String,
    pub(super) smpp: SocketAddr,
    pub(super) http: SocketAddr,
    pub(super) place: &'a Place,
    /// The id of a message.
    pub(super) first: &'a str,
}

impl Guide<'_> {
    /// As the visitor has typed it, which goes for the next command too.
    pub(super) fn program_of_process() -> String {
        let typed = std::env::args().next().unwrap_or_else(|| "postrider".to_owned());
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
        if typed.chars().all(plain) { typed } else { format!("'{}'", typed.replace('\'', r"'\''")) }
    }

    /// Where everything is.
    pub(super) fn write_addresses(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { smpp, http, place, .. } = self;
        let other = |port: u16, preferred: u16| {
            if port == preferred { String::new() } else { format!("   ({preferred} is taken)") }
        };
        let kept = if place.is_temporary() { "   (removed at the end)" } else { "" };
        let (no_smpp, no_http) = (other(smpp.port(), SMPP_PORT), other(http.port(), HTTP_PORT));
        writeln!(out, "A gateway with three simulated carriers, in this process alone.")?;
        writeln!(out)?;
        writeln!(out, "SMPP      {smpp}{no_smpp}")?;
        writeln!(
            out,
            "          system_id {VISITOR}, password {VISITOR}; {SHOP} sends the traffic"
        )?;
        writeln!(out, "HTTP API  http://{http}{no_http}")?;
        writeln!(out, "          key {KEY}")?;
        writeln!(out, "Console   http://{http}/")?;
        writeln!(
            out,
            "          {REP}, password {REP}-demo; {OPERATOR}, password {OPERATOR}-demo"
        )?;
        writeln!(out, "Metrics   http://{http}/metrics")?;
        writeln!(out, "Data      {}{kept}", place.directory().display())?;
        writeln!(out, "Carriers")?;
        for carrier in &CARRIERS {
            let mut numbers = format!("+{}", carrier.prefix);
            while numbers.len() < REGULAR.len() + 1 {
                numbers.push('x');
            }
            writeln!(out, "  {:<14}{numbers}  {}", carrier.name, carrier.fate)?;
        }
        writeln!(out)
    }

    /// What to try.
    pub(super) fn write_suggestions(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { program, smpp, http, first, .. } = self;
        let url =
            if http.port() == HTTP_PORT { String::new() } else { format!(" --url http://{http}") };
        let send = format!("{program} send{url} --account {VISITOR} --from DEMO");
        writeln!(out, "Five things to try, in another terminal and the same directory:")?;
        writeln!(out, "\n    export POSTRIDER_KEY={KEY}")?;
        writeln!(
            out,
            "\n1. Send a message. 202 says that it is on disk; the id is in the answer.\n"
        )?;
        writeln!(out, "    curl -sS -i http://{http}/v1/messages \\")?;
        writeln!(out, "      -H \"Authorization: Bearer $POSTRIDER_KEY\" \\")?;
        writeln!(out, "      -H 'Content-Type: application/json' \\")?;
        let to = format!("\"to\":\"+{REGULAR}\",\"text\":\"Hello\"");
        let body = format!("{{\"account\":\"{VISITOR}\",\"from\":\"DEMO\",{to}}}");
        writeln!(out, "      -d '{body}'")?;
        writeln!(out, "\n2. See what happened to a message, by its id.\n")?;
        writeln!(out, "    {program} trace{url} {first}")?;
        writeln!(out, "\n3. Find all that went to a number.\n")?;
        writeln!(out, "    {program} trace{url} +{REGULAR}")?;
        writeln!(out, "\n4. Send to a phone that is full, and read why it failed.\n")?;
        writeln!(out, "    {send} --to {MEMORY_FULL} --text 'Hello' --wait")?;
        writeln!(out, "\n5. Send through the slow carrier, and read why the message is held.\n")?;
        writeln!(
            out,
            "    {program} trace{url} \"$({send} --to +{SLOW_PREFIX}50 --text 'Hello')\""
        )?;
        writeln!(out, "\nAnd load it: every receipt has to match its message.\n")?;
        writeln!(
            out,
            "    {program} load --to {smpp} --system-id {VISITOR} --password {VISITOR} \\"
        )?;
        writeln!(
            out,
            "      --rate 500 --duration 5s --first-destination 447700900000 --destinations 100"
        )?;
        writeln!(out, "\nCtrl-C ends the demo.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_not_the_usual_one_is_said_and_used() {
        let place = Place::new(None).unwrap();
        let (smpp, http) = ("127.0.0.1:2775".parse().unwrap(), "127.0.0.1:9".parse().unwrap());
        let guide =
            Guide { program: "postrider".into(), smpp, http, place: &place, first: "msg_1" };
        let mut out = Vec::new();
        guide.write_addresses(&mut out).unwrap();
        guide.write_suggestions(&mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("http://127.0.0.1:9   (8080 is taken)\n"), "{out}");
        assert!(out.contains("\n    postrider trace --url http://127.0.0.1:9 msg_1\n"), "{out}");
        assert!(out.contains("SMPP      127.0.0.1:2775\n") && out.lines().count() < 60, "{out}");
    }
}
