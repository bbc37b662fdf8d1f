//! Authorities and certificates, right ones and wrong ones.

use std::fs;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};

use super::site::Site;

/// Who signs certificates.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

impl Authority {
    /// An authority of this name.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Puts its certificate beside a site's configuration.
    pub fn put(&self, site: &Site, name: &str) {
        fs::write(site.file(name), self.certificate.pem()).unwrap();
    }

    /// Puts a certificate for `host` and its key beside a site's configuration, as `host.pem` and
    /// `host.key`.
    pub fn issue(&self, site: &Site, host: &str) {
        self.issue_until(site, host, 2100);
    }

    /// The same with a year in which it ends.
    pub fn issue_until(&self, site: &Site, host: &str, year: i32) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, host);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        put(site, host, &certificate, &key);
    }
}

/// Puts a certificate that signed itself beside a site's configuration; its SHA-256 in hexadecimal
/// digits.
pub fn self_signed(site: &Site, host: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["nobody.invalid".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    put(site, host, &certificate, &key);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(certificate.der());
    digest.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(":")
}

fn put(site: &Site, host: &str, certificate: &Certificate, key: &KeyPair) {
    fs::write(site.file(&format!("{host}.pem")), certificate.pem()).unwrap();
    fs::write(site.file(&format!("{host}.key")), key.serialize_pem()).unwrap();
}
