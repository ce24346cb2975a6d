//! Exported goods that come back: request and tally, in whatever order.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::incoming::{ExportReturnRuling, Incoming};
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{DeclarationNumber, OfficeCode, OrderNumber, WaybillNumber};
use tongguan_domain::readmission::{Discrepancy, ExportReturnState, Relief};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::returned::{Returned, returned};
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

const DAY: i64 = 86_400_000;
const ENTERED: &str = "[Code:1800;Desc:逻辑校验通过]";
const FREE: &str = "[Code:2600;Desc:放行]; 免征进口关税和进口环节税";

/// An exported parcel that has left, with its 清单编号.
pub fn gone(world: &mut World, n: u64) -> (Export, DeclarationNumber) {
    let parcel = export(n, sent_at()).unwrap();
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let sent = world.send([&parcel.departure_document()]);
    assert_eq!(sent.statuses(&declaration), [899]);
    let number = sent.to(&declaration)[0].declaration_no.clone().unwrap();
    (parcel, DeclarationNumber::parse(&number).unwrap())
}

fn nth_return(world: &mut World, n: u64) -> (Export, Returned) {
    let (parcel, number) = gone(world, n);
    let back = returned(&parcel, &number, n, sent_at()).unwrap();
    (parcel, back)
}

fn rule(world: &mut World, record: &ExportReturnRecord, ruling: ExportReturnRuling) -> Sent {
    let (officer, reason) = ("王关员".to_owned(), "单证补正".to_owned());
    let command = Incoming::ExportReturnRuling { id: record.id, ruling, officer, reason };
    world.decide(command).unwrap()
}

on_both_engines! {
    a_signed_return_comes_back_free_of_tax,
    request_and_tally_come_in_any_order,
    what_differs_goes_to_an_officer,
}

fn a_signed_return_comes_back_free_of_tax(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::default()));
    let (parcel, back) = nth_return(&mut world, 1);
    let (request, tally) = (back.request_document(), back.tally_document());
    let sent = world.send([&request]);
    assert_eq!(sent.statuses(&request), [2, 120]);
    assert_eq!(sent.last_text(&request), format!("{ENTERED}; 尚未理货"));
    let answer = &sent.to(&request)[1];
    assert_eq!(answer.message, "CEB214");
    assert_eq!(answer.declaration_no.as_deref(), Some(back.request.declaration_no.as_str()));
    assert_eq!(answer.provisional_no.as_ref().unwrap().len(), 18);

    let sent = world.send([&tally]);
    assert_eq!(sent.statuses(&tally), [2, 120, 399]);
    assert_eq!(sent.to(&tally)[0].message, "CEB216");
    assert_eq!(sent.last_text(&tally), "审结; 与退货申请单[RET000000000001]一致");
    assert_eq!(sent.statuses(&request), [800]);
    assert_eq!(sent.last_text(&request), FREE);

    let records = world.export_returns(&parcel);
    let [record] = &records[..] else { panic!("{records:?}") };
    let ExportReturnState::Completed { tallied, .. } = &record.state else { panic!("{record:?}") };
    assert!(matches!(&tallied.relief, Relief::Granted { row, .. } if **row == *"CN-EXP-RELIEF-3"));
    assert_eq!(world.returned_by_line(&parcel).line(1).declared, 1.into());
}

fn request_and_tally_come_in_any_order(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut ends = Vec::new();
    for n in 1..=3 {
        let (parcel, back) = nth_return(&mut world, n);
        let (request, tally) = (back.request_document(), back.tally_document());
        let sent: Vec<Sent> = match n {
            1 => vec![world.send([&request]), world.send([&tally])],
            2 => vec![world.send([&tally]), world.send([&request])],
            _ => vec![world.send([&tally, &request])],
        };
        if n == 2 {
            let text = format!("{ENTERED}; 未找到对应的退货申请单");
            assert_eq!(sent[0].last_text(&tally), text);
        }
        let last = |document: &Document| {
            let told = sent.iter().flat_map(|sent| sent.to(document));
            let last = told.max_by_key(|answer| answer.at.clone()).unwrap();
            (last.status, last.text.replace(&format!("{n:012}"), "n"))
        };
        let state = world.export_returns(&parcel)[0].state.status();
        ends.push((last(&request), last(&tally), state));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!(ends[0], ends[2]);
}

fn what_differs_goes_to_an_officer(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(Beginning::unsigned()));
    for (n, ruling) in [(1, ExportReturnRuling::Accept), (2, ExportReturnRuling::Refuse)] {
        for tally_first in [false, true] {
            let n = n + if tally_first { 2 } else { 0 };
            let (parcel, mut back) = nth_return(&mut world, n);
            back.tallied_transport().vehicle = "YY9999".into();
            back.tally.declaration_no = DeclarationNumber::parse("29162026E999999999").ok();
            let (request, tally) = (back.request_document(), back.tally_document());
            let order = if tally_first { [&tally, &request] } else { [&request, &tally] };
            let sent = order.map(|document| world.send([document]));
            let differs = "清单编号、运输工具名称";
            let asked = format!("查验; 理货与申请不一致：{differs}");
            assert_eq!(sent[1].statuses(&request).last(), Some(&500));
            assert_eq!(sent[1].last_text(&request), asked);
            let found = format!("{ENTERED}; 与退货申请单[RET{n:012}]不一致：{differs}");
            assert_eq!(sent[1].last_text(&tally), found);
            assert!(world.returned_by_line(&parcel).is_empty(), "the goods are not let in");

            let record = world.export_returns(&parcel).remove(0);
            let ExportReturnState::UnderExamination(tallied) = &record.state else { panic!() };
            assert_eq!(tallied.discrepancies, [Discrepancy::Declaration, Discrepancy::Vehicle]);
            let sent = rule(&mut world, &record, ruling);
            let (request_told, tally_told) = (sent.last_text(&request), sent.last_text(&tally));
            if ruling == ExportReturnRuling::Accept {
                assert_eq!(sent.statuses(&request), [800]);
                assert_eq!(request_told, format!("{FREE}; 单证补正"));
                assert_eq!((sent.statuses(&tally), &*tally_told), (vec![399], "审结; 单证补正"));
                assert_eq!(world.returned_by_line(&parcel).line(1).declared, 1.into());
            } else {
                assert_eq!(
                    (sent.statuses(&request), &*request_told),
                    (vec![100], "退单; 单证补正")
                );
                assert_eq!((sent.statuses(&tally), &*tally_told), (vec![100], "退单; 单证补正"));
                let again = anew(&request, 60);
                let sent = world.send([&again]);
                assert_eq!(sent.statuses(&again), [2, 120], "it may be asked for anew");
                let again = anew(&back.tally_document(), 120);
                let told = world.send([&again]).statuses(&again);
                assert_eq!(told, [2, 120], "and tallied anew");
            }
        }
    }
}

#[test]
fn only_what_left_comes_back() {
    let mut world = world();
    let parcel = export(1, sent_at()).unwrap();
    let [order, waybill, declaration] = parcel.documents();
    let sent = world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let number = sent.to(&declaration).last().unwrap().declaration_no.clone().unwrap();
    let number = DeclarationNumber::parse(&number).unwrap();
    let back = returned(&parcel, &number, 1, sent_at()).unwrap();
    let request = back.request_document();
    let sent = world.send([&request]);
    assert_eq!(sent.statuses(&request), [100]);
    assert_eq!(sent.last_text(&request), format!("出口清单[{number}]未结关，不能申请退货"));
    world.send([&parcel.departure_document()]);
    let again = anew(&request, 60);
    assert_eq!(world.send([&again]).statuses(&again), [2, 120]);
}

#[test]
fn several_requests_together_return_no_more_than_was_exported() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let nth = |n, tenths| {
        let mut back = returned(&parcel, &number, n, sent_at()).unwrap();
        back.of_pieces(tenths);
        back
    };
    let (first, second, third) = (nth(1, 12), nth(2, 9), nth(3, 8));
    let documents = [&first, &second, &third].map(Returned::request_document);
    let sent = world.send(&documents);
    let statuses = documents.each_ref().map(|document| sent.statuses(document));
    assert_eq!(statuses, [vec![2, 120], vec![100], vec![2, 120]], "in one batch");
    let text = "第1项退货数量0.9超过可退数量0.8";
    assert!(sent.last_text(&documents[1]).contains(text), "{}", sent.last_text(&documents[1]));
    // A waybill number may be that of several parts of the goods.
    let tallies = [&first, &third].map(Returned::tally_document);
    let sent = world.send(&tallies);
    assert_eq!(sent.statuses(&documents[0]), [800]);
    assert_eq!(sent.statuses(&documents[2]), [800]);
    assert_eq!(world.returned_by_line(&parcel).line(1).declared, 2.into());
    let more = nth(4, 1).request_document();
    assert_eq!(world.send([&more]).statuses(&more), [100]);
}

#[test]
fn goods_come_back_under_an_inbound_waybill_and_another_declarant() {
    let mut beginning = crate::faults::beginning();
    let mut entry_firm = crate::faults::others().remove(0);
    entry_firm.id = tongguan_domain::ids::PartyId(21);
    entry_firm.codes = vec![tongguan_domain::party::PartyCode::parse("330196D021").unwrap()];
    entry_firm.roles = [tongguan_domain::party::Role::Declarant].into_iter().collect();
    beginning.parties.push(entry_firm);
    let mut world = World::with(beginning);
    let (_, mut back) = nth_return(&mut world, 1);
    back.travel_under(&WaybillNumber::parse("IN000000001US").unwrap());
    back.request.declarant.code = tongguan_domain::party::PartyCode::parse("330196D021").unwrap();
    let (request, tally) = (back.request_document(), back.tally_document());
    assert_eq!(world.send([&request]).statuses(&request), [2, 120]);
    assert_eq!(world.send([&tally]).statuses(&request), [800]);
}

#[test]
fn goods_are_late_by_the_day_on_which_they_are_tallied() {
    let mut world = world();
    let (_, number_of) = gone(&mut world, 1);
    let (parcel, mut back) = nth_return(&mut world, 2);
    let (request, tally) = (back.request_document(), back.tally_document());
    world.clock.advance_millis(200 * DAY);
    assert_eq!(world.send([&request]).statuses(&request), [2, 120]);
    let sent = world.send([&tally]);
    let text = "[Code:2600;Desc:放行]; 已过免税退运期限2026-09-02，照章征税";
    assert_eq!(sent.last_text(&request), text, "six months are over");
    back.request.declaration_no = number_of.clone();
    back.tally.declaration_no = Some(number_of);
    let other = returned(&parcel, &back.request.declaration_no, 3, sent_at()).unwrap();
    let (asked, found) = (other.request_document(), other.tally_document());
    assert_eq!(world.send([&asked]).statuses(&asked), [2, 120]);
    world.clock.advance_millis(166 * DAY);
    let sent = world.send([&found]);
    assert_eq!(sent.statuses(&asked), [500]);
    assert_eq!(sent.last_text(&asked), "查验; 理货与申请不一致：超过退运期限");
    let late = returned(&parcel, &back.request.declaration_no, 4, sent_at()).unwrap();
    let late = late.request_document();
    let sent = world.send([&late]);
    assert_eq!(sent.statuses(&late), [100]);
    assert!(sent.last_text(&late).contains("退货应在2027-03-02前运抵"));
}

#[test]
fn goods_come_back_in_another_district_by_the_law_of_the_day() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let sent_to = |world: &mut World, n, office: &str| {
        let mut back = returned(&parcel, &number, n, sent_at()).unwrap();
        back.come_to(OfficeCode::parse(office).unwrap());
        back.of_pieces(1);
        let request = back.request_document();
        world.send([&request]).statuses(&request)
    };
    assert_eq!(sent_to(&mut world, 1, "5301"), [100], "Shenzhen is not of the pilot");
    assert_eq!(sent_to(&mut world, 2, "0101"), [2, 120], "Beijing is");
    world.clock.advance_millis(31 * DAY);
    assert_eq!(sent_to(&mut world, 3, "5301"), [2, 120], "nationwide since 2026-04-01");
}

#[test]
fn a_request_may_be_changed_and_deleted_until_the_goods_come() {
    let mut world = world();
    let (parcel, back) = nth_return(&mut world, 1);
    let request = back.request_document();
    world.send([&request]);
    let mut changed = back.clone();
    changed.of_pieces(20);
    let changed = asking(Action::Change, &changed.request_document(), 60);
    assert_eq!(world.send([&changed]).statuses(&changed), [2, 120]);
    let deletion = asking(Action::Delete, &changed, 120);
    assert_eq!(world.send([&deletion]).statuses(&deletion), [2]);
    let tally = back.tally_document();
    let sent = world.send([&tally]);
    assert_eq!(sent.last_text(&tally), format!("{ENTERED}; 未找到对应的退货申请单"));
    let again = anew(&request, 180);
    let sent = world.send([&again]);
    assert_eq!(sent.statuses(&again), [2, 120, 800], "its parcel is there already");
    let late = asking(Action::Delete, &again, 240);
    let sent = world.send([&late]);
    assert_eq!(sent.last_text(&late), "该出口退货申请单的状态不允许变更或删除");
    let numbers: Vec<_> = world.export_returns(&parcel).iter().map(|record| record.id.n).collect();
    assert_eq!(numbers, [1, 2], "a new attempt is a new return");
}

#[test]
fn a_tally_may_be_corrected_until_it_was_used() {
    let mut world = world();
    let (_, back) = nth_return(&mut world, 1);
    let mut wrong = back.clone();
    wrong.tallied_transport().voyage = "YY".into();
    let tally = wrong.tally_document();
    world.send([&tally]);
    let right = asking(Action::Change, &back.tally_document(), 60);
    let sent = world.send([&right]);
    assert_eq!(sent.last_text(&right), format!("{ENTERED}; 未找到对应的退货申请单"));
    let request = back.request_document();
    assert_eq!(world.send([&request]).statuses(&request), [2, 120, 800]);
    let late = asking(Action::Delete, &right, 120);
    assert_eq!(world.send([&late]).statuses(&late), [100]);
}

#[test]
fn what_is_only_stored_holds_nothing() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let mut all = returned(&parcel, &number, 1, sent_at()).unwrap();
    all.of_pieces(20);
    let stored = stored_only(&all.request_document());
    assert_eq!(world.send([&stored]).statuses(&stored), [1]);
    let other = returned(&parcel, &number, 2, sent_at()).unwrap().request_document();
    assert_eq!(world.send([&other]).statuses(&other), [2, 120]);
    let declared = anew(&all.request_document(), 60);
    let sent = world.send([&declared]);
    assert_eq!(sent.statuses(&declared), [100]);
    assert!(sent.last_text(&declared).contains("第1项退货数量2超过可退数量1"));
}

#[test]
fn the_same_document_again_changes_nothing() {
    let mut world = world();
    let (parcel, back) = nth_return(&mut world, 1);
    let (request, tally) = (back.request_document(), back.tally_document());
    world.send([&request, &tally]);
    let before = world.export_returns(&parcel);
    assert_eq!(world.send([&request]).statuses(&request).last(), Some(&800));
    assert_eq!(world.send([&tally]).statuses(&tally).last(), Some(&399));
    for document in [&request, &tally] {
        let copy = anew(document, 60);
        let sent = world.send([&copy]);
        assert_eq!(sent.statuses(&copy), [100]);
        assert!(sent.last_text(&copy).starts_with("已存在相同编号的"));
    }
    assert_eq!(world.export_returns(&parcel), before);
}

#[test]
fn an_exchange_is_recorded_with_the_return() {
    let mut world = world();
    let (parcel, back) = nth_return(&mut world, 1);
    world.send([&back.request_document(), &back.tally_document()]);
    let id = world.export_returns(&parcel)[0].id;
    let order_no = OrderNumber::parse("TGE-NEW").unwrap();
    world.decide(Incoming::Exchange { id, order_no: order_no.clone() }).unwrap();
    assert_eq!(world.export_returns(&parcel)[0].exchange, Some(order_no.clone()));
    let other = tongguan_domain::readmission::ExportReturnId { n: 9, ..id };
    let refused = world.decide(Incoming::Exchange { id: other, order_no }).unwrap_err();
    assert!(matches!(refused, Undecidable::NoSuchExportReturn(_)), "{refused}");
}

#[test]
fn an_officer_may_refuse_goods_that_have_not_come() {
    let mut world = world();
    let (parcel, back) = nth_return(&mut world, 1);
    let (request, tally) = (back.request_document(), back.tally_document());
    world.send([&request]);
    let record = world.export_returns(&parcel).remove(0);
    let (id, officer, reason) = (record.id, "王关员".to_owned(), "货物未到".to_owned());
    let ruling = ExportReturnRuling::Accept;
    let accept = Incoming::ExportReturnRuling { id, ruling, officer, reason };
    let refused = world.decide(accept).unwrap_err();
    assert!(matches!(refused, Undecidable::ExportReturnStepRefused(_)), "{refused}");
    assert_eq!(rule(&mut world, &record, ExportReturnRuling::Refuse).statuses(&request), [100]);
    let sent = world.send([&tally]);
    assert_eq!(sent.last_text(&tally), format!("{ENTERED}; 未找到对应的退货申请单"));
}
