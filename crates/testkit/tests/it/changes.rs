//! Changing and deleting declarations.

use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::WaybillNumber;
use tongguan_domain::money::{Amount, Money};
use tongguan_testkit::parcels::Document;

use crate::support::*;

#[test]
fn a_waiting_declaration_that_is_changed_keeps_its_number_and_its_place() {
    let parcel = nth(1);
    let mut world = world();
    let mut wrong = parcel.clone();
    wrong.declaration.freight = Amount::new(29.into());
    let first = world.send([&wrong.lodging()]);
    let before = world.declaration(&parcel).unwrap();
    let change = asking(Action::Change, &parcel.lodging(), 10);
    let sent = world.send([&change]);
    assert_eq!(sent.statuses(&change), [2]);
    assert!(sent.last_text(&change).starts_with("清单变更申报成功[电商企业编码："));
    let number = |sent: &tongguan_testkit::world::Sent| sent.answers[0].provisional_no.clone();
    assert_eq!(number(&sent), number(&first));
    let after = world.declaration(&parcel).unwrap();
    assert_eq!((after.id, &after.provisional_no), (before.id, &before.provisional_no));
    let [order, payment, waybill, _] = parcel.documents();
    let cleared = world.send([&order, &payment, &waybill]);
    assert_eq!(cleared.statuses(&change).last(), Some(&800));
}

#[test]
fn a_change_takes_what_it_says_of_the_allowance_and_not_what_was_said_before() {
    let parcel = nth(1);
    let mut world = world();
    world.send([&parcel.lodging()]);
    let mut other = parcel.clone();
    other.declaration.freight = Amount::ZERO;
    let change = asking(Action::Change, &other.lodging(), 10);
    world.send([&change]);
    let declaration = world.declaration(&parcel).unwrap();
    assert_eq!(world.allowance(&declaration, 2026).reserved, Money::from_fen(428_00));
}

#[test]
fn a_change_to_another_waybill_frees_the_first() {
    let (parcel, next) = (nth(1), nth(2));
    let mut world = world();
    world.send([&parcel.lodging()]);
    let mut other = parcel.clone();
    other.declaration.waybill_no = WaybillNumber::parse("ANOTHER").unwrap();
    let change = asking(Action::Change, &other.lodging(), 10);
    assert_eq!(world.send([&change]).statuses(&change), [2]);
    let mut next = next;
    next.declaration.waybill_no = parcel.waybill.number.clone();
    assert_eq!(world.send([&next.lodging()]).statuses(&next.lodging()), [2]);
}

#[test]
fn a_change_that_is_refused_by_itself_leaves_the_declaration_and_quotes_its_number() {
    let parcel = nth(1);
    let mut world = world();
    let first = world.send([&parcel.lodging()]);
    let mut wrong = parcel.clone();
    wrong.declaration.net_weight_kg = 100.into();
    let change = asking(Action::Change, &wrong.lodging(), 10);
    let sent = world.send([&change]);
    assert_eq!(sent.statuses(&change), [-621_001]);
    assert_eq!(sent.answers[0].provisional_no, first.answers[0].provisional_no);
    let state = world.declaration(&parcel).unwrap().state;
    assert!(matches!(state, ImportState::Waiting { .. }));
}

#[test]
fn after_release_a_change_or_deletion_is_refused_with_the_numbers_of_the_release() {
    let parcel = nth(1);
    for action in [Action::Change, Action::Delete] {
        let mut world = world();
        let cleared = world.send(&parcel.documents());
        let asking = asking(action, &parcel.lodging(), 10);
        let sent = world.send([&asking]);
        assert_eq!(sent.statuses(&asking), [-621_012]);
        let number = &cleared.to(&parcel.lodging())[0].provisional_no;
        assert_eq!(&sent.answers[0].provisional_no, number);
        let name = "COP000000000001";
        let text = format!("清单[{name}]的申报状态不符合改单申报的条件");
        assert_eq!(sent.last_text(&asking), text);
    }
}

#[test]
fn a_refused_declaration_may_be_changed_instead_of_lodged_anew() {
    let parcel = nth(1);
    let mut world = world();
    let mut wrong = parcel.clone();
    wrong.declaration.consignee_address = "另一个地址".into();
    world.send(&wrong.documents());
    assert_eq!(world.declaration(&parcel).unwrap().state, ImportState::Refused);
    let change = asking(Action::Change, &parcel.lodging(), 10);
    assert_eq!(world.send([&change]).statuses(&change), [2, 3, 120, 399, 800]);
}

#[test]
fn a_deletion_gives_the_allowance_back_and_frees_order_and_waybill() {
    let (parcel, mut next) = (nth(1), nth(2));
    let mut world = world();
    world.send([&parcel.order_document(), &parcel.lodging()]);
    let declaration = world.declaration(&parcel).unwrap();
    let deletion = asking(Action::Delete, &parcel.lodging(), 10);
    let sent = world.send([&deletion]);
    assert_eq!(sent.statuses(&deletion), [2]);
    let guid = deletion.filing().guid.as_str();
    assert_eq!(sent.last_text(&deletion), format!("清单删除申报成功[{guid}]"));
    assert_eq!(world.declaration(&parcel).unwrap().state, ImportState::Deleted);
    assert_eq!(world.allowance(&declaration, 2026).reserved, Money::ZERO);
    let change = asking(Action::Change, &parcel.order_document(), 20);
    assert_eq!(world.send([&change]).statuses(&change), [2, 120]);
    next.declaration.waybill_no = parcel.waybill.number.clone();
    assert_eq!(world.send([&next.lodging()]).statuses(&next.lodging()), [2]);
}

#[test]
fn a_deleted_declaration_can_be_lodged_again_and_clears() {
    let parcel = nth(1);
    let mut world = world();
    world.send([&parcel.lodging()]);
    world.send([&asking(Action::Delete, &parcel.lodging(), 10)]);
    let [order, payment, waybill, declaration] = parcel.documents();
    world.send([&order, &payment, &waybill]);
    let late = anew(&declaration, 5);
    assert_eq!(world.send([&late]).statuses(&late), [-621_003], "older than the deletion");
    let again = anew(&declaration, 30);
    assert_eq!(world.send([&again]).statuses(&again), [2, 3, 120, 399, 800]);
}

#[test]
fn a_deletion_twice_is_answered_alike_and_another_one_finds_nothing() {
    let parcel = nth(1);
    let mut world = world();
    world.send([&parcel.lodging()]);
    let deletion = asking(Action::Delete, &parcel.lodging(), 10);
    let first = world.send([&deletion]);
    assert_eq!(world.send([&deletion]).answers, first.answers);
    let another: Document = asking(Action::Delete, &parcel.lodging(), 20);
    assert_eq!(world.send([&another]).statuses(&another), [-621_011]);
}
