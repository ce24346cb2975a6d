//! People, on both engines.

use std::sync::Arc;

use tongguan_domain::access::{Role, SignIn, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{About, Register};

use super::*;
use crate::desk::{Desk, cause, noon};
use crate::history::events;

on_both_engines! {
    an_invited_person_chooses_a_password_and_signs_in,
    a_wrong_name_and_a_wrong_password_are_told_alike,
    guessing_locks_the_name_for_a_while,
    officers_set_up_a_second_factor_before_anything_else,
    an_authenticator_is_replaced_by_whoever_shows_it,
    a_code_is_good_once,
    sessions_end_by_time_by_idleness_and_by_sign_out,
    who_is_shut_out_or_changed_loses_all_sessions,
    an_invitation_is_good_once_and_for_three_days,
    recovery_takes_password_and_second_factor_away,
    the_present_password_is_not_guessed_in_a_session,
    changes_leave_events,
    who_signs_in_and_who_fails_to_leaves_an_event,
}

const PASSWORD: &str = "correct horse battery";

fn people_of(desk: &Desk) -> People {
    let keyring = Arc::new(Keyring::from_master(&[7; 32]));
    People::open(&desk.store, keyring, Policy::default()).unwrap()
}

fn clerk() -> Standing {
    Standing::Enterprise { party: PartyId(7), role: Role::Clerk }
}

fn officer() -> Standing {
    Standing::Customs { office: OfficeCode::parse("0100").unwrap(), role: Role::Officer }
}

fn name(text: &str) -> SignIn {
    SignIn::parse(text).unwrap()
}

/// Lets somebody in, with a password.
fn admit(people: &People, sign_in: &str, standing: Standing) -> SignIn {
    let sign_in = name(sign_in);
    let new = NewPerson { sign_in: sign_in.clone(), name: "李伟".to_owned(), standing };
    let invited = add(&mut people.writer(), &new, &cause(), noon(1)).unwrap();
    people.accept(&invited.code, PASSWORD, noon(1)).unwrap();
    sign_in
}

fn later(minutes: i64) -> Moment {
    noon(1).plus_millis(minutes * 60_000)
}

fn token(people: &People, sign_in: &str) -> String {
    people.sign_in(sign_in, PASSWORD, None, noon(1)).unwrap().token
}

fn an_invited_person_chooses_a_password_and_signs_in(desk: &Desk) {
    let people = people_of(desk);
    admit(&people, "li.wei", clerk());
    let signed_in = people.sign_in(" Li.Wei ", PASSWORD, None, noon(1)).unwrap();
    assert_eq!(signed_in.next, None, "a clerk needs no second factor");
    let caller = people.caller(&signed_in.token, later(1)).unwrap();
    assert_eq!((caller.sign_in.as_str(), caller.standing), ("li.wei", clerk()));
    assert_eq!((caller.name.as_str(), caller.next), ("李伟", None));
    assert!(matches!(people.caller("made up", later(1)), Err(PeopleError::NoSession)));
    let again = NewPerson { sign_in: name("li.wei"), name: String::new(), standing: clerk() };
    let taken = add(&mut people.writer(), &again, &cause(), noon(1));
    assert!(matches!(taken, Err(PeopleError::Taken(_))));
    // Signing in again ends the session that the same browser had.
    let second = people.sign_in("li.wei", PASSWORD, Some(&signed_in.token), later(2)).unwrap();
    assert!(people.caller(&signed_in.token, later(2)).is_err());
    assert!(people.caller(&second.token, later(2)).is_ok());
}

fn a_wrong_name_and_a_wrong_password_are_told_alike(desk: &Desk) {
    let people = people_of(desk);
    admit(&people, "li.wei", clerk());
    let new = NewPerson { sign_in: name("fresh"), name: String::new(), standing: clerk() };
    add(&mut people.writer(), &new, &cause(), noon(1)).unwrap();
    for (sign_in, password) in [
        ("li.wei", "another password"),
        ("nobody", PASSWORD),
        ("李伟", PASSWORD),
        ("fresh", ""),
        ("fresh", PASSWORD),
    ] {
        let wrong = people.sign_in(sign_in, password, None, noon(1)).unwrap_err();
        assert!(matches!(wrong, PeopleError::Wrong), "{sign_in}: {wrong}");
    }
}

fn guessing_locks_the_name_for_a_while(desk: &Desk) {
    let people = people_of(desk);
    admit(&people, "li.wei", clerk());
    for _ in 0..5 {
        let wrong = people.sign_in("li.wei", "a guess", None, noon(1)).unwrap_err();
        assert!(matches!(wrong, PeopleError::Wrong), "{wrong}");
    }
    let locked = people.sign_in("li.wei", PASSWORD, None, later(0)).unwrap_err();
    assert!(matches!(locked, PeopleError::Locked { until } if until == later(1)), "{locked}");
    people.sign_in("li.wei", "a guess", None, later(1)).unwrap_err();
    assert!(people.sign_in("li.wei", PASSWORD, None, later(2)).is_err(), "longer each time");
    people.sign_in("li.wei", PASSWORD, None, later(3)).unwrap();
    // Forgotten once it went well.
    people.sign_in("li.wei", "a guess", None, later(4)).unwrap_err();
    people.sign_in("li.wei", PASSWORD, None, later(4)).unwrap();
}

fn officers_set_up_a_second_factor_before_anything_else(desk: &Desk) {
    let people = people_of(desk);
    let zhang = admit(&people, "zhang", officer());
    let signed_in = people.sign_in("zhang", PASSWORD, None, noon(1)).unwrap();
    assert_eq!(signed_in.next, Some(NextStep::SetUpSecondFactor));
    let caller = people.caller(&signed_in.token, noon(1)).unwrap();
    assert_eq!(caller.next, Some(NextStep::SetUpSecondFactor));

    let enrolled = people.begin_second_factor(&zhang).unwrap();
    assert!(enrolled.address.starts_with("otpauth://totp/Tongguan:zhang?secret="));
    let confirm = |code: &str, sealed: &[u8]| {
        people.confirm_second_factor(&signed_in.token, Some(sealed), code, noon(1))
    };
    let right = code_of(&people, &zhang, &enrolled.sealed, noon(1));
    for (code, sealed) in [("000000", &enrolled.sealed[..]), ("", b""), (&right, b"made up")] {
        assert!(matches!(confirm(code, sealed), Err(PeopleError::Wrong)), "{code}");
    }
    let strong = confirm(&right, &enrolled.sealed).unwrap();
    assert_eq!(people.caller(&strong, noon(1)).unwrap().next, None);
    assert!(people.caller(&signed_in.token, noon(1)).is_err(), "the token is another one");

    // From now on a code is asked for, and none is set up over it.
    let again = people.sign_in("zhang", PASSWORD, None, later(5)).unwrap();
    assert_eq!(again.next, Some(NextStep::ShowCode));
    let other = people.begin_second_factor(&zhang).unwrap();
    let code = code_of(&people, &zhang, &other.sealed, later(5));
    let over = people.confirm_second_factor(&again.token, Some(&other.sealed), &code, later(5));
    assert!(matches!(over, Err(PeopleError::Wrong)));
    let code = code_of(&people, &zhang, &enrolled.sealed, later(5));
    assert!(people.confirm_second_factor(&again.token, None, &code, later(5)).is_ok());
}

fn an_authenticator_is_replaced_by_whoever_shows_it(desk: &Desk) {
    let people = people_of(desk);
    let zhang = admit(&people, "zhang", officer());
    let present = people.begin_second_factor(&zhang).unwrap().sealed;
    let next = people.begin_second_factor(&zhang).unwrap().sealed;
    let code = |sealed: &[u8], now| code_of(&people, &zhang, sealed, now);
    let replace = |token: &str, shown: &str, code: &str, now| {
        let replacing = Replacing { present: shown, enrolled: &next, code };
        people.replace_second_factor(token, replacing, now)
    };
    let weak = token(&people, "zhang");
    let none = replace(&weak, "", &code(&next, noon(1)), noon(1));
    assert!(matches!(none, Err(PeopleError::Wrong)), "there is nothing to replace: {none:?}");
    let strong = people
        .confirm_second_factor(&weak, Some(&present), &code(&present, noon(1)), noon(1))
        .unwrap();
    // A password alone replaces nothing, and neither does a session that is left open.
    let weak = people.sign_in("zhang", PASSWORD, None, later(1)).unwrap().token;
    let (shown, proof) = (code(&present, later(1)), code(&next, later(1)));
    assert!(matches!(replace(&weak, &shown, &proof, later(1)), Err(PeopleError::Wrong)));
    let used = code(&present, noon(1));
    for (shown, proof) in
        [("", &*proof), ("000000", &*proof), (&*shown, "000000"), (&*used, &*proof)]
    {
        let refused = replace(&strong, shown, proof, later(1));
        assert!(matches!(refused, Err(PeopleError::Wrong)), "{shown} {proof}: {refused:?}");
        people.sign_in("zhang", PASSWORD, None, later(1)).unwrap();
    }
    let fresh = replace(&strong, &shown, &proof, later(1)).unwrap();
    assert_eq!(people.caller(&fresh, later(1)).unwrap().next, None);
    for ended in [&strong, &weak] {
        assert!(people.caller(ended, later(1)).is_err(), "all other sessions end");
    }
    let events = told(desk, "zhang");
    assert_eq!(events[0], [("second factor".to_owned(), "replaced".to_owned())]);
    // From now on the next one counts, and the former one does not.
    let again = people.sign_in("zhang", PASSWORD, None, later(5)).unwrap().token;
    let former = people.confirm_second_factor(&again, None, &code(&present, later(5)), later(5));
    assert!(matches!(former, Err(PeopleError::Wrong)));
    people.confirm_second_factor(&again, None, &code(&next, later(5)), later(5)).unwrap();
}

fn a_code_is_good_once(desk: &Desk) {
    let people = people_of(desk);
    let zhang = admit(&people, "zhang", officer());
    let enrolled = people.begin_second_factor(&zhang).unwrap();
    let first = token(&people, "zhang");
    let code = code_of(&people, &zhang, &enrolled.sealed, noon(1));
    people.confirm_second_factor(&first, Some(&enrolled.sealed), &code, noon(1)).unwrap();
    let second = token(&people, "zhang");
    let again = people.confirm_second_factor(&second, None, &code, noon(1));
    assert!(matches!(again, Err(PeopleError::Wrong)));
    // Wrong codes count as wrong passwords do, over sessions.
    for _ in 0..4 {
        people
            .confirm_second_factor(&token(&people, "zhang"), None, "000000", noon(1))
            .unwrap_err();
    }
    let locked = people.confirm_second_factor(&second, None, "000000", noon(1));
    assert!(matches!(locked, Err(PeopleError::Locked { .. })));
}

fn sessions_end_by_time_by_idleness_and_by_sign_out(desk: &Desk) {
    let people = people_of(desk);
    admit(&people, "li.wei", clerk());
    let used = token(&people, "li.wei");
    for minutes in (0..12 * 60).step_by(20) {
        people.caller(&used, later(minutes)).unwrap();
    }
    assert!(people.caller(&used, later(12 * 60)).is_err(), "twelve hours are the end");
    let idle = token(&people, "li.wei");
    assert!(people.caller(&idle, later(29)).is_ok());
    assert!(people.caller(&idle, later(60)).is_err());
    let ended = token(&people, "li.wei");
    people.sign_out(&ended, noon(1)).unwrap();
    assert!(people.caller(&ended, noon(1)).is_err());
    people.sign_out(&ended, noon(1)).unwrap();
}

fn who_is_shut_out_or_changed_loses_all_sessions(desk: &Desk) {
    let people = people_of(desk);
    let li = admit(&people, "li.wei", clerk());
    let one = token(&people, "li.wei");
    change_standing(&mut people.writer(), &li, officer(), &cause(), noon(1)).unwrap();
    assert!(people.caller(&one, noon(1)).is_err());
    let two = token(&people, "li.wei");
    shut_out(&mut people.writer(), &li, true, &cause(), noon(1)).unwrap();
    assert!(people.caller(&two, noon(1)).is_err());
    let out = people.sign_in("li.wei", PASSWORD, None, noon(1));
    assert!(matches!(out, Err(PeopleError::Wrong)));
    shut_out(&mut people.writer(), &li, false, &cause(), noon(1)).unwrap();
    assert!(people.caller(&two, noon(1)).is_err(), "what ended stays so");
    assert!(people.sign_in("li.wei", PASSWORD, None, noon(1)).is_ok());
    let nobody = shut_out(&mut people.writer(), &name("nobody"), true, &cause(), noon(1));
    assert!(matches!(nobody, Err(PeopleError::Nobody(_))));
}

fn an_invitation_is_good_once_and_for_three_days(desk: &Desk) {
    let people = people_of(desk);
    let new = NewPerson { sign_in: name("li.wei"), name: String::new(), standing: clerk() };
    let first = add(&mut people.writer(), &new, &cause(), noon(1)).unwrap();
    let bad = people.accept(&first.code, "li.wei li.wei li.wei", noon(1));
    assert!(matches!(bad, Err(PeopleError::Password(_))), "a bad password uses nothing up");
    let second = invite(&mut people.writer(), &new.sign_in, &cause(), noon(1)).unwrap();
    let replaced = people.accept(&first.code, PASSWORD, noon(1));
    assert!(matches!(replaced, Err(PeopleError::NoInvitation)));
    assert!(people.accept(&second.code, PASSWORD, noon(4)).is_err(), "three days are over");
    people.accept(&second.code, PASSWORD, noon(3)).unwrap();
    assert!(people.accept(&second.code, PASSWORD, noon(3)).is_err());
    assert!(people.accept("made up", PASSWORD, noon(1)).is_err());
}

fn recovery_takes_password_and_second_factor_away(desk: &Desk) {
    let people = people_of(desk);
    let zhang = admit(&people, "zhang", officer());
    let enrolled = people.begin_second_factor(&zhang).unwrap();
    let session = token(&people, "zhang");
    let code = code_of(&people, &zhang, &enrolled.sealed, noon(1));
    let strong =
        people.confirm_second_factor(&session, Some(&enrolled.sealed), &code, noon(1)).unwrap();
    let changed = people.change_password(&strong, "a guess", "another long phrase", noon(1));
    assert!(matches!(changed, Err(PeopleError::Wrong)));
    let other = token(&people, "zhang");
    people.change_password(&strong, PASSWORD, "another long phrase", noon(1)).unwrap();
    assert!(people.caller(&other, noon(1)).is_err(), "other sessions end");
    assert!(people.caller(&strong, noon(1)).is_ok());

    let again = invite(&mut people.writer(), &zhang, &cause(), noon(1)).unwrap();
    assert!(people.caller(&strong, noon(1)).is_err());
    assert!(people.sign_in("zhang", "another long phrase", None, noon(1)).is_err());
    people.accept(&again.code, PASSWORD, noon(1)).unwrap();
    let fresh = people.sign_in("zhang", PASSWORD, None, noon(1)).unwrap();
    assert_eq!(fresh.next, Some(NextStep::SetUpSecondFactor));
}

fn the_present_password_is_not_guessed_in_a_session(desk: &Desk) {
    let people = people_of(desk);
    admit(&people, "li.wei", clerk());
    let (next, token) = ("another long phrase", token(&people, "li.wei"));
    for _ in 0..5 {
        let wrong = people.change_password(&token, "a guess", next, noon(1)).unwrap_err();
        assert!(matches!(wrong, PeopleError::Wrong), "{wrong}");
    }
    let locked = people.change_password(&token, PASSWORD, next, noon(1)).unwrap_err();
    assert!(matches!(locked, PeopleError::Locked { until } if until == later(1)), "{locked}");
    people.change_password(&token, PASSWORD, next, later(1)).unwrap();
    people.sign_in("li.wei", next, None, later(1)).unwrap();
}

fn changes_leave_events(desk: &Desk) {
    let people = people_of(desk);
    let li = admit(&people, "li.wei", clerk());
    let token = token(&people, "li.wei");
    people.change_password(&token, PASSWORD, "another long phrase", noon(1)).unwrap();
    shut_out(&mut people.writer(), &li, true, &cause(), noon(2)).unwrap();
    shut_out(&mut people.writer(), &li, true, &cause(), noon(2)).unwrap();
    let told: Vec<_> = told(desk, "li.wei")
        .into_iter()
        .map(|fields| fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
        .collect();
    let sign_in = vec!["sign-in"];
    let chosen = vec!["password"];
    assert_eq!(
        told,
        [vec!["access"], chosen.clone(), sign_in, chosen, vec!["name", "role", "organisation"]]
    );
    let listed = desk.store.read(|view| super::people(view, Some("7"), "", 9)).unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].is_shut_out && listed[0].has_password);
}

fn who_signs_in_and_who_fails_to_leaves_an_event(desk: &Desk) {
    let people = people_of(desk);
    let zhang = admit(&people, "zhang", officer());
    for name in ["zhang", "nobody"] {
        people.sign_in(name, "a guess", None, noon(1)).unwrap_err();
    }
    let begun = token(&people, "zhang");
    let enrolled = people.begin_second_factor(&zhang).unwrap().sealed;
    people.confirm_second_factor(&begun, Some(&enrolled), "000000", noon(1)).unwrap_err();
    let code = code_of(&people, &zhang, &enrolled, noon(1));
    people.confirm_second_factor(&begun, Some(&enrolled), &code, noon(1)).unwrap();
    let told: Vec<_> = told(desk, "zhang").into_iter().flatten().take(5).collect();
    let sign_in = |how: &str| ("sign-in".to_owned(), how.to_owned());
    let kept = ("second factor".to_owned(), "kept".to_owned());
    assert_eq!(
        told,
        [
            kept,
            sign_in("password and code"),
            sign_in("wrong code"),
            sign_in("password"),
            sign_in("wrong password"),
        ]
    );
}

/// The fields of the events about somebody, with what they are afterwards; the newest event first.
fn told(desk: &Desk, name: &str) -> Vec<Vec<(String, String)>> {
    let told = desk.store.read(|view| events(view, Register::People, About::Group(name), None, 9));
    let fields = |event: crate::history::Event| {
        event.entry.fields.into_iter().map(|field| (field.name, field.after)).collect()
    };
    told.unwrap().into_iter().map(fields).collect()
}

/// The code of an enrolled secret, as an authenticator shows it.
fn code_of(people: &People, name: &SignIn, sealed: &[u8], now: Moment) -> String {
    let secret = people.keyring.open_secret(&format!("totp {name}"), sealed).unwrap();
    second_factor::code(&secret, name, now)
}
