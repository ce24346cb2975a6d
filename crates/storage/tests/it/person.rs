//! People, sessions, invitations.

use tongguan_domain::access::SignIn;
use tongguan_storage::{
    InvitationRow, PersonRow, ProviderAccountRow, ProviderAnswerRow, SavedViewRow, SessionRow,
};

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_person_is_written_again_and_found_by_name_and_organisation,
    sessions_are_found_and_ended,
    an_invitation_is_used_once,
    views_are_kept_by_person_and_name,
    an_account_at_a_provider_is_one_persons,
    an_answer_of_a_provider_is_taken_once_and_forgotten_when_it_is_too_old,
}

fn sign_in(name: &str) -> SignIn {
    SignIn::parse(name).unwrap()
}

fn person(name: &str, organisation: &str) -> PersonRow {
    PersonRow {
        sign_in: sign_in(name),
        name: "李伟".to_owned(),
        role: "clerk".to_owned(),
        organisation: organisation.to_owned(),
        password: None,
        totp: None,
        passkeys: 0,
        accounts: 0,
        totp_step: 0,
        failures: 0,
        locked_until: None,
        disabled: false,
        added_at: at(1),
    }
}

fn a_person_is_written_again_and_found_by_name_and_organisation(on: &Fixture) {
    let (li, wang) = (person("li.wei", "7"), person("wang", "8"));
    on.write(|tx| tx.insert(&[wang.clone(), li.clone()]));
    let changed = PersonRow {
        password: Some("hash".to_owned()),
        totp: Some(vec![1, 2]),
        locked_until: Some(at(5)),
        disabled: true,
        ..li
    };
    on.write(|tx| {
        assert!(tx.lock_person(&changed.sign_in)?.is_some());
        tx.upsert(std::slice::from_ref(&changed))
    });
    let found = on.read(|view| view.people(&[&changed.sign_in, &sign_in("nobody")]));
    assert_eq!(found, std::slice::from_ref(&changed));
    assert_eq!(on.read(|view| view.people_after(None, "", 9)), [changed.clone(), wang.clone()]);
    assert_eq!(on.read(|view| view.people_after(None, "li.wei", 9)), std::slice::from_ref(&wang));
    assert_eq!(on.read(|view| view.people_after(Some("7"), "", 9)), [changed]);
    assert_eq!(on.read(|view| view.people_after(None, "", 1)).len(), 1);
}

fn sessions_are_found_and_ended(on: &Fixture) {
    let session = |n: u8, name: &str| SessionRow {
        digest: [n; 32],
        sign_in: sign_in(name),
        form_token: "token".to_owned(),
        is_strong: false,
        provider: None,
        opened_at: at(1),
        seen_at: at(1),
        expires_at: at(i64::from(n)),
    };
    on.write(|tx| tx.insert(&[person("li.wei", "7"), person("wang", "8")]));
    on.write(|tx| tx.insert(&[session(2, "li.wei"), session(3, "li.wei"), session(4, "wang")]));
    let strong = SessionRow { is_strong: true, seen_at: at(2), ..session(3, "li.wei") };
    on.write(|tx| tx.upsert(std::slice::from_ref(&strong)));
    assert_eq!(on.read(|view| view.session(&[3; 32])), Some(strong.clone()));
    let of_li = on.read(|view| view.sessions_of(&sign_in("li.wei")));
    assert_eq!(of_li, [session(2, "li.wei"), strong]);
    assert_eq!(on.read(|view| view.sessions_ended(at(3), 9)).len(), 2);
    assert_eq!(on.write(|tx| tx.end_sessions(&[[2; 32], [9; 32]])), 1);
    assert_eq!(on.read(|view| view.session(&[2; 32])), None);
}

fn an_invitation_is_used_once(on: &Fixture) {
    let row = InvitationRow {
        digest: [1; 32],
        sign_in: sign_in("li.wei"),
        issued_at: at(1),
        expires_at: at(2),
    };
    on.write(|tx| tx.insert(&[person("li.wei", "7")]));
    on.write(|tx| tx.insert(std::slice::from_ref(&row)));
    assert_eq!(on.read(|view| view.invitation(&[1; 32])).as_ref(), Some(&row));
    assert_eq!(on.read(|view| view.invitations_of(&row.sign_in)), std::slice::from_ref(&row));
    assert_eq!(on.write(|tx| tx.use_invitations(&[[1; 32]])), 1);
    assert_eq!(on.write(|tx| tx.use_invitations(&[[1; 32]])), 0);
}

fn views_are_kept_by_person_and_name(on: &Fixture) {
    let view = |who: &str, name: &str, filter: &str| SavedViewRow {
        sign_in: sign_in(who),
        name: name.to_owned(),
        filter: filter.to_owned(),
        saved_at: at(1),
    };
    on.write(|tx| tx.insert(&[person("li.wei", "7"), person("wang", "8")]));
    let (first, second) = (view("li.wei", "A", "status=100"), view("li.wei", "B", "status=300"));
    on.write(|tx| tx.insert(&[second.clone(), first, view("wang", "A", "status=800")]));
    let changed = view("li.wei", "A", "status=500");
    on.write(|tx| tx.upsert(std::slice::from_ref(&changed)));
    let of = |who: &str| on.read(|view| view.saved_views_of(&sign_in(who)));
    assert_eq!(of("li.wei"), [changed, second.clone()]);
    assert_eq!(on.write(|tx| tx.remove_saved_view(&sign_in("li.wei"), "A")), 1);
    assert_eq!(on.write(|tx| tx.remove_saved_view(&sign_in("li.wei"), "A")), 0);
    assert_eq!(of("li.wei"), [second]);
    assert_eq!(of("wang").len(), 1, "another's is another");
}

fn an_account_at_a_provider_is_one_persons(on: &Fixture) {
    let account = |n: u8, name: &str| ProviderAccountRow {
        digest: [n; 32],
        sign_in: sign_in(name),
        provider: "corp".to_owned(),
        linked_at: at(i64::from(n)),
        used_at: None,
    };
    on.write(|tx| tx.insert(&[person("li.wei", "7"), person("wang", "8")]));
    on.write(|tx| tx.insert(&[account(2, "li.wei"), account(1, "li.wei"), account(3, "wang")]));
    let of_another = account(3, "li.wei");
    assert_eq!(on.write(|tx| tx.insert_absent(std::slice::from_ref(&of_another))), 0);
    let used = ProviderAccountRow { used_at: Some(at(9)), ..account(2, "li.wei") };
    on.write(|tx| tx.upsert(std::slice::from_ref(&used)));
    assert_eq!(on.read(|view| view.provider_account(&[3; 32])), Some(account(3, "wang")));
    let of_li = on.read(|view| view.provider_accounts_of(&sign_in("li.wei")));
    assert_eq!(of_li, [account(1, "li.wei"), used]);
    assert_eq!(on.write(|tx| tx.remove_provider_accounts(&[[1; 32], [9; 32]])), 1);
    assert_eq!(on.read(|view| view.provider_account(&[1; 32])), None);
}

fn an_answer_of_a_provider_is_taken_once_and_forgotten_when_it_is_too_old(on: &Fixture) {
    let answer = |n: u8| ProviderAnswerRow { digest: [n; 32], expires_at: at(i64::from(n)) };
    let take = |n: u8, now: i64| on.write(|tx| tx.take_provider_answer(&answer(n), at(now), 9));
    assert!(take(5, 1));
    assert!(!take(5, 4), "it was taken before");
    assert!(take(8, 5), "another one, when the first is too old");
    assert!(take(5, 5), "the first is forgotten");
}
