//! What a certificate says of itself: its subject, and from when to when it holds (RFC 5280 §4.1).

use std::time::{Duration, SystemTime};

use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// How long before its end a certificate is worth a warning: 30 days.
pub const WARN_BEFORE_END: Duration = Duration::from_secs(30 * 86_400);

/// Characters of a subject that are shown.
const SUBJECT_CHARS_MAX: usize = 120;

/// What is worth knowing about a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Its subject, such as `CN=smpp.example.net,O=Example`; shortened if it is very long.
    pub subject: String,
    /// It holds from then on.
    pub not_before: SystemTime,
    /// It holds until then.
    pub not_after: SystemTime,
}

impl Facts {
    /// Reads the DER of a certificate; `None` if it is none.
    pub fn of(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let validity = body.validity();
        Some(Self {
            subject: shown(&body.subject().to_string()),
            not_before: SystemTime::UNIX_EPOCH + validity.not_before.to_unix_duration(),
            not_after: SystemTime::UNIX_EPOCH + validity.not_after.to_unix_duration(),
        })
    }

    /// What is doubtful about it at this time, with the date, in words for an operator.
    pub fn doubt(&self, now: SystemTime) -> Option<String> {
        let Self { subject, not_before, not_after } = self;
        if *not_after < now {
            return Some(format!("certificate {subject} has expired on {}", date(*not_after)));
        }
        if *not_before > now {
            return Some(format!(
                "certificate {subject} is not valid before {}",
                date(*not_before)
            ));
        }
        (*not_after < now + WARN_BEFORE_END)
            .then(|| format!("certificate {subject} expires on {}", date(*not_after)))
    }
}

/// A subject without control characters, at a length for one line.
fn shown(subject: &str) -> String {
    let clean = subject.chars().map(|c| if c.is_control() { '?' } else { c });
    let mut shown: String = clean.take(SUBJECT_CHARS_MAX).collect();
    if subject.chars().nth(SUBJECT_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

pub(super) fn date(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(
        |_| "a date that cannot be".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(from: i32, until: i32) -> Facts {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params =
            rcgen::CertificateParams::new(vec!["smpp.example.net".into()]).expect("a name");
        params.distinguished_name.push(rcgen::DnType::CommonName, "smpp.example.net\n");
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        Facts::of(params.self_signed(&key).expect("signed").der()).expect("readable")
    }

    fn day(days: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400)
    }

    #[test]
    fn the_subject_and_the_dates_are_read_and_control_characters_are_not_shown() {
        let facts = made(2020, 2030);
        assert!(facts.subject.contains("smpp.example.net"), "{}", facts.subject);
        assert!(!facts.subject.contains('\n'), "{}", facts.subject);
        assert_eq!(facts.not_before, day(18_262));
        assert_eq!(facts.not_after, day(21_915));
    }

    #[test]
    fn a_certificate_is_doubted_before_after_and_shortly_before_its_end() {
        let facts = made(2020, 2030);
        assert_eq!(facts.doubt(day(20_000)), None);
        let said = |days| facts.doubt(day(days)).expect("doubtful");
        assert!(said(18_000).contains("not valid before 2020-01-01"), "{}", said(18_000));
        assert!(said(21_900).contains("expires on 2030-01-01"), "{}", said(21_900));
        assert!(said(22_000).contains("has expired on 2030-01-01"), "{}", said(22_000));
    }

    #[test]
    fn octets_that_are_no_certificate_have_no_facts() {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec![]).expect("no names");
        let certificate = params.self_signed(&key).expect("signed");
        let der = certificate.der();
        for end in 0..der.len() {
            assert_eq!(Facts::of(&der[..end]), None);
        }
    }
}
