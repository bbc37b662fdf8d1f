//! The API's document, and the pages made of it.

use super::gateway::{ADMIN, Answer, Gateway};
use crate::message::reason::Reason;
use crate::peer::http::problem_table::ALL;

/// What a page could load or run.
const LOADS: [&str; 8] =
    ["<script", "<img", "<link", "<iframe", "@import", "url(", "http:", "https:"];

fn loads_nothing(page: &Answer) {
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    for thing in LOADS {
        assert!(!page.body.contains(thing), "{thing}");
    }
    assert!(page.body.contains("width=device-width") && page.body.contains("light dark"));
}

#[tokio::test]
async fn the_document_is_served_to_anybody_and_the_page_has_all_of_it() {
    let gateway = Gateway::start().await;
    let document = gateway.get("", "/openapi.json").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    let document = document.json();
    let page = gateway.get("", "/docs").await;
    assert_eq!(page.status, 200);
    loads_nothing(&page);
    for (path, methods) in document["paths"].as_object().expect("paths") {
        assert!(page.body.contains(path.as_str()), "{path}");
        for operation in methods.as_object().expect("methods").values() {
            let place = operation["operationId"].as_str().expect("a name");
            assert!(page.body.contains(&format!("id=\"{place}\"")), "{place}");
        }
    }
    for name in document["components"]["schemas"].as_object().expect("shapes").keys() {
        assert!(page.body.contains(&format!("id=\"shape-{name}\"")), "{name}");
    }
    // Every link within the page leads somewhere.
    for link in page.body.split("href=\"#").skip(1) {
        let place = link.split('"').next().expect("an end");
        assert!(page.body.contains(&format!("id=\"{place}\"")), "#{place}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_browser_gets_every_code_as_a_page() {
    let gateway = Gateway::start().await;
    let page = async |code: &str| {
        let request = format!(
            "GET /errors/{code} HTTP/1.1\r\nhost: t\r\naccept: text/html,*/*;q=0.8\r\n\
             connection: close\r\n\r\n"
        );
        gateway.raw(&request).await
    };
    let of_api = ALL.iter().map(|kind| kind.code).filter(|it| Reason::from_name(it).is_none());
    for code in of_api {
        let page = page(code).await;
        assert_eq!(page.status, 200, "{code}");
        loads_nothing(&page);
        assert!(page.body.contains(code));
    }
    // Reasons are told in the console's words, to whoever follows a link to one.
    for reason in Reason::ALL {
        let page = page(reason.name()).await;
        assert_eq!(page.status, 200, "{reason}");
        assert!(page.body.contains(reason.name()) && page.body.contains("class=\"say\""));
    }
    assert_eq!(gateway.get("", "/errors/%3Cscript%3E").await.status, 404);
    assert_eq!(gateway.get("", "/errors/%FF").await.status, 404);
    assert_eq!(gateway.get(ADMIN, "/v1/messages/%FF").await.status, 404);
    gateway.end().await;
}
