//! Certificates and revocation lists: any bytes, as DER and as PEM.

use std::sync::LazyLock;

use tongguan_messages::certificate::{Certificate, RevocationList, TrustStore, judge};

use crate::memory;
use crate::world::{WORLD, receipt};

/// Holds certificates and revocation lists to their laws.
///
/// # Panics
/// When one is broken.
pub fn check(bytes: &[u8]) {
    // Made before anything is measured.
    LazyLock::force(&WORLD);
    let (certificate, list) = memory::bounded(bytes.len(), || {
        (Certificate::from_der(bytes).ok(), RevocationList::from_der(bytes).ok())
    });
    if let Some(certificate) = &certificate {
        assert_eq!(certificate.der(), bytes);
        hold_certificate(certificate);
    }
    if let Some(list) = &list {
        hold_list(list);
    }
    let Ok(pem) = str::from_utf8(bytes) else { return };
    if let Ok(certificate) = Certificate::from_pem(pem) {
        hold_certificate(&certificate);
    }
    if let Ok(list) = RevocationList::from_pem(pem) {
        hold_list(&list);
    }
}

/// Whatever a certificate says can be asked of it, its text form gives it back, and it is trusted only
/// when an authority issued it.
fn hold_certificate(certificate: &Certificate) {
    assert_eq!(Certificate::from_pem(&certificate.to_pem()).as_ref(), Ok(certificate));
    assert!(certificate.serial().len().is_multiple_of(2));
    let texts = certificate.subject_texts();
    for text in [certificate.common_name(), certificate.organisation()].into_iter().flatten() {
        assert!(texts.contains(&text), "{text}");
    }
    let Ok(verdict) = judge(certificate, &WORLD.store, receipt()) else { return };
    assert!(verdict.holds_at(receipt()));
    assert!(certificate.valid_from() <= verdict.valid_from);
    assert!(verdict.valid_until <= certificate.valid_until());
    let known = WORLD.certificates();
    assert!(known.contains(&certificate), "nobody issued {:?}", certificate.subject_texts());
}

/// A list is taken only when an authority signed it.
fn hold_list(list: &RevocationList) {
    let roots = WORLD.roots.each_ref().map(|root| root.certificate().clone()).to_vec();
    if TrustStore::new(roots, vec![], vec![list.clone()]).is_ok() {
        assert_eq!(list.to_pem(), WORLD.revocations.to_pem(), "nobody signed the list");
    }
}
