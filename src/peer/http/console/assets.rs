//! Styles, script and pictures: files of ours in the program, under addresses that tell their contents.

use std::sync::LazyLock;

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::page::guarded;
use crate::peer::http::path_id::PathId;

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    octets: &'static [u8],
}

const ASSETS: [Asset; 3] = [
    Asset {
        name: "console.css",
        kind: "text/css; charset=utf-8",
        octets: include_bytes!("assets/console.css"),
    },
    Asset {
        name: "console.js",
        kind: "text/javascript; charset=utf-8",
        octets: include_bytes!("assets/console.js"),
    },
    Asset { name: "icon.svg", kind: "image/svg+xml", octets: include_bytes!("assets/icon.svg") },
];

/// What tells the contents of each.
static VERSIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    ASSETS.iter().map(|asset| super::audit_entry::hash(asset.octets)[..12].to_owned()).collect()
});

/// The address of a file, which changes with it.
pub(super) fn address(name: &str) -> String {
    let place = ASSETS.iter().position(|asset| asset.name == name);
    let version = place.and_then(|place| VERSIONS.get(place)).map_or("", |it| it);
    format!("/assets/{name}?v={version}")
}

/// `GET /assets/{name}`.
pub(super) async fn get(PathId(name): PathId, RawQuery(query): RawQuery) -> Response {
    let Some(place) = ASSETS.iter().position(|asset| asset.name == name) else {
        return guarded(StatusCode::NOT_FOUND.into_response());
    };
    let asset = &ASSETS[place];
    let current = query.is_some_and(|query| query == format!("v={}", VERSIONS[place]));
    let kept = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    guarded(([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, kept)], asset.octets).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_and_the_styles_stay_small() {
        let octets = |name: &str| {
            let asset = ASSETS.iter().find(|asset| asset.name == name);
            asset.map_or(0, |asset| asset.octets.len())
        };
        assert!((1..50 << 10).contains(&octets("console.js")), "{}", octets("console.js"));
        assert!((1..48 << 10).contains(&octets("console.css")), "{}", octets("console.css"));
    }

    #[test]
    fn the_script_makes_no_markup_of_texts_and_loads_nothing_from_elsewhere() {
        let script = include_str!("assets/console.js");
        for word in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:"]
        {
            assert!(!script.contains(word), "{word}");
        }
        let style = include_str!("assets/console.css");
        assert!(!style.contains("@import") && !style.contains("http"));
    }
}
