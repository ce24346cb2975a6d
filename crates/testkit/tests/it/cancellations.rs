//! Declarations that are cancelled on request.

use std::sync::Arc;

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::cancellation::{CancellationRequest, ExportCancellation};
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{DeclarationNumber, OfficeCode};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::money::Money;
use tongguan_domain::party::PartyCode;
use tongguan_domain::quantity::{Measure, Quantity};
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::{Document, Parcel, message};
use tongguan_testkit::requests::{cancellation, export_cancellation};
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::faults::{OTHER_GUARANTOR, OTHER_MERCHANT, OTHER_PLATFORM, others};
use crate::support::*;

on_both_engines! {
    a_cancelled_import_gives_back_what_it_held_and_makes_room,
    a_cancelled_export_makes_room,
    nothing_is_cancelled_twice,
}

/// A world whose offices send everything down a lane, by the law.
fn lane(on: On, lane: Lane, law: Arc<Pack>) -> World {
    let on_all = |prefix: &str| Hit { on: Target::HsPrefix(prefix.into()), lane };
    let hits = ["1", "2", "3", "6"].map(on_all).to_vec();
    let selectivity = Selectivity { hits, ..Selectivity::default() };
    let office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let offices = [(OfficeCode::parse("2916").unwrap(), office)].into_iter().collect();
    let settings = Settings { offices, law, ..Settings::default() };
    World::with(on(Beginning { settings, parties: others(), ..Beginning::unsigned() }))
}

fn in_review(on: On) -> World {
    lane(on, Lane::Yellow, Pack::builtin())
}

/// The request to cancel a parcel's declaration.
fn request(world: &World, parcel: &Parcel, n: u64) -> CancellationRequest {
    let declaration = world.declaration(parcel).unwrap();
    let number = declaration.state.number().unwrap();
    cancellation(parcel, number, n, sent_at()).unwrap()
}

fn cancel(world: &World, parcel: &Parcel, n: u64) -> Document {
    Document::Cancellation(Box::new(request(world, parcel, n)))
}

fn export_request(world: &World, parcel: &Export, n: u64) -> ExportCancellation {
    let declaration = world.export(parcel).unwrap();
    let number = declaration.state.number().unwrap();
    export_cancellation(parcel, number, n, sent_at()).unwrap()
}

fn cancel_export(world: &World, parcel: &Export, n: u64) -> Document {
    Document::ExportCancellation(Box::new(export_request(world, parcel, n)))
}

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

fn a_cancelled_import_gives_back_what_it_held_and_makes_room(on: On) {
    let mut world = in_review(on);
    let parcel = sugar(1, 1, 1500);
    world.send(&parcel.documents());
    let declaration = world.declaration(&parcel).unwrap();
    assert!(world.allowance(&declaration, 2026).reserved > Money::ZERO);
    let request = cancel(&world, &parcel, 1);
    let sent = world.send([&request]);
    assert_eq!(sent.statuses(&request), [2, 120, 399]);
    assert_eq!(sent.to(&request)[0].message, "CEB624");
    assert_eq!(sent.statuses(&parcel.lodging()), [100]);
    let guid = request.filing().guid.as_str();
    assert_eq!(sent.last_text(&parcel.lodging()), format!("撤单，撤销申请单[{guid}]已审结"));
    let cancelled = world.declaration(&parcel).unwrap();
    assert!(matches!(cancelled.state, ImportState::Cancelled(_)));
    assert_eq!(world.allowance(&declaration, 2026).reserved, Money::ZERO);
    let line = "17019910".parse().unwrap();
    let quantity = world.quantity(&declaration, line, Measure::Mass, 2026);
    assert_eq!(quantity.reserved, Quantity::ZERO);

    // Order, payment and waybill may be changed and used again.
    let order = with_note(&asking(Action::Change, &parcel.order_document(), 60), "改");
    assert_eq!(world.send([&order]).statuses(&order), [2, 120]);
    let again = anew(&parcel.lodging(), 60);
    assert_eq!(world.send([&again]).statuses(&again), [2, 3, 120, 300]);
    assert_ne!(world.declaration(&parcel).unwrap().state.number(), cancelled.state.number());
    let second = cancel(&world, &parcel, 2);
    assert_eq!(world.send([&second]).statuses(&again), [100], "it is another declaration");
}

fn a_cancelled_export_makes_room(on: On) {
    let mut world = in_review(on);
    let parcel = nth_export(1);
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration]);
    let request = cancel_export(&world, &parcel, 1);
    let sent = world.send([&request]);
    assert_eq!(sent.statuses(&request), [2, 120, 399]);
    assert_eq!(sent.to(&request)[0].message, "CEB606");
    assert_eq!(sent.statuses(&declaration), [100]);
    let order = with_note(&asking(Action::Change, &order, 60), "改");
    let again = anew(&declaration, 60);
    let sent = world.send([&order, &again]);
    assert_eq!(sent.statuses(&order), [2, 120]);
    assert_eq!(sent.statuses(&again), [2, 3, 120, 300]);
}

fn nothing_is_cancelled_twice(on: On) {
    let mut world = in_review(on);
    let (import, export) = (nth(1), nth_export(1));
    world.send(&import.documents());
    world.send(&export.documents());
    let number = world.declaration(&import).unwrap().state.number().cloned().unwrap();
    for (first, text) in [
        (cancel(&world, &import, 1), format!("撤单清单[{number}]已经申报过")),
        (cancel_export(&world, &export, 1), "已存在相同编号的出口撤销申请单".to_owned()),
    ] {
        let (second, third) = (anew(&first, 60), anew(&first, 120));
        let sent = world.send([&first, &second]);
        assert_eq!(sent.statuses(&first), [2, 120, 399]);
        let refusal = if matches!(first, Document::Cancellation(_)) { -623_009 } else { 100 };
        assert_eq!(sent.statuses(&second), [refusal], "in one batch");
        let sent = world.send([&third]);
        assert_eq!(sent.statuses(&third), [refusal], "in another");
        assert_eq!(sent.last_text(&third), text);
        assert_eq!(sent.answers.len(), 1, "and nobody else is told anything");
        assert_eq!(world.send([&first]).statuses(&first), [2, 120, 399], "the same is repeated");
    }
}

#[test]
fn what_waits_for_the_guarantee_leaves_the_queue() {
    let mut world = world();
    let platform = world.cast.platform.party.id;
    world.grant(platform, Money::from_fen(0));
    let [first, second] = [nth(1), nth(2)];
    world.send(&first.documents());
    world.send(&second.documents());
    let queued = world.guarantee().queued;
    let request = cancel(&world, &first, 1);
    assert_eq!(world.send([&request]).statuses(&first.lodging()), [100]);
    assert_eq!(world.guarantee().queued.fen() * 2, queued.fen());
}

#[test]
fn a_declaration_is_not_cancelled_after_its_release_or_while_its_goods_are_examined() {
    let mut green = world();
    let mut red = lane(|beginning| beginning, Lane::Red, Pack::builtin());
    for world in [&mut green, &mut red] {
        let (import, export) = (nth(1), nth_export(1));
        world.send(&import.documents());
        world.send(&export.documents());
        world.send([&export.arrival_document()]);
        let number = world.declaration(&import).unwrap().state.number().cloned().unwrap();
        let request = cancel(world, &import, 1);
        let sent = world.send([&request]);
        assert_eq!(sent.statuses(&request), [-623_005]);
        let text = format!("清单的状态不符合撤单申报要求(清单编号[{number}])！(invtNo)");
        assert_eq!(sent.last_text(&request), text);
        let request = cancel_export(world, &export, 1);
        let sent = world.send([&request]);
        assert_eq!(sent.statuses(&request), [100]);
        assert!(sent.last_text(&request).ends_with("放行后未离境的应办理退关"));
    }
}

/// A batch reserves one number for each document, so a document that takes two leaves another none.
#[test]
fn of_many_refused_requests_in_a_batch_each_is_answered() {
    let mut world = world();
    let (import, export) = (nth(1), nth_export(1));
    world.send(&import.documents());
    world.send(&export.documents());
    world.send([&export.arrival_document()]);
    for first in [cancel(&world, &import, 1), cancel_export(&world, &export, 1)] {
        let requests: Vec<_> = (0..40).map(|seconds| anew(&first, seconds)).collect();
        let sent = world.send(&requests);
        let answered = requests.iter().filter(|request| sent.statuses(request).len() == 1);
        assert_eq!(answered.count(), 40);
    }
}

#[test]
fn which_states_allow_it_is_for_the_law_to_say() {
    let rows = "id,direction,status,valid_from,source\n\
                X,import,500,2026-01-01,test\n\
                CN-CAN-E-300,export,300,2030-01-01,test\n";
    let read = Table::CancellableStates.read(rows, &Defaults::default());
    assert_eq!(read.defects, []);
    let law = Arc::new(Pack::builtin().overlay(read.rows));
    let mut world = lane(|beginning| beginning, Lane::Red, law.clone());
    let parcel = nth(1);
    world.send(&parcel.documents());
    let request = cancel(&world, &parcel, 1);
    assert_eq!(world.send([&request]).statuses(&request), [2, 120, 399]);
    let mut world = lane(|beginning| beginning, Lane::Yellow, law);
    let parcel = nth_export(1);
    world.send(&parcel.documents());
    let request = cancel_export(&world, &parcel, 1);
    assert_eq!(world.send([&request]).statuses(&request), [100]);
}

#[test]
fn a_request_that_came_too_early_may_be_made_anew() {
    let mut world = in_review(|beginning| beginning);
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let early = DeclarationNumber::parse("29162026I000000001").unwrap();
    let early = cancellation(&parcel, &early, 1, sent_at()).unwrap();
    let early = Document::Cancellation(Box::new(early));
    assert_eq!(world.send([&early]).statuses(&early), [-623_003]);
    world.send([&order, &payment, &waybill, &declaration]);
    let red = cancel(&world, &parcel, 2);
    let sent = world.send([&red, &anew(&early, 60)]);
    assert_eq!(sent.statuses(&declaration), [100]);
}

#[test]
fn a_request_that_is_only_stored_cancels_nothing_until_it_is_declared() {
    let mut world = in_review(|beginning| beginning);
    let (import, export) = (nth(1), nth_export(1));
    world.send(&import.documents());
    world.send(&export.documents());
    for (request, declaration) in [
        (cancel(&world, &import, 1), import.lodging()),
        (cancel_export(&world, &export, 1), export.lodging()),
    ] {
        let stored = stored_only(&request);
        let sent = world.send([&stored]);
        assert_eq!(sent.statuses(&stored), [1]);
        assert_eq!(sent.statuses(&declaration), [0; 0]);
        let sent = world.send([&request]);
        assert_eq!(sent.statuses(&request), [2, 120, 399]);
        assert_eq!(sent.statuses(&declaration), [100]);
    }
}

#[test]
fn a_stored_request_about_an_export_may_be_deleted() {
    let mut world = in_review(|beginning| beginning);
    let parcel = nth_export(1);
    world.send(&parcel.documents());
    let request = cancel_export(&world, &parcel, 1);
    world.send([&stored_only(&request)]);
    let deletion = asking(Action::Delete, &request, 60);
    assert_eq!(world.send([&deletion]).statuses(&deletion), [2]);
    let again = anew(&request, 120);
    assert_eq!(world.send([&again]).statuses(&again), [2, 120, 399]);
}

#[test]
fn declarant_and_merchant_may_sign_and_nobody_else() {
    let mut world = World::with(Beginning { parties: others(), ..Beginning::default() });
    let parcel = nth(1);
    world.send(&parcel.documents());
    let request = cancel(&world, &parcel, 1);
    let mut cast = Cast::new(7, Signing::Sm2).unwrap();
    std::mem::swap(&mut cast.carrier, &mut cast.institution);
    let foreign = message(&cast, std::slice::from_ref(&request), 77).unwrap();
    let rendered = world.submit([foreign.as_str()]);
    let text = String::from_utf8(rendered[0].xml.clone()).unwrap();
    assert!(text.contains("<returnStatus>-623021</returnStatus>"), "{text}");
    let mut cast = Cast::new(7, Signing::Sm2).unwrap();
    std::mem::swap(&mut cast.carrier, &mut cast.merchant);
    let own = message(&cast, std::slice::from_ref(&request), 78).unwrap();
    let rendered = world.submit([own.as_str()]);
    let text = String::from_utf8(rendered[0].xml.clone()).unwrap();
    assert!(text.contains("<returnStatus>-623005</returnStatus>"), "released already: {text}");
}

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

type Spoil<T> = fn(&mut T);

/// What can be wrong with a request to cancel an import declaration.
const IMPORT_FAULTS: [(&str, i32, &str, Spoil<CancellationRequest>); 13] = [
    ("unknown number", -623_003, "系统中不存在清单编号为", |request| {
        request.parcel.declaration_no = DeclarationNumber::parse("29162026I999999999").unwrap();
    }),
    ("a number of another form", -623_003, "系统中不存在清单编号为", |request| {
        request.parcel.declaration_no = DeclarationNumber::parse("1").unwrap();
    }),
    ("another order", -623_003, "系统中不存在清单编号为", |request| {
        request.parcel.order_no = nth(9).declaration.order_no;
    }),
    ("another office", -623_014, "customsCode与清单", |request| {
        request.parcel.office = OfficeCode::parse("2900").unwrap();
    }),
    ("another merchant", -623_014, "ebcCode与清单", |request| {
        request.parcel.merchant.code = code(OTHER_MERCHANT);
    }),
    ("another platform", -623_003, "系统中不存在清单编号为", |request| {
        request.parcel.platform.code = code(OTHER_PLATFORM);
    }),
    ("another waybill", -623_014, "logisticsNo与清单", |request| {
        request.parcel.waybill_no = nth(9).declaration.waybill_no;
    }),
    ("another buyer", -623_014, "buyerIdNumber与清单", |request| {
        request.parcel.buyer = nth(9).declaration.buyer;
    }),
    ("another name", -623_014, "buyerName与清单", |request| {
        request.parcel.buyer.name = "别人".into();
    }),
    ("unknown declarant", -10_102, "无效企业代码", |request| {
        request.parcel.declarant.code = code("3301969999");
    }),
    ("a party in a role it does not have", -10_101, "无效企业类型", |request| {
        request.parcel.declarant.code = code(OTHER_GUARANTOR);
    }),
    ("a change", -623_001, "appType", |request| request.filing.action = Action::Change),
    ("no reason", -623_012, "撤单原因为空", |request| request.reason = " ".into()),
];

/// What can be wrong with a request to cancel an export declaration.
const EXPORT_FAULTS: [(&str, i32, &str, Spoil<ExportCancellation>); 10] = [
    ("unknown number", 100, "系统中不存在清单编号为", |request| {
        request.declaration_no = DeclarationNumber::parse("29162026E999999999").unwrap();
    }),
    ("a number of another form", 100, "系统中不存在清单编号为", |request| {
        request.declaration_no = DeclarationNumber::parse("1").unwrap();
    }),
    ("an import's number", 100, "系统中不存在清单编号为", |request| {
        request.declaration_no = DeclarationNumber::parse("29162026I000000001").unwrap();
    }),
    ("another office", 100, "customsCode与清单", |request| {
        request.office = OfficeCode::parse("2900").unwrap();
    }),
    ("another merchant", 100, "ebcCode与清单", |request| {
        request.merchant.code = code(OTHER_MERCHANT);
    }),
    ("unknown merchant", -10_102, "无效企业代码", |request| {
        request.merchant.code = code("330196M999");
    }),
    ("unknown declarant", -10_102, "无效企业代码", |request| {
        request.declarant.code = code("3301969999");
    }),
    ("a party in a role it does not have", -10_101, "无效企业类型", |request| {
        request.declarant.code = code(OTHER_GUARANTOR);
    }),
    ("a change of nothing", 100, "未找到要操作的", |request| {
        request.filing.action = Action::Change;
    }),
    ("no reason", 100, "reason", |request| request.reason = " ".into()),
];

#[test]
fn every_fault_of_a_request_is_named_and_cancels_nothing() {
    let mut world = in_review(|beginning| beginning);
    let (import, export) = (nth(1), nth_export(1));
    world.send(&import.documents());
    world.send(&export.documents());
    let asks = |sent: Sent, document: &Document, name, status, words: &str| {
        assert_eq!(sent.statuses(document), [status], "{name}");
        let text = sent.last_text(document);
        assert!(text.contains(words), "{name}: {text}");
        assert_eq!(sent.answers.len(), 1, "{name}: nobody else is told anything");
        let provisional = sent.to(document)[0].provisional_no.clone().unwrap();
        assert_eq!(provisional.len(), 18, "{name}");
    };
    for (n, (name, status, words, spoil)) in (1..).zip(IMPORT_FAULTS) {
        let mut faulty = request(&world, &import, n);
        spoil(&mut faulty);
        let document = Document::Cancellation(Box::new(faulty));
        asks(world.send([&document]), &document, name, status, words);
    }
    for (n, (name, status, words, spoil)) in (1..).zip(EXPORT_FAULTS) {
        let mut faulty = export_request(&world, &export, n);
        spoil(&mut faulty);
        let document = Document::ExportCancellation(Box::new(faulty));
        asks(world.send([&document]), &document, name, status, words);
    }
    assert_eq!(world.declaration(&import).unwrap().state.status().number(), 300);
    assert_eq!(world.export(&export).unwrap().state.status().number(), 300);
}
