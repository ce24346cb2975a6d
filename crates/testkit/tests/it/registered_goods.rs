//! Declared goods held against those that their merchant has registered, where the office wants that.

use tongguan_application::clearing::settings::{GoodsCheck, OfficeSettings, Settings};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage::RegisteredGoodsRow;
use tongguan_testkit::bonded::{bonded_parcel, open_with};
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::{Parcel, single_piece};
use tongguan_testkit::postgres::database;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    what_is_not_registered_so_goes_to_an_officer_with_every_reason,
    what_is_not_registered_is_refused_where_that_is_demanded,
    goods_count_as_they_stand_when_the_declaration_is_entered,
    an_export_is_held_against_the_goods_of_its_merchant,
    goods_of_an_account_book_are_registered_by_it,
}

/// What is other than it should be of registered goods; on a day.
type Change = fn(&mut RegisteredGoodsRow, Moment);

fn office(check: GoodsCheck) -> Beginning {
    let default_office = OfficeSettings { registered_goods: check, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    Beginning { settings, ..Beginning::unsigned() }
}

/// The `n`th parcel, with one line of goods.
fn single(n: u64) -> Parcel {
    single_piece(n, sent_at(), 1000 * 100).unwrap()
}

/// Number and tariff code of the one line.
fn line(parcel: &Parcel) -> (String, String) {
    let [item] = &parcel.declaration.items[..] else { panic!("{parcel:?}") };
    (item.item_no.as_deref().unwrap().to_owned(), item.hs_code.to_string())
}

fn goods(party: PartyId, (item_no, hs_code): (String, String)) -> RegisteredGoodsRow {
    RegisteredGoodsRow {
        party_id: party,
        item_no,
        hs_code,
        name: "商品".into(),
        suspended: false,
        valid_to: None,
        filing_id: None,
        changed_at: sent_at(),
        body: Vec::new(),
    }
}

fn register(world: &World, row: RegisteredGoodsRow) {
    world.store.writer().unwrap().transaction(|tx| tx.upsert(&[row])).unwrap();
}

#[test]
fn where_no_office_asks_nothing_is_looked_up() {
    let Some(database) = database() else { return };
    let mut world = World::with(Beginning { database: Some(database), ..Beginning::unsigned() });
    world.database().unwrap().execute("DROP TABLE registered_goods").unwrap();
    let parcel = nth(1);
    assert_eq!(world.send(&parcel.documents()).statuses(&parcel.lodging()).last(), Some(&800));
}

fn what_is_not_registered_so_goes_to_an_officer_with_every_reason(on: On) {
    let mut world = World::with(on(office(GoodsCheck::Review)));
    let merchant = world.cast.merchant.party.id;
    let today = Moment::start_of(world.clock.now().china_day());
    let cases: [(u64, Option<Change>, &str); 6] = [
        (1, None, "的商品未备案"),
        (2, Some(|row, _| row.suspended = true), "的商品备案已暂停"),
        (3, Some(|row, today| row.valid_to = Some(today.plus_days(-1))), "的商品备案已于"),
        (4, Some(|row, _| row.hs_code = "0000000000".into()), "备案的商品编码为0000000000"),
        (5, Some(|row, today| row.valid_to = Some(today)), ""),
        (6, Some(|_, _| {}), ""),
    ];
    for (n, change, why) in cases {
        let mut parcel = single(n);
        parcel.order.lines[0].item_no = Some(format!("SKU{n}").into());
        parcel.declaration.items[0].item_no = Some(format!("SKU{n}").into());
        if let Some(change) = change {
            let mut row = goods(merchant, line(&parcel));
            change(&mut row, today);
            register(&world, row);
        }
        let sent = world.send(&parcel.documents());
        let told = sent.statuses(&parcel.lodging());
        if why.is_empty() {
            assert_eq!(told, [2, 3, 120, 399, 800], "{n}");
            continue;
        }
        assert_eq!(told, [2, 3, 120, 300], "{n}");
        let text = sent.last_text(&parcel.lodging());
        let begins = format!("[Code:1200;Desc:待人工审核]; 第1项货号[SKU{n}]");
        assert!(text.starts_with(&begins) && text.contains(why), "{n}: {text}");
    }
    // Whoever else has registered them, they are not this merchant's.
    let parcel = nth(7);
    for item in &parcel.declaration.items {
        let line = (item.item_no.as_deref().unwrap().to_owned(), item.hs_code.to_string());
        register(&world, goods(PartyId(merchant.0 + 1), line));
    }
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 300]);
    let text = sent.last_text(&parcel.lodging());
    assert_eq!(text.matches("的商品未备案").count(), parcel.declaration.items.len(), "{text}");
}

fn what_is_not_registered_is_refused_where_that_is_demanded(on: On) {
    let mut world = World::with(on(office(GoodsCheck::Demand)));
    let merchant = world.cast.merchant.party.id;
    let parcel = single(1);
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 100]);
    let text = sent.last_text(&parcel.lodging());
    assert_eq!(text, format!("第1项货号[{}]的商品未备案", line(&parcel).0));
    assert_eq!(world.guarantee().held, Money::ZERO);

    let other = single(2);
    let mut unnamed = single(3);
    unnamed.declaration.items[0].item_no = None;
    let row = goods(merchant, line(&other));
    register(&world, row);
    assert_eq!(world.send(&other.documents()).statuses(&other.lodging()).last(), Some(&800));
    let sent = world.send(&unnamed.documents());
    assert_eq!(sent.statuses(&unnamed.lodging()).last(), Some(&100));
    assert_eq!(sent.last_text(&unnamed.lodging()), "第1项未填企业商品货号，无法比对商品备案");
}

fn goods_count_as_they_stand_when_the_declaration_is_entered(on: On) {
    let mut world = World::with(on(office(GoodsCheck::Demand)));
    let merchant = world.cast.merchant.party.id;
    for (n, before, after, expected) in [(1, false, true, 800), (2, true, false, 100)] {
        let mut parcel = single(n);
        parcel.order.lines[0].item_no = Some(format!("SKU{n}").into());
        parcel.declaration.items[0].item_no = Some(format!("SKU{n}").into());
        let row = |stands: bool| RegisteredGoodsRow {
            suspended: !stands,
            ..goods(merchant, line(&parcel))
        };
        register(&world, row(before));
        let [order, payment, waybill, waiting] = parcel.documents();
        let sent = world.send([&order, &payment, &waiting]);
        assert_eq!(sent.statuses(&waiting), [2], "nobody has looked at its goods yet");
        register(&world, row(after));
        let sent = world.send([&waybill]);
        assert_eq!(sent.statuses(&waiting).last(), Some(&expected), "{n}");
    }
}

fn an_export_is_held_against_the_goods_of_its_merchant(on: On) {
    for (check, status) in [(GoodsCheck::Review, 300), (GoodsCheck::Demand, 100)] {
        let mut world = World::with(on(office(check)));
        let unregistered = export(1, sent_at()).unwrap();
        let sent = world.send(&unregistered.documents());
        assert_eq!(sent.statuses(&unregistered.lodging()).last(), Some(&status), "{check:?}");
        let text = sent.last_text(&unregistered.lodging());
        assert!(text.contains("的商品未备案"), "{text}");
        let registered = export(2, sent_at()).unwrap();
        for item in &registered.declaration.items {
            let line = (item.item_no.to_string(), item.hs_code.to_string());
            register(&world, goods(world.cast.exporter.party.id, line));
        }
        let sent = world.send(&registered.documents());
        assert_eq!(sent.statuses(&registered.lodging()).last(), Some(&399), "{check:?}");
    }
}

fn goods_of_an_account_book_are_registered_by_it(on: On) {
    let mut world = World::with(on(office(GoodsCheck::Demand)));
    open_with(&world.store, 10, sent_at());
    let parcel = bonded_parcel(1, sent_at(), 3).unwrap();
    let [order, payment, waybill, lodging] = parcel.documents();
    world.send([&lodging]);
    let waiting = world.declaration(&parcel).unwrap();
    assert!(waiting.stock.is_empty(), "nothing is drawn before it is entered");
    let case = Enquiries::new(world.store.clone())
        .case(Reach::Everybody, waiting.id, world.clock.now())
        .unwrap();
    assert_eq!(case.unwrap().unregistered, []);
    let sent = world.send([&order, &payment, &waybill]);
    assert_eq!(sent.statuses(&lodging).last(), Some(&800));
}
