//! The kinds of questions that are measured.

/// A kind of question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A message by its id.
    Id,
    /// Messages by the id that a carrier gave.
    CarriersId,
    /// The same with an id that nobody gave.
    NoCarriersId,
    /// The newest to a number.
    To,
    /// The newest from a number or sender.
    From,
    /// The newest to a number that nobody ever wrote to.
    NoNumber,
    /// The newest to a number's last digits, so many of them.
    Ending(usize),
    /// The newest to numbers that begin with so many digits.
    Prefix(usize),
    /// The newest of an account.
    Account,
    /// The newest of one disposition.
    Disposition,
    /// The newest for one reason.
    Reason,
    /// The newest of a direction.
    Direction,
    /// The fifth page of a direction within some hours.
    WindowPage5,
    /// By the sender's own reference.
    Reference,
    /// By a reference that nobody gave.
    NoReference,
    /// The newest with a tag.
    Tag,
    /// The newest with a word of some text.
    Word,
    /// The newest with two words that are among the most frequent.
    TwoCommonWords,
    /// The newest with two words of two texts.
    TwoWords,
    /// The newest with a word that few have, such as a code.
    RareWord,
    /// The newest with a word that nobody wrote.
    NoWord,
    /// The newest of an account with a disposition and a word.
    AccountDispositionWord,
    /// The newest to a number with a word.
    ToWord,
}

impl Kind {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 27] = [
        Self::Id,
        Self::CarriersId,
        Self::NoCarriersId,
        Self::To,
        Self::From,
        Self::NoNumber,
        Self::Ending(4),
        Self::Ending(8),
        Self::Prefix(3),
        Self::Prefix(5),
        Self::Prefix(7),
        Self::Prefix(9),
        Self::Account,
        Self::Disposition,
        Self::Reason,
        Self::Direction,
        Self::WindowPage5,
        Self::Reference,
        Self::NoReference,
        Self::Tag,
        Self::Word,
        Self::TwoCommonWords,
        Self::TwoWords,
        Self::RareWord,
        Self::NoWord,
        Self::AccountDispositionWord,
        Self::ToWord,
    ];

    /// What it is called in a table.
    pub fn name(self) -> String {
        let name = match self {
            Self::Id => "id",
            Self::CarriersId => "carrier's id",
            Self::NoCarriersId => "carrier's id, absent",
            Self::To => "destination",
            Self::From => "source",
            Self::NoNumber => "destination, absent",
            Self::Ending(digits) => return format!("last {digits} digits"),
            Self::Prefix(digits) => return format!("prefix of {digits}"),
            Self::Account => "account",
            Self::Disposition => "disposition",
            Self::Reason => "reason",
            Self::Direction => "direction",
            Self::WindowPage5 => "hours + direction, page 5",
            Self::Reference => "reference",
            Self::NoReference => "reference, absent",
            Self::Tag => "tag",
            Self::Word => "word",
            Self::TwoCommonWords => "two common words",
            Self::TwoWords => "two random words",
            Self::RareWord => "rare word",
            Self::NoWord => "word, absent",
            Self::AccountDispositionWord => "account + disposition + word",
            Self::ToWord => "destination + word",
        };
        name.to_owned()
    }
}
