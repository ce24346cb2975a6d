//! Bonded goods: what declarations hold, draw and give back of an account book's stock.

use std::sync::{Barrier, Mutex};

use rust_decimal::Decimal;
use tongguan_application::bonded::{
    ManualMove, MoveError, StockTake, move_stock, report, take_stock,
};
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::decide::stock::give_back;
use tongguan_application::clearing::incoming::{Incoming, ReturnEvent};
use tongguan_application::clearing::rows;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::clearing::working_set::WorkingSet;
use tongguan_domain::bonded::Drawn;
use tongguan_domain::bonded::movement::MovementKind;
use tongguan_domain::bonded::stock::{Stock, StockRefused};
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::{ImportState, Ruling};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_storage::Remedy;
use tongguan_testkit::bonded::{bonded_parcel, open_with, pieces, stock_key};
use tongguan_testkit::parcels::{Document, Messages, Parcel};
use tongguan_testkit::postgres::database;
use tongguan_testkit::requests::import_return;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_release_draws_what_it_declares_and_the_report_explains_it,
    what_is_too_much_is_refused_when_it_is_matched,
    parcels_of_one_batch_draw_one_after_the_other,
    what_an_officer_refuses_is_given_back,
    what_is_returned_goes_back_into_stock,
    a_stock_take_records_the_difference,
}

/// A world with so many pieces in stock.
fn stocked(on: On, on_hand: i64, office: OfficeSettings) -> World {
    let settings = Settings { default_office: office, ..Settings::default() };
    let world = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
    open_with(&world.store, on_hand, sent_at());
    world
}

/// An office that reviews everything.
fn reviewing() -> OfficeSettings {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    OfficeSettings { selectivity, ..OfficeSettings::default() }
}

fn of(n: u64, number: i64) -> Parcel {
    bonded_parcel(n, sent_at(), number).unwrap()
}

/// What is there and what is held, in pieces.
fn standing(world: &World) -> (String, String) {
    let stock = reported(world).0;
    (stock.on_hand().to_string(), stock.held().to_string())
}

/// The stock, and every movement as kind, quantity and document, in order.
fn reported(world: &World) -> (Stock, Vec<(MovementKind, String, String)>) {
    let book = stock_key().unwrap().book;
    let mut items = world.store.read(|view| report(view, &book, None, (None, None))).unwrap();
    let item = items.remove(0);
    let mut movements = [item.report.received, item.report.issued].concat();
    movements.sort_by_key(|movement| movement.n);
    let told = movements.into_iter().map(|movement| {
        (movement.kind, movement.quantity.to_string(), movement.document.to_string())
    });
    (item.now, told.collect())
}

fn pair(on_hand: &str, held: &str) -> (String, String) {
    (on_hand.to_owned(), held.to_owned())
}

fn state(world: &World, parcel: &Parcel) -> ImportState {
    world.declaration(parcel).unwrap().state
}

fn a_release_draws_what_it_declares_and_the_report_explains_it(on: On) {
    let mut world = stocked(on, 10, OfficeSettings::default());
    let parcel = of(1, 3);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 399, 800]);
    assert_eq!(standing(&world), pair("7", "0"));
    let number = world.declaration(&parcel).unwrap().state.number().unwrap().to_string();
    let movements = reported(&world).1;
    let drawn = (MovementKind::Drawn, "3".to_owned(), number);
    assert_eq!(movements[1..], [drawn], "{movements:?}");
    let sent = world.send([&parcel.lodging()]);
    assert_eq!(sent.statuses(&parcel.lodging()).last(), Some(&800), "the same again");
    assert_eq!(standing(&world), pair("7", "0"));
}

fn what_is_returned_goes_back_into_stock(on: On) {
    let mut world = stocked(on, 10, OfficeSettings::default());
    let parcel = of(1, 3);
    world.send(&parcel.documents());
    assert_eq!(standing(&world), pair("7", "0"));
    for (n, pieces, left) in [(1, 1, "8"), (2, 2, "10")] {
        let number = state(&world, &parcel).number().unwrap().clone();
        let goods = [(0, Decimal::from(pieces))];
        let request = import_return(&parcel, &number, n, sent_at(), &goods).unwrap();
        let request = Document::Return(Box::new(request));
        assert_eq!(world.send([&request]).statuses(&request), [2, 120]);
        let recorder = "李保管".into();
        world.happens(&parcel, ReturnEvent::Back { packages: 1, damage: None, recorder }).unwrap();
        let (finding, officer) = (Ok(()), "王关员".into());
        world.happens(&parcel, ReturnEvent::Examined { finding, officer }).unwrap();
        assert_eq!(standing(&world), pair(left, "0"));
    }
    let given_back =
        reported(&world).1.into_iter().filter(|(kind, ..)| *kind == MovementKind::GivenBack);
    assert_eq!(given_back.map(|(_, quantity, _)| quantity).collect::<Vec<_>>(), ["1", "2"]);
}

fn what_is_too_much_is_refused_when_it_is_matched(on: On) {
    let mut world = stocked(on, 2, OfficeSettings::default());
    let parcel = of(1, 3);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 100]);
    let text = "账册[T2916W000001]料号[0001]库存不足：申报3，可用2";
    assert_eq!(sent.last_text(&parcel.lodging()), text);
    assert_eq!(standing(&world), pair("2", "0"));
    let inbound = ManualMove {
        key: stock_key().unwrap(),
        kind: MovementKind::Opening,
        quantity: pieces(1),
        document: "QC2".into(),
        officer: "王关员".into(),
        reason: "期初补录".into(),
    };
    move_stock(&mut world.store.writer().unwrap(), &inbound, &caused(), sent_at()).unwrap();
    let again = anew(&parcel.lodging(), 60);
    assert_eq!(world.send([&again]).statuses(&again).last(), Some(&800));
    assert_eq!(standing(&world), pair("0", "0"));
}

fn parcels_of_one_batch_draw_one_after_the_other(on: On) {
    let mut world = stocked(on, 5, OfficeSettings::default());
    let parcels: Vec<_> = (1..=4).map(|n| of(n, 2)).collect();
    let documents: Vec<_> = parcels.iter().flat_map(Parcel::documents).collect();
    world.send(&documents);
    let states: Vec<_> = parcels.iter().map(|p| state(&world, p).status().number()).collect();
    assert_eq!(states, [800, 800, 100, 100]);
    assert_eq!(standing(&world), pair("1", "0"));
}

fn what_an_officer_refuses_is_given_back(on: On) {
    let mut world = stocked(on, 5, reviewing());
    let (refused, accepted, third) = (of(1, 3), of(2, 2), of(3, 1));
    world.send(&refused.documents());
    world.send(&accepted.documents());
    assert_eq!(standing(&world), pair("5", "5"), "what is reviewed is held");
    let sent = world.send(&third.documents());
    assert_eq!(sent.statuses(&third.lodging()).last(), Some(&100));
    for (parcel, ruling) in [(&refused, Ruling::Refuse), (&accepted, Ruling::Accept)] {
        let declaration = world.declaration(parcel).unwrap().id;
        let (officer, reason) = ("王关员".to_owned(), "单证".to_owned());
        let ruling = Incoming::Ruling {
            declaration,
            ruling,
            officer,
            reason,
            reassessed: None,
            only_at: None,
        };
        world.decide(ruling).unwrap();
    }
    assert_eq!(standing(&world), pair("3", "0"));
    let again = anew(&third.lodging(), 60);
    assert_eq!(world.send([&again]).statuses(&again).last(), Some(&300), "there is room now");
}

fn a_stock_take_records_the_difference(on: On) {
    let mut world = stocked(on, 10, reviewing());
    world.send(&of(1, 4).documents());
    let mut writer = world.store.writer().unwrap();
    let mut count = |number| {
        let take = StockTake {
            key: stock_key().unwrap(),
            counted: pieces(number),
            document: "PD1".into(),
            officer: "王关员".into(),
            reason: "年度盘点".into(),
        };
        take_stock(&mut writer, &take, &caused(), sent_at())
    };
    assert_eq!(count(10).unwrap().difference, None);
    assert_eq!(count(8).unwrap().difference, Some((MovementKind::Missing, pieces(2))));
    assert_eq!(count(9).unwrap().difference, Some((MovementKind::Surplus, pieces(1))));
    let short = StockRefused::Short { wanted: pieces(6), available: pieces(5) };
    assert!(matches!(count(3), Err(MoveError::Refused(why)) if why == short), "four are held");
    drop(writer);
    assert_eq!(standing(&world), pair("9", "4"));
    let kinds: Vec<_> = reported(&world).1.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, [MovementKind::Opening, MovementKind::Missing, MovementKind::Surplus]);
}

#[test]
fn a_book_that_is_not_kept_here_is_nobodys_business_unless_the_office_demands_it() {
    for (demand_account_book, last) in [(false, 800), (true, 100)] {
        let office = OfficeSettings { demand_account_book, ..OfficeSettings::default() };
        let settings = Settings { default_office: office, ..Settings::default() };
        let mut world = World::with(Beginning { settings, ..Beginning::unsigned() });
        let parcel = of(1, 3);
        let sent = world.send(&parcel.documents());
        assert_eq!(sent.statuses(&parcel.lodging()).last(), Some(&last));
        let told = sent.last_text(&parcel.lodging()).contains("账册[T2916W000001]未备案或已失效");
        assert_eq!(told, demand_account_book);
    }
}

/// How a parcel is spoilt, and words that its refusal holds.
type Fault = (fn(&mut Parcel), &'static str);

#[test]
fn what_the_book_does_not_know_is_refused() {
    let faults: [Fault; 4] = [
        (|p| p.declaration.items[0].account_item = Some("0002".into()), "无备案料号[0002]"),
        (|p| p.declaration.items[0].statutory_quantity = 5.into(), "商品与账册备案不符：5单位035"),
        (|p| p.declaration.items[0].hs_code = "1901101090".into(), "备案为9619001100"),
        (
            |p| p.declaration.office = tongguan_domain::ids::OfficeCode::parse("0100").unwrap(),
            "主管海关为[2916]",
        ),
    ];
    let mut world = stocked(|beginning| beginning, 9, OfficeSettings::default());
    for (n, (spoil, words)) in (1..).zip(faults) {
        let mut parcel = of(n, 2);
        spoil(&mut parcel);
        let sent = world.send(&parcel.documents());
        assert_eq!(sent.statuses(&parcel.lodging()).last(), Some(&100));
        let text = sent.last_text(&parcel.lodging());
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(standing(&world), pair("9", "0"));
}

#[test]
fn a_price_outside_of_what_was_registered_is_for_an_officer() {
    let mut world = stocked(|beginning| beginning, 9, OfficeSettings::default());
    let mut parcel = of(1, 1);
    let price = Amount::new(600.into());
    parcel.order.lines[0].price = price;
    parcel.order.lines[0].total_price = price;
    parcel.declaration.items[0].price = price;
    parcel.declaration.items[0].total_price = price;
    (parcel.order.goods_value, parcel.order.paid, parcel.payment.amount) = (price, price, price);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 300]);
    assert!(sent.last_text(&parcel.lodging()).contains("单价超出账册备案价格区间"));
    assert_eq!(standing(&world), pair("9", "1"));
}

#[test]
fn a_declaration_that_waits_holds_nothing() {
    let mut world = stocked(|beginning| beginning, 3, OfficeSettings::default());
    let [waits, goes] = [of(1, 3), of(2, 3)];
    world.send([&waits.lodging()]);
    assert_eq!(standing(&world), pair("3", "0"));
    let sent = world.send(&goes.documents());
    assert_eq!(sent.statuses(&goes.lodging()).last(), Some(&800));
    let deletion = asking(Action::Delete, &waits.lodging(), 60);
    world.send([&deletion]);
    assert_eq!(standing(&world), pair("0", "0"));
}

#[test]
fn a_return_gives_back_what_was_drawn_and_no_more() {
    let mut world = stocked(|beginning| beginning, 5, OfficeSettings::default());
    let parcel = of(1, 3);
    world.send(&parcel.documents());
    let mut record = world.declaration(&parcel).unwrap();
    let book = rows::book_key(&stock_key().unwrap().book);
    let row = world.store.read(|view| view.stocks_of_books(&[book])).unwrap().remove(0);
    let (key, standing) = rows::read_stock(row).unwrap();
    let mut set = WorkingSet::default();
    set.put_stock(key.clone(), standing);
    let mut draft = set.draft();
    let part = |number| [Drawn { key: key.clone(), quantity: pieces(number) }];
    give_back(&mut draft, &mut record, &part(1), "TH1").unwrap();
    assert_eq!(draft.stock(&key).unwrap().stock.on_hand(), pieces(3));
    let too_much = give_back(&mut draft, &mut record, &part(3), "TH2").unwrap_err();
    assert_eq!(too_much, Undecidable::Stock(StockRefused::NotTaken));
    give_back(&mut draft, &mut record, &part(2), "TH3").unwrap();
    assert_eq!(record.stock, []);
    assert!(give_back(&mut draft, &mut record, &part(1), "TH4").is_err(), "nothing is left");
    let decided = draft.finish();
    set.merge(decided);
    let moves = set.into_changes().outcomes.stock_moves;
    let told: Vec<_> = moves.iter().map(|it| (it.n, it.kind, it.quantity, &*it.document)).collect();
    let back = MovementKind::GivenBack;
    assert_eq!(told, [(3, back, pieces(1), "TH1"), (4, back, pieces(2), "TH3")]);
}

/// Parcels of one piece, so many for each of eight clients, and half as many pieces again as there are.
const EACH: usize = 12;
const ON_HAND: usize = 64;

#[test]
fn eight_clients_on_postgresql_never_oversell() {
    let Some(database) = database() else { return };
    let mut world = World::with(Beginning { database: Some(database), ..Beginning::unsigned() });
    open_with(&world.store, i64::try_from(ON_HAND).unwrap(), sent_at());
    let mut clients = world.share(8);
    let work: Vec<Vec<Parcel>> = clients
        .iter()
        .zip(0_u64..)
        .map(|(_, client)| (client * 100 + 1..).take(EACH).map(|n| of(n, 1)).collect())
        .collect();
    let begin = Barrier::new(clients.len());
    std::thread::scope(|scope| {
        for (first, (client, parcels)) in (0..).step_by(100).zip(clients.iter_mut().zip(&work)) {
            let (cast, begin) = (&world.cast, &begin);
            scope.spawn(move || {
                begin.wait();
                for (n, pair) in (first + 1..).zip(parcels.chunks(2)) {
                    let messages = Messages::of(cast, pair, n).unwrap().into_array();
                    client.submit(&messages);
                }
            });
        }
    });
    world.unite(clients);
    sold_out(&world, work.iter().flatten());
}

/// One writer owns a SQLite file, so the clients share it; what a ninth writes off beside them is gone too.
#[test]
fn eight_clients_on_sqlite_never_oversell() {
    let world = World::with(Beginning::unsigned());
    open_with(&world.store, i64::try_from(ON_HAND + 5).unwrap(), sent_at());
    let work: Vec<Vec<Parcel>> = (0..8_u64)
        .map(|client| (client * 100 + 1..).take(EACH).map(|n| of(n, 1)).collect())
        .collect();
    let store = world.store.clone();
    let world = Mutex::new(world);
    std::thread::scope(|scope| {
        for parcels in &work {
            scope.spawn(|| {
                for pair in parcels.chunks(2) {
                    let documents: Vec<Document> =
                        pair.iter().flat_map(Parcel::documents).collect();
                    world.lock().unwrap().send(&documents);
                }
            });
        }
        scope.spawn(|| {
            let mut writer = store.writer().unwrap();
            for n in 0..5 {
                let destroyed = ManualMove {
                    key: stock_key().unwrap(),
                    kind: MovementKind::Destroyed,
                    quantity: pieces(1),
                    document: format!("XH{n}").into(),
                    officer: "王关员".into(),
                    reason: "过期".into(),
                };
                // The clients write without a pause, so that it may have to come again.
                while let Err(error) =
                    move_stock(&mut writer, &destroyed, &caused(), Moment::from_micros(0))
                {
                    let MoveError::Storage(storage) = &error else { panic!("{error}") };
                    assert_eq!(storage.remedy(), Remedy::Retry, "{error}");
                }
            }
        });
    });
    sold_out(&world.into_inner().unwrap(), work.iter().flatten());
}

/// Parts the first transaction that moves a stock from others, as one is that deadlocks.
const PART_THE_FIRST: &str = "
    CREATE SEQUENCE fuse;
    CREATE FUNCTION part() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('fuse') = 1 THEN RAISE EXCEPTION 'parted' USING ERRCODE = '40P01'; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER part BEFORE INSERT ON stock_movement FOR EACH ROW EXECUTE FUNCTION part();
";

#[test]
fn a_movement_that_meets_others_is_made_again() {
    let Some(database) = database() else { return };
    let world = World::with(Beginning { database: Some(database), ..Beginning::unsigned() });
    open_with(&world.store, 10, sent_at());
    world.database().unwrap().execute(PART_THE_FIRST).unwrap();
    let counted = StockTake {
        key: stock_key().unwrap(),
        counted: pieces(8),
        document: "PD1".into(),
        officer: "王关员".into(),
        reason: "破损".into(),
    };
    let counted =
        take_stock(&mut world.store.writer().unwrap(), &counted, &caused(), sent_at()).unwrap();
    assert_eq!(counted.difference, Some((MovementKind::Missing, pieces(2))));
}

/// Asserts that exactly what was there was released, each release drew once, and nothing is left.
fn sold_out<'p>(world: &World, parcels: impl Iterator<Item = &'p Parcel>) {
    let (mut released, mut refused) = (Vec::new(), 0);
    for parcel in parcels {
        match state(world, parcel) {
            ImportState::Released(release) => released.push(release.number.to_string()),
            ImportState::Refused => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((released.len(), refused), (ON_HAND, 8 * EACH - ON_HAND));
    let (stock, movements) = reported(world);
    assert_eq!((stock.on_hand(), stock.held()), (pieces(0), pieces(0)));
    let mut drawn: Vec<_> = movements
        .into_iter()
        .filter(|(kind, ..)| *kind == MovementKind::Drawn)
        .map(|(.., document)| document)
        .collect();
    drawn.sort();
    released.sort();
    assert_eq!(drawn, released);
}
