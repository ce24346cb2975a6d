//! The authorities that this machine trusts.

use ureq::tls::Certificate;

/// Their certificates, as the operating system keeps them; what cannot be read is left out.
pub fn trusted_here() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
}
