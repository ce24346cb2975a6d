//! Access keys.

use tongguan_storage::AccessKeyRow;

use crate::fixture::{Fixture, at, mailbox};

on_both_engines! {
    a_key_is_found_by_its_digest_and_stays_when_it_is_withdrawn,
}

fn key(digest: u8, owner: &str) -> AccessKeyRow {
    AccessKeyRow {
        digest: [digest; 32],
        is_certificate: digest == 1,
        mailbox: mailbox(owner),
        purpose: "ERP".to_owned(),
        scopes: "read-mail".to_owned(),
        issued_at: at(1),
        expires_at: at(9),
        withdrawn_at: None,
    }
}

fn a_key_is_found_by_its_digest_and_stays_when_it_is_withdrawn(on: &Fixture) {
    let withdrawn = AccessKeyRow { withdrawn_at: Some(at(5)), ..key(2, "ONE") };
    on.write(|tx| tx.insert(&[key(2, "ONE"), key(1, "TWO")]));
    on.write(|tx| tx.upsert(std::slice::from_ref(&withdrawn)));
    let found = on.read(|view| view.access_keys(&[[2; 32], [3; 32]]));
    assert_eq!(found, std::slice::from_ref(&withdrawn));
    let of_one = on.read(|view| view.access_keys_of(&mailbox("ONE")));
    assert_eq!(of_one, std::slice::from_ref(&withdrawn));
    assert_eq!(on.read(|view| view.all_access_keys()), [withdrawn, key(1, "TWO")]);
}
