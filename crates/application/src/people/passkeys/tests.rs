//! Passkeys, on both engines, with an authenticator that is made of software.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_storage::About;
use tongguan_storage::seal::Keyring;

use super::*;
use crate::desk::{Desk, cause, noon};
use crate::history::events;
use crate::people::{NewPerson, NextStep, Policy, add, invite};

on_both_engines! {
    a_passkey_is_a_second_factor_and_signs_in_by_itself,
    no_answer_is_good_twice,
    an_answer_of_elsewhere_or_to_something_else_is_refused,
    a_copy_of_an_authenticator_is_noticed,
    whoever_knows_the_password_alone_adds_no_factor_beside_a_passkey,
    passkeys_are_named_and_removed_but_not_the_last_factor,
    an_invitation_takes_passkeys_away,
}

const PASSWORD: &str = "correct horse battery";

/// An authenticator that holds one passkey of one host.
struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    host: &'static str,
    origin: &'static str,
    /// Whether it knows who is there.
    verifies: bool,
    /// How often it has signed; it does not count where absent.
    count: Option<u32>,
}

impl Authenticator {
    fn new(id: &str) -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: id.as_bytes().to_vec(),
            host: "window.example",
            origin: "https://window.example",
            verifies: true,
            count: None,
        }
    }

    fn client(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        let origin = self.origin;
        format!("{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\"}}")
            .into_bytes()
    }

    fn said(&self, flags: u8) -> Vec<u8> {
        let flags = flags | 1 | if self.verifies { 4 } else { 0 };
        let count = self.count.unwrap_or(0).to_be_bytes();
        [&sha256(self.host.as_bytes())[..], &[flags], &count].concat()
    }

    fn make(&self, challenge: &Challenge) -> NewPasskey {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let said = [&self.said(0x40)[..], &[0; 16], &length, &self.id].concat();
        NewPasskey {
            client: self.client("webauthn.create", &challenge.bytes),
            said,
            key: self.key.public_key().as_der().unwrap().as_ref().to_vec(),
            algorithm: Algorithm::EcdsaP256.number(),
            name: "手机".to_owned(),
        }
    }

    fn sign(&mut self, challenge: &Challenge) -> Signed {
        self.count = self.count.map(|count| count + 1);
        let client = self.client("webauthn.get", &challenge.bytes);
        let said = self.said(0);
        let signed = [&said[..], &sha256(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        Signed { id: self.id.clone(), client, said, signature: signature.as_ref().to_vec() }
    }
}

fn at() -> RelyingParty {
    RelyingParty::of("https://window.example").unwrap()
}

fn later(minutes: i64) -> Moment {
    noon(1).plus_millis(minutes * 60_000)
}

fn people_of(desk: &Desk) -> People {
    let keyring = Arc::new(Keyring::from_master(&[7; 32]));
    People::open(&desk.store, keyring, Policy::default()).unwrap()
}

/// An officer, who must have a second factor.
fn admit(people: &People, name: &str) -> SignIn {
    let office = OfficeCode::parse("0100").unwrap();
    let standing = Standing::Customs { office, role: Role::Officer };
    let sign_in = SignIn::parse(name).unwrap();
    let new = NewPerson { sign_in: sign_in.clone(), name: "李伟".to_owned(), standing };
    let invited = add(&mut people.writer(), &new, &cause(), noon(1)).unwrap();
    people.accept(&invited.code, PASSWORD, noon(1)).unwrap();
    sign_in
}

fn by_password(people: &People, name: &str, now: Moment) -> String {
    people.sign_in(name, PASSWORD, None, now).unwrap().token
}

/// Somebody with a passkey, and the session in which it was added.
fn with_passkey(people: &People, name: &str) -> (Authenticator, String) {
    admit(people, name);
    let device = Authenticator::new(name);
    let token = by_password(people, name, noon(1));
    let challenge = people.challenge(&token, Ceremony::Create, noon(1)).unwrap();
    let added = people.add_passkey(&token, PASSWORD, &at(), &device.make(&challenge), noon(1));
    (device, added.unwrap())
}

fn a_passkey_is_a_second_factor_and_signs_in_by_itself(desk: &Desk) {
    let people = people_of(desk);
    let (mut device, token) = with_passkey(&people, "zhang");
    assert_eq!(people.caller(&token, noon(1)).unwrap().next, None, "it was set up");

    let weak = by_password(&people, "zhang", later(1));
    assert_eq!(people.caller(&weak, later(1)).unwrap().next, Some(NextStep::ShowCode));
    let challenge = people.challenge(&weak, Ceremony::Get, later(1)).unwrap();
    assert_eq!(challenge.known, [device.id.clone()]);
    let signed = device.sign(&challenge);
    let strong = people.confirm_by_passkey(&weak, &at(), &signed, later(1)).unwrap();
    assert_eq!(people.caller(&strong, later(1)).unwrap().next, None);
    assert!(people.caller(&weak, later(1)).is_err(), "the token is another one");

    let challenge = people.open_challenge(later(2)).unwrap();
    let signed = device.sign(&challenge);
    let begun = people.sign_in_by_passkey(&at(), &signed, Some(&strong), later(2)).unwrap();
    let caller = people.caller(&begun.token, later(2)).unwrap();
    assert_eq!((caller.sign_in.as_str(), caller.next), ("zhang", None));
    assert!(people.caller(&strong, later(2)).is_err(), "what the browser had ends");
    let told =
        desk.store.read(|view| events(view, Register::People, About::Group("zhang"), None, 5));
    let told = told.unwrap().into_iter().flat_map(|event| event.entry.fields);
    let told: Vec<_> = told.map(|field| format!("{}: {}", field.name, field.after)).collect();
    let number = &people.passkeys(&begun.token, later(2)).unwrap()[0].number;
    let passkey = format!("passkey: {number}");
    let wanted =
        ["sign-in: passkey", "sign-in: password and passkey", "sign-in: password", &passkey];
    assert_eq!(told[..4], wanted);
}

fn no_answer_is_good_twice(desk: &Desk) {
    let people = people_of(desk);
    let (mut device, _) = with_passkey(&people, "zhang");
    let earlier = people.open_challenge(later(1)).unwrap();
    let signed = device.sign(&people.open_challenge(later(2)).unwrap());
    let begin = |signed, now| people.sign_in_by_passkey(&at(), signed, None, now);
    begin(&signed, later(2)).unwrap();
    assert!(matches!(begin(&signed, later(2)), Err(PeopleError::Wrong)));
    let earlier = device.sign(&earlier);
    assert!(begin(&earlier, later(3)).is_err(), "a challenge of before the last");
    let old = device.sign(&people.open_challenge(later(3)).unwrap());
    assert!(begin(&old, later(63)).is_err(), "an hour is over");
    assert!(begin(&old, later(62)).is_ok());

    // In a session, it ends with its use.
    let weak = by_password(&people, "zhang", later(70));
    let signed = device.sign(&people.challenge(&weak, Ceremony::Get, later(70)).unwrap());
    people.confirm_by_passkey(&weak, &at(), &signed, later(70)).unwrap();
    let weak = by_password(&people, "zhang", later(71));
    let again = people.confirm_by_passkey(&weak, &at(), &signed, later(71));
    assert!(matches!(again, Err(PeopleError::Wrong)));
}

fn an_answer_of_elsewhere_or_to_something_else_is_refused(desk: &Desk) {
    let people = people_of(desk);
    let (mut device, _) = with_passkey(&people, "zhang");
    let refused = |signed: &Signed| {
        matches!(people.sign_in_by_passkey(&at(), signed, None, later(5)), Err(PeopleError::Wrong))
    };
    let open = || people.open_challenge(later(4)).unwrap();
    let spoils: [fn(&mut Authenticator); 4] = [
        |device| device.origin = "https://evil.example",
        |device| device.host = "evil.example",
        |device| device.verifies = false,
        |device| device.id = b"another".to_vec(),
    ];
    for spoil in spoils {
        let (origin, host, id) = (device.origin, device.host, device.id.clone());
        spoil(&mut device);
        assert!(refused(&device.sign(&open())));
        (device.origin, device.host, device.id, device.verifies) = (origin, host, id, true);
    }
    let mut altered = device.sign(&open());
    altered.said[36] ^= 1;
    assert!(refused(&altered));
    let mut other = Authenticator::new("zhang");
    assert!(refused(&other.sign(&open())), "another key under the same identifier");
    let own = Challenge { bytes: b"made up by somebody".to_vec(), known: vec![], handle: vec![] };
    assert!(refused(&device.sign(&own)));
    let weak = by_password(&people, "zhang", later(4));
    let of_session = people.challenge(&weak, Ceremony::Get, later(4)).unwrap();
    assert!(refused(&device.sign(&of_session)), "given for a second factor");
    let to_create = people.challenge(&weak, Ceremony::Create, later(4)).unwrap();
    assert!(refused(&device.sign(&to_create)));
    assert!(!refused(&device.sign(&open())));

    // And of somebody else it is no second factor.
    admit(&people, "li.wei");
    let weak = by_password(&people, "li.wei", later(6));
    let signed = device.sign(&people.challenge(&weak, Ceremony::Get, later(6)).unwrap());
    let foreign = people.confirm_by_passkey(&weak, &at(), &signed, later(6));
    assert!(matches!(foreign, Err(PeopleError::Wrong)));
}

fn a_copy_of_an_authenticator_is_noticed(desk: &Desk) {
    let people = people_of(desk);
    let (mut device, _) = with_passkey(&people, "zhang");
    let begin = |device: &mut Authenticator, minute| {
        let signed = device.sign(&people.open_challenge(later(minute)).unwrap());
        people.sign_in_by_passkey(&at(), &signed, None, later(minute)).is_ok()
    };
    device.count = Some(6);
    assert!(begin(&mut device, 1));
    device.count = Some(6);
    assert!(!begin(&mut device, 2), "it has counted to seven before");
    assert!(begin(&mut device, 3), "eight");
    device.count = None;
    assert!(!begin(&mut device, 4));
}

fn whoever_knows_the_password_alone_adds_no_factor_beside_a_passkey(desk: &Desk) {
    let people = people_of(desk);
    let (_, strong) = with_passkey(&people, "zhang");
    let name = SignIn::parse("zhang").unwrap();
    let weak = by_password(&people, "zhang", later(1));
    let challenge = people.challenge(&weak, Ceremony::Create, later(1)).unwrap();
    let own = Authenticator::new("a thief's").make(&challenge);
    let refused = people.add_passkey(&weak, PASSWORD, &at(), &own, later(1));
    assert!(matches!(refused, Err(PeopleError::Wrong)));
    let enrolled = people.begin_second_factor(&name).unwrap();
    let secret = people.keyring.open_secret("totp zhang", &enrolled.sealed).unwrap();
    let code = crate::people::second_factor::code(&secret, &name, later(1));
    let sealed = Some(&enrolled.sealed[..]);
    let refused = people.confirm_second_factor(&weak, sealed, &code, later(1));
    assert!(matches!(refused, Err(PeopleError::Wrong)));
    // Whoever has shown the passkey adds what he likes, with the password.
    let challenge = people.challenge(&strong, Ceremony::Create, later(1)).unwrap();
    let second = Authenticator::new("second").make(&challenge);
    let guessed = people.add_passkey(&strong, "a guess", &at(), &second, later(1));
    assert!(matches!(guessed, Err(PeopleError::Wrong)));
    let strong = people.add_passkey(&strong, PASSWORD, &at(), &second, later(1)).unwrap();
    people.confirm_second_factor(&strong, sealed, &code, later(1)).unwrap();
}

fn passkeys_are_named_and_removed_but_not_the_last_factor(desk: &Desk) {
    let people = people_of(desk);
    let (mut device, token) = with_passkey(&people, "zhang");
    let own = |token: &str| people.passkeys(token, later(1)).unwrap();
    let number = own(&token)[0].number.clone();
    people.rename_passkey(&token, &number, " 电脑 ", later(1)).unwrap();
    assert_eq!(own(&token)[0].name, "电脑");
    let last = people.remove_passkey(&token, &number, later(1));
    assert!(matches!(last, Err(PeopleError::LastFactor)));
    let challenge = people.challenge(&token, Ceremony::Create, later(1)).unwrap();
    let second = Authenticator::new("second").make(&challenge);
    let token = people.add_passkey(&token, PASSWORD, &at(), &second, later(1)).unwrap();

    let (_, theirs) = with_passkey(&people, "li.wei");
    people.rename_passkey(&theirs, &number, "mine", later(1)).unwrap();
    people.remove_passkey(&theirs, &number, later(1)).unwrap();
    assert_eq!(own(&token).len(), 2, "nobody touches another's");
    people.remove_passkey(&token, &number, later(1)).unwrap();
    people.remove_passkey(&token, &number, later(1)).unwrap();
    assert_eq!(own(&token).len(), 1);
    let signed = device.sign(&people.open_challenge(later(2)).unwrap());
    assert!(people.sign_in_by_passkey(&at(), &signed, None, later(2)).is_err());
}

fn an_invitation_takes_passkeys_away(desk: &Desk) {
    let people = people_of(desk);
    let (mut device, _) = with_passkey(&people, "zhang");
    let name = SignIn::parse("zhang").unwrap();
    let standing = Standing::Enterprise { party: PartyId(7), role: Role::Clerk };
    let out = |people: &People, is_out| {
        crate::people::shut_out(&mut people.writer(), &name, is_out, &cause(), later(1)).unwrap();
    };
    out(&people, true);
    let mut begin = |minute| {
        let signed = device.sign(&people.open_challenge(later(minute)).unwrap());
        people.sign_in_by_passkey(&at(), &signed, None, later(minute)).is_ok()
    };
    assert!(!begin(1), "shut out");
    out(&people, false);
    assert!(begin(2));
    crate::people::change_standing(&mut people.writer(), &name, standing, &cause(), later(2))
        .unwrap();
    let invited = invite(&mut people.writer(), &name, &cause(), later(2)).unwrap();
    assert!(!begin(3));
    people.accept(&invited.code, PASSWORD, later(3)).unwrap();
    assert!(!begin(4), "it is gone for good");
    let fresh = people.sign_in("zhang", PASSWORD, None, later(4)).unwrap();
    assert_eq!(fresh.next, None, "a clerk without a second factor");
}
