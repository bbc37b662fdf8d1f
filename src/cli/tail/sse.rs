//! Server-sent events as they come (WHATWG HTML §9.2): pieces of octets in, events out.

/// Octets that may come without the end of an event: ours are under 20 KB.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// One event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct SentEvent {
    /// What to come again with; `None` if it has no id of its own.
    pub(super) id: Option<String>,
    /// Its `event`; `message` unless it says otherwise.
    pub(super) kind: String,
    /// Its `data`, several lines as they came.
    pub(super) data: String,
}

/// More came than an event can have: this is no stream of events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TooLong;

/// Puts events together.
#[derive(Debug, Default)]
pub(super) struct Reader {
    rest: Vec<u8>,
}

impl Reader {
    /// The events that are whole with this piece.
    pub(super) fn take(&mut self, piece: &[u8]) -> Result<Vec<SentEvent>, TooLong> {
        self.rest.extend(piece.iter().filter(|octet| **octet != b'\r'));
        let mut events = Vec::new();
        let mut begin = 0;
        while let Some(end) = end_of_event(&self.rest[begin..]) {
            events.extend(event(&self.rest[begin..begin + end]));
            begin += end + 2;
        }
        self.rest.drain(..begin);
        if self.rest.len() > EVENT_BYTES_MAX { Err(TooLong) } else { Ok(events) }
    }
}

fn end_of_event(octets: &[u8]) -> Option<usize> {
    memchr::memmem::find(octets, b"\n\n")
}

/// The event of these lines; `None` if they have no data.
fn event(octets: &[u8]) -> Option<SentEvent> {
    let text = String::from_utf8_lossy(octets);
    let mut event = SentEvent { kind: "message".to_owned(), ..SentEvent::default() };
    let mut data: Vec<&str> = Vec::new();
    for line in text.lines() {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut event.kind),
            "data" => data.push(value),
            // Comments, `retry`, and what is not known.
            _ => {}
        }
    }
    event.data = data.join("\n");
    (!data.is_empty()).then_some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: Option<&str>, kind: &str, data: &str) -> SentEvent {
        SentEvent { id: id.map(str::to_owned), kind: kind.to_owned(), data: data.to_owned() }
    }

    const STREAM: &str = "retry: 3000\n\n: still here\n\nid: evt_a\r\nevent: x\r\ndata: {\"a\":\"é\"}\r\n\r\n\
                          data:1\ndata: 2\n\nevent: gap\ndata: {}\n\nid: evt_b\ndata: half";

    #[test]
    fn events_are_the_same_however_the_octets_are_cut() {
        let whole = [
            sent(Some("evt_a"), "x", "{\"a\":\"é\"}"),
            sent(None, "message", "1\n2"),
            sent(None, "gap", "{}"),
        ];
        for size in [1, 2, 3, 7, STREAM.len()] {
            let mut reader = Reader::default();
            let events: Vec<SentEvent> =
                STREAM.as_bytes().chunks(size).flat_map(|it| reader.take(it).unwrap()).collect();
            assert_eq!(events, whole, "in pieces of {size}");
        }
    }

    #[test]
    fn what_never_ends_an_event_is_given_up() {
        let mut reader = Reader::default();
        let piece = vec![b'x'; 64 << 10];
        assert!((0..17).any(|_| reader.take(&piece) == Err(TooLong)));
    }
}
