//! Parcels that enter a supervised place, before and after what else happens to them.

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::facility;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::facility::{EntryRoute, WarehouseEntry};
use tongguan_domain::ids::{OfficeCode, WaybillNumber};
use tongguan_domain::party::{PartyCode, Role};
use tongguan_testkit::facility::{entry_document, entry_of};
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

const BILL: &str = "99900000001";

/// A world whose offices release only what has entered.
fn strict(on: On) -> World {
    let default_office = OfficeSettings { release_after_entry: true, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    World::with(on(Beginning { settings, ..Beginning::unsigned() }))
}

fn entry(n: u64, parcels: &[&Parcel]) -> Document {
    entry_document(n, sent_at(), parcels).unwrap()
}

fn state(world: &World, parcel: &Parcel) -> ImportState {
    world.declaration(parcel).unwrap().state
}

on_both_engines! {
    a_parcel_is_released_when_it_has_entered,
    entry_and_documents_come_in_any_order,
    a_bill_is_compared_with_what_entered,
}

fn a_parcel_is_released_when_it_has_entered(on: On) {
    let mut world = strict(on);
    let parcel = nth(1);
    let declaration = parcel.lodging();
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&declaration), [2, 3, 120, 399]);
    assert_eq!(sent.last_text(&declaration), "审结; 包裹尚未入库，待放行");
    assert!(matches!(state(&world, &parcel), ImportState::AwaitingEntry(_)));
    let entry = entry(1, &[&parcel]);
    let sent = world.send([&entry]);
    assert_eq!(sent.statuses(&entry), [2, 120]);
    assert_eq!(sent.last_text(&entry), "[Code:1800;Desc:逻辑校验通过]");
    assert!(sent.to(&entry)[0].provisional_no.is_some());
    assert_eq!(sent.statuses(&declaration), [800]);
    assert_eq!(sent.bills.len(), 1);
}

fn entry_and_documents_come_in_any_order(on: On) {
    let mut world = strict(on);
    for place in 0..5 {
        let parcel = nth(place + 1);
        let mut documents = parcel.documents().to_vec();
        documents.insert(usize::try_from(place).unwrap(), entry(place, &[&parcel]));
        for document in &documents {
            world.send([document]);
        }
        assert!(matches!(state(&world, &parcel), ImportState::Released(_)), "{place}");
    }
}

/// Of three parcels of a bill one does not come; a fourth comes that no waybill of the bill names.
fn a_bill_is_compared_with_what_entered(on: On) {
    let mut world = strict(on);
    let parcels = [nth(1), nth(2), nth(3)];
    for parcel in &parcels {
        world.send([&parcel.waybill_document()]);
    }
    world.send(&parcels[0].documents());
    let mut other = nth(4);
    other.waybill.bill_no = Some("OTHER".into());
    world.send([&other.waybill_document()]);
    let entry = entry(1, &[&parcels[0], &parcels[1], &other]);
    let sent = world.send([&entry]);
    let over = "[Code:1800;Desc:逻辑校验通过]; 提运单下无运单的包裹：EX000000004CN";
    assert_eq!(sent.last_text(&entry), over);

    let bill = world.store.read(|view| facility::bill(view, BILL)).unwrap();
    let numbers = |parcels: Vec<&facility::Parcel>| {
        parcels.iter().map(|parcel| parcel.waybill_no.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((bill.waybills().count(), bill.entered().count()), (3, 3));
    assert_eq!(numbers(bill.short().collect()), ["EX000000003CN"]);
    assert_eq!(numbers(bill.over().collect()), ["EX000000004CN"]);
    let undeclared = world.store.read(|view| facility::undeclared(view, None, 10)).unwrap();
    assert_eq!(numbers(undeclared.iter().collect()), ["EX000000002CN", "EX000000004CN"]);
}

#[test]
fn bonded_parcels_and_offices_without_the_setting_wait_for_no_entry() {
    let mut world = world();
    let parcel = nth(1);
    world.send(&parcel.documents());
    assert!(matches!(state(&world, &parcel), ImportState::Released(_)));
    let sent = world.send([&entry(1, &[&parcel])]);
    assert_eq!(sent.statuses(&parcel.lodging()), [0; 0], "it changes nothing");
}

#[test]
fn a_guarantee_that_is_too_small_is_waited_for_after_the_entry() {
    let default_office = OfficeSettings { release_after_entry: true, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let guarantee = tongguan_domain::money::Money::ZERO;
    let mut world = World::with(Beginning { settings, guarantee, ..Beginning::unsigned() });
    let parcel = nth(1);
    world.send(&parcel.documents());
    let sent = world.send([&entry(1, &[&parcel])]);
    assert_eq!(sent.statuses(&parcel.lodging()), [399]);
    assert!(matches!(state(&world, &parcel), ImportState::AwaitingGuarantee(_)));
}

#[test]
fn where_a_parcel_entered_tells_how_it_came() {
    let mut world = world();
    let (mut carried, mut there) = (nth(1), nth(2));
    for parcel in [&mut carried, &mut there] {
        parcel.declaration.port = OfficeCode::parse("2244").unwrap();
        world.send(&parcel.documents());
    }
    let route = |world: &World, parcel: &Parcel| {
        let bill = world.store.read(|view| facility::bill(view, BILL)).unwrap();
        let mut parcels = bill.parcels.iter();
        parcels.find(|known| known.waybill_no == parcel.waybill.number).unwrap().route
    };
    assert_eq!(route(&world, &carried), Some(EntryRoute::Undetermined));
    let mut at_port = entry_of(2, sent_at(), [there.waybill.number.clone()]).unwrap();
    at_port.office = OfficeCode::parse("2244").unwrap();
    world.send([&entry(1, &[&carried]), &Document::WarehouseEntry(Box::new(at_port))]);
    assert_eq!(route(&world, &carried), Some(EntryRoute::Transit));
    assert_eq!(route(&world, &there), Some(EntryRoute::DeclaredElsewhere));
}

/// A name, how an entry is spoilt, and what it is told.
type Fault = (&'static str, fn(&mut WarehouseEntry), i32, &'static str);

/// What can be wrong with an entry by itself.
const FAULTS: &[Fault] = &[
    ("an operator that is unknown", |e| e.operator.code = code("330196X999"), -10_102, "无效企业"),
    ("an operator of another kind", |e| e.operator.code = code("330196M002"), -10_101, "无效企业"),
    ("a carrier that is unknown", |e| e.carrier.code = code("330196X999"), -10_102, "无效企业"),
    ("a carrier of another kind", |e| e.carrier.code = code("330196P001"), -10_101, "无效企业"),
    ("an export", |e| e.direction = "E".into(), -800_001, "进出口标记应为I，实为E"),
    ("a gap between lines", |e| e.parcels[1].number = 3, -800_001, "序号应为2，实为3"),
    ("a line number twice", |e| e.parcels[1].number = 1, -800_001, "序号1重复"),
    (
        "a parcel twice",
        |e| e.parcels[1].waybill_no = e.parcels[0].waybill_no.clone(),
        -800_001,
        "物流运单编号EX000000001CN重复",
    ),
];

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

#[test]
fn what_is_wrong_with_an_entry_is_answered_with_its_number() {
    let mut world = strict(|beginning| beginning);
    let parcel = nth(1);
    world.send(&parcel.documents());
    for (n, (name, spoil, status, words)) in (1..).zip(FAULTS) {
        let waybills = ["EX000000001CN", "EX000000002CN"].map(|n| WaybillNumber::parse(n).unwrap());
        let mut faulty = entry_of(n, sent_at(), waybills).unwrap();
        spoil(&mut faulty);
        let faulty = Document::WarehouseEntry(Box::new(faulty));
        let sent = world.send([&faulty]);
        assert_eq!(sent.statuses(&faulty), [*status], "{name}: {}", sent.last_text(&faulty));
        assert!(sent.last_text(&faulty).contains(words), "{name}: {}", sent.last_text(&faulty));
        assert!(matches!(state(&world, &parcel), ImportState::AwaitingEntry(_)), "{name}");
    }
}

#[test]
fn an_entry_that_was_reported_stands() {
    let mut world = world();
    let parcel = nth(1);
    let entered = entry(1, &[&parcel]);
    world.send([&entered]);
    assert_eq!(world.send([&entered]).statuses(&entered), [2, 120], "the same again");
    for (again, status, words) in [
        (anew(&entered, 60), -800_003, "已存在"),
        (asking(Action::Change, &entered, 60), -800_001, "不允许变更或删除"),
        (asking(Action::Delete, &entered, 120), -800_001, "不允许变更或删除"),
        (asking(Action::Change, &entered, -60), -800_005, "旧报文"),
        (asking(Action::Delete, &entry(2, &[&parcel]), 60), -800_001, "未找到"),
        (with_note(&entered, "改"), -800_001, "内容不同"),
    ] {
        let sent = world.send([&again]);
        assert_eq!(sent.statuses(&again), [status], "{}", sent.last_text(&again));
        assert!(sent.last_text(&again).contains(words), "{}", sent.last_text(&again));
    }
}

#[test]
fn only_the_operator_may_report_an_entry() {
    let mut operator = crate::faults::others().remove(0);
    operator.codes = vec![code("330196X015")];
    operator.roles = [Role::FacilityOperator].into_iter().collect();
    let mut world = World::with(Beginning { parties: vec![operator], ..Beginning::default() });
    let mut entry = entry_of(1, sent_at(), [nth(1).waybill.number]).unwrap();
    entry.operator.code = code("330196X015");
    let entry = Document::WarehouseEntry(Box::new(entry));
    let sent = world.send([&entry]);
    assert!(sent.last_text(&entry).contains("没有权限进行操作"), "{}", sent.last_text(&entry));
}
