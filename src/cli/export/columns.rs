//! The columns of an export, and where the API has them.

use serde_json::Value;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    Number,
    /// RFC 3339.
    Time,
}

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// The members that lead to it.
    path: &'static [&'static str],
}

const fn text(name: &'static str, path: &'static [&'static str]) -> Column {
    Column { name, kind: Kind::Text, path }
}

const fn number(name: &'static str, path: &'static [&'static str]) -> Column {
    Column { name, kind: Kind::Number, path }
}

const fn time(name: &'static str, path: &'static [&'static str]) -> Column {
    Column { name, kind: Kind::Time, path }
}

/// All columns but that of texts.
const COLUMNS: [Column; 21] = [
    text("id", &["id"]),
    time("created_at", &["created_at"]),
    text("direction", &["direction"]),
    text("account", &["account"]),
    text("from", &["from"]),
    text("to", &["to"]),
    text("status", &["status"]),
    text("disposition", &["disposition"]),
    text("evidence", &["evidence"]),
    text("reason", &["reason", "code"]),
    text("reason_title", &["reason", "title"]),
    text("carrier", &["carrier", "id"]),
    text("carrier_message_id", &["carrier", "message_id"]),
    text("dlr_stat", &["raw", "dlr_stat"]),
    text("dlr_err", &["raw", "dlr_err"]),
    text("client_ref", &["client_ref"]),
    text("encoding", &["encoding"]),
    number("parts", &["parts"]),
    number("attempts", &["attempts"]),
    time("sent_at", &["sent_at"]),
    time("final_at", &["final_at"]),
];

const TEXT: Column = text("text", &["text"]);

/// The columns of an export, with that of texts or without.
pub(super) fn columns(texts: bool) -> Vec<Column> {
    COLUMNS.into_iter().chain(texts.then_some(TEXT)).collect()
}

impl Column {
    /// What a message has there; null if it has nothing.
    pub(super) fn of<'a>(&self, message: &'a Value) -> &'a Value {
        self.path.iter().fold(message, |value, member| &value[*member])
    }
}
