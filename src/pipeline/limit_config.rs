//! What a `[[limit]]` says, checked, with its carrier by its place in the settings.

/// How many parts a second may leave for destinations that begin so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitConfig {
    /// How people call it; unless given, by its prefixes.
    pub name: Option<String>,
    /// Leading digits of the destination without `+`; all of them share the rate. Empty is every
    /// destination.
    pub prefixes: Vec<String>,
    /// Index into [`Settings::carriers`](super::settings::Settings::carriers): only what leaves by this
    /// carrier. `None`: by any.
    pub carrier: Option<usize>,
    /// Parts per second.
    pub rate_per_second: u32,
    /// Parts that may leave at once after a pause.
    pub burst: u32,
}

/// Limits of one configuration, and routes with a rate: each has a bucket for as long as the gateway
/// runs, a line in front of each carrier while it holds something, and a label in the metrics.
pub const LIMITS_MAX: usize = 1_000;

impl LimitConfig {
    /// What it is called: its name, or its prefixes and its carrier.
    pub fn called(&self, carrier: Option<&str>) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let digits = |prefix: &String| {
            if prefix.is_empty() { "everything".to_owned() } else { prefix.clone() }
        };
        let prefixes: Vec<String> = self.prefixes.iter().map(digits).collect();
        let by = carrier.map_or_else(String::new, |carrier| format!(" by {carrier}"));
        match prefixes.split_first() {
            None => format!("everything{by}"),
            Some((first, [])) => format!("{first}{by}"),
            Some((first, more)) => format!("{first} and {} more{by}", more.len()),
        }
    }
}
