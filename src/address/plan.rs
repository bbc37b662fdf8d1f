//! The numbering plans of all countries, as libphonenumber's metadata has them.
//!
//! The one place that names `rlibphonenumber`. A question costs 1 to 3 µs and the first one some
//! milliseconds, so this is for the edge: the API, the command line, the loading of routes, and the
//! few calling codes that several countries share. **Invariant**: a number is only ever rewritten by
//! the rules of a plan (trunk prefixes, Italy's 0, Argentina's 9 and 15, Mexico's former 1); what no
//! plan explains is given back as an error or with [`Verdict::Impossible`], not mended.

use std::sync::LazyLock;

use rlibphonenumber::{
    PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberType, Region,
    get_national_significant_number_owned,
};

use super::country::Country;
use super::kind::E164_DIGITS_MAX;

/// Longest text read as a number, in octets: as libphonenumber has it.
pub const TEXT_OCTETS_MAX: usize = 250;

/// How much a plan says for a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Its length is none that the country has.
    Impossible,
    /// Its length can be, its digits are of no range known.
    Possible,
    /// It is in a range that is in use.
    Valid,
}

impl Verdict {
    /// The word of the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Impossible => "impossible",
            Self::Possible => "possible",
            Self::Valid => "valid",
        }
    }
}

/// What a range is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Use {
    /// A line.
    FixedLine,
    /// A handset.
    Mobile,
    /// Either: the plan does not tell, as in North America.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// Dear to the caller.
    PremiumRate,
    /// Shared between both.
    SharedCost,
    /// Over IP.
    Voip,
    /// Follows a person.
    Personal,
    /// A pager.
    Pager,
    /// One number of many offices.
    Uan,
    /// A voice mailbox.
    Voicemail,
    /// No range known.
    Unknown,
}

impl Use {
    /// The word of the API, in capitals as libphonenumber writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FixedLine => "FIXED_LINE",
            Self::Mobile => "MOBILE",
            Self::FixedLineOrMobile => "FIXED_LINE_OR_MOBILE",
            Self::TollFree => "TOLL_FREE",
            Self::PremiumRate => "PREMIUM_RATE",
            Self::SharedCost => "SHARED_COST",
            Self::Voip => "VOIP",
            Self::Personal => "PERSONAL",
            Self::Pager => "PAGER",
            Self::Uan => "UAN",
            Self::Voicemail => "VOICEMAIL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// A number, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    /// `+`, country calling code and national significant number (E.164 §6).
    pub e164: String,
    /// The number within its country, without trunk prefix.
    pub national: String,
    /// 1 to 3 digits.
    pub calling_code: u16,
    /// Whose range it is in; `None` when no plan has it and several share the calling code.
    pub country: Option<Country>,
    /// Whether it can be and whether it is.
    pub verdict: Verdict,
    /// What its range is for.
    pub used_for: Use,
}

/// Why a text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// Nothing in it is a number.
    #[error("is not a number")]
    NotANumber,
    /// No country has this code, or the country is not known and the number does not begin with `+`.
    #[error("has no country code, and no country is set for numbers without one")]
    NoCountry,
    /// Only an international prefix, or a country code and next to nothing.
    #[error("is too short")]
    TooShort,
    /// More digits than any number has.
    #[error("is too long")]
    TooLong,
    /// The country has no plan.
    #[error("is read by the plan of a country that has none")]
    UnknownCountry,
}

/// Reads a number as people write it: with spaces and marks, with `tel:`, with letters of a keypad, in
/// digits of any script. One without a country code is of the `country` given. An extension is dropped.
///
/// # Errors
/// Why it cannot be one.
pub fn parse(text: &str, country: Option<Country>) -> Result<Number, NumberError> {
    if text.len() > TEXT_OCTETS_MAX {
        return Err(NumberError::TooLong);
    }
    let region = country.map(region).transpose()?;
    let number = PHONE_NUMBER_UTIL.parse(text, region).map_err(|error| match error {
        ParseError::InvalidCountryCode => NumberError::NoCountry,
        ParseError::NotANumber(_) => NumberError::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => NumberError::TooShort,
        ParseError::TooLongNsn => NumberError::TooLong,
    })?;
    Ok(read(&number))
}

fn read(number: &PhoneNumber) -> Number {
    let util = &*PHONE_NUMBER_UTIL;
    let national = get_national_significant_number_owned(number);
    let found = util.get_region_for_number(number);
    let verdict = match found {
        Some(region) if util.is_valid_number_for_region(number, region) => Verdict::Valid,
        _ if util.is_possible_number(number) => Verdict::Possible,
        _ => Verdict::Impossible,
    };
    Number {
        e164: format!("+{}{national}", number.country_code),
        calling_code: u16::try_from(number.country_code).unwrap_or_default(),
        country: found.and_then(country_of_region),
        verdict,
        used_for: used_for(util.get_number_type(number)),
        national,
    }
}

/// The country of a number in E.164 digits, without `+`; `None` when it is in no plan, or in none of
/// those that share its calling code. For a calling code of one country alone the code decides.
pub fn country_of(digits: &[u8]) -> Option<Country> {
    let (calling_code, national) = split(digits)?;
    if let [country] = countries_of(calling_code) {
        return Some(*country);
    }
    let number = number_of(calling_code, national)?;
    PHONE_NUMBER_UTIL.get_region_for_number(&number).and_then(country_of_region)
}

/// The number of E.164 digits, as they stand.
fn number_of(calling_code: u16, national: &[u8]) -> Option<PhoneNumber> {
    if national.is_empty() || national.len() > E164_DIGITS_MAX {
        return None;
    }
    let mut value = 0u64;
    for octet in national {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        value = value * 10 + digit;
    }
    let zeros = national.iter().take_while(|&&octet| octet == b'0').count().min(national.len() - 1);
    Some(PhoneNumber {
        country_code: i32::from(calling_code),
        national_number: value,
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: i32::try_from(zeros).ok().filter(|&zeros| zeros > 1),
        ..PhoneNumber::default()
    })
}

/// Calling code and the rest of E.164 digits; `None` when no country has such a code.
pub fn split(digits: &[u8]) -> Option<(u16, &[u8])> {
    let mut code = 0u16;
    for (index, octet) in digits.iter().take(3).enumerate() {
        let digit = octet.is_ascii_digit().then(|| u16::from(octet - b'0'))?;
        code = code * 10 + digit;
        if index == 0 && code == 0 {
            return None;
        }
        if !countries_of(code).is_empty() {
            return Some((code, &digits[index + 1..]));
        }
    }
    None
}

/// The countries of a calling code, the main one first; empty when there is none.
pub fn countries_of(calling_code: u16) -> &'static [Country] {
    CODES.get(usize::from(calling_code)).map_or(&[], Vec::as_slice)
}

/// The calling code of a country that has a plan.
pub fn calling_code(country: Country) -> Option<u16> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region(country).ok()?)?;
    u16::try_from(code).ok()
}

/// Every country that has a plan, in the order of their codes.
pub fn countries() -> Vec<Country> {
    let mut all: Vec<Country> =
        PHONE_NUMBER_UTIL.get_supported_regions().filter_map(country_of_region).collect();
    all.sort_unstable();
    all
}

/// Countries by calling code. Codes have at most 3 digits.
static CODES: LazyLock<Vec<Vec<Country>>> = LazyLock::new(|| {
    let util = &*PHONE_NUMBER_UTIL;
    let mut codes = vec![Vec::new(); 1000];
    for code in util.get_supported_calling_codes() {
        let regions = util.get_regions_for_country_calling_code(code).into_iter().flatten();
        let place = usize::try_from(code).ok().and_then(|code| codes.get_mut(code));
        if let Some(place) = place {
            *place = regions.filter_map(country_of_region).collect();
        }
    }
    codes
});

fn region(country: Country) -> Result<Region, NumberError> {
    let region = Region::from_code(country.code()).map_err(|_| NumberError::UnknownCountry)?;
    let known = PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some();
    if known { Ok(region) } else { Err(NumberError::UnknownCountry) }
}

fn country_of_region(region: Region) -> Option<Country> {
    Country::from_code(region.as_region_str().as_str())
}

const fn used_for(kind: PhoneNumberType) -> Use {
    match kind {
        PhoneNumberType::FixedLine => Use::FixedLine,
        PhoneNumberType::Mobile => Use::Mobile,
        PhoneNumberType::FixedLineOrMobile => Use::FixedLineOrMobile,
        PhoneNumberType::TollFree => Use::TollFree,
        PhoneNumberType::PremiumRate => Use::PremiumRate,
        PhoneNumberType::SharedCost => Use::SharedCost,
        PhoneNumberType::VoIP => Use::Voip,
        PhoneNumberType::PersonalNumber => Use::Personal,
        PhoneNumberType::Pager => Use::Pager,
        PhoneNumberType::UAN => Use::Uan,
        PhoneNumberType::VoiceMail => Use::Voicemail,
        PhoneNumberType::Unknown => Use::Unknown,
    }
}
