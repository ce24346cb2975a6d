//! Certificates: what is trusted, when, and what other implementations make of ours.

use std::process::Command;

use tongguan_domain::time::Moment;
use tongguan_messages::authority::{Authority, SeededChance, Validity};
use tongguan_messages::certificate::key::{Scheme, SigningKey, sm2_value_to_der};
use tongguan_messages::certificate::{
    Certificate, CertificateDefect, Revocation, RevocationList, TrustStore, judge,
};

use crate::tools::is_installed;
use crate::world::{
    NEW_RSA_PARTY, OLD_RSA_PARTY, RSA_ROOT, SM2_PARTY, SM2_ROOT, subject, year, years,
};

fn sm2_key(seed: u64) -> SigningKey {
    SigningKey::generate_sm2(&mut SeededChance::new(seed))
}

fn store(roots: &[&Authority], lists: Vec<RevocationList>) -> TrustStore {
    let roots = roots.iter().map(|root| root.certificate().clone()).collect();
    TrustStore::new(roots, vec![], lists).unwrap()
}

#[test]
fn a_certificate_says_whose_it_is() {
    let certificate = &SM2_PARTY.certificate;
    assert_eq!(certificate.serial(), "03000000000cde6f");
    assert_eq!(certificate.organisation().as_deref(), Some("测试企业"));
    assert_eq!(certificate.common_name().as_deref(), Some("测试企业证书"));
    assert_eq!(certificate.subject_texts(), ["CN", "测试企业", "1100000001", "测试企业证书"]);
    assert_eq!((certificate.valid_from(), certificate.valid_until()), (year(2024), year(2034)));
    assert_eq!(format!("{certificate:?}"), "Certificate(03000000000cde6f)");
    assert!(SM2_ROOT.certificate().is_authority() && !certificate.is_authority());
}

#[test]
fn a_serial_number_with_a_high_first_bit_has_no_zero_before_it() {
    let certificate =
        SM2_ROOT.issue(&subject("高", None), &sm2_key(9), 0xff01, years(2024, 2034)).unwrap();
    assert_eq!(certificate.serial(), "ff01");
}

#[test]
fn certificates_lists_and_keys_survive_pem() {
    for certificate in [&SM2_PARTY.certificate, &OLD_RSA_PARTY.certificate] {
        assert_eq!(Certificate::from_pem(&certificate.to_pem()).as_ref(), Ok(certificate));
    }
    for party in [&*SM2_PARTY, &*NEW_RSA_PARTY] {
        let pem = party.key.to_pem().unwrap();
        let key = SigningKey::from_pem(&pem).unwrap();
        let value = key.sign(key.scheme(), b"text").unwrap();
        assert!(party.certificate.key().verify(key.scheme(), b"text", &value));
        assert_eq!(key.to_pem().unwrap(), pem);
    }
    let list = SM2_ROOT.revocation_list(1, year(2025), year(2026), &[]).unwrap();
    assert_eq!(RevocationList::from_pem(&list.to_pem()).unwrap().next_update(), Some(year(2026)));
}

#[test]
fn a_certificate_is_judged_at_the_instant_of_receipt() {
    let store = store(&[&SM2_ROOT, &RSA_ROOT], vec![]);
    let certificate = &SM2_PARTY.certificate;
    let judged = |at| judge(certificate, &store, at).map(|verdict| verdict.valid_until);
    assert_eq!(judged(year(2026)), Ok(year(2034)));
    assert_eq!(judged(year(2024)), Ok(year(2034)), "the first instant");
    assert_eq!(judged(year(2034)), Ok(year(2034)), "the last instant");
    let too_early = judged(year(2024).plus_millis(-1)).unwrap_err();
    assert_eq!(too_early, CertificateDefect::NotYetValid(year(2024)));
    let too_late = judged(year(2034).plus_millis(1)).unwrap_err();
    assert_eq!(too_late, CertificateDefect::Expired(year(2034)));
    assert_eq!(
        (too_early.rule().code, too_late.rule().code),
        ("signature-expired", "signature-expired")
    );
    let verdict = judge(certificate, &store, year(2026)).unwrap();
    assert!(verdict.holds_at(year(2034)) && !verdict.holds_at(year(2035)));
    assert_eq!(verdict.issued_by, *SM2_ROOT.certificate().digest());
    assert_eq!(verdict.revocation, Revocation::NotChecked);
    assert!(judge(&OLD_RSA_PARTY.certificate, &store, year(2026)).is_ok());
}

#[test]
fn only_authorities_under_a_configured_root_issue() {
    let at = year(2026);
    let unknown = Err(CertificateDefect::UnknownIssuer);
    let issue = |authority: &Authority| {
        authority.issue(&subject("甲", None), &sm2_key(20), 7, years(2024, 2034)).unwrap()
    };
    let judged = |certificate: &Certificate, intermediates: Vec<Certificate>| {
        let roots = vec![SM2_ROOT.certificate().clone()];
        let store = TrustStore::new(roots, intermediates, vec![]).unwrap();
        judge(certificate, &store, at).map(|verdict| verdict.valid_until)
    };
    let until = |year_of_end| Ok(year(year_of_end));

    assert_eq!(judged(&NEW_RSA_PARTY.certificate, vec![]), unknown, "another root");
    let double =
        Authority::root(&subject("测试根", None), sm2_key(21), 1, years(2020, 2040)).unwrap();
    assert_eq!(judged(&issue(&double), vec![]), unknown, "a root of the same name");

    let middle =
        SM2_ROOT.intermediate(&subject("中", None), sm2_key(22), 2, years(2020, 2030)).unwrap();
    let leaf = issue(&middle);
    assert_eq!(judged(&leaf, vec![]), unknown, "the authority between is not configured");
    assert_eq!(judged(&leaf, vec![middle.certificate().clone()]), until(2030));
    let expired =
        SM2_ROOT.intermediate(&subject("旧", None), sm2_key(23), 3, years(2020, 2025)).unwrap();
    let chain = vec![expired.certificate().clone()];
    assert_eq!(judged(&issue(&expired), chain), unknown, "the authority between has expired");
    let stray = vec![RSA_ROOT.certificate().clone()];
    assert_eq!(judged(&NEW_RSA_PARTY.certificate, stray), unknown, "a root given as one between");
}

#[test]
fn a_signer_is_no_authority_and_an_authority_no_signer() {
    let at = year(2026);
    let store = store(&[&SM2_ROOT], vec![]);
    let middle =
        SM2_ROOT.intermediate(&subject("中", None), sm2_key(22), 2, years(2020, 2030)).unwrap();
    assert_eq!(judge(middle.certificate(), &store, at), Err(CertificateDefect::NotForSigning));

    // The party's own key, dressed as an authority of the party's name: its certificate does not say
    // that it may issue.
    let party = SigningKey::from_pem(&SM2_PARTY.key.to_pem().unwrap()).unwrap();
    let posing =
        Authority::root(&subject("测试企业", Some("1100000001")), party, 5, years(2020, 2040))
            .unwrap();
    let leaf = posing.issue(&subject("乙", None), &sm2_key(24), 6, years(2024, 2034)).unwrap();
    let roots = vec![SM2_ROOT.certificate().clone()];
    let intermediates = vec![SM2_PARTY.certificate.clone()];
    let store = TrustStore::new(roots, intermediates, vec![]).unwrap();
    assert_eq!(judge(&leaf, &store, at), Err(CertificateDefect::UnknownIssuer));
}

#[test]
fn revocation_counts_from_its_instant() {
    let serial = 0x0300_0000_000c_de6f;
    let list =
        SM2_ROOT.revocation_list(3, year(2026), year(2027), &[(serial, year(2025))]).unwrap();
    let store = store(&[&SM2_ROOT], vec![list]);
    let judged = |at| judge(&SM2_PARTY.certificate, &store, at).map(|verdict| verdict.revocation);
    assert_eq!(judged(year(2026)), Err(CertificateDefect::Revoked(year(2025))));
    assert_eq!(judged(year(2025)), Err(CertificateDefect::Revoked(year(2025))));
    let not_listed = Revocation::NotListed { next_update: Some(year(2027)) };
    assert_eq!(judged(year(2025).plus_millis(-1)), Ok(not_listed));
    let other = SM2_ROOT.issue(&subject("丙", None), &sm2_key(25), 8, years(2024, 2034)).unwrap();
    assert_eq!(judge(&other, &store, year(2026)).unwrap().revocation, not_listed);
}

#[test]
fn the_newest_list_counts_and_a_strangers_list_does_not() {
    let revoking = |number, day| {
        SM2_ROOT.revocation_list(number, day, year(2030), &[(8, year(2024))]).unwrap()
    };
    let empty = |number, day| SM2_ROOT.revocation_list(number, day, year(2030), &[]).unwrap();
    let leaf = SM2_ROOT.issue(&subject("丁", None), &sm2_key(26), 8, years(2024, 2034)).unwrap();
    let judged = |lists| judge(&leaf, &store(&[&SM2_ROOT], lists), year(2026)).is_ok();
    assert!(!judged(vec![revoking(2, year(2026)), empty(1, year(2025))]));
    assert!(judged(vec![revoking(1, year(2025)), empty(2, year(2026))]));

    let double =
        Authority::root(&subject("测试根", None), sm2_key(21), 1, years(2020, 2040)).unwrap();
    let foreign = double.revocation_list(1, year(2025), year(2030), &[]).unwrap();
    let roots = vec![SM2_ROOT.certificate().clone()];
    let refused = TrustStore::new(roots, vec![], vec![foreign]).unwrap_err();
    assert_eq!(refused, CertificateDefect::UnknownListIssuer);
}

#[test]
fn the_store_has_another_version_when_anything_in_it_changes() {
    let list = |number| SM2_ROOT.revocation_list(number, year(2025), year(2026), &[]).unwrap();
    let versions = [
        *store(&[&SM2_ROOT], vec![]).version(),
        *store(&[&SM2_ROOT, &RSA_ROOT], vec![]).version(),
        *store(&[&SM2_ROOT], vec![list(1)]).version(),
        *store(&[&SM2_ROOT], vec![list(2)]).version(),
    ];
    for (position, version) in versions.iter().enumerate() {
        assert!(!versions[..position].contains(version));
    }
    assert_eq!(versions[3], *store(&[&SM2_ROOT], vec![list(2)]).version());
}

#[test]
fn no_changed_byte_of_a_certificate_passes() {
    let store = store(&[&SM2_ROOT, &RSA_ROOT], vec![]);
    for original in [&SM2_PARTY.certificate, &NEW_RSA_PARTY.certificate] {
        for position in 0..original.der().len() {
            let mut der = original.der().to_vec();
            der[position] ^= 1;
            let passes = Certificate::from_der(&der)
                .is_ok_and(|changed| judge(&changed, &store, year(2026)).is_ok());
            assert!(!passes, "byte {position}");
        }
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    let der = SM2_PARTY.certificate.der();
    for wrong in [&[][..], &[0x30], &der[1..], &der[..der.len() - 1], &[der, b"x"].concat()] {
        assert!(matches!(Certificate::from_der(wrong), Err(CertificateDefect::Unreadable(_))));
    }
    for wrong in [
        "",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----",
    ] {
        assert!(matches!(Certificate::from_pem(wrong), Err(CertificateDefect::Unreadable(_))));
    }
    assert!(RevocationList::from_der(der).is_err());
    assert!(SigningKey::from_pem("").is_err());
}

#[test]
fn schemes_do_not_cross() {
    let value = SM2_PARTY.key.sign(Scheme::Sm2Sm3, b"text").unwrap();
    let key = SM2_PARTY.certificate.key();
    assert!(key.verify(Scheme::Sm2Sm3, b"text", &value));
    assert!(key.verify(Scheme::Sm2Sm3, b"text", &sm2_value_to_der(&value).unwrap()));
    assert!(!key.verify(Scheme::Sm2Sm3, b"texT", &value));
    assert!(!key.verify(Scheme::RsaSha1, b"text", &value));
    assert!(!OLD_RSA_PARTY.certificate.key().verify(Scheme::Sm2Sm3, b"text", &value));
    assert!(!key.verify(Scheme::Sm2Sm3, b"text", &[0; 64]));
    assert!(!key.verify(Scheme::Sm2Sm3, b"text", b""));
    assert!(SM2_PARTY.key.sign(Scheme::RsaSha1, b"text").is_err());
    let short = SigningKey::generate_rsa(&mut SeededChance::new(30), 1024).unwrap();
    assert!(short.sign(Scheme::RsaSha1, b"text").is_ok());
    assert!(short.sign(Scheme::RsaSha256, b"text").is_err());
    assert!(SigningKey::generate_rsa(&mut SeededChance::new(31), 512).is_err());
}

/// OpenSSL takes our certificates, lists and SM2 values, and we take its.
#[test]
fn openssl_agrees() {
    if !is_installed("openssl", "certificates, lists and SM2 values against OpenSSL") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let write = |name: &str, content: &[u8]| std::fs::write(path(name), content).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    let user = "distid:1234567812345678";
    for (name, root, party) in
        [("sm2", &*SM2_ROOT, &*SM2_PARTY), ("rsa", &*RSA_ROOT, &*NEW_RSA_PARTY)]
    {
        let list = root.revocation_list(1, year(2024), year(2034), &[(5, year(2025))]).unwrap();
        write("root.pem", root.certificate().to_pem().as_bytes());
        write("leaf.pem", party.certificate.to_pem().as_bytes());
        write("list.pem", list.to_pem().as_bytes());
        let at = (year(2026).micros() / 1_000_000).to_string();
        let (root, leaf, list) = (path("root.pem"), path("leaf.pem"), path("list.pem"));
        let mut arguments = vec!["verify", "-x509_strict", "-attime", &at, "-CAfile", &root];
        if name == "sm2" {
            arguments.extend(["-vfyopt", user]);
        } else {
            // OpenSSL cannot be told the user id of a list's signer.
            arguments.extend(["-crl_check", "-CRLfile", &list]);
        }
        arguments.push(&leaf);
        run(&arguments);
        run(&["crl", "-in", &list, "-noout", "-nextupdate"]);
    }

    write("key.pem", SM2_PARTY.key.to_pem().unwrap().as_bytes());
    write("text", b"text");
    let ours = sm2_value_to_der(&SM2_PARTY.key.sign(Scheme::Sm2Sm3, b"text").unwrap()).unwrap();
    write("value", &ours);
    let (key, text, value) = (path("key.pem"), path("text"), path("value"));
    run(&["dgst", "-sm3", "-sigopt", user, "-prverify", &key, "-signature", &value, &text]);
    let theirs = run(&["dgst", "-sm3", "-sigopt", user, "-sign", &key, &text]);
    assert!(SM2_PARTY.certificate.key().verify(Scheme::Sm2Sm3, b"text", &theirs));

    let fresh = run(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"]);
    let key = SigningKey::from_pem(&String::from_utf8(fresh).unwrap()).unwrap();
    assert_eq!(key.scheme(), Scheme::Sm2Sm3);
}

#[test]
fn validity_is_written_in_both_forms_of_time() {
    let validity =
        Validity { from: year(2049), until: Moment::start_of(jiff::civil::date(2051, 6, 1)) };
    let certificate = SM2_ROOT.issue(&subject("远", None), &sm2_key(27), 4, validity).unwrap();
    assert_eq!(
        (certificate.valid_from(), certificate.valid_until()),
        (validity.from, validity.until)
    );
}
