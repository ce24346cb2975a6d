//! Accounts at providers, on both engines.

use std::sync::Arc;

use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_storage::seal::Keyring;
use tongguan_storage::{About, ProviderAnswerRow};

use super::*;
use crate::desk::{Desk, cause, noon};
use crate::history::events;
use crate::people::{NewPerson, NextStep, Policy, add, change_standing, shut_out};

on_both_engines! {
    an_account_is_linked_signs_in_and_is_unlinked,
    an_answer_is_taken_once_whatever_it_is_for,
    failures_are_forgotten_by_a_complete_sign_in_alone,
    whoever_signs_in_by_an_account_counts_as_an_administrator,
}

fn people_of(desk: &Desk) -> People {
    let keyring = Arc::new(Keyring::from_master(&[7; 32]));
    People::open(&desk.store, keyring, Policy::default()).unwrap()
}

fn later(minutes: i64) -> Moment {
    noon(1).plus_millis(minutes * 60_000)
}

/// What a provider has proved: of which account, in which answer.
fn proven(account: u8, answer: u8) -> Proven {
    Proven {
        provider: "corp".to_owned(),
        account: [account; 32],
        is_strong: false,
        answer: ProviderAnswerRow { digest: [answer; 32], expires_at: later(600) },
    }
}

fn invited(people: &People, name: &str, standing: Standing) -> (SignIn, String) {
    let sign_in = SignIn::parse(name).unwrap();
    let new = NewPerson { sign_in: sign_in.clone(), name: "李伟".to_owned(), standing };
    let invitation = add(&mut people.writer(), &new, &cause(), noon(1)).unwrap();
    (sign_in, invitation.code)
}

const fn clerk() -> Standing {
    Standing::Enterprise { party: PartyId(7), role: Role::Clerk }
}

fn an_account_is_linked_signs_in_and_is_unlinked(desk: &Desk) {
    let people = people_of(desk);
    let (name, code) = invited(&people, "li.wei", clerk());
    let begun = people.accept_by_provider(&code, &proven(1, 1), None, noon(1)).unwrap();
    assert_eq!(begun.next, None);
    assert!(people.accept_by_provider(&code, &proven(2, 2), None, noon(1)).is_err(), "once");
    let mark = People::session_mark(&begun.token);
    people.may_link(&begun.token, "", later(4)).unwrap();
    let late = people.may_link(&begun.token, "", later(5)).unwrap_err();
    assert!(matches!(late, PeopleError::SignInAgain), "{late}");
    people.link_account(&begun.token, &mark, &proven(2, 3), later(4)).unwrap();
    let taken = people.link_account(&begun.token, &mark, &proven(1, 4), later(4)).unwrap_err();
    assert!(matches!(taken, PeopleError::AccountTaken), "{taken}");
    for (answer, account) in [(5, 1), (6, 2)] {
        let presented = (account == 2).then_some(begun.token.as_str());
        let proven = proven(account, answer);
        let begun = people.sign_in_by_provider(&proven, presented, later(6)).unwrap();
        assert_eq!(people.caller(&begun.token, later(6)).unwrap().sign_in, name);
    }
    assert!(people.caller(&begun.token, later(6)).is_err(), "the browser has another one");
    let begun = people.sign_in_by_provider(&proven(2, 7), None, later(6)).unwrap();
    let accounts = people.accounts(&begun.token, later(6)).unwrap();
    assert_eq!(accounts.len(), 2);
    assert!(accounts.iter().all(|it| it.provider == "corp" && it.used_at == Some(later(6))));
    people.unlink_account(&begun.token, &accounts[0].number, later(7)).unwrap();
    people.unlink_account(&begun.token, &accounts[0].number, later(7)).unwrap();
    let last = people.unlink_account(&begun.token, &accounts[1].number, later(7)).unwrap_err();
    assert!(matches!(last, PeopleError::LastWayIn), "{last}");
    let gone = people.sign_in_by_provider(&proven(1, 8), None, later(7)).unwrap_err();
    assert!(matches!(gone, PeopleError::NotLinked), "{gone}");
    shut_out(&mut people.writer(), &name, true, &cause(), later(8)).unwrap();
    let shut = people.sign_in_by_provider(&proven(2, 9), None, later(8)).unwrap_err();
    assert!(matches!(shut, PeopleError::NotLinked), "{shut}");
    let about = About::Group("li.wei");
    let told = desk.store.read(|view| events(view, Register::People, about, None, 50)).unwrap();
    let linked = told.iter().flat_map(|event| &event.entry.fields).filter(|it| it.name == ACCOUNT);
    assert_eq!(linked.count(), 3, "two linked, one unlinked");
}

fn an_answer_is_taken_once_whatever_it_is_for(desk: &Desk) {
    let people = people_of(desk);
    let (_, code) = invited(&people, "li.wei", clerk());
    let (_, other) = invited(&people, "wang", clerk());
    let begun = people.accept_by_provider(&code, &proven(1, 1), None, noon(1)).unwrap();
    let mark = People::session_mark(&begun.token);
    let again = [
        people.sign_in_by_provider(&proven(1, 1), None, noon(1)).map(drop),
        people.accept_by_provider(&other, &proven(2, 1), None, noon(1)).map(drop),
        people.link_account(&begun.token, &mark, &proven(2, 1), noon(1)),
    ];
    for again in again {
        assert!(matches!(again, Err(PeopleError::AnswerUsed)), "{again:?}");
    }
    people.accept_by_provider(&other, &proven(2, 2), None, noon(1)).unwrap();
}

fn failures_are_forgotten_by_a_complete_sign_in_alone(desk: &Desk) {
    let people = people_of(desk);
    let office = OfficeCode::parse("0100").unwrap();
    let (name, code) = invited(&people, "zhang", Standing::Customs { office, role: Role::Officer });
    let begun = people.accept_by_provider(&code, &proven(1, 1), None, noon(1)).unwrap();
    assert_eq!(begun.next, Some(NextStep::SetUpSecondFactor));
    let failures = || people.row(&name).unwrap().unwrap().failures;
    people.failed(&name, "wrong code", noon(1)).unwrap();
    people
        .writer()
        .transaction(|tx| {
            let person = tx.lock_person(&name)?.unwrap();
            tx.upsert(&[PersonRow { totp: Some(vec![1]), ..person }])
        })
        .unwrap();
    let begun = people.sign_in_by_provider(&proven(1, 2), None, noon(1)).unwrap();
    assert_eq!((begun.next, failures()), (Some(NextStep::ShowCode), 1));
    let strong = Proven { is_strong: true, ..proven(1, 3) };
    let begun = people.sign_in_by_provider(&strong, None, noon(1)).unwrap();
    assert_eq!((begun.next, failures()), (None, 0));
}

fn whoever_signs_in_by_an_account_counts_as_an_administrator(desk: &Desk) {
    let people = people_of(desk);
    let standing = Standing::Enterprise { party: PartyId(7), role: Role::EnterpriseAdministrator };
    let (first, code) = invited(&people, "first", standing);
    people.accept(&code, "correct horse battery", noon(1)).unwrap();
    let (_, code) = invited(&people, "second", standing);
    let by = people.own(&people.row(&SignIn::parse("second").unwrap()).unwrap().unwrap());
    let demoted = || change_standing(&mut people.writer(), &first, clerk(), &by, noon(1));
    let last = demoted().unwrap_err();
    assert!(matches!(last, PeopleError::LastAdministrator(_)), "nobody else has accepted: {last}");
    people.accept_by_provider(&code, &proven(1, 1), None, noon(1)).unwrap();
    demoted().unwrap();
}
