//! How every client of ours asks over HTTP.

use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::tls::{Certificate, ClientCert, RootCerts, TlsConfig};
use ureq::typestate::AgentScope;

/// Trusts these authorities, shows this certificate where one is asked for, and follows nobody elsewhere: neither a
/// redirection nor a proxy of the environment, which would look names up itself. An answer counts that comes within
/// the time given, whatever its status.
pub fn config(
    roots: &[Certificate<'static>],
    own: Option<ClientCert>,
    within: Duration,
) -> ConfigBuilder<AgentScope> {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(roots))
        .client_cert(own)
        .unversioned_rustls_crypto_provider(aws_lc_rs::default_provider().into());
    Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("Tongguan")
        .timeout_global(Some(within))
}

/// The authorities that this machine trusts, as the operating system keeps them; what cannot be read is left out.
pub fn trusted_here() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
}
