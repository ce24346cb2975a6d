//! Values that the schema admits and that mean nothing: the message is valid, the document is not.

use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Profile, ReadDocument, Reading, read};
use tongguan_messages::response::Quoted;
use tongguan_messages::sample::sample;

use crate::support::signed;

fn reading(message: MessageType, changes: &[(&str, &str)]) -> Reading {
    let mut text = signed(&sample(message).unwrap());
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    read(&roxmltree::Document::parse(&text).unwrap(), Profile::Strict).unwrap()
}

fn findings(document: &ReadDocument) -> Vec<(String, &str, Option<&str>)> {
    let findings = document.outcome.as_ref().unwrap_err();
    findings
        .iter()
        .map(|defect| {
            let field = defect.pointer.rsplit('/').next().unwrap();
            (defect.code(), field, defect.found.as_deref())
        })
        .collect()
}

#[test]
fn every_meaningless_value_of_an_order_is_found_at_once() {
    let reading = reading(
        MessageType::Ceb311,
        &[
            ("<ceb:appType>1<", "<ceb:appType>9<"),
            ("<ceb:appTime>20260302100000<", "<ceb:appTime>Mon Aug 13 09:<"),
            ("<ceb:appStatus>2<", "<ceb:appStatus>007<"),
            ("<ceb:orderNo>TG20260302000001<", "<ceb:orderNo> <"),
            ("<ceb:ebcCode>330196M002<", "<ceb:ebcCode>\t<"),
        ],
    );
    assert!(reading.is_valid());
    let code = || "-301008".to_owned();
    assert_eq!(
        findings(&reading.documents[0]),
        [
            (code(), "appType", Some("9")),
            (code(), "appTime", Some("Mon Aug 13 09:")),
            (code(), "appStatus", Some("007")),
            (code(), "orderNo", Some(" ")),
            (code(), "ebcCode", Some("\t")),
        ]
    );
    let finding = &reading.documents[0].outcome.as_ref().unwrap_err()[0];
    assert_eq!(finding.pointer, "/CEB311Message/Order[1]/OrderHead/appType");
    assert_eq!(finding.message_zh(), "参数校验不通过，[9]不符合[1|2|3]");
}

#[test]
fn each_message_has_its_official_number() {
    for (message, changes, code, field) in [
        (MessageType::Ceb311, ("<ceb:appType>1<", "<ceb:appType>9<"), "-301008", "appType"),
        (
            MessageType::Ceb411,
            ("<ceb:payTime>20260302095930<", "<ceb:payTime>20260230000000<"),
            "-401009",
            "payTime",
        ),
        (
            MessageType::Ceb511,
            ("<ceb:appTime>20260302100200<", "<ceb:appTime>20261302100200<"),
            "-504011",
            "appTime",
        ),
        (
            MessageType::Ceb513,
            ("<ceb:logisticsTime>20260305173412<", "<ceb:logisticsTime>20260305993412<"),
            "-505011",
            "logisticsTime",
        ),
        (
            MessageType::Ceb621,
            ("<ceb:customsCode>2916<", "<ceb:customsCode>12a4<"),
            "-621001",
            "customsCode",
        ),
        (
            MessageType::Ceb621,
            ("<ceb:declTime>20260302<", "<ceb:declTime>20260230<"),
            "-621001",
            "declTime",
        ),
        (
            MessageType::Ceb621,
            ("<ceb:ieDate>20260302<", "<ceb:ieDate>20261301<"),
            "-621001",
            "ieDate",
        ),
    ] {
        let reading = reading(message, &[changes]);
        assert!(reading.is_valid(), "{field}");
        let found = findings(&reading.documents[0]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.as_str(), found[0].1), (code, field));
    }
}

#[test]
fn personal_data_is_masked() {
    let long = "张".repeat(61);
    let reading = reading(
        MessageType::Ceb311,
        &[
            ("<ceb:buyerName>示例<", &format!("<ceb:buyerName>{long}<")),
            ("<ceb:orderType>I<", "<ceb:orderType>II<"),
        ],
    );
    let found: Vec<_> =
        reading.defects.iter().map(|defect| defect.found.clone().unwrap()).collect();
    assert_eq!(found[0], "II");
    assert_eq!(found[1], format!("张{}…", "*".repeat(59)));
}

#[test]
fn the_key_is_there_when_the_rest_is_not() {
    let reading = reading(
        MessageType::Ceb621,
        &[
            ("<ceb:appType>1<", "<ceb:appType>9<"),
            ("<ceb:customsCode>2916<", "<ceb:customsCode>29a6<"),
        ],
    );
    let document = &reading.documents[0];
    assert!(document.outcome.is_err());
    assert_eq!((document.ordinal, document.pointer.as_str()), (1, "/CEB621Message/Inventory[1]"));
    assert_eq!(document.quote.answered_by(), MessageType::Ceb622);
    let quoted: Vec<&str> = document.quote.texts().iter().map(|text| &**text).collect();
    assert_eq!(
        quoted,
        [
            "7C0F2A10-0000-4000-8000-000000000005",
            "29a6",
            "330196P001",
            "330196M002",
            "330198W004",
            "TG202603020001",
            "",
            "",
        ]
    );
}

#[test]
fn numbers_that_port_and_customs_give_are_not_taken_from_the_sender() {
    let numbers = "<ceb:preNo>B20260302000000009</ceb:preNo>";
    let reading = reading(
        MessageType::Ceb621,
        &[
            ("<ceb:assureCode>", &format!("{numbers}<ceb:assureCode>")),
            ("<ceb:ieFlag>", "<ceb:invtNo>29162026I000000009</ceb:invtNo><ceb:ieFlag>"),
        ],
    );
    assert!(reading.is_valid());
    let quote = &reading.documents[0].quote;
    assert_eq!(quote.get(Quoted::REFERENCE), "TG202603020001");
    assert_eq!((quote.get(Quoted::PROVISIONAL_NO), quote.get(Quoted::DECLARATION_NO)), ("", ""));
}

#[test]
fn one_bad_document_does_not_spoil_its_neighbours() {
    let text = signed(&sample(MessageType::Ceb411).unwrap());
    let start = text.find("<ceb:Payment>").unwrap();
    let end = text.find("</ceb:Payment>").unwrap() + "</ceb:Payment>".len();
    let bad = text[start..end].replace("<ceb:appType>1<", "<ceb:appType>7<");
    let three = format!("{}{bad}{}{}", &text[..end], &text[start..end], &text[end..]);
    let reading = read(&roxmltree::Document::parse(&three).unwrap(), Profile::Tolerant).unwrap();
    let usable: Vec<_> =
        reading.documents.iter().map(|document| document.outcome.is_ok()).collect();
    assert_eq!(usable, [true, false, true]);
    assert_eq!(
        reading.documents[1].outcome.as_ref().unwrap_err()[0].pointer,
        "/CEB411Message/Payment[2]/PaymentHead/appType"
    );
}

#[test]
fn what_surrounds_the_documents_is_read() {
    let blocks = "<ceb:BaseSubscribe><ceb:status>RET</ceb:status><ceb:dxpMode>DXP</ceb:dxpMode>\
        <ceb:dxpAddress>DXPENT0000000009</ceb:dxpAddress></ceb:BaseSubscribe>\
        <ceb:ExtendMessage><ceb:name>local</ceb:name><ceb:version>2</ceb:version>\
        <ceb:Message><x xmlns=\"urn:x\">1</x></ceb:Message></ceb:ExtendMessage><ds:Signature";
    let reading = reading(MessageType::Ceb311, &[("<ds:Signature", blocks)]);
    assert_eq!(reading.defects, []);
    assert_eq!(reading.guid, "7C0F2A10-0000-4000-8000-000000000000");
    assert_eq!(reading.version, "1.0");
    assert!(reading.signed);
    assert_eq!(&*reading.transfer.unwrap().dxp_id, "DXPENT0000000001");
    assert_eq!(&*reading.subscriptions[0].address, "DXPENT0000000009");
    assert_eq!(reading.subscriptions[0].wants(), Some(tongguan_messages::ceb::Wanted::Responses));
    let extension = reading.extension.unwrap();
    assert_eq!((&*extension.name, &*extension.version), ("local", "2"));
    assert_eq!(&*extension.xml, "<x xmlns=\"urn:x\">1</x>");
}
