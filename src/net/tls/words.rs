//! Why TLS failed, in words that say what to look at.

use std::io;
use std::time::{Duration, SystemTime};

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

use super::certificate::date;

/// Says why a read of a connection failed, if it was for TLS.
pub fn of_io(error: &io::Error) -> Option<String> {
    Some(why(error.get_ref()?.downcast_ref()?))
}

/// Says why a handshake or a connection failed.
pub fn why(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::NoCertificatesPresented => "it shows no certificate, and one is required".to_owned(),
        Error::AlertReceived(alert) => alert_of_peer(*alert),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what it says is not TLS".to_owned()
        }
        Error::PeerIncompatible(what) => {
            format!("no version or cipher in common ({what:?}); TLS 1.2 and 1.3 are spoken")
        }
        error => error.to_string(),
    }
}

/// What is wrong with the peer's certificate.
fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "its certificate is not signed by a known authority; see `ca`".to_owned()
        }
        CertificateError::ApplicationVerificationFailure => {
            "its certificate is not one of `pinned_sha256`".to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => format!(
            "its certificate is for {}, not for {}; see `server_name`",
            presented.join(", "),
            expected.to_str()
        ),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate has expired on {}", date(since_epoch(not_after.as_secs())))
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!(
                "its certificate is not valid before {}",
                date(since_epoch(not_before.as_secs()))
            )
        }
        error => format!("its certificate cannot be taken: {error}"),
    }
}

fn since_epoch(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What the peer says is wrong with us.
fn alert_of_peer(alert: AlertDescription) -> String {
    let meaning = match alert {
        AlertDescription::UnknownCA => "it does not know the authority of our certificate",
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "it requires a certificate of ours"
        }
        AlertDescription::CertificateExpired => "it says that our certificate has expired",
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::AccessDenied => "it does not take our certificate",
        AlertDescription::ProtocolVersion => "it speaks no version of TLS that we do",
        AlertDescription::HandshakeFailure => {
            "it has no cipher in common with us, or wants a certificate"
        }
        _ => "it ended the handshake",
    };
    format!("{meaning} (alert {alert:?})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_operator_can_change_is_named() {
        let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert!(why(&unknown).contains("`ca`"));
        let alert = Error::AlertReceived(AlertDescription::CertificateRequired);
        assert!(why(&alert).contains("requires a certificate of ours"));
    }
}
