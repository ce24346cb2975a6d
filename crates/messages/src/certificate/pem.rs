//! PEM, the text form of DER (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::defect::CertificateDefect;

/// The bytes of the first `label` block of a PEM text; text around it is skipped.
pub(super) fn der_of_pem(pem: &str, label: &str) -> Result<Vec<u8>, CertificateDefect> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let body = pem
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .map(|(body, _)| body.split_ascii_whitespace().collect::<String>())
        .ok_or_else(|| CertificateDefect::Unreadable(format!("no PEM block {label}")))?;
    STANDARD.decode(body).map_err(|error| CertificateDefect::Unreadable(error.to_string()))
}

/// DER as one `label` block.
pub(super) fn pem_of_der(der: &[u8], label: &str) -> String {
    let encoded = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + &format!("-----END {label}-----\n")
}
