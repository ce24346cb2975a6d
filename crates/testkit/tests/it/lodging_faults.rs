//! What can be wrong with the documents that lodge an export, one at a time: order (303), collection (403)
//! and list (603). Each answer names its fault, and the next parcel leaves as if nothing had been.

use rust_decimal::Decimal;
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::money::Amount;
use tongguan_domain::party::PartyCode;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;

use crate::support::*;

/// A name, what it spoils, and how its answer begins to name it.
type Fault = (&'static str, i32, &'static str, fn(&mut Export));

const ORDER: [Fault; 10] = [
    ("unknown merchant", -10_102, "无效企业代码", |e| {
        e.order.merchant.code = code("330196E999")
    }),
    ("unknown platform", -10_102, "无效企业代码", |e| {
        e.order.platform.code = code("330196P999")
    }),
    ("platform as merchant", -10_101, "无效企业类型", |e| {
        e.order.merchant.code = e.order.platform.code.clone();
    }),
    ("goods worth less than nothing", 100, "金额不应为负", |e| {
        e.order.goods_value = yuan(-1)
    }),
    ("freight below zero", 100, "金额不应为负", |e| e.order.freight = yuan(-1)),
    ("no such currency", 100, "币制000不在币制代码表内", |e| {
        e.order.currency = "000".into()
    }),
    ("line in no such currency", 100, "币制999不在币制代码表内", |e| {
        e.order.lines[1].currency = "999".into();
    }),
    ("nothing of a line", 100, "数量应大于0", |e| e.order.lines[0].quantity = Decimal::ZERO),
    ("total that is not the product", 100, "与单价×数量不符", |e| {
        e.order.lines[0].total_price = yuan(1);
    }),
    ("gap in the lines", 100, "表体序号应为2，实为3", |e| e.order.lines[1].number = 3),
];

const COLLECTION: [Fault; 10] = [
    ("unknown merchant", -10_102, "无效企业代码", |e| {
        e.collection.merchant.code = code("330196E999");
    }),
    ("unknown platform", -10_102, "无效企业代码", |e| {
        e.collection.platform.code = code("330196P999");
    }),
    ("unknown institution", -10_102, "无效企业代码", |e| {
        e.collection.institution = Some(code("3301960Y99"));
    }),
    ("carrier as institution", -10_101, "无效企业类型", |e| {
        e.collection.institution = Some(e.waybill.carrier.code.clone());
    }),
    ("platform as merchant", -10_101, "无效企业类型", |e| {
        e.collection.merchant.code = e.collection.platform.code.clone();
    }),
    ("carrier as platform", -10_101, "无效企业类型", |e| {
        e.collection.platform.code = e.waybill.carrier.code.clone();
    }),
    ("nothing collected", 100, "收款金额应大于0，实为0", |e| {
        e.collection.amount = yuan(0)
    }),
    ("less than nothing collected", 100, "收款金额应大于0", |e| {
        e.collection.amount = yuan(-1)
    }),
    ("no such currency", 100, "币制000不在币制代码表内", |e| {
        e.collection.currency = "000".into();
    }),
    ("change of what is not there", 100, "未找到要操作的收款单", |e| {
        e.collection.filing.action = tongguan_domain::commerce::Action::Change;
    }),
];

const LIST: [Fault; 14] = [
    ("unknown merchant", -10_102, "无效企业代码", |e| {
        e.declaration.merchant.code = code("330196E999");
    }),
    ("merchant as carrier", -10_101, "无效企业类型", |e| {
        e.declaration.carrier.code = e.declaration.merchant.code.clone();
    }),
    ("an import", 100, "进出口标记应为E", |e| e.declaration.direction = "I".into()),
    ("a mode of imports", 100, "监管方式1239不适用", |e| e.declaration.mode = "1239".into()),
    ("zone without account book", 100, "特殊区域出口应填报", |e| {
        e.declaration.mode = "1210".into();
    }),
    ("no such country", 100, "代码000不在国家（地区）内", |e| {
        e.declaration.destination_country = "000".into();
    }),
    ("heavier net than gross", 100, "净重100大于毛重", |e| {
        e.declaration.net_weight_kg = Decimal::from(100);
    }),
    ("no packages", 100, "件数应大于0", |e| e.declaration.packages = 0),
    ("a letter in the code", 100, "商品编码应为10位数字", |e| {
        e.declaration.items[0].hs_code = "62141000A0".into();
    }),
    ("no such unit", 100, "代码999不在计量单位内", |e| {
        e.declaration.items[0].unit = "999".into();
    }),
    (
        "two quantities of one unit",
        100,
        "申报单位与法定单位相同时数量应相同",
        |e| {
            e.declaration.items[0].statutory_quantity = Decimal::from(3);
        },
    ),
    ("goods with export duty", 100, "应征出口关税", |e| {
        e.declaration.items[0].hs_code = "4103901100".into();
    }),
    ("a line of the order left out", 100, "1320", |e| {
        e.declaration.items.pop();
    }),
    ("other packages than the waybill's", 100, "件数2与运单件数1不一致", |e| {
        e.declaration.packages = 2;
    }),
];

#[test]
fn a_faulty_order_is_answered_with_its_fault() {
    each_is_named(&ORDER, |parcel| vec![Document::ExportOrder(Box::new(parcel.order.clone()))]);
}

#[test]
fn a_faulty_collection_is_answered_with_its_fault() {
    each_is_named(&COLLECTION, |parcel| vec![parcel.collection_document()]);
}

#[test]
fn a_faulty_list_is_answered_with_its_fault() {
    each_is_named(&LIST, |parcel| parcel.documents().to_vec());
}

#[test]
fn two_faults_are_both_named() {
    let mut world = world();
    let mut parcel = export(1, sent_at()).unwrap();
    parcel.declaration.packages = 0;
    parcel.declaration.order_no = OrderNumber::parse("ANOTHER").unwrap();
    parcel.declaration.items[1].price = yuan(0);
    let list = parcel.lodging();
    let text = world.send([&list]).last_text(&list);
    assert!(text.contains("件数应大于0") && text.contains("单价、总价应大于0"), "{text}");
}

/// Sends the documents of spoiled parcels, of which the last one is at fault, among sound ones.
fn each_is_named(faults: &[Fault], documents: fn(&Export) -> Vec<Document>) {
    let mut world = world();
    for (n, (name, status, words, spoil)) in (1..).zip(faults) {
        let mut parcel = export(n, sent_at()).unwrap();
        spoil(&mut parcel);
        let documents = documents(&parcel);
        let faulty = documents.last().unwrap();
        let sent = world.send(&documents);
        assert_eq!(sent.statuses(faulty).last(), Some(status), "{name}");
        let text = sent.last_text(faulty);
        assert!(text.contains(words), "{name}: {text}");
    }
    let sound = export(9_999, sent_at()).unwrap();
    let documents = sound.documents();
    assert_eq!(world.send(&documents).statuses(&documents[2]), [2, 3, 120, 399]);
}

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

fn yuan(fen: i64) -> Amount {
    Amount::new(Decimal::new(fen, 2))
}
