//! Where the status of one message is called: an address that its sender gave with it.
//!
//! Clients of Kannel, Jasmin and Twilio name an address for each message, and each expects to be called
//! in its own way. What is kept here is what was asked for, as it was written.
//! Not here: the octets in the log (`event_codec`), the calls (see `peer`).

/// Octets of an address at most.
pub const URL_BYTES_MAX: usize = 2048;

/// Octets of a context at most.
pub const CONTEXT_BYTES_MAX: usize = 512;

/// Whose way of calling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CallbackFormat {
    /// The `dlr-url` of Kannel's `sendsms`: an address with `%` escapes.
    Kannel = 0,
    /// The `dlr-url` of Jasmin's `/send`: a form, acknowledged by `ACK/Jasmin`.
    Jasmin = 1,
    /// The `StatusCallback` of Twilio's `Messages.json`: a signed form.
    Twilio = 2,
}

/// The method of HTTP that calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CallbackMethod {
    /// What is told is in the query.
    Get = 0,
    /// What is told is in the body.
    Post = 1,
}

/// What is called for: bits, those of Kannel's `dlr-mask`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallbackWants(pub u8);

impl CallbackWants {
    /// It arrived.
    pub const DELIVERED: Self = Self(1);

    /// The carrier or the network gave up on it, its time ran out, or nobody can tell.
    pub const UNDELIVERED: Self = Self(2);

    /// It waits for its carrier.
    pub const QUEUED: Self = Self(4);

    /// Its carrier took it.
    pub const SENT: Self = Self(8);

    /// A carrier refused it, or the gateway did.
    pub const REJECTED: Self = Self(16);

    /// All of them.
    pub const ALL: Self = Self(31);

    /// These and those.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of those is in it.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl CallbackFormat {
    /// The word people and the API read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kannel => "kannel",
            Self::Jasmin => "jasmin",
            Self::Twilio => "twilio",
        }
    }

    pub(super) const fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Kannel),
            1 => Some(Self::Jasmin),
            2 => Some(Self::Twilio),
            _ => None,
        }
    }
}

impl CallbackMethod {
    /// As HTTP writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }

    pub(super) const fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Get),
            1 => Some(Self::Post),
            _ => None,
        }
    }
}

/// What a message's sender asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Callback {
    /// How it is called.
    pub format: CallbackFormat,
    /// By which method.
    pub method: CallbackMethod,
    /// For what.
    pub wants: CallbackWants,
    /// Where, as it was written; at most [`URL_BYTES_MAX`] octets.
    pub url: Box<str>,
    /// What the call repeats; at most [`CONTEXT_BYTES_MAX`] octets. Kannel: what the escapes need, as a
    /// query (`service=..&account=..`). Twilio: the `AccountSid`. Jasmin: the connector that is named.
    pub context: Box<str>,
}

impl Callback {
    /// As it is kept.
    pub fn as_ref(&self) -> CallbackRef<'_> {
        let Self { format, method, wants, url, context } = self;
        CallbackRef { format: *format, method: *method, wants: *wants, url, context }
    }
}

/// A [`Callback`] in the octets of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallbackRef<'a> {
    /// How it is called.
    pub format: CallbackFormat,
    /// By which method.
    pub method: CallbackMethod,
    /// For what.
    pub wants: CallbackWants,
    /// Where, as it was written.
    pub url: &'a str,
    /// What the call repeats.
    pub context: &'a str,
}
