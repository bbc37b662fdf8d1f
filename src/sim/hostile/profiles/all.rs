//! All profiles, and one of them by its name.

use super::{handsets, lines, names, refusals, timing, words};
use crate::sim::hostile::profile::Profile;

/// The groups, in the order they are listed.
const GROUPS: [&[Profile]; 6] = [
    timing::PROFILES,
    words::PROFILES,
    names::PROFILES,
    refusals::PROFILES,
    lines::PROFILES,
    handsets::PROFILES,
];

/// Every profile, the honest one first.
pub fn all() -> impl Iterator<Item = &'static Profile> {
    GROUPS.into_iter().flatten()
}

/// The profile of this name.
///
/// # Errors
/// With the names there are.
pub fn find(name: &str) -> Result<&'static Profile, String> {
    all().find(|profile| profile.name == name).ok_or_else(|| {
        let names: Vec<&str> = all().map(|profile| profile.name).collect();
        format!("there is no profile `{name}`, only {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name_and_no_name_is_given_twice() {
        for profile in all() {
            assert!(std::ptr::eq(find(profile.name).unwrap(), profile), "{}", profile.name);
            assert!(!profile.about.is_empty() && !profile.receipts.dialects.is_empty());
        }
        assert_eq!(all().next().map(|profile| profile.name), Some("honest"));
    }

    #[test]
    fn a_name_that_is_none_is_answered_with_those_that_are() {
        let error = find("friendly").unwrap_err();
        assert!(error.contains("honest, ") && error.contains("throttle"), "{error}");
    }
}
