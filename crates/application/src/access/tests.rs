//! Access keys, their tokens and their rotation, on both engines.

use std::sync::Arc;

use tongguan_messages::certificate::ClientCertificate;
use tongguan_storage::About;
use tongguan_storage::seal::Keyring;

use super::*;
use crate::desk::{Desk, cause, noon};
use crate::history::events;

on_both_engines! {
    a_token_is_good_a_quarter_of_an_hour_and_no_longer_than_its_key,
    a_token_may_what_it_was_asked_for_and_no_more_than_its_key,
    nothing_else_is_taken_for_a_token,
    a_certificate_stands_for_a_program_until_its_time_is_over,
    an_old_key_is_good_a_while_beside_the_new_one,
}

fn programs_of(desk: &Desk) -> Programs {
    Programs::new(desk.store.clone(), Arc::new(Keyring::from_master(&[7; 32])))
}

fn later(minutes: i64) -> Moment {
    noon(1).plus_millis(minutes * 60_000)
}

fn given(desk: &Desk, scopes: &[&str], expires_at: Moment) -> (AccessKey, String) {
    let mailbox = DxpId::parse("DXPENT0000000001").unwrap();
    let scopes = Scopes::parse(scopes.iter().copied()).unwrap();
    let new = NewKey { mailbox: &mailbox, purpose: "ERP", scopes: &scopes, expires_at };
    issue(&mut desk.store.writer().unwrap(), new, &cause(), noon(1)).unwrap()
}

fn a_token_is_good_a_quarter_of_an_hour_and_no_longer_than_its_key(desk: &Desk) {
    let programs = programs_of(desk);
    let (key, secret) = given(desk, &[], later(20));
    assert_eq!(programs.of_client(&key.number, &secret, noon(1)).unwrap(), Some(key.clone()));
    assert_eq!(programs.of_client("0000000000000000", &secret, noon(1)).unwrap(), None);
    let token = programs.token(&key, None, noon(1)).unwrap();
    assert_eq!(token.seconds, 900);
    let knows = |text: &str, now| programs.of_bearer(text, now).unwrap().is_some();
    assert!(knows(&token.text, later(14)) && !knows(&token.text, later(15)));
    let last = programs.token(&key, None, later(10)).unwrap();
    assert_eq!(last.seconds, 600);
    assert!(knows(&last.text, later(19)) && !knows(&last.text, later(20)));

    // With its key it ends at once.
    let (key, _) = given(desk, &[], later(20));
    let token = programs.token(&key, None, noon(1)).unwrap();
    assert!(knows(&token.text, later(1)));
    withdraw(&mut desk.store.writer().unwrap(), &key.number, None, &cause(), later(1)).unwrap();
    assert!(!knows(&token.text, later(1)));
}

fn a_token_may_what_it_was_asked_for_and_no_more_than_its_key(desk: &Desk) {
    let programs = programs_of(desk);
    let (key, _) = given(desk, &["read-mail", "declare"], later(60));
    let names = |scopes| {
        let token = programs.token(&key, scopes, noon(1)).unwrap();
        let shown = programs.of_bearer(&token.text, noon(1)).unwrap().unwrap();
        assert_eq!((&shown.scopes, &shown.number), (&token.scopes, &key.number));
        shown.scopes.names()
    };
    assert_eq!(names(None), ["read-mail", "declare"]);
    assert_eq!(names(Some("")), ["read-mail", "declare"]);
    assert_eq!(names(Some("declare")), ["declare"]);
    let refused = |scopes| programs.token(&key, Some(scopes), noon(1)).unwrap_err();
    assert!(matches!(refused("read-mail file"), AccessError::BeyondKey("file")));
    assert!(matches!(refused("everything"), AccessError::BadScope(_)));
}

fn nothing_else_is_taken_for_a_token(desk: &Desk) {
    let programs = programs_of(desk);
    let (key, secret) = given(desk, &[], later(60));
    let token = programs.token(&key, None, noon(1)).unwrap().text;
    let elsewhere = Programs::new(desk.store.clone(), Arc::new(Keyring::from_master(&[8; 32])));
    assert_eq!(elsewhere.of_bearer(&token, noon(1)).unwrap(), None, "of another service");
    let altered = token.chars().rev().collect::<String>();
    let altered = format!("tongguan_token_{}", &altered[..altered.len() - 15]);
    for wrong in ["", "tongguan_token_", "tongguan_token_!", altered.as_str(), &token[1..]] {
        assert_eq!(programs.of_bearer(wrong, noon(1)).unwrap(), None, "{wrong}");
    }
    assert!(programs.of_bearer(&secret, noon(1)).unwrap().is_some());
    assert_eq!(programs.of_client(&key.number, &token, noon(1)).unwrap(), None, "no client");
}

fn a_certificate_stands_for_a_program_until_its_time_is_over(desk: &Desk) {
    let programs = programs_of(desk);
    let pem = crate::registry::sample::certificate(1).to_pem();
    let certificate = ClientCertificate::from_pem(&pem).unwrap();
    let mailbox = DxpId::parse("DXPENT0000000001").unwrap();
    let mut writer = desk.store.writer().unwrap();
    let mut registered = |now: Moment| {
        let scopes = Scopes::default();
        let (purpose, expires_at) = ("ERP", now.plus_days(3_650));
        let new = NewKey { mailbox: &mailbox, purpose, scopes: &scopes, expires_at };
        register(&mut writer, &certificate, new, &cause(), now)
    };
    let over = registered(certificate.valid_until());
    assert!(matches!(over, Err(AccessError::CertificateOver)));
    let key = registered(noon(1)).unwrap();
    assert_eq!(key.expires_at, certificate.valid_until(), "no longer than it is valid itself");
    assert!(matches!(registered(noon(1)), Err(AccessError::CertificateKnown)));
    let of = |digest: &[u8; 32], now| programs.of_certificate(digest, now).unwrap();
    assert_eq!(of(certificate.digest(), noon(1)), Some(key.clone()));
    assert_eq!(of(certificate.digest(), key.expires_at), None);
    assert_eq!(of(&[1; 32], noon(1)), None);

    // Neither stands for the other.
    let (given, secret) = given(desk, &[], later(60));
    assert_eq!(of(&sha256(secret.as_bytes()), noon(1)), None);
    let rotation =
        |number| Rotation { number, of: None, old_until: later(1), expires_at: later(2) };
    let mut writer = desk.store.writer().unwrap();
    let refused = rotate(&mut writer, rotation(&key.number), &cause(), noon(1));
    assert!(matches!(refused, Err(AccessError::NoSecret(_))));
    rotate(&mut writer, rotation(&given.number), &cause(), noon(1)).unwrap();
    let token = programs.token(&key, None, noon(1)).unwrap().text;
    assert_eq!(programs.of_bearer(&token, noon(1)).unwrap(), None);
}

fn an_old_key_is_good_a_while_beside_the_new_one(desk: &Desk) {
    let programs = programs_of(desk);
    let (old, old_secret) = given(desk, &["read-mail"], later(600));
    let mut writer = desk.store.writer().unwrap();
    let mut replaced = |number: &str, of: Option<&DxpId>, now| {
        let (old_until, expires_at) = (later(60), later(9_000));
        rotate(&mut writer, Rotation { number, of, old_until, expires_at }, &cause(), now)
    };
    let other = DxpId::parse("DXPENT0000000002").unwrap();
    let foreign = replaced(&old.number, Some(&other), noon(1));
    assert!(matches!(foreign, Err(AccessError::Unknown(_))));
    let (new, new_secret) = replaced(&old.number, None, noon(1)).unwrap();
    assert_eq!(
        (&new.purpose, &new.scopes, &new.mailbox),
        (&old.purpose, &old.scopes, &old.mailbox)
    );
    let knows = |secret: &str, now| programs.of_bearer(secret, now).unwrap().is_some();
    assert!(knows(&old_secret, later(59)) && !knows(&old_secret, later(60)));
    assert!(knows(&new_secret, later(8_999)));
    let over = replaced(&old.number, None, later(60));
    assert!(matches!(over, Err(AccessError::Over(_))));
    let told = desk.store.read(|view| events(view, Register::People, About::Everything, None, 9));
    let told = told.unwrap().into_iter().map(|event| {
        let fields: Vec<_> = event.entry.fields.into_iter().map(|field| field.name).collect();
        (event.entry.change, fields.join(", "))
    });
    let wanted = [
        (ChangeKind::Added, "mailbox, purpose, valid until, replaces"),
        (ChangeKind::Changed, "valid until"),
        (ChangeKind::Added, "mailbox, purpose, valid until"),
    ];
    assert_eq!(told.collect::<Vec<_>>(), wanted.map(|(kind, text)| (kind, text.to_owned())));
}

#[test]
fn a_key_may_what_it_is_restricted_to_and_no_more_than_a_program() {
    let all = Scopes::default();
    assert!(all.allow(Permission::ReadMail) && all.allow(Permission::Declare));
    assert!(!all.allow(Permission::Decide), "no program decides");
    let reads = Scopes::parse(["read-mail", "read-mail"]).unwrap();
    assert_eq!(reads.names(), ["read-mail"]);
    assert!(!reads.allow(Permission::Declare));
    assert_eq!(Scopes::read(&reads.stored()), reads);
    assert_eq!(Scopes::read(&all.stored()), all);
    assert!(Scopes::parse(["decide"]).is_err() && Scopes::parse([""]).is_err());
    assert!(Scopes::read("something-of-tomorrow").names().is_empty());
}
