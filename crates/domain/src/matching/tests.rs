//! Each mismatch is provoked once, by the smallest change that provokes it.

use super::*;
use crate::facts::{DeclarationParties, Mode};
use crate::ids::{OrderNumber, PartyId, PaymentTransaction};
use crate::mark::{Mark, Marker, Personal};
use crate::party::PartyCode;
use crate::tests::{Parcel, decimal, parcel, yuan};

/// Marks that are equal for equal texts of one kind, and readable to nobody.
struct Sums;

impl Marker for Sums {
    fn mark(&self, kind: Personal, text: &str) -> Mark {
        let mut bytes = [kind as u8; 16];
        for (place, byte) in text.bytes().enumerate() {
            let slot = &mut bytes[1 + place % 15];
            *slot = slot.wrapping_mul(31).wrapping_add(byte);
        }
        Mark::from_bytes(bytes)
    }
}

/// Registry ids: the number at the end of a code.
fn id(code: &PartyCode) -> PartyId {
    let digits: String = code.as_str().chars().rev().take_while(char::is_ascii_digit).collect();
    PartyId(digits.parse().unwrap())
}

fn mismatches(parcel: &Parcel, certified: bool) -> Vec<Defect> {
    let Parcel { order, payment, waybill, declaration, .. } = parcel;
    let parties = DeclarationParties {
        platform: id(&declaration.platform.code),
        merchant: id(&declaration.merchant.code),
        carrier: id(&declaration.carrier.code),
        declarant: id(&declaration.declarant.code),
        guarantor: id(&declaration.guarantor),
    };
    let facts = DeclarationFacts::of(declaration, Mode::Direct, parties, &Sums);
    let institution = order.payment.institution.as_ref().map(id);
    let (platform, merchant) = (id(&order.platform.code), id(&order.merchant.code));
    let order = OrderFacts::of(order, platform, merchant, institution, &Sums);
    let payment = PaymentFacts::of(payment, id(&payment.institution.code), platform, &Sums);
    let waybill = WaybillFacts::of(waybill, id(&waybill.carrier.code), &Sums);
    let documents = Documents { order: &order, payment: &payment, waybill: &waybill };
    compare(&facts, documents, certified, "/Inventory[1]")
}

/// A rule, the change that provokes it, and what a declarant reads.
type Case = (&'static Rule, fn(&mut Parcel), &'static str);

const CASES: &[Case] = &[
    (
        &MERCHANT_DIFFERS,
        |p| p.order.merchant.code = PartyCode::parse("330196M009").unwrap(),
        "清单与订单的电商企业不一致",
    ),
    (
        &BUYER_NAME_DIFFERS,
        |p| p.declaration.buyer.name = "别人".into(),
        "[Code:13127;Desc:清单上的订购人姓名与订单上的订购人姓名不一致]",
    ),
    (
        &BUYER_NUMBER_DIFFERS,
        |p| p.declaration.buyer.number = "990000190001010024".into(),
        "清单上的订购人证件号码与订单上的订购人证件号码不一致",
    ),
    (
        &BUYER_TELEPHONE_DIFFERS,
        |p| p.declaration.buyer_telephone = "2".into(),
        "[Code:130126;Desc:清单上的订购人电话号码与订单上的订购人电话号码不一致]",
    ),
    (
        &INSTITUTION_DIFFERS,
        |p| p.payment.institution.code = PartyCode::parse("3301960Y04").unwrap(),
        "[Code:13035;Desc:支付企业不一致]",
    ),
    (
        &TRANSACTION_DIFFERS,
        |p| p.payment.transaction = PaymentTransaction::parse("2027").unwrap(),
        "订单与支付单的支付交易编号不一致,\
         [OrderHead.payTransactionId:2026,PaymentHead.payTransactionId:2027]",
    ),
    (
        &AMOUNTS_DIFFER,
        |p| p.payment.amount = yuan("448.23"),
        "[Code:1332;Desc:支付单支付金额与订单支付金额不一致],\
         [OrderHead.acturalPaid:448.22,PaymentHead.amountPaid:448.23]",
    ),
    (&PAYER_DIFFERS, |p| p.payment.payer.name = "别人".into(), "支付人与订购人不一致"),
    (
        &WAYBILL_OF_OTHER_ORDER,
        |p| p.waybill.order_no = Some(OrderNumber::parse("TG2").unwrap()),
        "运单[EX1]的订单编号与清单不一致",
    ),
    (
        &CONSIGNEE_DIFFERS,
        |p| {
            p.waybill.consignee.telephone = "2".into();
            p.waybill.consignee.address = "别处".into();
        },
        "订单与运单的收货人电话、地址不一致",
    ),
    (
        &ADDRESS_DIFFERS,
        |p| p.declaration.consignee_address = "别处".into(),
        "清单与订单的收货地址不一致",
    ),
    (
        &LINE_COUNT_DIFFERS,
        |p| {
            let line = p.order.lines.pop().unwrap();
            p.order.goods_value = p.order.goods_value - line.total_price;
            p.declaration.items[0].total_price = yuan("200");
            p.declaration.items[1].total_price = yuan("100");
        },
        "[Code:1320;Desc:清单表体商品项与订单表体商品项的项数不一致],[OrderList:1,InventoryList:2]",
    ),
    (
        &LINES_DIFFER,
        |p| p.declaration.items[1].quantity = decimal("2"),
        "[Code:1322;Desc:订单清单表体商品项不一致],[gnum:2,OrderList.qty:1,InventoryList.qty:2]",
    ),
    (
        &GOODS_VALUE_DIFFERS,
        |p| p.order.goods_value = yuan("401"),
        "清单商品总价400与订单商品价格401不一致",
    ),
    (&FREIGHT_DIFFERS, |p| p.declaration.freight = yuan("21"), "清单运费21与订单运杂费20不一致"),
];

#[test]
fn documents_that_agree_have_no_mismatch() {
    assert_eq!(mismatches(&parcel(), false), []);
}

#[test]
fn each_mismatch_is_found_and_nothing_else() {
    for (rule, spoil, text) in CASES {
        let mut parcel = parcel();
        spoil(&mut parcel);
        let found = mismatches(&parcel, false);
        let codes: Vec<_> = found.iter().map(|defect| defect.rule.code).collect();
        assert_eq!(codes, [rule.code]);
        assert_eq!(crate::status::Reply::refusing(&found).text, *text);
        assert!(found[0].pointer.starts_with("/Inventory[1]/Inventory"), "{}", rule.code);
    }
}

#[test]
fn the_cases_are_the_rules_in_their_order() {
    let cases: Vec<_> = CASES.iter().map(|(rule, ..)| rule.code).collect();
    let rules: Vec<_> = ALL.iter().map(|rule| rule.code).collect();
    assert_eq!(cases, rules);
}

#[test]
fn all_mismatches_come_at_once_in_order_of_precedence() {
    let mut parcel = parcel();
    for (rule, spoil, _) in CASES {
        // A line too few hides what the lines say.
        if !std::ptr::eq(*rule, &LINE_COUNT_DIFFERS) {
            spoil(&mut parcel);
        }
    }
    let found: Vec<_> = mismatches(&parcel, false).iter().map(|defect| defect.rule.code).collect();
    let expected: Vec<_> =
        ALL.iter().map(|rule| rule.code).filter(|code| *code != LINE_COUNT_DIFFERS.code).collect();
    assert_eq!(found, expected);
}

#[test]
fn somebody_else_may_pay_for_a_certified_buyer_only() {
    let mut parcel = parcel();
    parcel.payment.payer.number = "990000190001010024".into();
    assert_eq!(mismatches(&parcel, true), []);
    assert_eq!(mismatches(&parcel, false).len(), 1);
}

#[test]
fn what_a_document_does_not_say_differs_from_nothing() {
    let mut parcel = parcel();
    parcel.order.buyer_telephone = None;
    parcel.order.payment.institution = None;
    parcel.order.payment.transaction = None;
    parcel.waybill.order_no = None;
    parcel.declaration.items[0].item_name = None;
    assert_eq!(mismatches(&parcel, false), []);
}

#[test]
fn lines_pair_by_their_number_and_the_first_element_that_differs_is_named() {
    let text = |spoil: fn(&mut Parcel)| {
        let mut parcel = parcel();
        spoil(&mut parcel);
        let found = mismatches(&parcel, false);
        assert_eq!(found[0].rule.code, LINES_DIFFER.code);
        format!(
            "{} {}",
            found[0].expected.as_deref().unwrap_or("-"),
            found[0].found.as_deref().unwrap()
        )
    };
    assert_eq!(mismatches(&reversed(), false), []);
    assert_eq!(text(|p| p.declaration.items[0].number = 7), "- gnum:7");
    assert_eq!(
        text(|p| p.declaration.items[0].unit = "011".into()),
        "gnum:1,OrderList.unit:007 InventoryList.unit:011"
    );
    assert_eq!(
        text(|p| p.declaration.items[0].item_name = Some("别的".into())),
        "gnum:1,OrderList.itemName:货 InventoryList.itemName:别的"
    );
    assert_eq!(
        text(|p| {
            p.declaration.items[0].total_price = yuan("299");
            p.declaration.items[1].total_price = yuan("101");
        }),
        "gnum:1,OrderList.totalPrice:300 InventoryList.totalPrice:299"
    );
}

fn reversed() -> Parcel {
    let mut parcel = parcel();
    parcel.declaration.items.reverse();
    parcel
}

#[test]
fn amounts_compare_by_value_not_by_their_digits() {
    let mut parcel = parcel();
    parcel.payment.amount = yuan("448.22000");
    parcel.declaration.items[0].quantity = decimal("2.00000");
    assert_eq!(mismatches(&parcel, false), []);
}
