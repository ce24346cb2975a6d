//! Each mismatch is provoked once, by the smallest change that provokes it.

use super::*;
use crate::commerce::ExportOrderType;
use crate::facts::{ExportMode, ExportParties};
use crate::ids::PartyId;
use crate::tests::decimal;
use crate::tests::export::export_parcel;
use crate::tests::yuan;

/// What is compared.
struct Parcel {
    declaration: ExportFacts,
    order: ExportOrderFacts,
    waybill: ExportWaybillFacts,
}

fn parcel() -> Parcel {
    let parcel = export_parcel();
    let [platform, merchant, carrier, declarant] = [1, 2, 3, 5].map(PartyId);
    let parties = ExportParties { platform: Some(platform), merchant, carrier, declarant };
    Parcel {
        declaration: ExportFacts::of(&parcel.declaration, ExportMode::Retail, parties),
        order: ExportOrderFacts::of(&parcel.order, Some(platform), merchant),
        waybill: ExportWaybillFacts::of(&parcel.waybill, carrier, Some(merchant)),
    }
}

fn mismatches(parcel: &Parcel) -> Vec<Defect> {
    let documents = ExportDocuments { order: &parcel.order, waybill: &parcel.waybill };
    compare_export(&parcel.declaration, documents, "/Inventory[1]")
}

/// A rule, the change that provokes it, and what a declarant reads.
type Case = (&'static Rule, fn(&mut Parcel), &'static str);

const CASES: &[Case] = &[
    (
        &ORDER_TYPE_DIFFERS,
        |p| p.order.order_type = ExportOrderType::Business,
        "监管方式9610的订单类型应为E，实为B",
    ),
    (&PLATFORM_DIFFERS, |p| p.order.platform = None, "清单与订单的电商平台不一致"),
    (
        &WAYBILL_MERCHANT_DIFFERS,
        |p| p.waybill.merchant = Some(PartyId(9)),
        "清单与运单的电商企业不一致",
    ),
    (&PACKAGES_DIFFER, |p| p.waybill.packages = 2, "清单件数1与运单件数2不一致"),
    (&LINE_COUNT_DIFFERS, |p| p.order.lines.clear(), "清单表体商品项与订单表体商品项的项数不一致"),
    (&LINES_DIFFER, |p| p.order.lines[0].quantity = decimal("3"), "订单清单表体商品项不一致"),
    (
        &EXPORT_VALUE_DIFFERS,
        |p| p.order.goods_value = yuan("400"),
        "清单商品总价398与订单商品价格400不一致",
    ),
];

#[test]
fn documents_that_agree_have_no_mismatch() {
    assert_eq!(mismatches(&parcel()), []);
    let mut unnamed = parcel();
    unnamed.waybill.merchant = None;
    assert_eq!(mismatches(&unnamed), [], "a waybill need not name the merchant");
}

#[test]
fn each_mismatch_is_found_alone_and_worded() {
    for (rule, change, text) in CASES {
        let mut parcel = parcel();
        change(&mut parcel);
        let found = mismatches(&parcel);
        assert_eq!(found.iter().map(|defect| defect.rule.code).collect::<Vec<_>>(), [rule.code]);
        assert_eq!(found[0].message_zh(), *text);
    }
    let provoked: Vec<_> = CASES.iter().map(|(rule, ..)| rule.code).collect();
    let all: Vec<_> = EXPORT_RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(provoked, all, "every rule, in its order");
}

#[test]
fn the_first_element_that_differs_is_named() {
    type Change = fn(&mut ExportLineFacts);
    let changes: [(Change, &str); 5] = [
        (|line| line.item_no = "SKU-2".into(), "itemNo"),
        (|line| line.quantity = decimal("3"), "qty"),
        (|line| line.unit = "007".into(), "unit"),
        (|line| line.currency = "502".into(), "currency"),
        (|line| line.total_price = yuan("399"), "totalPrice"),
    ];
    for (change, name) in changes {
        let mut parcel = parcel();
        change(&mut parcel.order.lines[0]);
        let defect = mismatches(&parcel).remove(0);
        assert!(defect.found.unwrap().starts_with(&format!("InventoryList.{name}:")));
    }
    let mut renumbered = parcel();
    renumbered.order.lines[0].number = 2;
    assert_eq!(mismatches(&renumbered)[0].found.as_deref(), Some("gnum:1"));
}

#[test]
fn a_longer_item_number_agrees_with_what_the_list_has_room_for() {
    let mut parcel = parcel();
    parcel.order.lines[0].item_no = "二十个字符的商品货号后面还有别的内容呢啊".repeat(2).into();
    let listed: String = parcel.order.lines[0].item_no.chars().take(20).collect();
    parcel.declaration.items[0].item_no = listed.into();
    assert_eq!(mismatches(&parcel), []);
}
