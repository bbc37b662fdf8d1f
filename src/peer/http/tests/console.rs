//! The console as a browser without a script asks for it: who gets in, what each role sees, what nobody does.

use std::sync::LazyLock;

use super::gateway::{ADMIN, Answer, Gateway, LOAD_KEY, SHOP, SINK, config};
use crate::base::id::MessageOrd;
use crate::base::secret::Secret;
use crate::message::address::Address;
use crate::message::event::What;
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::peer::http::config::HttpConfig;
use crate::peer::http::console::config::{ConsoleConfig, Role, UserConfig};
use crate::peer::http::console::password::hash;
use crate::peer::http::console::rights::{PAGES, wanted};

const NUMBER: &str = "447700900123";

/// One hash for all: each takes its time.
static HASH: LazyLock<String> = LazyLock::new(|| hash(b"right").expect("hashed"));

fn user(name: &str, role: Role, account: Option<&str>) -> UserConfig {
    let password_hash = Secret::new(HASH.as_bytes());
    UserConfig { name: name.to_owned(), password_hash, role, account: account.map(str::to_owned) }
}

async fn gateway() -> Gateway {
    let mut users: Vec<_> = Role::ALL.into_iter().map(|it| user(it.name(), it, None)).collect();
    users.push(user("of-shop", Role::Support, Some("shop")));
    let console = ConsoleConfig { users, ..ConsoleConfig::default() };
    Gateway::start_with(HttpConfig { console, ..config() }).await
}

/// Somebody signed in.
struct Browser<'a> {
    gateway: &'a Gateway,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    async fn signed_in(gateway: &'a Gateway, name: &str) -> Self {
        let answer = sign_in(gateway, name, "right").await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.head);
        let cookie = answer.header("set-cookie").expect("a cookie");
        let cookie = cookie.split(';').next().expect("its value").to_owned();
        let mut browser = Self { gateway, cookie, csrf: String::new() };
        let page = browser.get("/help").await.body;
        browser.csrf = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        browser
    }

    async fn get(&self, path: &str) -> Answer {
        let cookie = &self.cookie;
        self.gateway
            .raw(&format!(
                "GET {path} HTTP/1.1\r\nhost: t\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n"
            ))
            .await
    }

    async fn post(&self, path: &str, fields: &str) -> Answer {
        let body = format!("csrf={}&{fields}", self.csrf);
        self.post_as(path, &body, "").await
    }

    async fn post_as(&self, path: &str, body: &str, headers: &str) -> Answer {
        let headers = format!("cookie: {}\r\n{headers}", self.cookie);
        self.gateway.form(&format!("POST {path}"), &headers, body).await
    }
}

async fn sign_in(gateway: &Gateway, name: &str, password: &str) -> Answer {
    gateway.form("POST /sign-in", "", &format!("user={name}&password={password}")).await
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("no {from} in {text}")).1;
    rest.split_once(to).expect("an end").0
}

/// A message of account `load` that ended for a reason.
fn ended(gateway: &Gateway, body: &[u8], reason: Reason) -> MessageOrd {
    let ord = gateway.arrives(&Message {
        carrier: SINK,
        source: Address { ton: 5, npi: 0, addr: b"ACME" },
        destination: Address { ton: 1, npi: 1, addr: NUMBER.as_bytes() },
        data_coding: 0,
        parts: 1,
        body,
        ..Message::default()
    });
    gateway.happens(ord, What::Ended { reason });
    ord
}

#[tokio::test]
async fn who_is_not_signed_in_gets_the_form_and_comes_back_to_where_they_were() {
    let gateway = gateway().await;
    let front = gateway.get("", "/").await;
    assert_eq!(front.status, 200);
    assert!(front.body.contains("name=\"user\"") && front.body.contains("name=\"password\""));
    for header in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
        assert!(front.header(header).is_some(), "{header}");
    }
    let away = gateway.get("", "/m/msg_8fmwvqwy3ewcz?x=1").await;
    assert_eq!(away.status, 303);
    assert_eq!(away.header("location"), Some("/?next=/m/msg_8fmwvqwy3ewcz%3Fx%3D1"));
    let body = "user=support&password=right&next=/m/msg_8fmwvqwy3ewcz";
    let back = gateway.form("POST /sign-in", "", body).await;
    assert_eq!(back.header("location"), Some("/m/msg_8fmwvqwy3ewcz"));
    let body = "user=support&password=right&next=//evil.example";
    assert_eq!(gateway.form("POST /sign-in", "", body).await.header("location"), Some("/"));
    let cookie = back.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-postrider=") && cookie.contains("HttpOnly"), "{cookie}");
    let cookie = "cookie: __Host-postrider=".to_owned() + &"0".repeat(64);
    let forged =
        format!("GET /carriers HTTP/1.1\r\nhost: t\r\n{cookie}\r\nconnection: close\r\n\r\n");
    assert_eq!(gateway.raw(&forged).await.status, 303);
    gateway.end().await;
}

#[tokio::test]
async fn whoever_guesses_a_password_is_slowed_down_and_told_of() {
    let gateway = gateway().await;
    for _ in 0..5 {
        let wrong = sign_in(&gateway, "support", "wrong").await;
        assert_eq!(wrong.status, 401);
        assert!(!wrong.body.contains("wrong"), "the password is not shown again");
    }
    let locked = sign_in(&gateway, "support", "right").await;
    assert_eq!(locked.status, 429, "the right one does not help either");
    assert!(locked.header("retry-after").is_some());
    assert_eq!(sign_in(&gateway, "nobody", "right").await.status, 401);
    let auditor = Browser::signed_in(&gateway, "auditor").await;
    let audit = auditor.get("/audit").await.body;
    assert_eq!(audit.matches("session.refused").count(), 6);
    assert!(audit.contains("(unknown)") && !audit.contains(">nobody"), "{audit}");
    assert!(audit.contains("The chain is whole"), "{audit}");
    gateway.end().await;
}

#[tokio::test]
async fn each_role_is_let_in_where_the_table_says_and_nowhere_else() {
    let gateway = gateway().await;
    let ord = ended(&gateway, b"Hi", Reason::NoReceipt);
    let id = gateway.id(ord);
    for role in Role::ALL {
        let browser = Browser::signed_in(&gateway, role.name()).await;
        for (method, template, right) in PAGES.iter().filter(|page| page.1 != "/sign-out") {
            if *template == "/live/events" && role.may(*right) {
                // It does not end.
                continue;
            }
            let path = template.replace("{id}", &id).replace("{token}", "none");
            let answer = match *method {
                "GET" => browser.get(&path).await,
                _ => browser.post(&path, "").await,
            };
            let refused = answer.status == 403;
            assert_eq!(refused, !role.may(*right), "{role:?} {method} {path}: {}", answer.status);
            assert!(answer.status < 500 || answer.status == 503, "{path}: {}", answer.status);
        }
    }
    gateway.end().await;
}

#[tokio::test]
async fn every_page_of_the_routes_has_a_right() {
    let gateway = gateway().await;
    for (_, path, _) in PAGES.iter().filter(|page| page.0 == "GET" && !page.1.contains('{')) {
        assert!(wanted("HEAD", path).is_some());
        let stranger = gateway.get("", path).await;
        assert!(matches!(stranger.status, 200 | 303), "{path}");
        let leaks = stranger.body.contains("name=\"csrf\"");
        assert!(!leaks && !stranger.body.contains("role=\"search\""), "{path}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_form_of_another_site_or_without_its_token_does_nothing() {
    let gateway = gateway().await;
    let id = gateway.id(ended(&gateway, b"Hi", Reason::NoReceipt));
    let rep = Browser::signed_in(&gateway, "support").await;
    let other = Browser::signed_in(&gateway, "operator").await;
    let path = format!("/m/{id}/resend");
    let right = format!("csrf={}&number=0", rep.csrf);
    let foreign = "origin: http://evil.example\r\nsec-fetch-site: cross-site\r\n";
    for (body, headers) in [
        ("number=0".to_owned(), ""),
        ("csrf=&number=0".to_owned(), ""),
        (format!("csrf={}&number=0", other.csrf), ""),
        (right.clone(), foreign),
        (right.clone(), "sec-fetch-site: same-site\r\n"),
        (right.clone(), "origin: null\r\n"),
    ] {
        let answer = rep.post_as(&path, &body, headers).await;
        assert_eq!(answer.status, 403, "{body} {headers}");
    }
    assert!(gateway.pretended.taken.lock().expect("whole").is_empty());
    let cross = "origin: http://evil.example\r\n";
    let login = gateway.form("POST /sign-in", cross, "user=support&password=right").await;
    assert_eq!(login.status, 403);
    let ours = "origin: http://t\r\nsec-fetch-site: same-origin\r\n";
    assert_eq!(rep.post_as(&path, &right, ours).await.status, 303);
    gateway.end().await;
}

#[tokio::test]
async fn a_number_is_found_told_and_never_shown_unless_somebody_says_why() {
    let gateway = gateway().await;
    let hostile = b"<script>alert(1)</script> \"&' code 8841";
    let id = gateway.id(ended(&gateway, hostile, Reason::MemoryFull));
    let rep = Browser::signed_in(&gateway, "support").await;
    let sent = rep.post("/search", &format!("q=%2B{NUMBER}")).await;
    assert_eq!(sent.status, 303);
    let address = sent.header("location").expect("an address").to_owned();
    assert!(address.starts_with("/search?q=") && !address.contains("7700900"), "{address}");
    let found = rep.get(&address).await.body;
    assert!(found.contains("Phone memory full") && found.contains("+44 •••••••123"), "{found}");
    assert!(found.contains("looks like a phone number"), "{found}");
    let number = between(&found, "href=\"/n/", "\"").to_owned();
    let message = rep.get(&format!("/m/{id}")).await.body;
    for expected in
        ["The phone&#39;s message store is full.", "Please delete some texts", "Send it again"]
    {
        assert!(message.contains(expected), "{expected}: {message}");
    }
    let conversation = rep.get(&format!("/n/{number}")).await.body;
    assert!(conversation.contains("1 sent"), "{conversation}");
    for page in [&found, &message, &conversation] {
        assert!(!page.contains("7700900") && !page.contains("8841"), "{page}");
        assert!(!page.contains("<script>alert"));
    }
    let path = format!("/m/{id}/reveal");
    let shown = rep.post(&path, "what=both&reason=Z-4411").await;
    assert!(shown.body.contains("+447700900123") && shown.body.contains("8841"));
    assert!(shown.body.contains("&#60;script&#62;alert(1)"), "{}", shown.body);
    assert!(shown.header("refresh").is_some(), "it is masked again after a while");
    let own = rep.get("/audit").await.body;
    assert!(own.contains("message.revealed") && own.contains("Z-4411") && own.contains(&id));
    assert!(!own.contains("7700900"));
    let csv = rep.get(&address.replacen("/search?", "/search.csv?", 1)).await.body;
    assert!(csv.contains(&id) && csv.contains("memory_full") && !csv.contains("7700900"), "{csv}");
    let foreign = rep.get("/search.csv?q=AAAA").await;
    assert!(
        foreign.status == 404 && !foreign.body.contains(&id),
        "a query that is not ours finds not all"
    );
    gateway.end().await;
}

#[tokio::test]
async fn a_message_is_sent_again_once_whoever_presses_and_however_often() {
    let gateway = gateway().await;
    let ord = ended(&gateway, b"Hello", Reason::NoReceipt);
    let path = format!("/m/{}/resend", gateway.id(ord));
    let (rep, op) = tokio::join!(
        Browser::signed_in(&gateway, "support"),
        Browser::signed_in(&gateway, "operator")
    );
    let (one, other) = tokio::join!(rep.post(&path, "number=0"), op.post(&path, "number=0"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let taken = gateway.pretended.taken.lock().expect("whole").len();
    assert_eq!(taken, 1);
    assert_eq!(rep.post(&path, "number=0").await.status, 409, "nor later");
    let again = rep.post(&path, "number=1").await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("wait another"), "{}", again.body);
    let page = rep.get(&format!("/m/{}", gateway.id(ord))).await.body;
    let new = between(&page, "Sent again as:</p><ul><li><a href=\"/m/", "\"").to_owned();
    let page = rep.get(&format!("/m/{new}")).await.body;
    assert!(page.contains("This is a resend of") && page.contains(&gateway.id(ord)), "{page}");
    let submission = gateway.pretended.taken.lock().expect("whole")[0].clone();
    assert_eq!(submission.destination, b"+447700900123");
    assert_eq!(submission.source, b"ACME");
    gateway.end().await;
}

#[tokio::test]
async fn what_must_not_be_sent_again_is_refused_with_its_reason_on_the_page() {
    let gateway = gateway().await;
    let rep = Browser::signed_in(&gateway, "support").await;
    for (reason, why) in [
        (Reason::OptedOut, "has opted out"),
        (Reason::UnknownSubscriber, "can never arrive"),
        (Reason::NoRoute, "can never arrive"),
    ] {
        let id = gateway.id(ended(&gateway, b"Hi", reason));
        let page = rep.get(&format!("/m/{id}")).await.body;
        assert!(page.contains("<button disabled") && page.contains(why), "{reason}: {page}");
        let answer = rep.post(&format!("/m/{id}/resend"), "number=0").await;
        assert_eq!(answer.status, 409, "{reason}");
        assert!(answer.body.contains(why), "{}", answer.body);
    }
    let body = format!(r#"{{"to":"+{NUMBER}","from":"ACME","text":"Hi"}}"#);
    let sent = gateway.post(LOAD_KEY, &body).await.json();
    let id = sent["id"].as_str().expect("an id").to_owned();
    let page = rep.get(&format!("/m/{id}")).await.body;
    assert!(page.contains("still in progress"), "{page}");
    let viewer = Browser::signed_in(&gateway, "viewer").await;
    let page = viewer.get(&format!("/m/{id}")).await.body;
    assert!(page.contains("Your role cannot send messages again"), "{page}");
    assert_eq!(gateway.pretended.taken.lock().expect("whole").len(), 1);
    gateway.end().await;
}

#[tokio::test]
async fn whoever_is_of_an_account_sees_nothing_of_the_others() {
    let gateway = gateway().await;
    let id = gateway.id(ended(&gateway, b"Hi", Reason::MemoryFull));
    let own = gateway.arrives(&Message { account: SHOP, carrier: SINK, ..Message::default() });
    let rep = Browser::signed_in(&gateway, "of-shop").await;
    assert_eq!(rep.get(&format!("/m/{id}")).await.status, 404);
    assert_eq!(rep.post(&format!("/m/{id}/reveal"), "what=both").await.status, 404);
    assert_eq!(rep.post(&format!("/m/{id}/resend"), "number=0").await.status, 404);
    assert_eq!(rep.get(&format!("/m/{}", gateway.id(own))).await.status, 200);
    let page = rep.get("/").await.body;
    assert!(page.contains(&gateway.id(own)) && !page.contains(&id));
    let nothing = rep.post("/search", &format!("q=%2B{NUMBER}")).await;
    let nothing = rep.get(nothing.header("location").expect("an address")).await.body;
    assert!(nothing.contains("You see the messages of shop only"), "{nothing}");
    gateway.end().await;
}

#[tokio::test]
async fn sessions_are_ended_by_signing_out_and_by_admins() {
    let gateway = gateway().await;
    let rep = Browser::signed_in(&gateway, "support").await;
    let admin = Browser::signed_in(&gateway, "admin").await;
    let people = admin.get("/people").await.body;
    assert!(people.contains("End the session") && people.contains("of support"));
    let own = rep.get("/me").await.body;
    let session = between(&own, "name=\"session\" value=\"", "\"").to_owned();
    let viewer = Browser::signed_in(&gateway, "viewer").await;
    assert_eq!(viewer.post("/me/end", &format!("session={session}")).await.status, 404);
    assert_eq!(rep.get("/").await.status, 200);
    assert_eq!(admin.post("/me/end", &format!("session={session}")).await.status, 303);
    assert_eq!(rep.get("/carriers").await.status, 303, "to the form");
    assert_eq!(viewer.post("/sign-out", "").await.status, 303);
    assert_eq!(viewer.get("/carriers").await.status, 303);
    gateway.end().await;
}

#[tokio::test]
async fn what_operators_do_by_the_api_is_in_the_audit_and_what_they_may_not_is_not_done() {
    let gateway = gateway().await;
    assert_eq!(gateway.ask(LOAD_KEY, "POST /v1/gateway/drain", "").await.status, 403);
    assert_eq!(gateway.ask(ADMIN, "POST /v1/gateway/drain", "").await.status, 202);
    assert_eq!(gateway.get(ADMIN, "/v1/carriers").await.status, 200);
    let admin = Browser::signed_in(&gateway, "admin").await;
    let audit = admin.get("/audit?action=api").await.body;
    assert_eq!(audit.matches("api.gateway/drain").count(), 1, "{audit}");
    assert!(audit.contains("key:admin-key") && !audit.contains("api.carriers"), "{audit}");
    gateway.end().await;
}
