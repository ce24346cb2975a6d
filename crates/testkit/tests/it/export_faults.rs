//! What can be wrong with the waybill of an exported parcel and with the reports about it, one at a time, and
//! what their sender is told. What was refused leaves nothing behind: the right document is taken after it.

use rust_decimal::Decimal;
use tongguan_domain::commerce::{Action, Part};
use tongguan_domain::money::Amount;
use tongguan_domain::party::PartyCode;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;

use crate::support::*;

/// A name, what is sent before, what is sent then, and what it is told.
struct Fault {
    name: &'static str,
    /// Sent before, and taken.
    before: fn(&Export) -> Vec<Document>,
    /// What is wrong, as it is sent; `of` makes the document of the parcel.
    spoil: fn(&mut Export),
    ask: fn(&Document) -> Document,
    status: i32,
    /// Words that its last response holds.
    words: &'static str,
}

macro_rules! fault {
    ($name:literal, $status:literal, $words:literal, $spoil:expr) => {
        Fault {
            name: $name,
            before: |_| Vec::new(),
            spoil: $spoil,
            ask: Document::clone,
            status: $status,
            words: $words,
        }
    };
    ($name:literal, $status:literal, $words:literal, after $before:expr, $ask:expr) => {
        Fault {
            name: $name,
            before: $before,
            spoil: |_| (),
            ask: $ask,
            status: $status,
            words: $words,
        }
    };
}

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

fn negative() -> Amount {
    Amount::new(Decimal::NEGATIVE_ONE)
}

fn nothing(_: &Export) -> Vec<Document> {
    Vec::new()
}

/// A part of a report.
fn part(document: &Document, number: u32, of: u32) -> Document {
    let mut document = document.clone();
    let part = Part::new(number, of).unwrap();
    match &mut document {
        Document::Arrival(report) => report.part = part,
        Document::Departure(report) => report.part = part,
        Document::MasterBill(link) => link.part = part,
        other => panic!("{} is not split", other.message_number()),
    }
    document
}

const UNKNOWN: &str = "330196X999";
const MERCHANT: &str = "330196E005";

const WAYBILLS: &[Fault] = &[
    fault!("an unknown currency", 100, "币制000", |p| p.waybill.currency = "000".into()),
    fault!("freight below nothing", 100, "金额不应为负：-1", |p| p.waybill.freight =
        negative()),
    fault!("insurance below nothing", 100, "金额不应为负：-1", |p| p.waybill.insurance =
        negative()),
    fault!("no weight", 100, "毛重", |p| p.waybill.gross_weight_kg = Decimal::ZERO),
    fault!("no packages", 100, "件数应大于0", |p| p.waybill.packages = 0),
    fault!("an unknown carrier", -10_102, "无效企业代码", |p| p.waybill.carrier.code =
        code(UNKNOWN)),
    fault!("a carrier that is none", -10_101, "无效企业类型", |p| {
        p.waybill.carrier.code = code(MERCHANT);
    }),
    fault!("an unknown merchant", -10_102, "无效企业代码", |p| {
        p.waybill.merchant = Some(code(UNKNOWN));
    }),
    fault!("a change of nothing", 100, "未找到要操作的出口运单", after nothing, |d| {
        asking(Action::Change, d, 60)
    }),
    fault!("a deletion of nothing", 100, "未找到要操作的出口运单", after nothing, |d| {
        asking(Action::Delete, d, 60)
    }),
    fault!(
        "a number that is in use",
        100,
        "已存在相同编号的出口运单",
        after | p | vec![p.documents()[1].clone()],
        |d| anew(d, 60)
    ),
    fault!(
        "other content under the same guid",
        100,
        "已用于内容不同的报文",
        after | p | vec![p.documents()[1].clone()],
        |d| with_note(d, "别的")
    ),
];

const ARRIVALS: &[Fault] = &[
    fault!("an import", 100, "进出口标记应为E", |p| p.arrival.direction = "I".into()),
    fault!("neither parcels nor bill", 100, "应填报提运单号", |p| {
        (p.arrival.bill_no, p.arrival.parcels) = (None, Vec::new());
    }),
    fault!("a gap in the lines", 100, "表体序号应为1", |p| p.arrival.parcels[0].number = 2),
    fault!("a line twice", 100, "表体序号1重复", |p| {
        let mut other = p.arrival.parcels[0].clone();
        other.waybill_no = export(9, sent_at()).unwrap().waybill.number;
        p.arrival.parcels.push(other);
    }),
    fault!("a parcel twice", 100, "物流运单编号EE000000001CN重复", |p| {
        p.arrival.parcels.push(p.arrival.parcels[0].clone());
        p.arrival.parcels[1].number = 2;
    }),
    fault!("an unknown operator", -10_102, "无效企业代码", |p| {
        p.arrival.operator.code = code(UNKNOWN);
    }),
    fault!("an operator that is none", -10_101, "无效企业类型", |p| {
        p.arrival.operator.code = code(MERCHANT);
    }),
    fault!("an unknown carrier", -10_102, "无效企业代码", |p| p.arrival.carrier.code =
        code(UNKNOWN)),
    fault!(
        "a change of what happened",
        100,
        "不允许变更或删除",
        after | p | { vec![p.arrival_document()] },
        |d| asking(Action::Change, d, 60)
    ),
    fault!("a deletion of nothing", 100, "未找到要操作的运抵单", after nothing, |d| {
        asking(Action::Delete, d, 60)
    }),
    fault!(
        "a part twice",
        100,
        "报文序号1已接收",
        after | p | { vec![part(&p.arrival_document(), 1, 2)] },
        |d| anew(&part(d, 1, 2), 60)
    ),
    fault!(
        "another count of parts",
        100,
        "报文总数3",
        after | p | { vec![part(&p.arrival_document(), 1, 2)] },
        |d| anew(&part(d, 2, 3), 60)
    ),
];

const DEPARTURES: &[Fault] = &[
    fault!("a gap in the lines", 100, "表体序号应为1", |p| p.departure.parcels[0].number = 2),
    fault!("a line twice", 100, "表体序号1重复", |p| {
        let mut other = p.departure.parcels[0].clone();
        other.waybill_no = export(9, sent_at()).unwrap().waybill.number;
        p.departure.parcels.push(other);
    }),
    fault!("a parcel twice", 100, "物流运单编号EE000000001CN重复", |p| {
        p.departure.parcels.push(p.departure.parcels[0].clone());
        p.departure.parcels[1].number = 2;
    }),
    fault!("an unknown carrier", -10_102, "无效企业代码", |p| {
        p.departure.carrier.code = code(UNKNOWN);
    }),
    fault!("a carrier that is none", -10_101, "无效企业类型", |p| {
        p.departure.carrier.code = code(MERCHANT);
    }),
    fault!("a change of nothing", 100, "未找到要操作的离境单", after nothing, |d| {
        asking(Action::Change, d, 60)
    }),
    fault!(
        "a deletion of what happened",
        100,
        "不允许变更或删除",
        after | p | { vec![p.departure_document()] },
        |d| asking(Action::Delete, d, 60)
    ),
    fault!(
        "a number that is in use",
        100,
        "已存在相同编号的离境单",
        after | p | { vec![p.departure_document()] },
        |d| anew(d, 60)
    ),
    fault!(
        "a part twice",
        100,
        "报文序号2已接收",
        after | p | { vec![part(&p.departure_document(), 2, 2)] },
        |d| anew(&part(d, 2, 2), 60)
    ),
    fault!(
        "a part of what came as a whole",
        100,
        "应为1",
        after | p | { vec![p.departure_document()] },
        |d| anew(&part(d, 2, 2), 60)
    ),
];

const LINKS: &[Fault] = &[
    fault!("an unknown mode of transport", 100, "代码Q", |p| {
        p.master_bill.transport_mode = "Q".into();
    }),
    fault!("no weight", 100, "毛重", |p| p.master_bill.gross_weight_kg = Decimal::ZERO),
    fault!("a gap in the lines", 100, "表体序号应为1", |p| p.master_bill.parcels[0].number =
        2),
    fault!("a parcel twice", 100, "物流运单编号EE000000001CN重复", |p| {
        p.master_bill.parcels.push(p.master_bill.parcels[0].clone());
        p.master_bill.parcels[1].number = 2;
    }),
    fault!("an unknown declarant", -10_102, "无效企业代码", |p| {
        p.master_bill.declarant.code = code(UNKNOWN);
    }),
    fault!("a declarant that is none", -10_101, "无效企业类型", |p| {
        p.master_bill.declarant.code = code(MERCHANT);
    }),
    fault!("an unknown carrier", -10_102, "无效企业代码", |p| {
        p.master_bill.carrier.code = code(UNKNOWN);
    }),
    fault!("a change of nothing", 100, "未找到要操作的清单总分单", after nothing, |d| {
        asking(Action::Change, d, 60)
    }),
    fault!(
        "a change after departure",
        100,
        "不允许变更或删除",
        after | p | { vec![p.master_bill_document(), p.departure_document()] },
        |d| asking(Action::Change, d, 60)
    ),
    fault!(
        "a deletion after departure",
        100,
        "不允许变更或删除",
        after | p | { vec![p.departure_document(), p.master_bill_document()] },
        |d| asking(Action::Delete, d, 60)
    ),
    fault!("an older change", 100, "旧报文", after | p | vec![p.master_bill_document()], |d| {
        asking(Action::Change, d, -60)
    }),
    fault!(
        "a part twice",
        100,
        "报文序号1已接收",
        after | p | { vec![part(&p.master_bill_document(), 1, 2)] },
        |d| anew(&part(d, 1, 2), 60)
    ),
];

type DocumentOf = fn(&Export) -> Document;

#[test]
fn each_fault_is_told_and_leaves_nothing_behind() {
    let kinds: [(DocumentOf, &[Fault]); 4] = [
        (|parcel| parcel.documents()[1].clone(), WAYBILLS),
        (Export::arrival_document, ARRIVALS),
        (Export::departure_document, DEPARTURES),
        (Export::master_bill_document, LINKS),
    ];
    for (document_of, faults) in kinds {
        assert!(faults.len() >= 10);
        for Fault { name, before, spoil, ask, status, words } in faults {
            let right = export(1, sent_at()).unwrap();
            let mut spoiled = right.clone();
            spoil(&mut spoiled);
            let mut world = world();
            for document in before(&right) {
                let sent = world.send([&document]);
                assert_eq!(
                    sent.statuses(&document),
                    [2, 120],
                    "{name}: {}",
                    sent.last_text(&document)
                );
            }
            let faulty = ask(&document_of(&spoiled));
            let sent = world.send([&faulty]);
            let text = sent.last_text(&faulty);
            let number = faulty.message_number();
            assert_eq!(sent.statuses(&faulty), [*status], "{number}, {name}: {text}");
            assert!(text.contains(words), "{number}, {name}: {text}");
            if before(&right).is_empty() {
                let right = anew(&document_of(&right), 120);
                let sent = world.send([&right]);
                assert_eq!(sent.statuses(&right), [2, 120], "{number} after {name}");
            }
        }
    }
}
