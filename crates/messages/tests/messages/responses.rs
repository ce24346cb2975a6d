//! What customs sends, written and read again.

use proptest::prelude::*;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::ceb816::{self, TaxBillForm};
use tongguan_messages::ceb::ceb900;
use tongguan_messages::ceb::{FormatRefusal, MessageType};
use tongguan_messages::read::{Answer, Profile, read};
use tongguan_messages::response::{Quote, Quoted, Response, write_responses};
use tongguan_messages::sample::parcel;
use tongguan_messages::table::Form;
use tongguan_messages::write::Style;

const GUID: &str = "7c0f2a10-0000-4000-8000-00000000000a";

fn answers(text: &str, profile: Profile) -> Vec<Answer> {
    let tree = roxmltree::Document::parse(text).unwrap();
    let reading = read(&tree, profile).unwrap();
    assert_eq!(reading.defects, [], "{text}");
    assert_eq!(reading.guid, GUID);
    reading.answers.into_iter().map(|answer| answer.outcome.unwrap()).collect()
}

fn quote(reference: &str) -> Quote {
    let texts = [GUID, "2916", "P", "M", "D", reference, "B20260302000000001", ""];
    Quote::from_texts(MessageType::Ceb622, texts.map(Box::from).into()).unwrap()
}

fn response(quote: Quote) -> Response {
    Response {
        quote,
        status: 2,
        at: Moment::from_micros(1_772_419_507_123_000),
        text: "新增".into(),
    }
}

#[test]
fn responses_stand_in_the_default_namespace() {
    let text = write_responses(MessageType::Ceb622, GUID, &[response(quote("c1"))], Style::Compact)
        .unwrap();
    assert!(text.contains("<CEB622Message xmlns=\"http://www.chinaport.gov.cn/ceb\" "), "{text}");
    assert!(!text.contains("ceb:"));
    assert!(text.contains("<returnTime>20260302104507123</returnTime>"), "{text}");
}

#[test]
fn a_declaration_without_a_number_of_its_own_is_answered_with_the_ports() {
    let text = write_responses(MessageType::Ceb622, GUID, &[response(quote(" "))], Style::Compact)
        .unwrap();
    assert!(text.contains("<copNo>B20260302000000001</copNo><preNo>B20260302000000001</preNo>"));
}

#[test]
fn numbers_of_port_and_customs_are_filled_in_where_the_response_quotes_them() {
    let declaration = quote("c1").numbered("B2", "29162026I000000001");
    assert_eq!(declaration.get(Quoted::PROVISIONAL_NO), "B2");
    assert_eq!(declaration.get(Quoted::DECLARATION_NO), "29162026I000000001");
    assert_eq!(declaration.clone().numbered("", ""), declaration);
    let order = Quote::new(MessageType::Ceb312, |field| field.name.into());
    assert!(!order.has(Quoted::PROVISIONAL_NO));
    assert_eq!(order.get(Quoted::PROVISIONAL_NO), "");
    assert_eq!(order.clone().numbered("B2", "29162026I000000001"), order);
}

#[test]
fn a_quote_has_one_text_for_each_element() {
    let texts = |count| vec![Box::from("x"); count];
    assert!(Quote::from_texts(MessageType::Ceb312, texts(4)).is_some());
    assert!(Quote::from_texts(MessageType::Ceb312, texts(3)).is_none());
    assert!(Quote::from_texts(MessageType::Ceb312, texts(5)).is_none());
}

#[test]
fn a_document_is_named_by_its_senders_number_and_otherwise_by_its_guid() {
    for (message, name) in [
        (MessageType::Ceb312, "orderNo"),
        (MessageType::Ceb412, "payTransactionId"),
        (MessageType::Ceb512, "logisticsNo"),
        (MessageType::Ceb514, "logisticsNo"),
        (MessageType::Ceb622, "copNo"),
    ] {
        let quote = Quote::new(message, |field| field.name.into());
        assert_eq!(quote.name(), name, "{message:?}");
    }
    assert_eq!(quote("").name(), GUID);
}

#[test]
fn optional_values_that_the_schema_refuses_are_left_out() {
    let faulty = quote("c1")
        .with(Quoted::OFFICE, "29160")
        .with(Quoted::DECLARANT, "1234567890123456789")
        .with(Quoted::DECLARATION_NO, "short");
    let text =
        write_responses(MessageType::Ceb622, GUID, &[response(faulty)], Style::Compact).unwrap();
    assert!(
        !text.contains("customsCode") && !text.contains("agentCode") && !text.contains("invtNo")
    );
    assert_eq!(answers(&text, Profile::Strict).len(), 1);
}

#[test]
fn a_long_text_is_cut_to_what_the_schema_admits() {
    let long = Response { text: "长".repeat(1001), ..response(quote("c1")) };
    let text = write_responses(MessageType::Ceb622, GUID, &[long], Style::Compact).unwrap();
    let [Answer::Response(read)] = &answers(&text, Profile::Strict)[..] else { panic!() };
    assert_eq!(read.text.chars().count(), 1000);
}

#[test]
fn what_the_schema_refuses_does_not_go_out() {
    let codes = |message, guid, responses: &[Response]| -> Vec<&str> {
        let defects = write_responses(message, guid, responses, Style::Compact).unwrap_err();
        defects.iter().map(|defect| defect.rule.code).collect()
    };
    let good = || response(quote("c1"));
    assert_eq!(codes(MessageType::Ceb622, "short", &[good()]), ["attribute-malformed"]);
    assert_eq!(codes(MessageType::Ceb622, GUID, &[]), ["no-responses"]);
    assert_eq!(codes(MessageType::Ceb622, GUID, &vec![good(); 101]), ["too-many-responses"]);
    assert_eq!(codes(MessageType::Ceb412, GUID, &[good()]), ["response-of-another-kind"]);
    let nameless = response(Quote::new(MessageType::Ceb312, |_| "".into()));
    assert_eq!(codes(MessageType::Ceb312, GUID, &[nameless]), ["text-too-short"; 4]);
}

#[test]
fn a_tax_bill_carries_the_unofficial_numbers_by_a_setting() {
    let bill = parcel().unwrap().tax_bill;
    let write = |unofficial_numbers| {
        let form = TaxBillForm { unofficial_numbers, style: Style::Compact };
        ceb816::write(GUID, std::slice::from_ref(&bill), form).unwrap()
    };
    let [Answer::TaxBill(read)] = &answers(&write(true), Profile::Tolerant)[..] else { panic!() };
    assert_eq!(**read, bill);
    let [Answer::TaxBill(read)] = &answers(&write(false), Profile::Strict)[..] else { panic!() };
    assert_eq!((&read.order_no, &read.waybill_no), (&None, &None));
}

proptest! {
    #[test]
    fn every_kind_of_response_is_read_as_it_was_written(
        texts in prop::collection::vec("[!-~ -ÿ一-龥😀]{1,18}", 8),
        status in prop::sample::select(vec![1, 2, 99, 120, 300, 399, 800, 899, -301_010, -621_029]),
        millis in 0_i64..4_000_000_000_000,
        info in "\\PC{1,40}",
        style in prop::sample::select(vec![Style::Compact, Style::Indented]),
    ) {
        let mut next = texts.iter().cycle();
        for message in MessageType::ALL.into_iter().filter(|message| message.is_response()) {
            let quote = Quote::new(message, |field| match field.form {
                Form::Integer { .. } => "7".into(),
                Form::Decimal { .. } => "7.5".into(),
                Form::Text { min, max } => {
                    let text = format!("c{}", next.next().unwrap());
                    let letters = text.chars().chain(std::iter::repeat('x'));
                    let length = text.chars().count().clamp(min, max.min(18).max(min));
                    letters.take(length).collect::<String>().into()
                }
            });
            let response = Response {
                quote, status, at: Moment::from_micros(millis * 1000), text: info.clone() };
            let written = write_responses(message, GUID, &[response.clone(), response.clone()], style).unwrap();
            let read = answers(&written, Profile::Strict);
            prop_assert_eq!(read.len(), 2);
            for answer in read {
                prop_assert_eq!(answer, Answer::Response(Box::new(response.clone())));
            }
        }
    }

    #[test]
    fn a_refused_message_is_sent_back_whole(original in "(?s).{0,60}(\\]\\]>)?.{0,20}", info in "\\PC{0,30}") {
        let refusal = FormatRefusal {
            guid: GUID.into(),
            status: -2,
            text: info,
            at: Moment::from_micros(1_772_419_507_123_000),
            original_id: "x".repeat(300),
            original_type: "CEB311MessageMessage".into(),
            original,
        };
        let written = ceb900::write(&refusal, Style::Compact).unwrap();
        let [Answer::FormatRefusal(read)] = &answers(&written, Profile::Strict)[..] else { panic!() };
        prop_assert_eq!(read.original_id.len(), 255);
        prop_assert_eq!(&read.original_type, "CEB311MessageMe");
        let sent = |c: char| match c {
            '\u{fffe}' | '\u{ffff}' | '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => '\u{fffd}',
            other => other,
        };
        let expected: String = refusal.original.replace("\r\n", "\n").replace('\r', "\n").chars().map(sent).collect();
        prop_assert_eq!(&read.original, &expected);
        prop_assert_eq!(&read.text, &refusal.text);
    }
}
