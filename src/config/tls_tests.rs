//! What is said about certificates, keys and outbind that cannot be used, or not for long.

use std::fs;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::file::{Checked, Config, Surroundings};
use super::finding::{ConfigError, Severity};

/// A directory with a certificate and its key, another key, and a file that is no PEM.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self::until(2100)
    }

    fn until(year: i32) -> Self {
        let place = Self(tempfile::tempdir().expect("a directory"));
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["smsc".into()]).expect("a name");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        place.put("chain.pem", &params.self_signed(&key).expect("signed").pem());
        place.put("right.key", &key.serialize_pem());
        place.put("wrong.key", &KeyPair::generate().expect("a key").serialize_pem());
        place.put("text.pem", "not PEM at all\n");
        place
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("written");
    }

    fn parse(&self, text: &str) -> Result<Checked, ConfigError> {
        Config::parse("test.toml", text, self.0.path(), Surroundings::default())
    }

    /// The one error of a listener with these keys of TLS.
    fn listener_error(&self, tls: &str) -> String {
        self.error(&format!(
            "[[smpp.listener]]\nlisten = \"127.0.0.1:3550\"\n[smpp.listener.tls]\n{tls}"
        ))
    }

    /// The one error of a carrier with these keys of TLS.
    fn carrier_error(&self, tls: &str) -> String {
        self.error(&format!("{CARRIER}[carrier.tls]\n{tls}"))
    }

    fn error(&self, text: &str) -> String {
        let findings = self.parse(text).expect_err("something is wrong with it").findings;
        let errors: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(ToString::to_string)
            .collect();
        assert_eq!(errors.len(), 1, "{errors:#?}");
        errors[0].clone()
    }

    fn warnings(&self, text: &str) -> Vec<String> {
        self.parse(text).expect("usable").warnings.iter().map(ToString::to_string).collect()
    }
}

const CARRIER: &str = "[[carrier]]\nname = \"sink\"\naddress = \"[::1]:2776\"\npassword = \"x\"\n";

const RIGHT: &str = "certificates = \"chain.pem\"\nkey = { file = \"right.key\" }\n";

/// The text has all these parts.
fn assert_says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
}

#[test]
fn a_certificate_that_is_not_there_is_named_with_its_line_and_its_path() {
    let place = Place::new();
    let said = place.listener_error("certificates = \"none.pem\"\nkey = { file = \"right.key\" }");
    let path = place.0.path().join("none.pem").display().to_string();
    let parts = ["test.toml:4:16: error: smpp.listener.1.tls.certificates = \"none.pem\"", &path];
    assert_says(&said, &parts);
    assert_says(&said, &["cannot be read", "allowed: the path of a PEM file"]);
}

#[test]
fn what_is_no_certificate_or_no_key_is_told_apart() {
    let place = Place::new();
    let said = place.listener_error("certificates = \"text.pem\"\nkey = { file = \"right.key\" }");
    assert_says(&said, &["4:16", "holds no certificate in PEM"]);
    let said = place.listener_error("certificates = \"chain.pem\"\nkey = { file = \"text.pem\" }");
    assert_says(&said, &["5:7", "tls.key: holds no private key in PEM", "allowed: { file ="]);
    let said = place.listener_error("certificates = \"chain.pem\"\nkey = { file = \"chain.pem\" }");
    assert_says(&said, &["holds no private key in PEM"]);
}

#[test]
fn a_key_of_another_certificate_and_half_an_identity_are_refused() {
    let place = Place::new();
    let said = place.listener_error("certificates = \"chain.pem\"\nkey = { file = \"wrong.key\" }");
    assert_says(&said, &["5:7", "does not belong to CN="]);
    assert_says(&place.listener_error("certificates = \"chain.pem\""), &["tls.key: is missing"]);
    let said = place.carrier_error("ca = \"chain.pem\"\nkey = { file = \"right.key\" }");
    assert_says(&said, &["carrier.sink.tls.certificates: is missing"]);
    assert_says(&place.listener_error(""), &["tls.certificates: is missing"]);
}

#[test]
fn a_key_in_the_file_itself_is_taken_and_never_shown() {
    let place = Place::new();
    let key = fs::read_to_string(place.0.path().join("right.key")).expect("there");
    let line = key.lines().nth(1).expect("a line of Base64").to_owned();
    let inline = |key: &str| {
        format!(
            "{CARRIER}[carrier.tls]\nca = \"chain.pem\"\ncertificates = \"chain.pem\"\n\
             key = '''{key}'''\n"
        )
    };
    let checked = place.parse(&inline(&key)).expect("usable");
    assert!(!format!("{checked:?}").contains(&line));
    let said = place.error(&inline(&key[..key.len() - 20]));
    assert_says(&said, &["tls.key: is not PEM"]);
    assert!(!said.contains(&line), "{said}");
}

#[test]
fn an_expired_certificate_is_a_warning_with_its_date() {
    let place = Place::until(2021);
    let warnings = place.warnings(&format!("{CARRIER}[carrier.tls]\nca = \"chain.pem\"\n{RIGHT}"));
    let expired: Vec<&String> =
        warnings.iter().filter(|said| said.contains("has expired on 2021-01-01")).collect();
    assert_eq!(expired.len(), 2, "of the authority and of our own: {warnings:#?}");
    assert_says(expired[0], &["test.toml:6:6: warning: carrier.sink.tls.ca = \"chain.pem\""]);
}

#[test]
fn a_carrier_is_known_in_one_way_and_belief_in_anybody_is_warned_of() {
    let place = Place::new();
    let text = format!("{CARRIER}[carrier.tls]\ndanger_accept_any_certificate = true\n");
    let warnings = place.warnings(&text);
    let danger = warnings.iter().find(|said| said.contains("danger_accept")).expect("a warning");
    assert_says(danger, &["is believed, and is told our password", "::1"]);
    let said = place.carrier_error("ca = \"chain.pem\"\ndanger_accept_any_certificate = true");
    assert_says(&said, &["stands beside another way", "allowed: one of ca"]);
    assert_says(&place.carrier_error("verify = false"), &["tls.verify: no such key"]);
    assert_says(&place.carrier_error("pinned_sha256 = \"12:34\""), &["is not a SHA-256 digest"]);
    let pinned = format!("pinned_sha256 = \"{0}, {0}\"", ["0A"; 32].join(":"));
    assert!(place.parse(&format!("{CARRIER}[carrier.tls]\n{pinned}\n")).is_ok());
}

#[test]
fn names_versions_and_authorities_are_checked() {
    let place = Place::new();
    let said = place.carrier_error("ca = \"chain.pem\"\nserver_name = \"not a host\"");
    assert_says(&said, &["server_name = \"not a host\"", "is not a host name"]);
    let said = place.carrier_error("ca = \"text.pem\"");
    assert_says(&said, &["tls.ca = \"text.pem\"", "holds no certificate"]);
    let said = place.listener_error(&format!("{RIGHT}version_min = \"1.1\""));
    assert_says(&said, &["version_min = \"1.1\"", "allowed: \"1.2\", \"1.3\""]);
    let said = place.listener_error(&format!("{RIGHT}client_certificates = \"optional\""));
    assert_says(&said, &["client_ca: is missing"]);
    assert_says(&place.error("[[smpp.listener]]\n"), &["smpp.listener.1.listen: is missing"]);
    let said = place.error(&format!("{CARRIER}tls = true\n"));
    assert_says(&said, &["carrier.sink.tls = true: is true or false", "a section [carrier.tls]"]);
}

#[test]
fn outbind_wants_a_place_a_name_and_a_password() {
    let place = Place::new();
    let text = format!(
        "{CARRIER}[carrier.outbind]\nlisten = \"127.0.0.1:2777\"\nsystem_id = \"smsc\"\n\
         password = \"knock\"\n[carrier.outbind.tls]\n{RIGHT}"
    );
    let checked = place.parse(&text).expect("usable");
    let outbind = checked.config.settings.carriers[0].outbind.clone().expect("an outbind");
    assert!(outbind.tls.is_some() && outbind.password.matches(b"knock"));
    let said = place.error(&text.replace("password = \"knock\"\n", ""));
    assert_says(&said, &["test.toml:5:1: error: carrier.sink.outbind.password: is missing"]);
    let said = place.error(&text.replace("127.0.0.1:2777", "off"));
    assert_says(&said, &["outbind.listen = \"off\": is nowhere"]);
    let account = "[[account]]\nname = \"app\"\npassword = \"x\"\n[account.outbind]\n\
                   address = \"app\"\nsystem_id = \"us\"\npassword = \"x\"\n";
    assert_says(&place.error(account), &["account.app.outbind.address = \"app\": has no port"]);
}
