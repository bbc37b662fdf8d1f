//! What a `[[mo_route]]` says, checked, with accounts and carriers by their places in the settings.

/// Under which conditions which account gets a message from a handset. A condition without values always
/// holds, one with several holds if one of them does; the first route that holds takes the message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MoRouteConfig {
    /// How people call it; unless given, by its place.
    pub name: Option<String>,
    /// Whole destinations without `+`: short codes and long numbers.
    pub destinations: Vec<String>,
    /// Leading digits of the destination without `+`.
    pub prefixes: Vec<String>,
    /// Indexes into [`Settings::carriers`](super::settings::Settings::carriers).
    pub carriers: Vec<usize>,
    /// Whole senders without `+`.
    pub senders: Vec<String>,
    /// Beginnings of senders without `+`.
    pub sender_prefixes: Vec<String>,
    /// First words of the text, folded as [`first_word`](crate::route::keyword::first_word) does.
    pub keywords: Vec<String>,
    /// Index into [`Settings::accounts`](super::settings::Settings::accounts).
    pub account: usize,
}

impl MoRouteConfig {
    /// What it is called: its name, or its place from 1.
    pub fn called(&self, place: usize) -> String {
        self.name.clone().unwrap_or_else(|| (place + 1).to_string())
    }
}

/// How an account gets a long message from a handset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MoParts {
    /// As one, in `message_payload` where it is longer than a `short_message`.
    #[default]
    Join,
    /// In its parts, as they come.
    Pass,
}
