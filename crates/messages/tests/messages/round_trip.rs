//! Render, then read: the same documents, whatever they say.

use proptest::prelude::*;
use rust_decimal::Decimal;
use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::declaration::Transport;
use tongguan_domain::ids::{OfficeCode, OrderNumber};
use tongguan_domain::money::Amount;
use tongguan_domain::person::Identity;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, Subscription, ceb311, ceb411, ceb511, ceb513, ceb621};
use tongguan_messages::read::{Document, Profile, Reading, read};
use tongguan_messages::sample::{Parcel, parcel, sample, transfer};
use tongguan_messages::write::{Envelope, Style, write_document};

use crate::mutants;
use crate::support::signed;

pub const GUID: &str = "7C0F2A10-0000-4000-8000-00000000000B";

/// A parcel whose texts, numbers and times are anything that the standard admits.
pub fn any_parcel() -> impl Strategy<Value = Parcel> {
    let text = "[!-~ÿ一-龥😀][\r\n\t -~ -ÿ一-龥😀]{0,12}[!-~一-龥]";
    let texts = prop::collection::vec(text, 16);
    let amounts = prop::collection::vec((0_i64..=9_999_999_999_999, 0_u32..=5), 8);
    let seconds = prop::collection::vec(0_i64..4_000_000_000, 4);
    let some = prop::collection::vec(any::<bool>(), 16);
    (texts, amounts, seconds, some, 1_usize..4, 0_u16..10_000).prop_map(
        |(texts, amounts, seconds, some, lines, office)| {
            let mut parcel = parcel().unwrap();
            vary(&mut parcel, &texts, &amounts, &seconds, &some);
            parcel.declaration.office = OfficeCode::parse(&format!("{office:04}")).unwrap();
            parcel.order.lines = parcel.order.lines.iter().cycle().take(lines).cloned().collect();
            parcel.declaration.items =
                parcel.declaration.items.iter().cycle().take(lines).cloned().collect();
            parcel
        },
    )
}

fn vary(
    parcel: &mut Parcel,
    texts: &[String],
    amounts: &[(i64, u32)],
    seconds: &[i64],
    some: &[bool],
) {
    let text = |index: usize| -> Box<str> { texts[index].as_str().into() };
    let maybe = |index: usize| some[index].then(|| text(index));
    let amount = |index: usize| Decimal::new(amounts[index].0, amounts[index].1);
    let moment = |index: usize| Moment::from_micros(seconds[index] * 1_000_000);
    let Parcel { order, payment, waybill, delivery, declaration, .. } = parcel;
    order.filing.action = Action::Change;
    order.filing.sent_at = moment(0);
    order.order_no = OrderNumber::parse(&texts[0]).unwrap();
    order.platform.name = texts[1].clone();
    (order.goods_value, order.paid) = (Amount::new(amount(0)), Amount::new(-amount(1)));
    order.buyer = Identity::new("2", &texts[2], &texts[3]);
    order.payment.institution_name = maybe(4);
    order.payment.transaction = None;
    order.batch_numbers = maybe(5);
    order.consignee.address = text(6);
    order.note = maybe(7);
    let line = &mut order.lines[0];
    (line.number, line.item_no, line.name) = (-7, maybe(8), text(9));
    (line.specification, line.description) = (Some(text(10)), maybe(11));
    (line.quantity, line.note) = (amount(2), maybe(12));
    payment.filing.stage = Stage::Stored;
    (payment.amount, payment.paid_at) = (Amount::new(amount(3)), moment(1));
    (payment.telephone, payment.note) = (maybe(0), maybe(1));
    (waybill.bill_no, waybill.goods, waybill.note) = (maybe(2), maybe(3), maybe(4));
    waybill.freight = some[5].then(|| Amount::new(amount(4)));
    (waybill.gross_weight_kg, waybill.packages) = (amount(5), 999_999_999);
    (delivery.happened_at, delivery.note) = (moment(2), maybe(6));
    delivery.filing.action = Action::Delete;
    (declaration.reference, declaration.arrived_on) =
        (None, some[7].then(|| moment(3).china_day()));
    declaration.declared_on = moment(2).china_day();
    declaration.bonded.account_book = maybe(8);
    declaration.transport =
        Transport { mode: "5".into(), vehicle: maybe(9), voyage: None, bill_no: maybe(10) };
    (declaration.licence, declaration.note) = (maybe(11), maybe(12));
    declaration.consignee_address = text(13);
    let item = &mut declaration.items[1];
    (item.name, item.item_name, item.note) = (text(14), maybe(15), maybe(13));
    item.second_quantity = some[14].then(|| amount(6));
    item.second_unit = some[15].then(|| "035".into());
}

proptest! {
    #[test]
    fn documents_are_read_as_they_were_written(
        parcel in any_parcel(),
        style in prop::sample::select(vec![Style::Compact, Style::Indented]),
        copies in 1_usize..4,
    ) {
        let transfer = transfer();
        let subscriptions = vec![Subscription {
            status: "ALL".into(), mode: "DXP".into(), address: "DXPENT0000000002".into(), note: Some("<&>".into()),
        }; copies];
        let envelope = Envelope { guid: GUID, transfer: &transfer, subscriptions: &subscriptions, style };
        let written = [
            (MessageType::Ceb311, ceb311::write(&envelope, vec![&parcel.order; copies]),
                Document::Order(Box::new(parcel.order))),
            (MessageType::Ceb411, ceb411::write(&envelope, vec![&parcel.payment; copies]),
                Document::Payment(Box::new(parcel.payment))),
            (MessageType::Ceb511, ceb511::write(&envelope, vec![&parcel.waybill; copies]),
                Document::Waybill(Box::new(parcel.waybill))),
            (MessageType::Ceb513, ceb513::write(&envelope, vec![&parcel.delivery; copies]),
                Document::Delivery(Box::new(parcel.delivery))),
            (MessageType::Ceb621, ceb621::write(&envelope, vec![&parcel.declaration; copies]),
                Document::Declaration(Box::new(parcel.declaration))),
        ];
        for (message, written, expected) in written {
            let text = signed(&written.unwrap());
            let tree = roxmltree::Document::parse(&text).unwrap();
            let reading = read(&tree, Profile::Strict).unwrap();
            prop_assert_eq!(&reading.defects, &vec![]);
            prop_assert_eq!(reading.message, message);
            prop_assert_eq!(&reading.guid, GUID);
            prop_assert_eq!(reading.transfer.as_ref(), Some(&transfer));
            prop_assert_eq!(&reading.subscriptions, &subscriptions);
            prop_assert_eq!(reading.documents.len(), copies);
            for document in reading.documents {
                prop_assert_eq!(document.quote.answered_by(), message.response().unwrap());
                prop_assert_eq!(document.outcome.as_ref(), Ok(&expected), "{}", text);
            }
        }
    }
}

/// Whatever stands in a valid message: mutants hold what samples do not, such as odd numbers, empty
/// texts and optional elements.
#[test]
fn what_was_read_is_written_as_it_was_and_written_again_the_same() {
    for (seed, message) in (1..).zip(MessageType::ALL.into_iter().filter(|it| it.is_request())) {
        let sample = signed(&sample(message).unwrap());
        let mut texts = vec![sample.clone()];
        texts.extend(mutants::of(&sample, seed, 500).into_iter().map(|(_, mutant)| mutant));
        let mut rewritten = 0;
        for text in texts {
            let reading = strictly_read(&text);
            if !reading.is_valid() {
                continue;
            }
            let transfer = reading.transfer.unwrap();
            let envelope = Envelope {
                guid: GUID,
                transfer: &transfer,
                subscriptions: &reading.subscriptions,
                style: Style::Compact,
            };
            for document in reading.documents.into_iter().filter_map(|it| it.outcome.ok()) {
                let written = write_document(&envelope, &document).unwrap();
                let again = strictly_read(&signed(&written)).documents.remove(0).outcome;
                assert_eq!(again.as_ref(), Ok(&document), "{text}");
                assert_eq!(write_document(&envelope, &again.unwrap()), Ok(written));
                rewritten += 1;
            }
        }
        assert!(rewritten > 20, "{message:?}: {rewritten}");
    }
}

fn strictly_read(text: &str) -> Reading {
    read(&roxmltree::Document::parse(text).unwrap(), Profile::Strict).unwrap()
}

#[test]
fn a_document_that_the_schema_refuses_does_not_go_out() {
    let transfer = transfer();
    let envelope =
        Envelope { guid: GUID, transfer: &transfer, subscriptions: &[], style: Style::Compact };
    let mut parcel = parcel().unwrap();
    parcel.order.buyer_telephone = None;
    parcel.order.lines[1].unit = "pieces".into();
    parcel.order.paid = Amount::new(Decimal::new(1_234_567, 6));
    let defects = ceb311::write(&envelope, [&parcel.order]).unwrap_err();
    let found: Vec<_> =
        defects.iter().map(|defect| (defect.rule.code, defect.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("too-many-digits", "/CEB311Message/Order[1]/OrderHead/acturalPaid"),
            ("element-missing", "/CEB311Message/Order[1]/OrderHead/buyerTelephone"),
            ("text-too-long", "/CEB311Message/Order[1]/OrderList[2]/unit"),
        ]
    );
    parcel.waybill.order_no = None;
    let defects = ceb511::write(&envelope, [&parcel.waybill]).unwrap_err();
    assert_eq!(defects[0].pointer, "/CEB511Message/Logistics[1]/LogisticsHead/orderNo");
    parcel.declaration.items.clear();
    let defects = ceb621::write(&envelope, [&parcel.declaration]).unwrap_err();
    assert_eq!(defects[0].code(), "-621000");
    let defects = ceb411::write(&envelope, []).unwrap_err();
    assert_eq!(defects[0].code(), "-401005");
}
