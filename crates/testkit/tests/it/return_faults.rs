//! What can be wrong with goods that come back, one thing at a time: request and tally.

use rust_decimal::Decimal;
use tongguan_domain::ids::{DeclarationNumber, OfficeCode, WaybillNumber};
use tongguan_domain::party::PartyCode;
use tongguan_testkit::returned::{Returned, returned};
use tongguan_testkit::world::{Beginning, World};

use crate::export_returns::gone;
use crate::faults::OTHER_MERCHANT;
use crate::support::*;

/// A name, what it spoils, and what the document is told in the end once both have come.
struct Fault {
    name: &'static str,
    spoil: fn(&mut Returned),
    status: i32,
    words: &'static str,
}

macro_rules! fault {
    ($name:literal, $status:literal, $words:literal, $spoil:expr) => {
        Fault { name: $name, spoil: $spoil, status: $status, words: $words }
    };
}

fn code(text: &str) -> PartyCode {
    PartyCode::parse(text).unwrap()
}

/// Of requests (213). Each is refused, and its tally finds nobody.
const REQUESTS: &[Fault] = &[
    fault!("unknown declaration", 100, "不存在", |r| {
        r.request.declaration_no = DeclarationNumber::parse("29162026E999999999").unwrap();
    }),
    fault!("another merchant", 100, "电商企业与出口清单不一致", |r| {
        r.request.merchant.code = code(OTHER_MERCHANT);
    }),
    fault!("the mode of a zone", 100, "贸易方式1261应为9661", |r| {
        r.request.mode = Some("1261".into());
    }),
    fault!("no mode", 100, "应填报退货的贸易方式", |r| r.request.mode = None),
    fault!("outward", 100, "进出口标记应为I", |r| r.request.direction = "E".into()),
    fault!("out of China", 100, "起运国不应为中国", |r| {
        r.request.departure_country = "142".into();
    }),
    fault!("a line that was not exported", 100, "没有商品序号3", |r| {
        r.request.items[0].number = 3;
    }),
    fault!("other goods", 100, "第1项申报为6214900000", |r| {
        r.request.items[0].hs_code = "6214900000".into();
    }),
    fault!("more than was exported", 100, "超过可退数量2", |r| r.of_pieces(21)),
    fault!(
        "more in the second unit alone",
        100,
        "第1项退货数量0.3超过可退数量0.2",
        |r| {
            r.request.items[0].second_quantity = Some(Decimal::new(3, 1));
        }
    ),
    fault!("the same line twice", 100, "表体序号1重复", |r| {
        r.request.items.push(r.request.items[0].clone());
    }),
    fault!("a district outside of the pilot", 100, "不能跨关区退至5301", |r| {
        r.come_to(OfficeCode::parse("5301").unwrap());
    }),
    fault!("unknown carrier", -10_102, "无效企业代码", |r| {
        r.request.carrier.code = code("330196L999");
    }),
    fault!(
        "a merchant that declares without being a declarant",
        -10_101,
        "无效企业类型",
        |r| {
            r.request.declarant.code = r.request.merchant.code.clone();
        }
    ),
];

/// Of tallies (215): refused where they are wrong by themselves, told where they differ.
const TALLIES: &[Fault] = &[
    fault!("another declaration", 120, "不一致：清单编号", |r| {
        r.tally.declaration_no = DeclarationNumber::parse("29162026E999999999").ok();
    }),
    fault!("another office", 120, "不一致：申报地海关", |r| {
        r.tally.office = OfficeCode::parse("2910").unwrap();
    }),
    fault!("another bill", 120, "不一致：提运单号", |r| r.tally.transport.bill_no =
        "X".into()),
    fault!("another mode of transport", 120, "不一致：运输方式", |r| {
        r.tally.transport.mode = "2".into();
    }),
    fault!("another vehicle", 120, "不一致：运输工具名称", |r| {
        r.tally.transport.vehicle = "X".into();
    }),
    fault!("another voyage", 120, "不一致：航班航次号", |r| r.tally.transport.voyage =
        "X".into()),
    fault!("another parcel", 120, "未找到对应的退货申请单", |r| {
        r.tally.waybill_no = WaybillNumber::parse("OTHER").unwrap();
    }),
    fault!("outward", 100, "进出口标记应为I", |r| r.tally.direction = "E".into()),
    fault!("a mode of transport that is none", 100, "运输方式", |r| {
        r.tally.transport.mode = "Q".into();
    }),
    fault!("unknown operator", -10_102, "无效企业代码", |r| {
        r.tally.operator.code = code("330196F999");
    }),
    fault!("a merchant as operator", -10_101, "无效企业类型", |r| {
        r.tally.operator.code = code(OTHER_MERCHANT);
    }),
];

on_both_engines! {
    every_fault_is_named_and_nothing_comes_back,
}

fn every_fault_is_named_and_nothing_comes_back(on: fn(Beginning) -> Beginning) {
    let mut world = World::with(on(crate::faults::beginning()));
    let faults = REQUESTS.iter().map(|fault| (fault, true));
    let faults = faults.chain(TALLIES.iter().map(|fault| (fault, false)));
    for (n, (fault, of_request)) in (1..).zip(faults) {
        let (parcel, number) = gone(&mut world, n);
        let mut back = returned(&parcel, &number, n, sent_at()).unwrap();
        (fault.spoil)(&mut back);
        let (request, tally) = (back.request_document(), back.tally_document());
        let sent = match n % 2 {
            0 => world.send([&request, &tally]),
            _ => world.send([&tally, &request]),
        };
        let spoilt = if of_request { &request } else { &tally };
        let last = sent.statuses(spoilt).last().copied();
        assert_eq!(last, Some(fault.status), "{}: {}", fault.name, sent.last_text(spoilt));
        assert!(
            sent.last_text(spoilt).contains(fault.words),
            "{}: {}",
            fault.name,
            sent.last_text(spoilt)
        );
        assert!(world.returned_by_line(&parcel).is_empty(), "{}", fault.name);
    }
}
