//! `[console]` and `[[user]]`: who may sign in to the console, and for how long.

use super::http::account;
use super::secret::{SecretPlaces, secret};
use super::section::Section;
use crate::base::secret::Secret;
use crate::peer::http::console::config::{ConsoleConfig, Role, UserConfig};
use crate::peer::http::console::password::check;
use crate::pipeline::settings::AccountConfig;

pub(super) fn read(section: &Section<'_>, users: Vec<UserConfig>) -> ConsoleConfig {
    let default = ConsoleConfig::default();
    let config = ConsoleConfig {
        users,
        session_idle: section.seconds("session_idle_s", default.session_idle, 60..=86_400),
        session_max: section.seconds("session_max_s", default.session_max, 300..=604_800),
        sessions_max: section.number("sessions_max", default.sessions_max, 1..=100_000),
        secure_cookie: section.flag("secure_cookie", default.secure_cookie),
    };
    section.finish();
    config
}

pub(super) fn read_user(
    section: &Section<'_>,
    places: &SecretPlaces,
    accounts: &[AccountConfig],
) -> UserConfig {
    let account = account(section, "account", accounts);
    let user = UserConfig {
        name: name(section),
        password_hash: password_hash(section, places),
        role: role(section, account.is_some()),
        account,
    };
    section.finish();
    user
}

fn name(section: &Section<'_>) -> String {
    const NAME: &str = "1 to 64 letters, digits, `-`, `_`, `.` and `@`";
    let Some(name) = section.text_or_none("name", NAME) else {
        section.missing("name", NAME);
        return String::new();
    };
    let letter = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.@".contains(&octet);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(letter) {
        section.fail("name", "cannot be a name".to_owned(), NAME.to_owned());
    }
    name
}

fn password_hash(section: &Section<'_>, places: &SecretPlaces) -> Secret {
    const HASH: &str = "what `postrider users hash` prints, or a file or credential with it";
    let Some(hash) = secret(section, places, "password_hash") else {
        section.missing("password_hash", HASH);
        return Secret::default();
    };
    // A file that cannot be read has been complained about.
    if hash.reveal().is_empty() {
        return hash;
    }
    let text = std::str::from_utf8(hash.reveal()).unwrap_or_default();
    if let Err(error) = check(text) {
        section.fail_secret("password_hash", error.to_string(), HASH.to_owned());
    }
    hash
}

fn role(section: &Section<'_>, of_account: bool) -> Role {
    let names = Role::ALL.map(Role::name).map(|name| format!("\"{name}\"")).join(", ");
    let Some(word) = section.text_or_none("role", &names) else {
        section.missing("role", &names);
        return Role::Viewer;
    };
    let Some(role) = Role::ALL.into_iter().find(|role| role.name() == word) else {
        let hint = super::words::did_you_mean(&word, Role::ALL.iter().map(|role| role.name()));
        section.fail("role", format!("is no role{hint}"), names);
        return Role::Viewer;
    };
    if of_account && role.is_of_all() {
        let problem = format!("`{word}` reaches beyond an account");
        section.fail("role", problem, "viewer, support or analyst beside `account`".to_owned());
    }
    role
}
