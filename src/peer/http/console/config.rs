//! `[console]` and `[[user]]`: who may sign in to the console, and for how long.
//!
//! Not here: what a role may do (`super::rights`).

use std::time::Duration;

use crate::base::secret::Secret;

/// The console's settings.
#[derive(Clone, Debug)]
pub struct ConsoleConfig {
    /// Who may sign in.
    pub users: Vec<UserConfig>,
    /// A session ends when nothing was asked in it for this long.
    pub session_idle: Duration,
    /// And this long after its begin in any case.
    pub session_max: Duration,
    /// Sessions at a time; the one that was idle longest makes room for another.
    pub sessions_max: usize,
    /// Whether the cookie is `Secure` and has the prefix `__Host-`. Browsers take such a cookie by HTTPS, and
    /// most of them from the loopback.
    pub secure_cookie: bool,
}

impl Default for ConsoleConfig {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            session_idle: Duration::from_secs(30 * 60),
            session_max: Duration::from_secs(12 * 60 * 60),
            sessions_max: 1_000,
            secure_cookie: true,
        }
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub struct UserConfig {
    /// The name they sign in by, and the audit has.
    pub name: String,
    /// The PHC string of their password.
    pub password_hash: Secret,
    /// What they may do.
    pub role: Role,
    /// The one account whose messages they see; `None` is all.
    pub account: Option<String>,
}

/// What somebody is to the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Sees messages, masked.
    Viewer,
    /// Answers customers.
    Support,
    /// Counts and exports, masked.
    Analyst,
    /// Runs carriers.
    Operator,
    /// All of it, and the audit.
    Admin,
    /// Looks at what the others did.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Support, Self::Analyst, Self::Operator, Self::Admin, Self::Auditor];

    /// The word of the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Support => "support",
            Self::Analyst => "analyst",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Whether it reaches beyond an account, so that nobody of an account can have it.
    pub const fn is_of_all(self) -> bool {
        matches!(self, Self::Operator | Self::Admin | Self::Auditor)
    }
}
