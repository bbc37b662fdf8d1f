//! Pages of the gateway: escaped by construction, with one style, and nothing loaded from anywhere.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// HTML in the making. Text and attributes are escaped.
#[derive(Debug, Default)]
pub(super) struct Html(String);

/// Light or dark as the reader's system is; one column that a phone can show.
const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--link:light-dark(#0550ae,#79b8ff)}\
*{box-sizing:border-box}\
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:0 auto;padding:1rem;\
overflow-wrap:break-word}\
a{color:var(--link)}h1{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}\
h3{margin:0}code{font:0.9em ui-monospace,monospace}\
section{border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem;margin:1rem 0}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}\
td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}\
.method{font-weight:700;margin-right:.5rem}summary{cursor:pointer}\
dt{font-weight:700}dd{margin:0 0 .5rem}\
nav li{margin:.2rem 0}nav ul{padding-left:1.2rem}";

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

impl Html {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Text, escaped.
    pub(super) fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                other => self.0.push(other),
            }
        }
    }

    /// Text in which what stands between backticks is code.
    pub(super) fn prose(&mut self, text: &str) {
        for (number, piece) in text.split('`').enumerate() {
            if number % 2 == 1 {
                self.tag("code", |it| it.text(piece));
            } else {
                self.text(piece);
            }
        }
    }

    /// An element with what is in it.
    pub(super) fn tag(&mut self, name: &'static str, inside: impl FnOnce(&mut Self)) {
        self.tag_with(name, &[], inside);
    }

    /// An element with attributes.
    pub(super) fn tag_with(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push(' ');
            self.0.push_str(key);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
        inside(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// A link within this gateway.
    pub(super) fn link(&mut self, to: &str, words: &str) {
        self.tag_with("a", &[("href", to)], |it| it.text(words));
    }
}

/// A whole page.
pub(super) fn page(title: &str, body: &Html) -> Response {
    let mut head = Html::new();
    head.tag("title", |it| it.text(&format!("{title} · Postrider")));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">{}\
         <style>{STYLE}</style></head><body>{}</body></html>\n",
        head.0, body.0
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup_that_was_text() {
        let mut html = Html::new();
        html.tag_with("a", &[("href", "\"><script>")], |it| it.prose("<b> `a<b` & \"c\""));
        let expected = "<a href=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt; <code>a&lt;b</code> &amp; \
                        &quot;c&quot;</a>";
        assert_eq!(html.0, expected);
    }
}
