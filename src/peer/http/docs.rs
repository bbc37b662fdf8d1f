//! `GET /docs`: the document of the API for people, rendered here; it loads nothing from anywhere.

use std::sync::OnceLock;

use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::docs_schema::{schema_page, shape};
use super::html::{Html, page as html_page};
use super::openapi;
use super::problem_table::ALL;

/// The API for people
#[utoipa::path(
    get, path = "/docs", tag = "documents", operation_id = "getDocs",
    responses((status = 200, description = "A page that loads nothing else", content_type = "text/html",
        body = String)),
)]
pub(super) async fn page() -> Response {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    // Our own text is JSON.
    let document =
        DOCUMENT.get_or_init(|| serde_json::from_str(openapi::text()).unwrap_or_default());
    html_page("API", &reference(document)).into_response()
}

/// The page of a document.
fn reference(document: &Value) -> Html {
    let mut html = Html::new();
    let info = &document["info"];
    html.tag("h1", |it| it.text(&format!("{} API", text(&info["title"]))));
    for paragraph in text(&info["description"]).split("\n\n") {
        html.tag("p", |it| it.prose(paragraph));
    }
    html.tag("p", |it| {
        it.text("The same for programs: ");
        it.link("/openapi.json", "openapi.json");
    });
    contents(&mut html, document);
    for tag in document["tags"].as_array().into_iter().flatten() {
        html.tag("h2", |it| it.text(text(&tag["description"])));
        for (path, method, operation) in operations(document) {
            if operation["tags"][0] == tag["name"] {
                show(&mut html, path, method, operation);
            }
        }
    }
    problems(&mut html);
    schema_page(&mut html, &document["components"]["schemas"]);
    html
}

fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path, method, operation))
    })
}

fn contents(html: &mut Html, document: &Value) {
    html.tag("nav", |it| {
        it.tag("ul", |it| {
            for (path, method, operation) in operations(document) {
                it.tag("li", |it| {
                    let place = format!("#{}", text(&operation["operationId"]));
                    it.link(&place, &format!("{} {path}", method.to_uppercase()));
                    it.text(&format!(" – {}", text(&operation["summary"])));
                });
            }
        });
    });
}

fn show(html: &mut Html, path: &str, method: &str, operation: &Value) {
    html.tag_with("section", &[("id", text(&operation["operationId"]))], |it| {
        it.tag("h3", |it| {
            it.tag_with("span", &[("class", "method")], |it| it.text(&method.to_uppercase()));
            it.tag("code", |it| it.text(path));
        });
        it.tag("p", |it| it.prose(text(&operation["summary"])));
        if operation["description"].is_string() {
            it.tag("p", |it| it.prose(text(&operation["description"])));
        }
        if let Some(scope) = operation["security"][0]["key"][0].as_str() {
            it.tag("p", |it| it.prose(&format!("Needs the scope `{scope}`.")));
        }
        parameters(it, &operation["parameters"]);
        for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten()
        {
            it.tag("p", |it| {
                it.prose(&format!("Body (`{kind}`): "));
                shape(it, &content["schema"]);
            });
        }
        responses(it, &operation["responses"]);
    });
}

fn parameters(html: &mut Html, parameters: &Value) {
    let Some(parameters) = parameters.as_array() else { return };
    table(html, &["Parameter", "In", "What"], |it| {
        for parameter in parameters {
            it.tag("tr", |it| {
                it.tag("td", |it| it.tag("code", |it| it.text(text(&parameter["name"]))));
                it.tag("td", |it| it.text(text(&parameter["in"])));
                it.tag("td", |it| it.prose(text(&parameter["description"])));
            });
        }
    });
}

fn responses(html: &mut Html, responses: &Value) {
    table(html, &["Status", "Answer"], |it| {
        for (status, response) in responses.as_object().into_iter().flatten() {
            it.tag("tr", |it| {
                it.tag("td", |it| it.text(status));
                it.tag("td", |it| {
                    if response["$ref"].is_string() {
                        it.link("#problems", "a problem");
                    }
                    it.prose(text(&response["description"]));
                    let contents = response["content"].as_object().into_iter().flatten();
                    for (_, content) in contents {
                        it.text(" ");
                        shape(it, &content["schema"]);
                    }
                });
            });
        }
    });
}

fn problems(html: &mut Html) {
    html.tag_with("h2", &[("id", "problems")], |it| it.text("Problems"));
    table(html, &["Status", "Code", "What, and what to do"], |it| {
        for kind in ALL {
            it.tag("tr", |it| {
                it.tag("td", |it| it.text(&kind.status.to_string()));
                it.tag("td", |it| it.link(&format!("/errors/{}", kind.code), kind.code));
                it.tag("td", |it| it.prose(&format!("{}. {}", kind.title, kind.advice)));
            });
        }
    });
}

/// A table that scrolls by itself where it is too wide.
pub(super) fn table(html: &mut Html, heads: &[&str], rows: impl FnOnce(&mut Html)) {
    html.tag_with("div", &[("class", "wide")], |it| {
        it.tag("table", |it| {
            it.tag("tr", |it| heads.iter().for_each(|head| it.tag("th", |it| it.text(head))));
            rows(it);
        });
    });
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
