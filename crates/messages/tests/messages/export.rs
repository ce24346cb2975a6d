//! What export messages have that import messages lack.

use proptest::prelude::*;
use rust_decimal::Decimal;
use tongguan_domain::commerce::{Action, ExportOrderType, Part, Stage};
use tongguan_domain::declaration::StatisticsFlag;
use tongguan_domain::ids::{DeclarationNumber, OrderNumber, ProvisionalNumber};
use tongguan_domain::money::Amount;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Document, Profile, Reading, read};
use tongguan_messages::response::Quoted;
use tongguan_messages::sample::{ExportParcel, export_parcel, sample, transfer};
use tongguan_messages::write::{Envelope, Style, write_document};

use crate::support::{SIGNATURE, signed};

const GUID: &str = "7C0F2A10-0000-4000-8000-00000000000B";

const EXTENSION: &str = "<ceb:ExtendMessage><ceb:name>n</ceb:name><ceb:version>1</ceb:version>\
    <ceb:Message><any/></ceb:Message></ceb:ExtendMessage>";

fn reading(text: &str, profile: Profile) -> Reading {
    read(&roxmltree::Document::parse(text).unwrap(), profile).unwrap()
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.defects.iter().map(|defect| defect.rule.code).collect()
}

/// A sample with something else in it.
fn changed(message: MessageType, from: &str, to: &str) -> String {
    let text = sample(message).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    text.replacen(from, to, 1)
}

fn requests() -> impl Iterator<Item = MessageType> {
    let is_export = |message: &MessageType| message.is_request() && is_export(*message);
    MessageType::ALL.into_iter().filter(is_export)
}

fn is_export(message: MessageType) -> bool {
    matches!(message.layout().trailer, tongguan_messages::table::Trailer::Export { .. })
}

#[test]
fn the_extension_stands_behind_the_signature() {
    for message in requests() {
        let text = sample(message).unwrap();
        let end = text.rfind("</").unwrap();
        let (head, tail) = text.split_at(end);
        let right = format!("{head}{SIGNATURE}{EXTENSION}{tail}");
        for profile in [Profile::Strict, Profile::Tolerant] {
            let reading = reading(&right, profile);
            assert_eq!((reading.defects, reading.warnings), (vec![], vec![]), "{message:?}");
            assert!(reading.signed && reading.extension.is_some());
        }
        let wrong = format!("{head}{EXTENSION}{SIGNATURE}{tail}");
        assert_eq!(codes(&reading(&wrong, Profile::Strict)), ["elements-out-of-order"]);
        assert_eq!(reading(&wrong, Profile::Tolerant).defects, []);
    }
}

#[test]
fn a_transfer_block_twice_is_tolerated_as_in_the_official_samples() {
    for message in requests() {
        let text = signed(&sample(message).unwrap());
        let start = text.find("<ceb:BaseTransfer>").unwrap();
        let end = text.find("</ceb:BaseTransfer>").unwrap() + "</ceb:BaseTransfer>".len();
        let twice = format!("{}{}{}", &text[..end], &text[start..end], &text[end..]);
        assert_eq!(codes(&reading(&twice, Profile::Strict)), ["transfer-repeated"], "{message:?}");
        let tolerant = reading(&twice, Profile::Tolerant);
        assert_eq!(tolerant.defects, []);
        assert_eq!(tolerant.warnings[0].rule.code, "transfer-repeated");
    }
}

#[test]
fn an_empty_element_stands_for_its_default() {
    let stage = "<ceb:appStatus>2</ceb:appStatus>";
    for (message, expected) in [
        (MessageType::Ceb303, Stage::Stored),
        (MessageType::Ceb403, Stage::Stored),
        (MessageType::Ceb505, Stage::Declared),
        (MessageType::Ceb507, Stage::Stored),
    ] {
        let text = changed(message, stage, "<ceb:appStatus/>");
        let reading = reading(&text, Profile::Strict);
        assert_eq!(reading.defects, [], "{message:?}");
        let filing = match reading.documents.into_iter().next().unwrap().outcome.unwrap() {
            Document::ExportOrder(order) => order.filing,
            Document::Collection(collection) => collection.filing,
            Document::ExportWaybill(waybill) => waybill.filing,
            Document::Arrival(arrival) => arrival.filing,
            other => panic!("{other:?}"),
        };
        assert_eq!(filing.stage, expected, "{message:?}");
    }
    let text = changed(MessageType::Ceb603, stage, "<ceb:appStatus/>");
    assert_eq!(codes(&reading(&text, Profile::Strict)), ["text-too-short"]);
}

#[test]
fn white_space_collapses_where_the_schema_says_so() {
    let text = changed(MessageType::Ceb603, "<ceb:POD>502<", "<ceb:POD>\n  502\t<");
    let of_port = reading(&text, Profile::Strict);
    assert_eq!(of_port.defects, []);
    let Ok(Document::ExportDeclaration(declaration)) = &of_port.documents[0].outcome else {
        panic!()
    };
    assert_eq!(&*declaration.destination_port, "502");
    let text = changed(MessageType::Ceb605, "订购人取消订单", " 订购人 \r\n 取消  订单");
    let of_reason = reading(&text, Profile::Strict);
    let Ok(Document::ExportCancellation(request)) = &of_reason.documents[0].outcome else {
        panic!()
    };
    assert_eq!(&*request.reason, "订购人 取消 订单");
    // Elsewhere it counts.
    let text = changed(MessageType::Ceb603, "<ceb:country>502<", "<ceb:country> 502 <");
    assert_eq!(codes(&reading(&text, Profile::Strict)), ["space-around-text"]);
}

#[test]
fn an_arrival_may_be_of_the_whole_bill_and_a_departure_names_its_parcels() {
    for (message, line, expected) in [
        (MessageType::Ceb507, "ArrivalList", None),
        (MessageType::Ceb509, "DepartureList", Some("departure-report-lines-missing")),
        (MessageType::Ceb607, "WayBillList", Some("master-bill-link-lines-missing")),
    ] {
        let text = sample(message).unwrap();
        let start = text.find(&format!("<ceb:{line}>")).unwrap();
        let end = text.find(&format!("</ceb:{line}>")).unwrap() + line.len() + 7;
        let none = format!("{}{}", &text[..start], &text[end..]);
        assert_eq!(codes(&reading(&none, Profile::Strict)), Vec::from_iter(expected));
        let many = text.replacen(&text[start..end], &text[start..end].repeat(1000), 1);
        assert_eq!(reading(&many, Profile::Strict).defects, []);
    }
}

#[test]
fn a_part_must_be_one_of_its_number() {
    for message in [MessageType::Ceb507, MessageType::Ceb509, MessageType::Ceb607] {
        for (count, number, good) in [(3, 2, true), (3, 4, false), (1, 0, false), (-1, -1, false)] {
            let text = changed(
                message,
                "<ceb:msgCount>1</ceb:msgCount>",
                &format!("<ceb:msgCount>{count}</ceb:msgCount>"),
            )
            .replacen("<ceb:msgSeqNo>1<", &format!("<ceb:msgSeqNo>{number}<"), 1);
            let reading = reading(&text, Profile::Strict);
            assert_eq!(reading.defects, []);
            let document = &reading.documents[0];
            assert_eq!(document.outcome.is_ok(), good, "{number} of {count}");
            if let Err(findings) = &document.outcome {
                assert_eq!(findings.len(), 1);
                assert!(findings[0].pointer.ends_with("msgSeqNo"), "{:?}", findings[0]);
            }
        }
    }
}

#[test]
fn a_finding_has_our_own_code_and_names_its_element() {
    for (message, from, to, code, text) in [
        (
            MessageType::Ceb303,
            "<ceb:orderType>E<",
            "<ceb:orderType>I<",
            "export-order-parameter",
            "出口订单参数校验不通过，orderType[I]不符合[E|B|W]",
        ),
        (
            MessageType::Ceb603,
            "<ceb:statisticsFlag>B<",
            "<ceb:statisticsFlag>C<",
            "export-declaration-parameter",
            "出口清单参数校验不通过，statisticsFlag[C]不符合[A|B]",
        ),
        (
            MessageType::Ceb505,
            "<ceb:logisticsNo>EX000000022CN<",
            "<ceb:logisticsNo><",
            "export-waybill-parameter",
            "出口运单参数校验不通过，logisticsNo[]不符合[C..32]",
        ),
        (
            MessageType::Ceb403,
            "<ceb:accountingDate>20260302085930<",
            "<ceb:accountingDate>20260230085930<",
            "export-collection-parameter",
            "收款单参数校验不通过，accountingDate[20260230085930]不符合[YYYYMMDDhhmmss]",
        ),
    ] {
        let reading = reading(&changed(message, from, to), Profile::Strict);
        assert_eq!(reading.defects, []);
        let findings = reading.documents[0].outcome.as_ref().unwrap_err();
        assert_eq!((findings.len(), findings[0].code().as_str()), (1, code));
        assert_eq!(findings[0].message_zh(), text);
    }
}

#[test]
fn a_cancellation_is_answered_under_the_number_that_it_names() {
    let reading = reading(&sample(MessageType::Ceb605).unwrap(), Profile::Strict);
    let quote = reading.documents[0].quote.clone().numbered("B20260302000000009", "");
    assert_eq!(quote.get(Quoted::PROVISIONAL_NO), "B20260302000000009");
    assert_eq!(quote.get(Quoted::DECLARATION_NO), "29162026E000000001");
}

/// The documents of a parcel that says anything that the standard admits.
fn any_documents() -> impl Strategy<Value = Vec<Document>> {
    let text = "[!-~ÿ一-龥😀][ -~ -ÿ一-龥😀]{0,12}[!-~一-龥]";
    let texts = prop::collection::vec(text, 8);
    let amounts = prop::collection::vec((0_i64..=9_999_999_999_999, 0_u32..=5), 8);
    let seconds = prop::collection::vec(0_i64..4_000_000_000, 3);
    let some = prop::collection::vec(any::<bool>(), 8);
    let flags = (any::<bool>(), 0_usize..3, 1_u32..=999_999_999, 0_u32..1000);
    (texts, amounts, seconds, some, flags).prop_map(|(texts, amounts, seconds, some, flags)| {
        let mut parcel = export_parcel().unwrap();
        vary_trade(&mut parcel, &texts, &amounts, &some, flags.1);
        vary_movement(&mut parcel, &texts, &seconds, &some, (flags.2, flags.3));
        if flags.0 {
            parcel.declaration.statistics = StatisticsFlag::Simplified;
        }
        documents(parcel)
    })
}

fn documents(parcel: ExportParcel) -> Vec<Document> {
    vec![
        Document::ExportOrder(Box::new(parcel.order)),
        Document::Collection(Box::new(parcel.collection)),
        Document::ExportWaybill(Box::new(parcel.waybill)),
        Document::ExportDeclaration(Box::new(parcel.declaration)),
        Document::Arrival(Box::new(parcel.arrival)),
        Document::MasterBillLink(Box::new(parcel.master_bill)),
        Document::Departure(Box::new(parcel.departure)),
        Document::ExportCancellation(Box::new(parcel.cancellation)),
    ]
}

fn vary_trade(
    parcel: &mut ExportParcel,
    texts: &[String],
    amounts: &[(i64, u32)],
    some: &[bool],
    kind: usize,
) {
    let text = |index: usize| -> Box<str> { texts[index].as_str().into() };
    let maybe = |index: usize| some[index].then(|| text(index));
    let amount = |index: usize| Decimal::new(amounts[index].0, amounts[index].1);
    let ExportParcel { order, collection, waybill, declaration, .. } = parcel;
    let types = [ExportOrderType::Retail, ExportOrderType::Business, ExportOrderType::Warehouse];
    order.order_type = types[kind];
    order.filing.action = Action::Change;
    order.order_no = OrderNumber::parse(&texts[0]).unwrap();
    order.platform.code = PartyCode::parse("无").unwrap();
    order.platform.name = String::new();
    (order.goods_value, order.freight) = (Amount::new(amount(0)), Amount::new(-amount(1)));
    let line = &mut order.lines[0];
    (line.number, line.item_no, line.name) = (99_999, text(1), text(2));
    (line.description, line.barcode, line.note) = (maybe(3), maybe(4), maybe(5));
    line.quantity = amount(2);
    (collection.institution, collection.transaction) = (None, None);
    (collection.institution_name, collection.note) = (text(6), maybe(7));
    waybill.gross_weight_kg = amount(3);
    (waybill.merchant, waybill.merchant_name) = (None, maybe(0));
    (waybill.merchant_telephone, waybill.note) = (maybe(1), maybe(2));
    declaration.provisional_no =
        some[3].then(|| ProvisionalNumber::parse("B20260302000000009").unwrap());
    declaration.declaration_no =
        some[4].then(|| DeclarationNumber::parse("29162026E00000000099").unwrap());
    declaration.bonded.account_book = maybe(5);
    declaration.transport.vehicle = maybe(6);
    (declaration.bag_no, declaration.note) = (maybe(7), maybe(0));
    declaration.freight.amount = Amount::new(amount(4));
    let item = &mut declaration.items[1];
    (item.name, item.item_name, item.note) = (text(1), maybe(2), maybe(3));
    item.second_quantity = some[4].then(|| amount(5));
    item.second_unit = some[5].then(|| "035".into());
}

fn vary_movement(
    parcel: &mut ExportParcel,
    texts: &[String],
    seconds: &[i64],
    some: &[bool],
    (of, earlier): (u32, u32),
) {
    let maybe = |index: usize| some[index].then(|| Box::<str>::from(texts[index].as_str()));
    let part = Part::new(of.saturating_sub(earlier).max(1), of).unwrap();
    let ExportParcel { arrival, master_bill, departure, cancellation, .. } = parcel;
    (arrival.part, master_bill.part, departure.part) = (part, part, part);
    (arrival.bill_no, arrival.facility, arrival.note) = (maybe(0), None, maybe(1));
    arrival.filing.stage = Stage::Stored;
    if some[2] {
        arrival.parcels.clear();
    }
    let line = &mut master_bill.parcels[0];
    (line.bag_no, line.note) = (maybe(3), maybe(4));
    line.declaration_no = some[5].then(|| DeclarationNumber::parse("29162025E000000007").unwrap());
    departure.left_at = Moment::from_micros(seconds[0] * 1_000_000);
    (departure.transport.vehicle, departure.transport.bill_no) = (maybe(6), None);
    cancellation.filing.sent_at = Moment::from_micros(seconds[1] * 1_000_000);
    cancellation.note = maybe(7);
}

proptest! {
    #[test]
    fn export_documents_are_read_as_they_were_written(
        documents in any_documents(),
        style in prop::sample::select(vec![Style::Compact, Style::Indented]),
    ) {
        let transfer = transfer();
        let envelope = Envelope { guid: GUID, transfer: &transfer, subscriptions: &[], style };
        for document in documents {
            let text = signed(&write_document(&envelope, &document).unwrap());
            let reading = reading(&text, Profile::Strict);
            prop_assert_eq!(&reading.defects, &vec![]);
            let read = reading.documents.into_iter().next().unwrap();
            prop_assert_eq!(Some(read.quote.answered_by()), reading.message.response());
            prop_assert_eq!(read.outcome.unwrap(), document, "{}", text);
        }
    }
}
