//! The keys of the query language.

use super::syntax_error::nearest;

/// What stands before the colon of a term.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// The destination.
    To,
    /// The sender.
    From,
    /// Either of the two.
    Number,
    /// Our id.
    Id,
    /// The id a carrier gave.
    CarrierId,
    /// The sender's own reference.
    Ref,
    /// The account.
    Account,
    /// The carrier.
    Carrier,
    /// What became of it.
    Disposition,
    /// Where it is in its life.
    Status,
    /// Why.
    Reason,
    /// Which way it goes.
    Direction,
    /// What kind of message it is.
    Type,
    /// A tag.
    Tag,
    /// Words of the text.
    Text,
    /// Accepted at this moment or later.
    Since,
    /// Accepted before this moment.
    Until,
}

impl Key {
    /// Every key, in the order that people are told them.
    pub const ALL: &'static [Self] = &[
        Self::To,
        Self::From,
        Self::Number,
        Self::Id,
        Self::CarrierId,
        Self::Ref,
        Self::Account,
        Self::Carrier,
        Self::Disposition,
        Self::Status,
        Self::Reason,
        Self::Direction,
        Self::Type,
        Self::Tag,
        Self::Text,
        Self::Since,
        Self::Until,
    ];

    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::To => "to",
            Self::From => "from",
            Self::Number => "number",
            Self::Id => "id",
            Self::CarrierId => "carrier_id",
            Self::Ref => "ref",
            Self::Account => "account",
            Self::Carrier => "carrier",
            Self::Disposition => "disposition",
            Self::Status => "status",
            Self::Reason => "reason",
            Self::Direction => "direction",
            Self::Type => "type",
            Self::Tag => "tag",
            Self::Text => "text",
            Self::Since => "since",
            Self::Until => "until",
        }
    }

    /// The key of a word in any case, by its name or by what it is also called.
    pub fn from_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let known = Self::ALL.iter().copied().find(|key| key.name() == lower);
        known.or(match &*lower {
            "sender" => Some(Self::From),
            "tel" => Some(Self::Number),
            "carrier_message_id" => Some(Self::CarrierId),
            "client_ref" => Some(Self::Ref),
            "client" => Some(Self::Account),
            "disp" => Some(Self::Disposition),
            "dir" => Some(Self::Direction),
            "channel" | "ch" => Some(Self::Type),
            _ => None,
        })
    }

    /// Whether what is asked for may be somebody's number, name or words: such a query belongs in a
    /// body, because addresses of requests end up in logs.
    pub const fn is_personal(self) -> bool {
        match self {
            Self::To | Self::From | Self::Number | Self::Ref | Self::Text => true,
            Self::Id
            | Self::CarrierId
            | Self::Account
            | Self::Carrier
            | Self::Disposition
            | Self::Status
            | Self::Reason
            | Self::Direction
            | Self::Type
            | Self::Tag
            | Self::Since
            | Self::Until => false,
        }
    }

    /// The key whose name is most like a word.
    pub(super) fn like(word: &str) -> Option<&'static str> {
        nearest(word, Self::ALL.iter().map(|key| key.name()))
    }
}
