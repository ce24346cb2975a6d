//! The conditions of the list, by the rows of the built-in pack.

use super::*;
use crate::tests::{decimal, yuan};
use jiff::civil::date;

/// Goods of a code, name, and quantity in the statutory unit.
fn goods(hs: &str, name: &str, statutory: (&str, &str)) -> ItemFacts {
    let (quantity, unit) = statutory;
    ItemFacts {
        number: 1,
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
    let text = "/Inventory[1]/InventoryList[1]/qty 商品数量2.001超过清单规定的每人每年2千克";
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("2.001", "035")]), [text]);
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("2001", "036")]), [text]);
    let unknown = "/Inventory[1]/InventoryList[1]/unit1 \
                   商品编码1701991090限每人每年2千克，申报的计量单位无法换算";
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("1", "007")]), [unknown]);
}

#[test]
fn two_lines_of_the_same_goods_are_counted_together() {
    let sugar = |quantity| goods("1701991090", "砂糖", (quantity, "035"));
    assert_eq!(listed(Mode::Direct, TODAY, &[sugar("1"), sugar("1")]), [""; 0]);
    let found = listed(Mode::Direct, TODAY, &[sugar("1.5"), sugar("1")]);
    let text = "/Inventory[1]/InventoryList[2]/qty 商品数量2.5超过清单规定的每人每年2千克";
    assert_eq!(found, [text]);
}

#[test]
fn a_code_that_is_none_is_left_to_the_checks() {
    let none = goods("96190011", "纸尿裤", ("1", "035"));
    assert_eq!(listed(Mode::Direct, TODAY, &[none]), [""; 0]);
}
