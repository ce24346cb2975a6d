//! The same message again: the table of `docs/reference/repetition.md`, row by row, for every kind of
//! document to which the row applies.

use tongguan_domain::commerce::Action;
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::world::{Sent, World};

use crate::support::*;

/// Why a document is refused for what stands under its key, and the number of each kind: order,
/// payment, waybill, delivery, declaration.
pub const CODES: [(&str, [i32; 5]); 5] = [
    ("the guid has other content", [-301_008, -401_009, -504_011, -505_011, -621_001]),
    ("a duplicate", [-301_010, -401_007, -504_015, -505_012, -621_004]),
    ("no original", [-301_009, -401_006, -504_014, -505_014, -621_011]),
    ("old data", [-301_014, -401_012, -505_016, -505_016, -621_003]),
    ("already declared", [-301_011, -401_008, -504_016, -505_012, -621_012]),
];

/// The number for a kind of document.
fn code(why: &str, document: &Document) -> i32 {
    let (_, codes) = CODES.iter().find(|(known, _)| *known == why).unwrap();
    let kinds = [311, 411, 511, 513, 621];
    codes[kinds.iter().position(|kind| *kind == document.message_number()).unwrap()]
}

/// A document that is refused by itself, of every kind.
fn faulty(parcel: &Parcel) -> [Document; 5] {
    let mut parcel = parcel.clone();
    parcel.order.paid = parcel.order.paid + parcel.order.paid;
    parcel.payment.payer.number = "990000190001010017".into();
    parcel.waybill.gross_weight_kg = 0.into();
    parcel.declaration.net_weight_kg = 100.into();
    parcel.delivery.status = "R".into();
    all_kinds(&parcel)
}

/// Sends every kind of document of `parcel` one after the other; those before it stand already.
fn each(parcel: &Parcel, check: impl Fn(&mut World, &Document)) {
    for (index, document) in all_kinds(parcel).iter().enumerate() {
        let mut world = world();
        world.send(&all_kinds(parcel)[..index]);
        world.send([document]);
        check(&mut world, document);
    }
}

fn bytes(sent: &Sent) -> Vec<&[u8]> {
    sent.messages.iter().map(|message| &*message.xml).collect()
}

#[test]
fn the_same_document_again_gets_the_very_same_responses_and_changes_nothing() {
    let parcel = nth(1);
    for document in all_kinds(&parcel) {
        let mut world = world();
        let first = world.send([&document]);
        let (rows, declaration) = (world.rows(&parcel), world.declaration(&parcel));
        let again = world.send([&document]);
        assert_eq!(bytes(&again), bytes(&first), "{}", document.message_number());
        assert!(!first.messages.is_empty());
        assert_eq!(world.rows(&parcel), rows);
        assert_eq!(world.declaration(&parcel), declaration);
    }
}

#[test]
fn a_cleared_declaration_again_gets_its_release_and_its_tax_bill_again() {
    let parcel = nth(1);
    let mut world = world();
    let cleared = world.send(&parcel.documents());
    let again = world.send([&parcel.lodging()]);
    assert_eq!(again.statuses(&parcel.lodging()), [2, 3, 120, 399, 800]);
    assert_eq!((again.answers.len(), again.bills.len()), (5, 1));
    let earlier = cleared.to(&parcel.lodging());
    assert_eq!(again.to(&parcel.lodging()), earlier);
    assert_eq!(again.bills, cleared.bills);
}

#[test]
fn a_document_that_was_refused_gets_its_refusal_again() {
    let parcel = nth(1);
    for document in faulty(&parcel) {
        let mut world = world();
        let first = world.send([&document]);
        assert!(first.answers[0].status < 0, "{:?}", first.answers);
        assert_eq!(bytes(&world.send([&document])), bytes(&first));
    }
}

#[test]
fn a_new_document_under_the_key_of_a_live_one_is_refused_as_a_duplicate() {
    let parcel = nth(1);
    each(&parcel, |world, document| {
        let second = anew(document, 10);
        let rows = world.rows(&parcel);
        let sent = world.send([&second]);
        assert_eq!(sent.statuses(&second), [code("a duplicate", document)]);
        assert_eq!(sent.answers.len(), 1, "{:?}", sent.answers);
        let stood: Vec<_> = rows.iter().map(|row| (&row.guid, row.state)).collect();
        let rows = world.rows(&parcel);
        let stands: Vec<_> = rows.iter().map(|row| (&row.guid, row.state)).collect();
        assert_eq!(stands, stood);
    });
}

#[test]
fn a_declaration_is_refused_as_a_duplicate_wherever_the_first_one_stands() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    for before in [vec![], vec![order, payment, waybill], all_kinds(&parcel).to_vec()] {
        let mut world = world();
        world.send(&before);
        world.send([&declaration]);
        let second = anew(&declaration, 10);
        assert_eq!(world.send([&second]).statuses(&second), [-621_004]);
    }
}

#[test]
fn after_a_refusal_the_same_key_is_a_new_attempt() {
    let parcel = nth(1);
    for (faulty, good) in faulty(&parcel).iter().zip(all_kinds(&parcel)) {
        let mut world = world();
        let refused = world.send([faulty]);
        assert!(refused.answers[0].status < 0);
        let good = anew(&good, 10);
        let accepted = world.send([&good]);
        assert_eq!(accepted.statuses(&good)[0], 2, "{:?}", accepted.answers);
    }
}

#[test]
fn after_a_mismatch_the_declaration_is_a_new_attempt_with_new_numbers() {
    let parcel = nth(1);
    let mut world = world();
    let mut wrong = parcel.clone();
    wrong.declaration.consignee_address = "另一个地址".into();
    let refused = world.send(&wrong.documents());
    assert_eq!(refused.statuses(&wrong.lodging()), [2, 3, 100]);
    let corrected = anew(&parcel.lodging(), 10);
    let cleared = world.send([&corrected]);
    assert_eq!(cleared.statuses(&corrected), [2, 3, 120, 399, 800]);
    let number = |sent: &Sent, document| sent.to(document)[0].provisional_no.clone().unwrap();
    assert_ne!(number(&cleared, &corrected), number(&refused, &wrong.lodging()));
}

#[test]
fn the_same_number_with_other_content_is_refused_by_name() {
    let parcel = nth(1);
    for document in &all_kinds(&parcel) {
        let mut world = world();
        world.send([document]);
        let other = with_note(document, "改了");
        let sent = world.send([&other]);
        assert_eq!(sent.statuses(&other), [code("the guid has other content", document)]);
        let text = sent.last_text(&other);
        assert!(text.contains(document.filing().guid.as_str()), "{text}");
    }
}

#[test]
fn a_document_older_than_the_stored_one_is_refused_as_old_data() {
    let parcel = nth(1);
    for document in &all_kinds(&parcel) {
        let mut world = world();
        world.send([document]);
        let older = asking(Action::Change, document, -60);
        let sent = world.send([&older]);
        assert_eq!(sent.statuses(&older), [code("old data", document)]);
        assert!(sent.last_text(&older).contains("旧报文"), "{:?}", sent.answers);
    }
}

#[test]
fn an_attempt_older_than_a_refused_one_is_old_data_too() {
    let parcel = nth(1);
    for (document, good) in faulty(&parcel).iter().zip(all_kinds(&parcel)) {
        let mut world = world();
        world.send([document]);
        let older = anew(&good, -60);
        assert_eq!(world.send([&older]).statuses(&older), [code("old data", document)]);
    }
}

#[test]
fn a_change_or_deletion_without_an_original_is_refused() {
    let parcel = nth(1);
    for action in [Action::Change, Action::Delete] {
        for document in &all_kinds(&parcel) {
            let mut world = world();
            let asking = asking(action, document, 10);
            let refused = [code("no original", document)];
            assert_eq!(world.send([&asking]).statuses(&asking), refused);
        }
    }
}

#[test]
fn a_document_that_nobody_uses_can_be_changed_and_deleted() {
    let parcel = nth(1);
    for document in all_kinds(&parcel) {
        let mut world = world();
        world.send([&document]);
        let change = with_note(&asking(Action::Change, &document, 10), "改了");
        let sent = world.send([&change]);
        assert_eq!(sent.statuses(&change)[0], 2, "{:?}", sent.answers);
        assert!(sent.answers[0].text.contains("变更申报成功"), "{:?}", sent.answers);
        let deletion = asking(Action::Delete, &change, 20);
        let sent = world.send([&deletion]);
        assert_eq!(sent.statuses(&deletion)[0], 2, "{:?}", sent.answers);
        assert!(sent.answers[0].text.contains("删除申报成功"), "{:?}", sent.answers);
        let anew = anew(&document, 30);
        assert_eq!(world.send([&anew]).statuses(&anew)[0], 2);
    }
}

#[test]
fn a_document_that_a_declaration_uses_can_no_longer_be_changed_or_deleted() {
    let parcel = nth(1);
    for action in [Action::Change, Action::Delete] {
        let mut world = world();
        world.send(&all_kinds(&parcel));
        for document in &all_kinds(&parcel) {
            let asking = asking(action, document, 10);
            let sent = world.send([&asking]);
            assert_eq!(sent.statuses(&asking), [code("already declared", document)]);
        }
    }
}

#[test]
fn a_declaration_that_waits_uses_its_documents_already() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut world = world();
    world.send([&order, &waybill, &declaration]);
    for document in [&order, &waybill] {
        let change = asking(Action::Change, document, 10);
        let refused = [code("already declared", document)];
        assert_eq!(world.send([&change]).statuses(&change), refused);
    }
    world.send([&payment]);
    assert_eq!(world.declaration(&parcel).unwrap().state.status().number(), 800);
}

#[test]
fn two_copies_in_one_batch_are_one_document_and_its_repetition() {
    let parcel = nth(1);
    for document in all_kinds(&parcel) {
        let mut world = world();
        let sent = world.send([&document, &document]);
        let [first, second] = &*bytes(&sent) else { panic!("{:?}", sent.answers) };
        assert_eq!(first, second);
    }
}

#[test]
fn two_copies_in_one_message_are_one_document_and_its_repetition() {
    let parcel = nth(1);
    for document in all_kinds(&parcel) {
        let mut world = world();
        let sent = world.send_together(&[document.clone(), document.clone()]);
        let [first, second] = &*bytes(&sent) else { panic!("{:?}", sent.answers) };
        assert_eq!(first, second);
    }
}

#[test]
fn two_documents_under_one_key_in_one_message_are_an_original_and_a_duplicate() {
    let parcel = nth(1);
    for document in &all_kinds(&parcel) {
        let mut world = world();
        let second = anew(document, 10);
        let sent = world.send_together(&[document.clone(), second.clone()]);
        assert_eq!(sent.statuses(document)[0], 2);
        assert_eq!(sent.statuses(&second), [code("a duplicate", document)]);
    }
}
