//! Declarations that come before their documents, and declarations that are only stored.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{OfficeCode, OrderNumber, PartyId};
use tongguan_domain::money::Money;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

const DAY: i64 = 86_400_000;

/// A world whose office 2916 is set up so; other offices are as they always are.
fn world_with(office: OfficeSettings) -> World {
    let offices = [(OfficeCode::parse("2916").unwrap(), office)].into_iter().collect();
    let delegates = charged_by(&[PartyId(4)]);
    let settings = Settings { offices, delegates, ..Settings::default() };
    World::with(Beginning { settings, ..Beginning::unsigned() })
}

#[test]
fn a_declaration_that_waits_is_told_exactly_which_documents_do_not_exist() {
    let [order, payment, waybill, declaration] = nth(1).documents();
    let cases: [(&[&Document], &str); 7] = [
        (&[], "订单信息、支付信息、运单信息不存在"),
        (&[&order], "支付信息、运单信息不存在"),
        (&[&payment], "订单信息、运单信息不存在"),
        (&[&waybill], "订单信息、支付信息不存在"),
        (&[&order, &payment], "运单信息不存在"),
        (&[&order, &waybill], "支付信息不存在"),
        (&[&payment, &waybill], "订单信息不存在"),
    ];
    let subject = "对应电商平台为[330196P001]订单号为[TG000000000001]";
    let accepted = "清单新增申报成功[电商企业编码：330196M002订单编号：TG000000000001]";
    for (there, missing) in cases {
        let mut world = world();
        world.send(there.iter().copied());
        let sent = world.send([&declaration]);
        assert_eq!(sent.statuses(&declaration), [2]);
        assert_eq!(sent.last_text(&declaration), format!("{accepted}; {subject}{missing}"));
        assert_eq!(sent.to(&declaration)[0].declaration_no, None);
        let rest: Vec<_> = [&order, &payment, &waybill]
            .into_iter()
            .filter(|document| {
                there.iter().all(|known| known.message_number() != document.message_number())
            })
            .collect();
        let cleared = world.send(rest);
        assert_eq!(cleared.statuses(&declaration).last(), Some(&800));
    }
}

#[test]
fn a_declaration_is_told_what_it_still_waits_for_whenever_a_document_comes() {
    let [order, payment, waybill, declaration] = nth(1).documents();
    let mut world = world();
    world.send([&declaration]);
    let sent = world.send([&payment]);
    assert_eq!(sent.statuses(&declaration), [2]);
    assert!(sent.last_text(&declaration).ends_with("订单信息、运单信息不存在"));
    let mut second = nth(1);
    second.payment.transaction =
        tongguan_domain::ids::PaymentTransaction::parse("another").unwrap();
    let second = anew(&second.payment_document(), 5);
    assert!(world.send([&second]).statuses(&declaration).is_empty(), "nothing new to tell");
    let sent = world.send([&waybill]);
    assert!(sent.last_text(&declaration).ends_with("]订单信息不存在"));
    assert_eq!(world.send([&order]).statuses(&declaration), [3, 120, 399, 800]);
}

#[test]
fn waiting_ends_after_the_set_days_and_gives_the_allowance_back() {
    let parcel = nth(1);
    let [order, payment, _, declaration] = parcel.documents();
    let office = OfficeSettings { waiting_days: 3, ..OfficeSettings::default() };
    let mut world = world_with(office);
    world.send([&order, &payment, &declaration]);
    let waiting = world.declaration(&parcel).unwrap();
    assert_eq!(world.allowance(&waiting, 2026).reserved, Money::from_fen(456_00));
    world.clock.advance_millis(3 * DAY - 10_000);
    let early = world.decide(Incoming::Due(waiting.id)).unwrap();
    assert!(early.answers.is_empty());
    world.clock.advance_millis(10_000);
    let expired = world.decide(Incoming::Due(waiting.id)).unwrap();
    assert_eq!(expired.statuses(&declaration), [100]);
    let text = expired.last_text(&declaration);
    let missing = "对应电商平台为[330196P001]订单号为[TG000000000001]运单信息不存在";
    assert_eq!(text, format!("等待单证超时，{missing}"));
    assert_eq!(world.allowance(&waiting, 2026).reserved, Money::ZERO);
    assert!(world.decide(Incoming::Due(waiting.id)).unwrap().answers.is_empty());
    let again = anew(&declaration, 100);
    assert_eq!(world.send([&again]).statuses(&again), [2]);
}

#[test]
fn a_long_order_number_is_quoted_whole() {
    let mut parcel = nth(1);
    let long = "订".repeat(60);
    parcel.declaration.order_no = OrderNumber::parse(&long).unwrap();
    let mut world = world_with(OfficeSettings { refuse_early: true, ..OfficeSettings::default() });
    let declaration = parcel.lodging();
    let text = world.send([&declaration]).last_text(&declaration);
    assert!(text.ends_with(&format!("[{long}]订单信息、支付信息、运单信息不存在")), "{text}");
}

#[test]
fn an_office_may_refuse_declarations_that_come_early() {
    let parcel = nth(1);
    let mut world = world_with(OfficeSettings { refuse_early: true, ..OfficeSettings::default() });
    let [order, payment, waybill, declaration] = parcel.documents();
    world.send([&order, &payment]);
    let sent = world.send([&declaration]);
    assert_eq!(sent.statuses(&declaration), [100]);
    assert!(sent.last_text(&declaration).ends_with("运单信息不存在"));
    let refused = world.declaration(&parcel).unwrap();
    assert_eq!(world.allowance(&refused, 2026).reserved, Money::ZERO);
    world.send([&waybill]);
    let again = anew(&declaration, 100);
    assert_eq!(world.send([&again]).statuses(&again), [2, 3, 120, 399, 800]);
}

#[test]
fn another_office_lets_them_wait() {
    let mut parcel = nth(1);
    parcel.declaration.office = OfficeCode::parse("2924").unwrap();
    let mut world = world_with(OfficeSettings { refuse_early: true, ..OfficeSettings::default() });
    let declaration = parcel.lodging();
    assert_eq!(world.send([&declaration]).statuses(&declaration), [2]);
}

#[test]
fn a_stored_declaration_reserves_nothing_and_is_not_matched() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let stored = stored_only(&declaration);
    let mut world = world();
    let sent = world.send([&stored, &order, &payment, &waybill]);
    assert_eq!(sent.statuses(&stored), [1]);
    let record = world.declaration(&parcel).unwrap();
    assert!(matches!(record.state, ImportState::Stored(_)));
    assert_eq!(world.allowance(&record, 2026).reserved, Money::ZERO);
    let change = asking(Action::Change, &order, 10);
    assert_eq!(world.send([&change]).statuses(&change), [2, 120], "nobody uses the order yet");
}

#[test]
fn a_stored_declaration_is_declared_by_sending_it_again_with_2() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    for same_number in [true, false] {
        let mut world = world();
        world.send([&order, &payment, &waybill]);
        let stored = stored_only(&declaration);
        let first = world.send([&stored]);
        let number = first.to(&stored)[0].provisional_no.clone();
        let declared = if same_number { declaration.clone() } else { anew(&declaration, 10) };
        let sent = world.send([&declared]);
        assert_eq!(sent.statuses(&declared), [2, 3, 120, 399, 800]);
        assert_eq!(sent.to(&declared)[0].provisional_no, number);
        assert!(sent.to(&declared)[0].text.starts_with("清单新增申报成功"));
    }
}

#[test]
fn a_stored_declaration_is_declared_by_command_and_only_once() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let stored = stored_only(&declaration);
    let mut world = world();
    world.send([&order, &payment, &waybill, &stored]);
    let id = world.declaration(&parcel).unwrap().id;
    let sent = world.decide(declare(id)).unwrap();
    assert_eq!(sent.statuses(&stored), [2, 3, 120, 399, 800]);
    let twice = world.decide(declare(id)).unwrap_err();
    assert!(matches!(twice, Undecidable::NotStored { .. }), "{twice}");
}

#[test]
fn a_stored_declaration_is_declared_when_its_waybill_is_there_if_the_office_wants_it_so() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let stored = stored_only(&declaration);
    let office = OfficeSettings { declare_on_waybill: true, ..OfficeSettings::default() };
    let mut world = world_with(office.clone());
    world.send([&order, &payment, &stored]);
    assert_eq!(world.send([&waybill]).statuses(&stored), [2, 3, 120, 399, 800]);

    let mut world = world_with(office);
    world.send([&order, &payment, &waybill]);
    assert_eq!(world.send([&stored]).statuses(&stored), [1, 2, 3, 120, 399, 800]);
}

#[test]
fn otherwise_a_waybill_leaves_a_stored_declaration_alone() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let stored = stored_only(&declaration);
    let mut world = world();
    world.send([&order, &payment, &stored]);
    assert!(world.send([&waybill]).statuses(&stored).is_empty());
}

#[test]
fn a_stored_declaration_can_be_edited_and_deleted() {
    let parcel = nth(1);
    let stored = stored_only(&parcel.lodging());
    let mut world = world();
    world.send([&stored]);
    let edited = with_note(&asking(Action::Change, &stored, 10), "改了");
    assert_eq!(world.send([&edited]).statuses(&edited), [1]);
    let deleted = asking(Action::Delete, &stored, 20);
    assert_eq!(world.send([&deleted]).statuses(&deleted), [2]);
    assert_eq!(world.declaration(&parcel).unwrap().state, ImportState::Deleted);
}

#[test]
fn a_stored_declaration_does_not_keep_a_waybill_from_others() {
    let (mut squatter, parcel) = (nth(1), nth(2));
    squatter.declaration.waybill_no = parcel.waybill.number.clone();
    let stored = stored_only(&squatter.lodging());
    let mut world = world();
    world.send([&stored]);
    world.send(&parcel.documents());
    assert_eq!(world.declaration(&parcel).unwrap().state.status().number(), 800);
    let id = world.declaration(&squatter).unwrap().id;
    let sent = world.decide(declare(id)).unwrap();
    assert_eq!(sent.statuses(&stored), [100]);
    assert_eq!(sent.last_text(&stored), "运单[EX000000002CN]已被其它清单使用");
}

#[test]
fn stored_orders_payments_and_waybills_count_once_they_are_declared() {
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let mut world = world();
    let trade = [order, payment, waybill];
    let stored: Vec<_> = trade.iter().map(stored_only).collect();
    let sent = world.send(&stored);
    assert!(stored.iter().all(|document| sent.statuses(document) == [1]));
    let sent = world.send([&declaration]);
    assert!(sent.last_text(&declaration).contains("订单信息、支付信息、运单信息不存在"));
    for document in &trade {
        let declared = anew(document, 10);
        let sent = world.send([&declared]);
        assert_eq!(sent.statuses(&declared), [2, 120]);
        assert!(sent.to(&declared)[0].text.starts_with("新增申报成功"));
    }
    assert_eq!(world.declaration(&parcel).unwrap().state.status().number(), 800);
}
