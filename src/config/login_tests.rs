//! Logins of clients of other gateways, and what these are offered.

use std::path::Path;

use super::file::{Checked, Config, Surroundings};
use crate::peer::webhook::callback_twilio::TwilioTokens as _;

const ACCOUNT: &str = "[[account]]\nname = \"shop\"\npassword = \"secret\"\n";

fn parse(text: &str) -> Result<Checked, String> {
    let text = format!("{ACCOUNT}{text}");
    let checked = Config::parse("test.toml", &text, Path::new(""), Surroundings::default());
    checked.map_err(|error| error.to_string())
}

fn login(keys: &str) -> String {
    format!("[[http.key]]\nusername = \"AC1\"\naccount = \"shop\"\n{keys}\n")
}

#[test]
fn a_key_with_a_username_is_a_password_and_signs_as_twilio_does() {
    let checked = parse(&login("key = \"token\"")).expect("right");
    let http = &checked.config.http;
    let named = http.keys[0].login.as_ref().map(|login| login.username.as_str());
    assert_eq!((named, http.keys[0].account.as_deref()), (Some("AC1"), Some("shop")));
    assert!(http.auth_token("AC1").is_some_and(|token| token.reveal() == b"token"));
    assert!(http.auth_token("AC2").is_none());
    assert!(checked.plain_keys.is_empty(), "no program of this machine sends it as a bearer key");
    let digest = format!("sha256 = \"{}\"", "0".repeat(64));
    let checked = parse(&login(&digest)).expect("right");
    assert!(checked.config.http.auth_token("AC1").is_none(), "a digest signs nothing");
}

#[test]
fn a_login_that_cannot_be_is_told_with_what_it_can() {
    let nobody = "[[http.key]]\nusername = \"AC1\"\nkey = \"token\"\n";
    let spaced = login("key = \"token\"").replace("AC1", "A C");
    let twice = login("key = \"a\"") + &login("key = \"b\"");
    for (text, told) in [
        (nobody, "belongs to no account; allowed: `account` beside it"),
        (&spaced, "username = \"A C\": cannot be a login; allowed: 1 to 64 letters"),
        (&twice, "is there twice"),
        (
            "[kannel]\nsender = \"a name too long\"\n",
            "kannel.sender = \"a name too long\": cannot be",
        ),
        ("[jasmin]\nlisten = \"1401\"\n", "jasmin.listen = \"1401\": has no port"),
    ] {
        let error = parse(text).expect_err("wrong");
        assert!(error.contains(told), "{told}\n{error}");
    }
}

#[test]
fn listeners_of_their_own_are_off_unless_they_are_named() {
    let http = parse("").expect("all defaults").config.http;
    assert!(http.kannel.listen.is_none() && http.jasmin_listen.is_none());
    let named = "[kannel]\nlisten = \"[::1]:13013\"\nsender = \"60777\"\n[jasmin]\nlisten = \"0.0.0.0:1401\"\n";
    let http = parse(named).expect("right").config.http;
    assert_eq!(http.kannel.listen, "[::1]:13013".parse().ok());
    assert_eq!(http.jasmin_listen, "0.0.0.0:1401".parse().ok());
    assert_eq!(http.kannel.sender.as_deref(), Some("60777"));
}

#[test]
fn a_user_without_a_hash_or_with_a_role_beyond_its_account_is_refused() {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$FjtzcT488Jx+wra/aZ0ywA$SI4LOFKAnmSAe4V2dPzryIekOliLcfVvjKuim9GiejQ";
    let account = "[[account]]\nname = \"shop\"\nsystem_id = \"shop\"\npassword = \"x\"\n";
    let user = |rest: &str| format!("{account}[[user]]\nname = \"dana\"\n{rest}");
    let hashed = format!("password_hash = \"{hash}\"\n");
    for (rest, word) in [
        ("role = \"support\"\n".to_owned(), "password_hash: is missing"),
        ("role = \"support\"\npassword_hash = \"secret\"\n".to_owned(), "no argon2id hash"),
        (format!("{hashed}role = \"suport\"\n"), "did you mean `support`"),
        (hashed.clone(), "role: is missing"),
        (format!("{hashed}role = \"admin\"\naccount = \"shop\"\n"), "reaches beyond an account"),
    ] {
        let errors = super::tests::errors(&user(&rest)).join("\n");
        assert!(errors.contains(word) && !errors.contains("`secret`"), "{word}: {errors}");
    }
    assert!(
        super::tests::parse(&user(&format!("{hashed}role = \"support\"\naccount = \"shop\"\n")))
            .is_ok()
    );
}
