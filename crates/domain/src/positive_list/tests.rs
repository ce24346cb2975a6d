//! The conditions of the list, by the rows of the built-in pack.

use super::*;
use crate::allowance::AllowanceKey;
use crate::mark::Mark;
use crate::tests::{decimal, yuan};
use jiff::civil::date;
use tongguan_codelists::Table;
use tongguan_codelists::text::Defaults;

/// Goods of a code, name, and quantity in the statutory unit.
fn goods(hs: &str, name: &str, statutory: (&str, &str)) -> ItemFacts {
    let (quantity, unit) = statutory;
    ItemFacts {
        number: 1,
        account_item: None,
        item_no: None,
        hs_code: hs.into(),
        name: name.into(),
        item_name: None,
        unit: "007".into(),
        quantity: decimal("1"),
        statutory_unit: unit.into(),
        statutory_quantity: decimal(quantity),
        second: None,
        price: yuan("1"),
        total_price: yuan("1"),
    }
}

fn listed(mode: Mode, day: Date, items: &[ItemFacts]) -> Vec<String> {
    let listing = check(&Pack::builtin(), mode, day, items, "/Inventory[1]");
    listing.defects.iter().map(|d| format!("{} {}", d.pointer, d.message_zh())).collect()
}

const TODAY: Date = date(2026, 11, 22);

#[test]
fn what_is_on_the_list_may_be_imported_and_what_is_not_may_not() {
    let nappies = goods("9619001100", "纸尿裤", ("1", "035"));
    assert_eq!(listed(Mode::Direct, TODAY, std::slice::from_ref(&nappies)), [""; 0]);
    let horse = goods("0101210010", "马", ("1", "035"));
    let found = listed(Mode::Direct, TODAY, &[nappies, horse]);
    let text = "/Inventory[1]/InventoryList[2]/gcode \
                商品编码0101210010不在跨境电子商务零售进口商品清单内";
    assert_eq!(found, [text]);
}

#[test]
fn the_list_of_the_day_counts() {
    let rice = goods("1006302090", "米", ("5", "035"));
    let before = date(2022, 2, 28);
    assert_eq!(listed(Mode::Direct, before, std::slice::from_ref(&rice)).len(), 1);
    assert_eq!(listed(Mode::Direct, date(2022, 3, 1), &[rice]), [""; 0]);
}

#[test]
fn some_goods_come_in_bonded_only() {
    let crab = goods("0306149090", "冻蟹", ("1", "035"));
    assert_eq!(listed(Mode::Bonded, TODAY, std::slice::from_ref(&crab)), [""; 0]);
    let found = listed(Mode::Direct, TODAY, &[crab]);
    let text = "/Inventory[1]/InventoryList[1]/gcode 商品编码0306149090仅限以贸易方式1210进口";
    assert_eq!(found, [text]);
}

#[test]
fn some_codes_admit_goods_of_certain_names_only() {
    let ink = |name| goods("3215190090", name, ("1", "035"));
    assert_eq!(listed(Mode::Direct, TODAY, &[ink("打印机墨盒")]), [""; 0]);
    let found = listed(Mode::Direct, TODAY, &[ink("印刷油墨")]);
    let text = "/Inventory[1]/InventoryList[1]/gname 清单仅限打印机、printer，申报名称为印刷油墨";
    assert_eq!(found, [text]);
}

#[test]
fn some_goods_are_limited_by_weight_whatever_unit_they_are_declared_in() {
    let sugar = |quantity, unit| goods("1701991090", "砂糖", (quantity, unit));
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("2", "035")]), [""; 0]);
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("2000", "036")]), [""; 0]);
    let text = "/Inventory[1]/InventoryList[1]/qty 商品数量2.001千克超过清单规定的每人每年2千克";
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("2.001", "035")]), [text]);
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("2001", "036")]), [text]);
    let unknown = "/Inventory[1]/InventoryList[1]/unit1 \
                   商品编码1701991090限每人每年2千克，申报的计量单位无法准确换算";
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("1", "007")]), [unknown]);
}

#[test]
fn what_is_not_exact_in_kilograms_is_not_told_from_another_quantity() {
    let mut sugar = goods("1701991090", "砂糖", ("0.5", "083"));
    (sugar.unit, sugar.quantity) = ("036".into(), decimal("14"));
    let found = listed(Mode::Direct, TODAY, &[sugar]);
    assert_eq!(found.len(), 1, "half an ounce has thirteen decimals: {found:?}");
    assert!(found[0].contains("无法准确换算"), "{found:?}");
}

#[test]
fn two_lines_of_the_same_goods_are_counted_together() {
    let sugar = |quantity| goods("1701991090", "砂糖", (quantity, "035"));
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("1"), sugar("1")]), [""; 0]);
    let found = listed(Mode::Direct, TODAY, &[sugar("1.5"), sugar("1")]);
    let text = "/Inventory[1]/InventoryList[2]/qty 商品数量2.5千克超过清单规定的每人每年2千克";
    assert_eq!(found, [text]);
}

/// What the goods take of limited lines: line, amount, limit.
fn taken(pack: &Pack, day: Date, items: &[ItemFacts]) -> Vec<[String; 3]> {
    let listing = check(pack, Mode::Direct, day, items, "");
    let quantities = listing.quantities.iter();
    quantities.map(|q| [q.line.to_string(), q.shown(q.amount), q.shown(q.limit)]).collect()
}

#[test]
fn what_goods_take_is_told_by_line_in_the_base_unit() {
    let nappies = goods("9619001100", "纸尿裤", ("1", "035"));
    let rice = goods("1006302090", "米", ("5", "035"));
    let sugar = |hs, quantity, unit| goods(hs, "砂糖", (quantity, unit));
    let items =
        [sugar("1701991090", "1", "035"), rice, nappies, sugar("1701991010", "250.5", "036")];
    let [rice, sugar] = [["10063020", "5千克", "20千克"], ["17019910", "1.2505千克", "2千克"]]
        .map(|q| q.map(str::to_owned));
    assert_eq!(taken(&Pack::builtin(), TODAY, &items), [rice, sugar]);
}

/// The built-in pack with sugar limited to 1,500 grams from 2026-07-01, beside the row that stands.
fn renewed() -> Pack {
    let row = "id\ths8\tzh\tcontrol\tvalue\tunit\tvalid_from\tsource\n\
               R\t17019910\t砂糖\tquantity\t1500\t036\t2026-07-01\ttest\n";
    let reading = Table::PositiveList.read(row, &Defaults::default());
    assert_eq!(reading.defects, []);
    Pack::builtin().overlay(reading.rows)
}

#[test]
fn a_row_that_succeeds_another_goes_on_with_its_account() {
    let sugar = [goods("1701991090", "砂糖", ("1", "035"))];
    let of = |day| check(&renewed(), Mode::Direct, day, &sugar, "").quantities;
    let (before, after) = (of(date(2026, 6, 30)), of(date(2026, 7, 1)));
    let key = AllowanceKey { person: Mark::from_bytes([1; 16]), year: 2026 };
    assert_eq!(before[0].key(key), after[0].key(key));
    let shown = |q: &[LimitedQuantity]| q.iter().map(|q| q.shown(q.limit)).collect::<Vec<_>>();
    assert_eq!((shown(&before), shown(&after)), (vec!["2千克".into()], vec!["1.5千克".into()]));
}

#[test]
fn of_two_rows_in_force_the_stricter_holds_and_goods_are_counted_once() {
    let sugar = |quantity| [goods("1701991090", "砂糖", (quantity, "035"))];
    let listing = |quantity| check(&renewed(), Mode::Direct, TODAY, &sugar(quantity), "");
    assert_eq!(listing("1.5").defects, []);
    assert_eq!(listing("1.6").defects.len(), 1);
    assert_eq!(listing("1.5").quantities.len(), 1);
    assert_eq!(listing("1.5").quantities[0].amount.to_string(), "1.5");
}

#[test]
fn more_than_the_year_has_left_is_told_with_what_was_taken() {
    let items =
        [goods("9619001100", "纸尿裤", ("1", "035")), goods("1701991090", "砂糖", ("1", "035"))];
    let listing = check(&Pack::builtin(), Mode::Direct, TODAY, &items, "");
    let taken = Quantity::exact(decimal("1.25"), decimal("1")).unwrap();
    let defect = over_quantity(&items, &listing.quantities[0], 2026, taken);
    assert_eq!(
        (defect.rule.code, &*defect.pointer),
        ("positive-list-quantity", "InventoryList[2]/qty")
    );
    let zh = "税号17019910商品数量1千克超过清单规定的每人每年2千克，2026年已计入1.25千克";
    assert_eq!(defect.message_zh(), zh);
    let en = "1千克 of tariff line 17019910 is more than is left of the 2千克 that a person may \
              import in a year: 1.25千克 was taken of 2026 before";
    assert_eq!(defect.message_en(), en);
}

#[test]
fn a_code_that_is_none_is_left_to_the_checks() {
    let none = goods("96190011", "纸尿裤", ("1", "035"));
    assert_eq!(listed(Mode::Direct, TODAY, &[none]), [""; 0]);
}
