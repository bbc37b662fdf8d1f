//! What a query finds, page by page, with patience for a gateway that is busy for a moment.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::api_client::{ApiClient, ApiError};

/// Messages of one request at most.
const PAGE_MAX: u64 = 200;

/// Times that a page is asked for in vain, and the pause before the second; it doubles.
const ATTEMPTS_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) query: &'a str,
    pub(super) texts: bool,
    pub(super) limit: u64,
}

/// A walk through all pages.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    client: &'a ApiClient,
    asked: Asked<'a>,
    after: Option<String>,
    over: bool,
    given: u64,
    last: Value,
    complete_until: Option<String>,
}

impl<'a> Pages<'a> {
    pub(super) const fn new(client: &'a ApiClient, asked: Asked<'a>) -> Self {
        let last = Value::Null;
        Self { client, asked, after: None, over: false, given: 0, last, complete_until: None }
    }

    /// The messages of the next page, perhaps none; `None` behind the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Value>>, ApiError> {
        if self.over {
            return Ok(None);
        }
        let limit = PAGE_MAX.min(self.asked.limit - self.given);
        let mut body = json!({ "query": self.asked.query, "limit": limit, "after": self.after });
        if self.asked.texts {
            body["texts"] = true.into();
        }
        let mut page = self.page(&body).await?;
        let messages = match page["data"].take() {
            Value::Array(messages) => messages,
            _ => Vec::new(),
        };
        self.given += messages.len() as u64;
        self.after = page["page"]["next"].as_str().map(str::to_owned);
        self.over = self.after.is_none() || self.given >= self.asked.limit;
        let search = page["search"].take();
        if self.complete_until.is_none() {
            self.complete_until = search["complete_until"].as_str().map(str::to_owned);
        }
        self.last = search;
        Ok(Some(messages))
    }

    async fn page(&self, body: &Value) -> Result<Value, ApiError> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS_MAX {
            match self.client.post("/v1/messages/search", body).await {
                Err(error) if error.may_pass() && self.given > 0 => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                outcome => return outcome,
            }
        }
        self.client.post("/v1/messages/search", body).await
    }

    /// Messages so far.
    pub(super) const fn given(&self) -> u64 {
        self.given
    }

    /// When the messages were accepted that come next.
    pub(super) fn back_to(&self) -> &str {
        self.last["back_to"].as_str().unwrap_or("?")
    }

    /// Up to when everything that happened was to be found when the first page was asked for.
    pub(super) fn complete_until(&self) -> &str {
        self.complete_until.as_deref().unwrap_or("?")
    }
}
