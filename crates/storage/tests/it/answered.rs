//! Requests that were answered.

use tongguan_storage::AnsweredRequestRow;

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_request_is_found_by_client_and_key_and_forgotten_by_age,
}

fn request(key: &str, begun: i64) -> AnsweredRequestRow {
    AnsweredRequestRow {
        client: "key 1".to_owned(),
        key: key.to_owned(),
        digest: [7; 32],
        begun_at: at(begun),
        leased_until: at(begun),
        answer: None,
    }
}

fn a_request_is_found_by_client_and_key_and_forgotten_by_age(on: &Fixture) {
    let (old, new) = (request("a", 1), request("b", 5));
    on.write(|tx| tx.insert(&[old.clone(), new.clone()]));
    let again = on.write(|tx| tx.insert_absent(&[request("a", 6)]));
    assert_eq!(again, 0, "of two at a time one comes first");
    let answered = AnsweredRequestRow { answer: Some(vec![1]), ..new };
    on.write(|tx| tx.upsert(std::slice::from_ref(&answered)));
    assert_eq!(on.read(|view| view.answered_request("key 1", "b")), Some(answered.clone()));
    assert_eq!(on.read(|view| view.answered_request("key 2", "b")), None);
    assert_eq!(on.read(|view| view.answered_requests_until(at(4), 9)), [old]);
    assert_eq!(on.write(|tx| tx.forget_requests(&[("key 1", "a")])), 1);
    assert_eq!(on.read(|view| view.answered_requests_until(at(9), 9)), [answered]);
}
