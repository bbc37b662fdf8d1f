//! The shapes of the API's document for people: each with its members, linked to those inside.

use serde_json::Value;

use super::docs::{table, text};
use super::html::Html;

/// Every shape that has a name.
pub(super) fn schema_page(html: &mut Html, schemas: &Value) {
    html.tag("h2", |it| it.text("Shapes"));
    for (name, schema) in schemas.as_object().into_iter().flatten() {
        html.tag_with("section", &[("id", &anchor(name))], |it| {
            it.tag("h3", |it| it.text(name));
            it.tag("p", |it| it.prose(text(&schema["description"])));
            members(it, schema);
        });
    }
}

fn members(html: &mut Html, schema: &Value) {
    let Some(members) = schema["properties"].as_object() else { return };
    let required = |name: &str| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
    };
    table(html, &["Member", "Type", "What"], |it| {
        for (name, member) in members {
            it.tag("tr", |it| {
                it.tag("td", |it| it.tag("code", |it| it.text(name)));
                it.tag("td", |it| shape(it, member));
                it.tag("td", |it| {
                    it.prose(described(member));
                    if required(name) {
                        it.text(" Always there.");
                    }
                    bounds(it, member);
                });
            });
        }
    });
}

/// Of a member that may be null, the description is with what else it may be.
fn described(member: &Value) -> &str {
    let choices = member["oneOf"].as_array().into_iter().flatten();
    let mut all = std::iter::once(member).chain(choices);
    all.find_map(|one| one["description"].as_str()).unwrap_or_default()
}

/// A type in a few words, with a link where it has a name.
pub(super) fn shape(html: &mut Html, schema: &Value) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        html.link(&format!("#{}", anchor(name)), name);
        return;
    }
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(choices) = choices {
        for (number, choice) in choices.iter().enumerate() {
            html.text(if number > 0 { " or " } else { "" });
            shape(html, choice);
        }
        return;
    }
    let words = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        one => text(one).to_owned(),
    };
    html.text(&words);
    if schema["items"].is_object() {
        html.text(" of ");
        shape(html, &schema["items"]);
    }
    if let Some(format) = schema["format"].as_str() {
        html.text(&format!(" ({format})"));
    }
}

fn bounds(html: &mut Html, schema: &Value) {
    for (key, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "characters at least:"),
        ("maxLength", "characters at most:"),
        ("minItems", "entries at least:"),
        ("maxItems", "entries at most:"),
    ] {
        if let Some(bound) = schema[key].as_u64().filter(|&bound| bound > 0) {
            html.text(&format!(" {words} {bound};"));
        }
    }
}

fn anchor(name: &str) -> String {
    format!("shape-{name}")
}
