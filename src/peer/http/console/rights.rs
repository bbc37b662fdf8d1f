//! What each role may do, and which right each page wants. A page that is not listed is nobody's.

use super::config::Role;

/// Something that a page lets somebody do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::peer::http) enum Right {
    /// Being signed in: help, one's own sessions, signing out.
    SignedIn,
    /// Messages and conversations, masked; carriers, rules and webhooks, to look at.
    See,
    /// Numbers and texts in full, one message at a time, with an entry in the audit.
    Reveal,
    /// Sending a message again.
    Resend,
    /// Recording and lifting opt-outs.
    Consent,
    /// Masked CSV.
    Export,
    /// Suspending, resuming, binding anew and limiting carriers.
    Operate,
    /// What oneself did.
    OwnAudit,
    /// What everybody did.
    Audit,
    /// Other people's sessions.
    People,
}

impl Right {
    /// Every right.
    #[cfg(test)]
    pub(super) const ALL: [Self; 10] = [
        Self::SignedIn,
        Self::See,
        Self::Reveal,
        Self::Resend,
        Self::Consent,
        Self::Export,
        Self::Operate,
        Self::OwnAudit,
        Self::Audit,
        Self::People,
    ];

    /// What is said to somebody who has it not.
    pub(super) const fn missing(self) -> &'static str {
        match self {
            Self::SignedIn => "Sign in first.",
            Self::See => "Your role does not see messages.",
            Self::Reveal => "Your role sees numbers masked and no texts.",
            Self::Resend => "Your role cannot send messages again.",
            Self::Consent => "Your role cannot record or lift opt-outs.",
            Self::Export => "Your role cannot export.",
            Self::Operate => "Only operators and admins change carriers.",
            Self::OwnAudit | Self::Audit => "Your role does not see the audit.",
            Self::People => "Only admins end the sessions of others.",
        }
    }
}

impl Role {
    /// Whether it may do this.
    pub(in crate::peer::http) const fn may(self, right: Right) -> bool {
        match right {
            Right::SignedIn | Right::See => true,
            Right::Reveal | Right::Resend | Right::Consent => {
                matches!(self, Self::Support | Self::Operator | Self::Admin)
            }
            Right::Export => {
                matches!(self, Self::Support | Self::Analyst | Self::Operator | Self::Admin)
            }
            Right::Operate => matches!(self, Self::Operator | Self::Admin),
            Right::OwnAudit => {
                matches!(self, Self::Support | Self::Operator | Self::Admin | Self::Auditor)
            }
            Right::Audit => matches!(self, Self::Admin | Self::Auditor),
            Right::People => matches!(self, Self::Admin),
        }
    }
}

/// Method, path and right of every page that wants a session.
pub(in crate::peer::http) const PAGES: &[(&str, &str, Right)] = &[
    ("GET", "/", Right::SignedIn),
    ("POST", "/sign-out", Right::SignedIn),
    ("GET", "/me", Right::SignedIn),
    ("POST", "/me/end", Right::SignedIn),
    ("GET", "/help", Right::SignedIn),
    ("GET", "/search", Right::See),
    ("POST", "/search", Right::See),
    ("GET", "/search.csv", Right::Export),
    ("GET", "/live", Right::See),
    ("GET", "/live/events", Right::See),
    ("GET", "/rules", Right::See),
    ("POST", "/rules", Right::See),
    ("GET", "/webhooks", Right::See),
    ("GET", "/m/{id}", Right::See),
    ("POST", "/m/{id}/reveal", Right::Reveal),
    ("POST", "/m/{id}/resend", Right::Resend),
    ("GET", "/n/{token}", Right::See),
    ("POST", "/n/{token}/reveal", Right::Reveal),
    ("GET", "/opt-outs", Right::See),
    ("POST", "/opt-outs/find", Right::See),
    ("POST", "/opt-outs/record", Right::Consent),
    ("POST", "/opt-outs/lift", Right::Consent),
    ("GET", "/carriers", Right::See),
    ("POST", "/carriers/{id}", Right::Operate),
    ("GET", "/audit", Right::OwnAudit),
    ("GET", "/people", Right::People),
];

/// The right that a page wants; `None` for one that is not listed.
pub(in crate::peer::http) fn wanted(method: &str, path: &str) -> Option<Right> {
    // A HEAD is a GET whose answer is not sent.
    let method = if method == "HEAD" { "GET" } else { method };
    PAGES.iter().find(|page| (page.0, page.1) == (method, path)).map(|page| page.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_table_says_and_nothing_else() {
        let table = [
            (Role::Viewer, "SignedIn See"),
            (Role::Support, "SignedIn See Reveal Resend Consent Export OwnAudit"),
            (Role::Analyst, "SignedIn See Export"),
            (Role::Operator, "SignedIn See Reveal Resend Consent Export Operate OwnAudit"),
            (Role::Auditor, "SignedIn See OwnAudit Audit"),
        ];
        for (role, rights) in table {
            let may = Right::ALL.iter().filter(|right| role.may(**right));
            let may: Vec<_> = may.map(|right| format!("{right:?}")).collect();
            assert_eq!(may.join(" "), rights, "{role:?}");
        }
        assert!(Right::ALL.iter().all(|right| Role::Admin.may(*right)));
    }

    #[test]
    fn what_changes_something_is_never_for_whoever_only_looks() {
        for (method, path, right) in PAGES {
            let own = matches!(*path, "/sign-out" | "/me/end");
            let asks = matches!(*path, "/search" | "/opt-outs/find" | "/rules");
            if *method == "POST" && !own && !asks {
                assert!(!Role::Viewer.may(*right) && !Role::Auditor.may(*right), "{path}");
            }
        }
        assert_eq!(wanted("GET", "/nowhere"), None);
    }
}
