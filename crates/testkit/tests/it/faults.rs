//! What can be wrong with a parcel, one at a time.

use rust_decimal::Decimal;
use tongguan_domain::ids::{OrderNumber, PartyId, PaymentTransaction};
use tongguan_domain::money::Amount;
use tongguan_domain::party::{Party, PartyCode, Role, Standing};
use tongguan_domain::person::Identity;
use tongguan_testkit::cast::Cast;
use tongguan_testkit::parcels::Parcel;

/// A second institution, and a party that is no party of any parcel.
pub fn others() -> Vec<Party> {
    let party = |id, code, roles: &[Role]| Party {
        id: PartyId(id),
        name: format!("其它企业{id}"),
        codes: vec![PartyCode::parse(code).unwrap()],
        roles: roles.iter().copied().collect(),
        standing: Standing::Active,
        valid_from: jiff::civil::date(2020, 1, 1),
        valid_to: None,
        mailbox: None,
    };
    vec![
        party(11, OTHER_INSTITUTION, &[Role::PaymentInstitution]),
        party(12, OTHER_MERCHANT, &[Role::Merchant]),
        party(13, OTHER_PLATFORM, &[Role::Platform]),
        party(14, OTHER_GUARANTOR, &[Role::Guarantor]),
    ]
}

pub const OTHER_INSTITUTION: &str = "3301960Y11";
pub const OTHER_MERCHANT: &str = "330196M012";
pub const OTHER_PLATFORM: &str = "330196P013";
pub const OTHER_GUARANTOR: &str = "330196G014";

fn yuan(fen: i64) -> Amount {
    Amount::new(Decimal::new(fen, 2))
}

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

/// A name, what it spoils, and what the declaration is told in the end.
pub struct Fault {
    pub name: &'static str,
    pub spoil: fn(&mut Parcel),
    /// The status of the declaration's last response once all four documents are there.
    pub status: i32,
    /// Words that this response holds.
    pub words: &'static str,
}

macro_rules! fault {
    ($name:literal, $status:literal, $words:literal, $spoil:expr) => {
        Fault { name: $name, spoil: $spoil, status: $status, words: $words }
    };
}

/// Mismatches between documents that are in order by themselves.
pub const MISMATCHES: &[Fault] = &[
    fault!("other merchant", 100, "电商企业", |p| p.order.merchant.code = code(OTHER_MERCHANT)),
    fault!("other buyer's name", 100, "13127", |p| {
        p.declaration.buyer.name = "别人".into();
    }),
    fault!("other buyer's number", 100, "订购人证件号码", |p| {
        let other = tongguan_testkit::parcels::buyer(77_777);
        p.declaration.buyer = Identity { name: p.declaration.buyer.name.clone(), ..other };
    }),
    fault!("other telephone", 100, "130126", |p| p.order.buyer_telephone = Some("111".into())),
    fault!("other institution", 100, "13035", |p| {
        p.order.payment.institution = Some(code(OTHER_INSTITUTION));
    }),
    fault!("other transaction", 100, "支付交易编号", |p| {
        let other = format!("X{}", p.payment.transaction.as_str());
        p.order.payment.transaction = Some(PaymentTransaction::parse(&other).unwrap());
    }),
    fault!("other amount", 100, "[OrderHead.acturalPaid:497.5,PaymentHead.amountPaid:1]", |p| {
        p.payment.amount = yuan(100);
    }),
    fault!("unverified buyer and other payer", 100, "支付人与订购人不一致", |p| {
        for buyer in [&mut p.order.buyer, &mut p.declaration.buyer] {
            buyer.name = "未核".into();
        }
    }),
    fault!("waybill of another order", 100, "的订单编号与清单不一致", |p| {
        let other = format!("{}X", p.order.order_no.as_str());
        p.waybill.order_no = Some(OrderNumber::parse(&other).unwrap());
    }),
    fault!("other consignee", 100, "收货人", |p| p.waybill.consignee.name = "别人".into()),
    fault!("other address", 100, "收货地址", |p| {
        p.declaration.consignee_address = "另一个地址".into();
    }),
    fault!("a line less", 100, "1320", |p| {
        let item = p.declaration.items.pop().unwrap();
        p.declaration.items[0].price = yuan(14_900);
        p.declaration.items[0].total_price = yuan(29_800);
        drop(item);
    }),
    fault!("a line's quantity", 100, "1322", |p| {
        p.declaration.items[0].quantity = 1.into();
        p.declaration.items[0].price = p.declaration.items[0].total_price;
    }),
    fault!("other goods value", 100, "商品总价", |p| {
        p.declaration.items[1].price = yuan(12_900);
        p.declaration.items[1].total_price = yuan(12_900);
    }),
    fault!("other freight", 100, "运费", |p| p.declaration.freight = yuan(2_900)),
];

/// What is wrong with the declaration by itself, or with what it asks for.
pub const DECLARATION_FAULTS: &[Fault] = &[
    fault!("identity mismatch", 100, "姓名与证件号码不匹配", |p| {
        for buyer in [&mut p.order.buyer, &mut p.declaration.buyer, &mut p.payment.payer] {
            buyer.name = "错名".into();
        }
    }),
    fault!("over the single limit", -621_005, "5000.00", |p| {
        for (line, item) in p.order.lines.iter_mut().zip(&mut p.declaration.items) {
            (line.price, line.total_price) = (yuan(300_000), line.quantity_times(300_000));
            (item.price, item.total_price) = (line.price, line.total_price);
        }
        p.order.goods_value = p.order.lines.iter().map(|line| line.total_price).sum();
        p.order.paid = p.order.goods_value + p.order.freight + p.order.tax_withheld;
        p.payment.amount = p.order.paid;
    }),
    fault!("over the annual limit", 100, "1313", |p| {
        p.order.lines.remove(0);
        p.declaration.items.remove(0);
        let value = yuan(2_700_000);
        p.order.lines[0].number = 1;
        p.declaration.items[0].number = 1;
        (p.order.lines[0].price, p.order.lines[0].total_price) = (value, value);
        (p.declaration.items[0].price, p.declaration.items[0].total_price) = (value, value);
        p.order.goods_value = value;
        p.order.paid = p.order.goods_value + p.order.freight + p.order.tax_withheld;
        p.payment.amount = p.order.paid;
    }),
    fault!("not on the positive list", 100, "0101210010", |p| {
        p.declaration.items[0].hs_code = "0101210010".into();
    }),
    fault!("foreign guarantor", 100, "担保企业编号", |p| {
        p.declaration.guarantor = code(OTHER_GUARANTOR);
    }),
    fault!("guarantor without a guarantee", 100, "没有有效的税款担保", |p| {
        p.declaration.guarantor = p.declaration.carrier.code.clone();
    }),
    fault!("unknown platform", -10_102, "无效企业代码", |p| {
        p.declaration.platform.code = code("330196P999");
    }),
    fault!("party in a role it does not have", -10_101, "无效企业类型", |p| {
        p.declaration.merchant.code = p.declaration.platform.code.clone();
    }),
    fault!("heavier net than gross", -621_001, "净重", |p| {
        p.declaration.net_weight_kg = Decimal::from(100);
    }),
    fault!("buyer's number with a wrong check character", -621_001, "证件号码", |p| {
        p.declaration.buyer.number = "990000190001010017".into();
    }),
];

/// What is wrong with another document by itself: the declaration waits for it in vain.
pub const DOCUMENT_FAULTS: &[Fault] = &[
    fault!("order that does not add up", 2, "订单信息不存在", |p| p.order.paid = yuan(1)),
    fault!("order of an unknown merchant", 2, "订单信息不存在", |p| {
        p.order.merchant.code = code("330196M999");
    }),
    fault!("payer with a wrong number", 2, "支付信息不存在", |p| {
        p.payment.payer.number = "990000190001010017".into();
    }),
    fault!("payment for another platform", 2, "支付信息不存在", |p| {
        p.payment.platform.code = code(OTHER_PLATFORM);
    }),
    fault!("weightless waybill", 2, "运单信息不存在", |p| {
        p.waybill.gross_weight_kg = Decimal::ZERO;
    }),
    fault!("order and payment at once", 2, "订单信息、支付信息不存在", |p| {
        p.order.paid = yuan(1);
        p.payment.payer.number = "990000190001010017".into();
    }),
];

/// No fault, but an officer has to look.
pub const REVIEWS: &[Fault] = &[fault!("goods without a rate", 300, "税率", |p| {
    p.declaration.items[1].hs_code = "0410004100".into();
})];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    MISMATCHES.iter().chain(DECLARATION_FAULTS).chain(DOCUMENT_FAULTS).chain(REVIEWS)
}

/// A price times the quantity of a line.
trait QuantityTimes {
    fn quantity_times(&self, fen: i64) -> Amount;
}

impl QuantityTimes for tongguan_domain::commerce::OrderLine {
    fn quantity_times(&self, fen: i64) -> Amount {
        Amount::new(self.quantity * Decimal::new(fen, 2))
    }
}

/// The cast's own parties need no mention here; the others do.
pub fn beginning() -> tongguan_testkit::world::Beginning {
    let mut beginning = tongguan_testkit::world::Beginning::unsigned();
    beginning.parties = others();
    beginning
}

/// Makes sure that the cast has the codes that these faults speak of.
#[test]
fn the_other_parties_are_not_of_the_cast() {
    let cast = Cast::new(1, tongguan_testkit::cast::Signing::None).unwrap();
    let codes: Vec<_> = cast.actors().iter().flat_map(|actor| actor.party.codes.clone()).collect();
    assert!(others().iter().all(|party| !codes.contains(&party.codes[0])));
}
