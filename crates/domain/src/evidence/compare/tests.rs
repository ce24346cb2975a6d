//! Each difference is provoked once, by the smallest change that provokes it.

use super::*;
use crate::evidence::{EvidenceGoods, Network};
use crate::mark::{Mark, Personal};
use crate::party::PartyCode;
use crate::tests::{Parcel, parcel, yuan};

/// Marks that are equal for equal texts.
struct Plain;

impl Marker for Plain {
    fn mark(&self, _: Personal, text: &str) -> Mark {
        let mut bytes = [0_u8; 16];
        for (place, byte) in text.bytes().enumerate() {
            let slot = &mut bytes[place % 16];
            *slot = slot.wrapping_mul(31).wrapping_add(byte);
        }
        Mark::from_bytes(bytes)
    }
}

const PLATFORM: PartyId = PartyId(1);
const INSTITUTION: PartyId = PartyId(2);

/// A parcel, what its platform would hand over, and whom that names.
struct Asked {
    parcel: Parcel,
    evidence: PaymentEvidence,
    named: Named,
    paid_at: Option<Moment>,
}

fn asked() -> Asked {
    let parcel = parcel();
    let (order, payment) = (&parcel.order, &parcel.payment);
    let goods = order.lines.iter().map(|line| EvidenceGoods {
        name: line.name.clone(),
        links: vec!["https://shop.example/item/1".into()],
    });
    let own = EvidenceOrder {
        order_no: order.order_no.clone(),
        goods: goods.collect(),
        payee_account: "6200000000000000".into(),
        payee_code: None,
        payee_name: "某某商户".into(),
    };
    let evidence = PaymentEvidence {
        guid: "G".into(),
        request: format!("{{\"certNo\":\"{}\"}}", payment.payer.number).into(),
        response: "ok".into(),
        platform: order.platform.code.clone(),
        institution: payment.institution.code.clone(),
        transaction: payment.transaction.clone(),
        amount: payment.amount,
        currency: "142".into(),
        verified_by: Network::NetsUnion,
        channel: None,
        traded_at: payment.paid_at,
        orders: vec![own],
    };
    let named = Named { platform: Some(PLATFORM), institution: Some(INSTITUTION) };
    let paid_at = Some(payment.paid_at);
    Asked { parcel, evidence, named, paid_at }
}

fn compared(asked: &Asked) -> Comparison {
    let Asked { parcel, evidence, named, paid_at } = asked;
    let order = OrderFacts::of(&parcel.order, PLATFORM, PartyId(3), None, &Plain);
    let payment = PaymentFacts::of(&parcel.payment, INSTITUTION, PLATFORM, &Plain);
    let documents = Documents {
        order_no: &parcel.order.order_no,
        order: Some(&order),
        payment: Some(&payment),
        paid_at: *paid_at,
    };
    compare(evidence, *named, documents, &Plain)
}

type Case = (&'static Rule, fn(&mut Asked));

const CASES: &[Case] = &[
    (&PLATFORM_DIFFERS, |it| it.named.platform = None),
    (&INSTITUTION_DIFFERS, |it| it.named.institution = Some(PLATFORM)),
    (&TRANSACTION_DIFFERS, |it| {
        it.evidence.transaction = crate::ids::PaymentTransaction::parse("another").unwrap();
    }),
    (&CURRENCY_DIFFERS, |it| it.evidence.currency = "502".into()),
    (&PAYER_DIFFERS, |it| it.evidence.request = "11010519491231002X".into()),
    (&TIME_DIFFERS, |it| {
        it.evidence.traded_at = it.evidence.traded_at.plus_millis(-10 * 60_000 - 1_000);
    }),
    (&LINK_UNFIT, |it| it.evidence.orders[0].goods[0].links.clear()),
    (&LINK_UNFIT, |it| it.evidence.orders[0].goods[0].links.push("javascript:1".into())),
];

#[test]
fn what_agrees_leads_to_nothing() {
    let same = compared(&asked());
    assert_eq!(same, Comparison { findings: Vec::new(), payer: PayerSaid::Same });
    let mut later = asked();
    later.evidence.traded_at = later.evidence.traded_at.plus_millis(10 * 60_000);
    later.evidence.request = "nobody is named".into();
    let same = compared(&later);
    assert_eq!(same, Comparison { findings: Vec::new(), payer: PayerSaid::Nothing });
}

#[test]
fn each_difference_is_found_alone() {
    for (rule, change) in CASES {
        let mut asked = asked();
        change(&mut asked);
        let findings = compared(&asked).findings;
        let [finding] = &findings[..] else { panic!("{}: {findings:?}", rule.code) };
        assert_eq!(finding.rule.code, rule.code);
        let texts = [finding.message_zh(), finding.message_en()];
        assert!(texts.iter().all(|text| !text.contains('{')), "{texts:?}");
        assert!(!texts.iter().any(|text| text.contains("11010519491231002X")), "{texts:?}");
    }
}

#[test]
fn an_amount_is_held_against_both_documents_and_may_be_for_several_orders() {
    let codes = |asked: &Asked| {
        compared(asked).findings.iter().map(|finding| finding.rule.code).collect::<Vec<_>>()
    };
    let mut more = asked();
    more.evidence.amount = more.evidence.amount + yuan("0.01");
    assert_eq!(codes(&more), ["evidence-amount-payment", "evidence-amount-order"]);
    let mut other = more.evidence.orders[0].clone();
    other.order_no = OrderNumber::parse("ANOTHER").unwrap();
    more.evidence.orders.push(other);
    assert_eq!(codes(&more), [""; 0], "the rest is the other order's");
    more.evidence.amount = yuan("0.01");
    assert_eq!(codes(&more), ["evidence-amount-payment", "evidence-amount-order"]);
}

#[test]
fn goods_are_compared_by_name_both_ways() {
    let mut sold = asked();
    // The lines of the sample are all called the same.
    sold.parcel.order.lines.truncate(1);
    sold.evidence.orders[0].goods.truncate(1);
    let ordered = sold.parcel.order.lines[0].name.clone();
    sold.evidence.orders[0].goods[0].name = "别的商品".into();
    let findings = compared(&sold).findings;
    let texts: Vec<_> = findings.iter().map(Defect::message_en).collect();
    let missing = format!("line 1 of the order, `{ordered}`, is not among what was sold");
    assert_eq!(texts, [missing, "`别的商品` was sold and is not on the order".to_owned()]);
}

#[test]
fn another_order_is_told_once_and_what_has_not_come_is_told() {
    let mut other = asked();
    other.evidence.orders[0].order_no = OrderNumber::parse("ANOTHER").unwrap();
    let codes: Vec<_> = compared(&other).findings.iter().map(|it| it.rule.code).collect();
    assert_eq!(codes, ["evidence-order"]);

    let Asked { parcel, evidence, named, .. } = asked();
    let order_no = &parcel.order.order_no;
    let documents = Documents { order_no, order: None, payment: None, paid_at: None };
    let found = compare(&evidence, named, documents, &Plain);
    let codes: Vec<_> = found.findings.iter().map(|it| it.rule.code).collect();
    assert_eq!(codes, ["evidence-nothing-to-compare"; 2]);
    assert_eq!(found.payer, PayerSaid::Nothing);
}

#[test]
fn codes_of_other_forms_are_no_registered_party() {
    let mut foreign = asked();
    foreign.evidence.platform = PartyCode::parse("NOBODY").unwrap();
    foreign.named.platform = None;
    let text = compared(&foreign).findings[0].message_zh();
    assert_eq!(text, "原始数据的电商平台代码NOBODY与订单不一致");
}
