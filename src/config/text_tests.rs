//! How texts are written: what accounts and profiles may say of it.

use std::path::Path;

use super::file::{Config, Surroundings};
use super::profile::parse;
use crate::gsm::language::Language;
use crate::gsm::transliterate::Level;

fn transliterate(keys: &str) -> Result<Option<Level>, String> {
    let text = format!("[[account]]\nname = \"app\"\npassword = \"x\"\n{keys}\n");
    let checked = Config::parse("test.toml", &text, Path::new(""), Surroundings::default());
    let checked = checked.map_err(|error| error.to_string())?;
    Ok(checked.config.settings.accounts[0].transliterate)
}

#[test]
fn texts_are_changed_as_far_as_the_account_says_and_not_by_default() {
    assert_eq!(transliterate(""), Ok(None));
    assert_eq!(transliterate("transliterate = true"), Ok(Some(Level::LookAlikes)));
    let both = "transliterate = true\ntransliterate_accents = true";
    assert_eq!(transliterate(both), Ok(Some(Level::Accents)));
    let error = transliterate("transliterate_accents = true").expect_err("alone");
    assert!(error.contains("test.toml:4:"), "{error}");
    assert!(
        error.contains("transliterate_accents = true: goes with transliterate only"),
        "{error}"
    );
    let error = transliterate("transliterate = \"yes\"").expect_err("a string");
    assert!(error.contains("allowed: true or false"), "{error}");
}

#[test]
fn a_profile_names_the_languages_whose_tables_its_carrier_takes() {
    let national = |text: &str| parse("p.toml", text).map(|profile| profile.national);
    assert_eq!(national("").expect("right"), []);
    let two = national("national_language = [\"turkish\", \"hindi\"]").expect("right");
    assert_eq!(two, [Language::Turkish, Language::Hindi]);
    for language in Language::ALL {
        let text = format!("national_language = [\"{}\"]", language.name());
        assert_eq!(national(&text).expect("right"), [language]);
    }
    for (text, told) in [
        ("national_language = [\"klingon\"]", "`klingon` is not known"),
        ("national_language = [\"turkisch\"]", "did you mean `turkish`?"),
        (
            "data_coding_0 = \"latin1\"\nnational_language = [\"turkish\"]",
            "goes with septets only, and data_coding_0 says otherwise; allowed: []",
        ),
    ] {
        let error = national(text).expect_err(told).to_string();
        assert!(error.contains(told), "{told}\n{error}");
    }
}
