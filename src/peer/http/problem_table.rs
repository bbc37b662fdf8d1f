//! Every problem the API answers with: code, HTTP status, title, whether trying again can help, and
//! what to do about it. `GET /errors/{code}` shows an entry.

/// One kind of problem.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// The code, which is a name and stays.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Whether the same request may work later.
    pub retryable: bool,
    /// What to do about it.
    pub advice: &'static str,
}

/// Writes the constants and the list of all of them.
macro_rules! kinds {
    ($($item:ident = $status:literal $code:literal $retryable:literal $title:literal, $advice:literal;)*) => {
        $(
            pub(super) const $item: Kind = Kind {
                code: $code,
                status: $status,
                title: $title,
                retryable: $retryable,
                advice: $advice,
            };
        )*

        /// All kinds of problem.
        pub const ALL: &[Kind] = &[$($item),*];
    };
}

kinds! {
    INVALID_JSON = 400 "invalid_json" false
        "The body is not a JSON object",
        "Send one JSON object in UTF-8.";
    INVALID_QUERY = 400 "invalid_query" false
        "A parameter of the query cannot be used",
        "See `errors`: each entry names a parameter and what it may be.";
    INVALID_IDEMPOTENCY_KEY = 400 "invalid_idempotency_key" false
        "The Idempotency-Key cannot be used",
        "Send one, as a string in quotes or bare, of 1 to 255 printable ASCII octets.";
    UNAUTHORIZED = 401 "unauthorized" false
        "No key, or not one of ours",
        "Send `Authorization: Bearer <key>` with a key of the configuration.";
    SCOPE_MISSING = 403 "scope_missing" false
        "The key may not do this",
        "Use a key with the scope named, or have it added to this one.";
    ACCOUNT_NOT_ALLOWED = 403 "account_not_allowed" false
        "The key belongs to another account",
        "Leave `account` out, or use a key of that account.";
    ADDRESS_NOT_ALLOWED = 403 "address_not_allowed" false
        "The key may not be used from here",
        "Use it from an address of its `ips`, or have this one added.";
    NOT_FOUND = 404 "not_found" false
        "There is nothing here",
        "Check the path and the id; ids of other accounts are not found either.";
    METHOD_NOT_ALLOWED = 405 "method_not_allowed" false
        "This path has no such method",
        "See the Allow header.";
    NOT_CANCELLABLE = 409 "not_cancellable" false
        "The message cannot be taken back any more",
        "See `detail`: it has left for its carrier, or it has ended.";
    IDEMPOTENCY_KEY_IN_USE = 409 "idempotency_key_in_use" true
        "A request with this Idempotency-Key is not finished",
        "Try again with the same key after the time in Retry-After: it is told what the first one did.";
    CONFIG_REFUSED = 422 "config_refused" false
        "The configuration cannot be used",
        "See `errors`: each entry names file, line, column and key; nothing was changed.";
    TOO_MANY_WEBHOOKS = 409 "too_many_webhooks" false
        "There are as many webhooks as there may be",
        "Remove one that is not used; the gateway has room for 1,000 of all accounts.";
    WEBHOOK_GONE = 409 "webhook_gone" false
        "The webhook has said that it is gone",
        "Take it back with POST /v1/webhooks/{id}/enable first; it is then told what it missed.";
    PAYLOAD_TOO_LARGE = 413 "payload_too_large" false
        "The body is too large",
        "Send less; the limits are http.body_bytes_max and http.batch_bytes_max of the configuration.";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type" false
        "The body is not application/json",
        "Send `Content-Type: application/json`.";
    INVALID_REQUEST = 422 "invalid_request" false
        "The message has fields that cannot be used",
        "See `errors`: each entry points to a field and says what is wrong.";
    INVALID_SEARCH = 422 "invalid_search" false
        "The query cannot be read",
        "See `detail`: it says at which character, what was read there, and what is allowed.";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency_key_reused" false
        "The Idempotency-Key was used for another request",
        "Use a new key for each request; the same one only to send the same request again, for 24 hours.";
    INVALID_SOURCE = 422 "invalid_source" false
        "The sender cannot be one",
        "Up to 15 digits with or without `+`, or up to 11 letters, digits and marks.";
    INVALID_DESTINATION = 422 "invalid_destination" false
        "The destination cannot be one",
        "`+` with country code and number: up to 15 digits.";
    TOO_LONG = 422 "too_long" false
        "The text takes too many parts",
        "Up to 10 parts: 1,530 characters of the GSM alphabet, where ^{}[]~\\|€ count twice, or 670 of UCS-2.";
    INVALID_VALIDITY = 422 "invalid_validity" false
        "The validity period cannot be kept",
        "Seconds from now, up to 30 days, and longer than the message is scheduled to wait.";
    INVALID_SCHEDULE = 422 "invalid_schedule" false
        "The scheduled time cannot be kept",
        "A time within a year from now; leave it out to send at once.";
    NO_ROUTE = 422 "no_route" false
        "No route takes this destination",
        "Check the number; have the operator add a [[route]] if it is right.";
    OPTED_OUT = 422 "opted_out" false
        "Recipient has opted out",
        "The customer has to opt in again first: by START to the sender, or to you, with a proof.";
    UNKNOWN_ACCOUNT = 422 "unknown_account" false
        "There is no such account",
        "Name an account of the configuration.";
    OVER_RATE = 429 "over_rate" true
        "The account is over its rate",
        "Try again after the time in Retry-After; nothing was taken.";
    KEY_OVER_RATE = 429 "key_over_rate" true
        "The key makes too many requests",
        "Try again after the time in Retry-After; nothing was taken.";
    TOO_MANY_STREAMS = 429 "too_many_streams" true
        "There are as many streams as there may be",
        "Close one that is not read: a key has at most 10.";
    QUEUE_FULL = 503 "queue_full" true
        "The carrier's queue is full",
        "Try again later; nothing was taken.";
    OVER_MEMORY = 503 "over_memory" true
        "Too much waits in memory, so nothing is taken",
        "Try again later; the operator looks at the carriers, or raises memory_bytes_max.";
    DISK_FULL = 503 "disk_full" true
        "The disk is nearly full, so nothing is taken",
        "Try again later; the operator has to make room.";
    DISK_FAILED = 503 "disk_failed" true
        "A write failed, so nothing is taken any more",
        "Try again later; the operator has to look at the disk and restart.";
    DRAINING = 503 "draining" true
        "The gateway is stopping",
        "Try again in a moment, or at another node; nothing was taken.";
    BUSY = 503 "busy" true
        "The gateway is busy",
        "Try again in a moment; nothing was taken.";
    TIMEOUT = 503 "timeout" true
        "There was no answer in time",
        "A message may have been taken all the same: send it again under the same Idempotency-Key, or look for its client_ref.";
    INTERNAL = 500 "internal" true
        "Something failed here",
        "Try again; tell the operator the request id.";
}

impl Kind {
    /// The kind of a code.
    pub fn of(code: &str) -> Option<&'static Self> {
        ALL.iter().find(|kind| kind.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_names_and_there_once() {
        for (index, kind) in ALL.iter().enumerate() {
            assert!(kind.code.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'_'));
            assert!(ALL[..index].iter().all(|other| other.code != kind.code), "{}", kind.code);
            assert_eq!(Kind::of(kind.code), Some(kind));
        }
    }
}
