//! Imported goods that come back.

use proptest::prelude::*;
use proptest::test_runner::Config;
use rust_decimal::Decimal;
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::{Incoming, ReturnEvent};
use tongguan_application::clearing::settings::Settings;
use tongguan_application::due::{DueError, DueWork};
use tongguan_application::ports::Clock;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::{DeclarationNumber, OfficeCode};
use tongguan_domain::money::Money;
use tongguan_domain::party::PartyCode;
use tongguan_domain::quantity::{Measure, Quantity};
use tongguan_domain::returns::{ReturnRequest, ReturnState};
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::requests::import_return;
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::faults::{OTHER_GUARANTOR, OTHER_MERCHANT, others};
use crate::support::*;

on_both_engines! {
    goods_that_are_returned_whole_owe_nothing,
    a_part_leaves_its_part_of_everything,
    what_does_not_come_back_lapses,
}

const DAY: i64 = 86_400_000;

/// The request to return so much of each line of a parcel's goods.
fn request(world: &World, parcel: &Parcel, n: u64, goods: &[(usize, i64)]) -> ReturnRequest {
    let declaration = world.declaration(parcel).unwrap();
    let number = declaration.state.number().unwrap();
    let goods: Vec<_> = goods.iter().map(|(place, n)| (*place, Decimal::from(*n))).collect();
    import_return(parcel, number, n, sent_at(), &goods).unwrap()
}

fn asked(world: &World, parcel: &Parcel, n: u64, goods: &[(usize, i64)]) -> Document {
    Document::Return(Box::new(request(world, parcel, n, goods)))
}

fn back() -> ReturnEvent {
    ReturnEvent::Back { packages: 1, damage: None, recorder: "李保管".into() }
}

fn examined(finding: Result<(), String>) -> ReturnEvent {
    ReturnEvent::Examined { finding, officer: "王关员".into() }
}

/// Number, kind and status of each tax message: 816, or 818 with its status.
fn tax_messages(sent: &Sent) -> Vec<String> {
    let messages = sent.messages.iter().filter(|message| message.message.starts_with("CEB81"));
    let shown = messages.map(|message| {
        let text = String::from_utf8(message.xml.clone()).unwrap();
        let element = |name: &str| {
            let (_, after) = text.split_once(&format!("<{name}>")).unwrap();
            after.split_once('<').unwrap().0.to_owned()
        };
        let number = element("taxNo");
        let counter = number.rsplit('_').next().unwrap().to_owned();
        format!("{} _{counter} {}", message.message, element("status"))
    });
    shown.collect()
}

/// A released parcel of two pieces and one, and what its buyer and guarantor stand at.
fn released(on: On) -> (World, Parcel) {
    let mut world = World::with(on(Beginning { parties: others(), ..Beginning::unsigned() }));
    let parcel = nth(1);
    assert_eq!(world.send(&parcel.documents()).statuses(&parcel.lodging()).last(), Some(&800));
    (world, parcel)
}

fn used(world: &World, parcel: &Parcel) -> Money {
    world.allowance(&world.declaration(parcel).unwrap(), 2026).used
}

fn whole(parcel: &Parcel) -> Vec<(usize, i64)> {
    let items = parcel.declaration.items.iter().enumerate();
    items.map(|(place, item)| (place, i64::try_from(item.quantity).unwrap())).collect()
}

fn goods_that_are_returned_whole_owe_nothing(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcel = sugar(1, 1, 1500);
    world.send(&parcel.documents());
    assert!(used(&world, &parcel) > Money::ZERO && world.guarantee().held > Money::ZERO);
    let request = asked(&world, &parcel, 1, &whole(&parcel));
    let sent = world.send([&request]);
    assert_eq!(sent.statuses(&request), [2, 120]);
    assert_eq!(sent.to(&request)[0].message, "CEB626");
    assert!(sent.last_text(&request).ends_with("退货商品应于2026-04-16前（含当日）运抵"));
    let sent = world.happens(&parcel, back()).unwrap();
    assert_eq!(sent.statuses(&request), [300]);
    let sent = world.happens(&parcel, examined(Ok(()))).unwrap();
    assert_eq!(sent.statuses(&request), [399, 800]);
    assert_eq!(tax_messages(&sent), ["CEB818 _0 3"]);
    assert_eq!(used(&world, &parcel), Money::ZERO);
    assert_eq!(world.guarantee().held, Money::ZERO);
    let line = "17019910".parse().unwrap();
    let declaration = world.declaration(&parcel).unwrap();
    let quantity = world.quantity(&declaration, line, Measure::Mass, 2026);
    assert_eq!(quantity.used, Quantity::ZERO);
    assert!(matches!(declaration.state, ImportState::Released(_)), "it is closed in its time");
    let again = asked(&world, &parcel, 2, &[(0, 1)]);
    let sent = world.send([&again]);
    assert_eq!(sent.statuses(&again), [-625_001]);
    assert!(sent.last_text(&again).contains("不超过0"), "{}", sent.last_text(&again));
}

fn a_part_leaves_its_part_of_everything(on: On) {
    let (mut world, parcel) = released(on);
    let before = (used(&world, &parcel), world.guarantee().held);
    for (n, goods, bills) in [
        (1, (0, 1), vec!["CEB818 _0 3", "CEB816 _1 1"]),
        (2, (1, 1), vec!["CEB818 _1 3", "CEB816 _2 1"]),
        (3, (0, 1), vec!["CEB818 _2 3"]),
    ] {
        let request = asked(&world, &parcel, n, &[goods]);
        assert_eq!(world.send([&request]).statuses(&request), [2, 120], "{n}");
        assert_eq!(world.happens(&parcel, back()).unwrap().statuses(&request), [300]);
        let sent = world.happens(&parcel, examined(Ok(()))).unwrap();
        assert_eq!(tax_messages(&sent), bills, "{n}");
        let (ImportState::Released(left) | ImportState::Closed(left)) =
            world.declaration(&parcel).unwrap().state
        else {
            panic!("it is released");
        };
        let now = (used(&world, &parcel), world.guarantee().held);
        assert_eq!(now, (left.used.amount, left.tax.total));
        assert!(now.0 < before.0 && now.1 < before.1);
        if let Some(billed) = sent.bills.first() {
            let taxes = billed.taxes.iter().map(|tax| tax.parse::<Decimal>().unwrap());
            assert_eq!(taxes.sum::<Decimal>(), left.tax.total.to_decimal());
        }
    }
    assert_eq!((used(&world, &parcel), world.guarantee().held), (Money::ZERO, Money::ZERO));
}

fn what_does_not_come_back_lapses(on: On) {
    let (mut world, parcel) = released(on);
    let before = (used(&world, &parcel), world.guarantee().held);
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    world.send([&request]);
    let (mut due, settings) = (DueWork::default(), Settings::default());
    let mut pass = |world: &mut World| {
        let (store, now) = (world.store.clone(), world.clock.now());
        let mut told = Vec::new();
        let done = due.run::<DueError>(&store, &settings, now, &mut |commands| {
            for command in commands {
                told.extend(world.decide(command).unwrap().answers);
            }
            Ok(())
        });
        let guid = request.filing().guid.as_str();
        told.retain(|answer| answer.guid == guid);
        let statuses: Vec<i32> = told.iter().map(|answer| answer.status).collect();
        (done.unwrap().lapsed, statuses)
    };
    // Released on 2 March: the last day is 16 April.
    world.clock.advance_millis(45 * DAY);
    assert_eq!(pass(&mut world), (0, vec![]), "the last day");
    world.clock.advance_millis(DAY / 2 + 2 * 3_600_000);
    assert_eq!(pass(&mut world), (1, vec![100]));
    assert_eq!(pass(&mut world), (0, vec![]));
    assert_eq!(world.returns(&parcel)[0].state, ReturnState::Lapsed);
    assert_eq!((used(&world, &parcel), world.guarantee().held), before);
    let refused = world.happens(&parcel, back()).unwrap_err();
    assert!(matches!(refused, Undecidable::ReturnStepRefused(_)), "{refused}");
}

#[test]
fn goods_that_come_too_late_change_nothing() {
    let (mut world, parcel) = released(|beginning| beginning);
    let before = (used(&world, &parcel), world.guarantee().held);
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    world.send([&request]);
    world.clock.advance_millis(46 * DAY);
    let sent = world.happens(&parcel, back()).unwrap();
    assert_eq!(sent.statuses(&request), [100]);
    assert_eq!(sent.last_text(&request), "退货商品运抵时已超过规定期限，税款不予退还");
    assert_eq!((used(&world, &parcel), world.guarantee().held), before);
}

#[test]
fn a_return_may_be_asked_for_on_the_thirtieth_day_and_not_after_it() {
    for (days, expected) in [(30, vec![2, 120]), (31, vec![-625_004])] {
        let (mut world, parcel) = released(|beginning| beginning);
        world.clock.advance_millis(days * DAY);
        let request = asked(&world, &parcel, 1, &[(0, 1)]);
        let sent = world.send([&request]);
        assert_eq!(sent.statuses(&request), expected, "after {days} days");
        if days == 31 {
            assert!(sent.last_text(&request).contains("已超过退货申请期限2026-04-01"));
        }
    }
}

#[test]
fn an_officer_may_refuse_the_goods_and_they_may_be_sent_again() {
    let (mut world, parcel) = released(|beginning| beginning);
    let before = (used(&world, &parcel), world.guarantee().held);
    let request = asked(&world, &parcel, 1, &[(0, 2)]);
    world.send([&request]);
    let damage = Some("外包装破损".into());
    let event = ReturnEvent::Back { packages: 2, damage, recorder: "李保管".into() };
    let sent = world.happens(&parcel, event).unwrap();
    assert_eq!(sent.last_text(&request), "退货商品已运抵，待查验; 件数2; 破损情况：外包装破损");
    let sent = world.happens(&parcel, examined(Err("非原进口商品".into()))).unwrap();
    assert_eq!(sent.statuses(&request), [100]);
    assert_eq!(sent.last_text(&request), "退单，非原进口商品");
    assert_eq!((used(&world, &parcel), world.guarantee().held), before);
    let again = anew(&request, 60);
    assert_eq!(world.send([&again]).statuses(&again), [2, 120], "nothing of it is taken");
}

#[test]
fn a_return_is_changed_and_deleted_until_the_goods_are_back() {
    let (mut world, parcel) = released(|beginning| beginning);
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    world.send([&request]);
    let mut more = self::request(&world, &parcel, 1, &[(0, 2)]);
    more.filing = asking(Action::Change, &request, 60).filing().clone();
    let change = Document::Return(Box::new(more));
    assert_eq!(world.send([&change]).statuses(&change), [2, 120], "its own goods are not taken");
    assert_eq!(world.returns(&parcel).len(), 1);
    assert_eq!(world.returns(&parcel)[0].lines[0].quantity, Decimal::TWO);
    let second = asked(&world, &parcel, 2, &[(0, 1)]);
    assert_eq!(world.send([&second]).statuses(&second), [-625_001], "all are on their way");
    world.happens(&parcel, back()).unwrap();
    for action in [Action::Change, Action::Delete] {
        let late = asking(action, &request, 120);
        assert_eq!(world.send([&late]).statuses(&late), [-625_022], "{action:?}");
    }
    let other = asked(&world, &parcel, 3, &[(1, 1)]);
    world.send([&other]);
    let deletion = asking(Action::Delete, &other, 60);
    assert_eq!(world.send([&deletion]).statuses(&deletion), [2]);
    let again = anew(&other, 120);
    assert_eq!(world.send([&again]).statuses(&again), [2, 120]);
}

#[test]
fn whatever_is_refused_of_a_return_quotes_the_number_that_it_has() {
    let (mut world, parcel) = released(|beginning| beginning);
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    let first = world.send([&request]).to(&request)[0].provisional_no.clone().unwrap();
    let change = |world: &World, pieces, seconds| {
        let mut changed = self::request(world, &parcel, 1, &[(0, pieces)]);
        changed.filing = asking(Action::Change, &request, seconds).filing().clone();
        Document::Return(Box::new(changed))
    };
    let faulty = [change(&world, 0, 60), change(&world, 3, 120), anew(&request, 180)];
    let refused = |world: &mut World, document: &Document, status| {
        let sent = world.send([document]);
        assert_eq!(sent.statuses(document), [status], "{}", sent.last_text(document));
        assert_eq!(sent.to(document)[0].provisional_no.as_ref(), Some(&first), "{status}");
    };
    for (document, status) in faulty.iter().zip([-625_001, -625_001, -625_022]) {
        refused(&mut world, document, status);
    }
    assert_eq!(world.returns(&parcel)[0].lines[0].quantity, Decimal::ONE);
    world.happens(&parcel, back()).unwrap();
    for late in [change(&world, 2, 240), asking(Action::Delete, &request, 300)] {
        refused(&mut world, &late, -625_022);
    }
}

#[test]
fn a_change_that_is_only_stored_takes_the_return_back_until_it_is_declared() {
    let (mut world, parcel) = released(|beginning| beginning);
    let request = asked(&world, &parcel, 1, &[(0, 2)]);
    let first = world.send([&request]).to(&request)[0].provisional_no.clone();
    let stored = stored_only(&asking(Action::Change, &request, 60));
    assert_eq!(world.send([&stored]).statuses(&stored), [1]);
    let other = asked(&world, &parcel, 2, &[(0, 2)]);
    assert_eq!(world.send([&other]).statuses(&other), [2, 120], "the goods are free");
    let declared = asking(Action::Change, &request, 120);
    let sent = world.send([&declared]);
    assert_eq!(sent.statuses(&declared), [-625_001], "and now they are not");
    assert_eq!(sent.to(&declared)[0].provisional_no, first);
}

#[test]
fn a_closed_declaration_may_be_returned_and_stays_closed() {
    let (mut world, parcel) = released(|beginning| beginning);
    world.send([&parcel.delivery_document()]);
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    world.send([&request]);
    world.happens(&parcel, back()).unwrap();
    world.happens(&parcel, examined(Ok(()))).unwrap();
    assert!(matches!(world.declaration(&parcel).unwrap().state, ImportState::Closed(_)));
}

/// A batch reserves one number for each document, so a document that takes two leaves another none.
#[test]
fn of_many_refused_requests_in_a_batch_each_is_answered() {
    let mut world = world();
    let parcel = nth(1);
    world.send(&parcel.documents());
    let first = asked(&world, &parcel, 1, &[(0, 1_000)]);
    let requests: Vec<_> = (0..40).map(|seconds| anew(&first, seconds)).collect();
    let sent = world.send(&requests);
    let answered = requests.iter().filter(|request| sent.statuses(request).len() == 1);
    assert_eq!(answered.count(), 40);
}

#[test]
fn the_same_request_again_changes_nothing() {
    let (mut world, parcel) = released(|beginning| beginning);
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    let copy = anew(&request, 60);
    let sent = world.send([&request, &copy, &request]);
    assert_eq!(sent.statuses(&request), [2, 120, 2, 120]);
    assert_eq!(sent.statuses(&copy), [-625_022]);
    assert_eq!(world.returns(&parcel).len(), 1);
}

type Spoil = fn(&mut ReturnRequest);

/// What can be wrong with a request to return goods.
const FAULTS: [(&str, i32, &str, Spoil); 14] = [
    ("unknown number", -625_016, "查无此数据", |request| {
        request.parcel.declaration_no = DeclarationNumber::parse("29162026I999999999").unwrap();
    }),
    ("another order", -625_016, "查无此数据", |request| {
        request.parcel.order_no = nth(9).declaration.order_no;
    }),
    ("another office", -625_004, "customsCode与清单", |request| {
        request.parcel.office = OfficeCode::parse("2900").unwrap();
    }),
    ("another merchant", -625_004, "ebcCode与清单", |request| {
        request.parcel.merchant.code = PartyCode::parse(OTHER_MERCHANT).unwrap();
    }),
    ("another buyer", -625_004, "buyerIdNumber与清单", |request| {
        request.parcel.buyer = nth(9).declaration.buyer;
    }),
    ("unknown declarant", -10_102, "无效企业代码", |request| {
        request.parcel.declarant.code = PartyCode::parse("3301969999").unwrap();
    }),
    ("a party in a role it does not have", -10_101, "无效企业类型", |request| {
        request.parcel.declarant.code = PartyCode::parse(OTHER_GUARANTOR).unwrap();
    }),
    ("a line that was not declared", -625_209, "未找到表体序号为[9]", |request| {
        request.items[0].number = 9;
    }),
    ("a code that was not declared", -625_209, "商品编号为[0101210010]", |request| {
        request.items[0].hs_code = "0101210010".into();
    }),
    ("more than was declared", -625_001, "不超过2", |request| {
        request.items[0].quantity = Decimal::from(3);
    }),
    ("another unit", -625_001, "unit", |request| request.items[0].unit = "035".into()),
    ("nothing of a line", -625_001, "大于0", |request| {
        request.items[0].quantity = Decimal::ZERO;
    }),
    ("a line twice", -625_001, "不重复", |request| {
        request.items.push(request.items[0].clone());
    }),
    ("a change of nothing", -625_016, "查无此数据", |request| {
        request.filing.action = Action::Change;
    }),
];

#[test]
fn every_fault_of_a_request_is_named_and_returns_nothing() {
    let (mut world, parcel) = released(|beginning| beginning);
    for (n, (name, status, words, spoil)) in (1..).zip(FAULTS) {
        let mut faulty = request(&world, &parcel, n, &[(0, 1)]);
        spoil(&mut faulty);
        let document = Document::Return(Box::new(faulty));
        let sent = world.send([&document]);
        assert_eq!(sent.statuses(&document), [status], "{name}: {}", sent.last_text(&document));
        assert!(sent.last_text(&document).contains(words), "{name}: {}", sent.last_text(&document));
        assert_eq!(sent.answers.len(), 1, "{name}: nobody else is told anything");
    }
    assert_eq!(world.returns(&parcel), []);
}

#[test]
fn what_is_not_released_is_not_returned() {
    let mut world = world();
    let platform = world.cast.platform.party.id;
    world.grant(platform, Money::from_fen(0));
    let parcel = nth(1);
    world.send(&parcel.documents());
    let request = asked(&world, &parcel, 1, &[(0, 1)]);
    let sent = world.send([&request]);
    assert_eq!(sent.statuses(&request), [-625_004]);
    assert!(sent.last_text(&request).contains("未放行"));
}

/// One thing that happens to a parcel.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Ask(usize, i64),
    Back,
    Accept,
    Refuse,
    Deliver,
    Days(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (0..2_usize, 1..3_i64).prop_map(|(line, n)| Happening::Ask(line, n)),
        3 => Just(Happening::Back),
        3 => Just(Happening::Accept),
        1 => Just(Happening::Refuse),
        1 => Just(Happening::Deliver),
        1 => (1..20_i64).prop_map(Happening::Days),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]
    /// Whatever happens in whatever order, buyer and guarantor stand at what the release still says; the
    /// audit at the end of the world adds up postings and declarations.
    #[test]
    fn the_sums_hold_after_any_order_of_returns(order in prop::collection::vec(happening(), 1..14)) {
        let (mut world, parcel) = released(|beginning| beginning);
        for (n, happening) in (1..).zip(order) {
            let newest = |world: &World| world.returns(&parcel).last().map(|last| last.id);
            match happening {
                Happening::Ask(line, pieces) => {
                    let request = asked(&world, &parcel, n, &[(line, pieces)]);
                    world.send([&request]);
                }
                Happening::Deliver => {
                    world.send([&parcel.delivery_document()]);
                }
                Happening::Days(days) => world.clock.advance_millis(days * DAY),
                _ if newest(&world).is_none() => {}
                Happening::Back => drop(world.happens(&parcel, back())),
                Happening::Accept => drop(world.happens(&parcel, examined(Ok(())))),
                Happening::Refuse => drop(world.happens(&parcel, examined(Err("不符".into())))),
            }
            let (ImportState::Released(left) | ImportState::Closed(left)) =
                world.declaration(&parcel).unwrap().state
            else {
                panic!("it was released");
            };
            prop_assert_eq!(used(&world, &parcel), left.used.amount);
            prop_assert_eq!(world.guarantee().held, left.tax.total);
        }
    }
}

/// Nothing but a command leads on from the goods' arrival.
#[test]
fn a_return_that_is_not_stored_cannot_be_decided() {
    let (mut world, parcel) = released(|beginning| beginning);
    let declaration = world.declaration(&parcel).unwrap().id;
    let id = tongguan_domain::ids::ReturnId(1);
    let command = tongguan_application::clearing::incoming::ReturnCommand {
        declaration,
        id,
        event: ReturnEvent::Due,
    };
    let refused = world.decide(Incoming::Return(command)).unwrap_err();
    assert_eq!(refused, Undecidable::NoSuchReturn(id));
}
