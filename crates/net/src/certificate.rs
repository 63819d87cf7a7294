//! What stands in a certificate, as far as we look into it: rustls checks chains and names, and tells no times.

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// When a certificate holds, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From then on.
    pub begins: i64,
    /// Until then.
    pub ends: i64,
}

impl Validity {
    /// Of this certificate; none when it cannot be read.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Validity> {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        let validity = certificate.validity();
        Some(Validity {
            begins: validity.not_before.timestamp(),
            ends: validity.not_after.timestamp(),
        })
    }
}
