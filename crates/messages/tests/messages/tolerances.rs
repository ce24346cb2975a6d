//! What real files do instead of following the schema: strict refuses each, tolerant warns of it and
//! reads the document.

use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Document, Profile, Reading, read};
use tongguan_messages::sample::sample;

use crate::support::{signed, signed_if_request};

/// The sample with `from` replaced by `to`, under both profiles.
fn both(message: MessageType, from: &str, to: &str) -> (Reading, Reading) {
    let text = signed_if_request(message, sample(message).unwrap());
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text, "nothing to replace");
    under_both(&changed)
}

fn under_both(text: &str) -> (Reading, Reading) {
    let tree = roxmltree::Document::parse(text).unwrap();
    let reading = |profile| read(&tree, profile).unwrap();
    (reading(Profile::Strict), reading(Profile::Tolerant))
}

/// Strict refuses with the rule, tolerant accepts with a warning of the rule and a usable document.
#[track_caller]
fn tolerated((strict, tolerant): &(Reading, Reading), code: &str, pointer: &str) {
    let strict: Vec<_> = strict.defects.iter().map(|defect| defect.rule.code).collect();
    assert!(!strict.is_empty(), "strict accepts it");
    assert_eq!(tolerant.defects, []);
    let warnings: Vec<_> = tolerant
        .warnings
        .iter()
        .map(|warning| (warning.rule.code, warning.pointer.as_str()))
        .collect();
    assert_eq!(warnings, [(code, pointer)]);
    assert!(tolerant.documents.iter().all(|document| document.outcome.is_ok()));
    assert!(tolerant.answers.iter().all(|answer| answer.outcome.is_ok()));
}

#[test]
fn children_in_any_order() {
    let number = "\t\t\t<ceb:orderNo>TG20260302000001</ceb:orderNo>\n";
    let text = sample(MessageType::Ceb311).unwrap();
    let pointer = |name| format!("/CEB311Message/Order[1]/OrderHead/{name}");
    let late = text.replace(number, "");
    let late = late.replace("\t\t</ceb:OrderHead>", &format!("{number}\t\t</ceb:OrderHead>"));
    tolerated(&under_both(&late), "elements-out-of-order", &pointer("orderNo"));
    let early =
        text.replace(number, "").replace("<ceb:OrderHead>", &format!("<ceb:OrderHead>{number}"));
    tolerated(&under_both(&early), "elements-out-of-order", &pointer("guid"));
}

#[test]
fn parts_of_the_message_in_any_order() {
    let text = sample(MessageType::Ceb513).unwrap();
    let start = text.find("\t<ceb:BaseTransfer>").unwrap();
    let end = text.rfind("</ceb:CEB513Message>").unwrap();
    let transfer = &text[start..end];
    let moved = text.replace(transfer, "").replacen(
        "\t<ceb:LogisticsStatus>",
        &format!("{transfer}\t<ceb:LogisticsStatus>"),
        1,
    );
    tolerated(&under_both(&moved), "elements-out-of-order", "/CEB513Message/LogisticsStatus");
}

#[test]
fn an_empty_optional_element_is_absent() {
    let readings =
        both(MessageType::Ceb621, "<ceb:price>", "<ceb:qty2/><ceb:unit2></ceb:unit2><ceb:price>");
    assert_eq!(readings.0.defects.len(), 2);
    assert_eq!(readings.1.warnings.len(), 2);
    assert!(readings.1.warnings.iter().all(|warning| warning.rule.code == "element-empty"));
    assert!(readings.1.is_valid());
    let Ok(Document::Declaration(declaration)) = &readings.1.documents[0].outcome else { panic!() };
    assert_eq!(declaration.items[0].second_quantity, None);
    assert_eq!(declaration.items[0].second_unit, None);
}

#[test]
fn an_empty_optional_text_is_absent_in_every_profile() {
    let (strict, tolerant) = both(MessageType::Ceb621, "<ceb:ieFlag>", "<ceb:invtNo/><ceb:ieFlag>");
    for reading in [strict, tolerant] {
        assert!(reading.is_valid() && reading.warnings.is_empty());
        let Ok(Document::Declaration(declaration)) = &reading.documents[0].outcome else {
            panic!()
        };
        assert_eq!(declaration.declaration_no, None);
    }
}

#[test]
fn an_order_of_an_older_layout() {
    let head = "/CEB311Message/Order[1]/OrderHead/buyerTelephone";
    let readings =
        both(MessageType::Ceb311, "<ceb:buyerTelephone>00000000000</ceb:buyerTelephone>", "");
    tolerated(&readings, "element-absent-in-older-layout", head);
    let Ok(Document::Order(order)) = &readings.1.documents[0].outcome else { panic!() };
    assert_eq!(order.buyer_telephone, None);

    let empty = "<ceb:buyerTelephone/>";
    let readings =
        both(MessageType::Ceb311, "<ceb:buyerTelephone>00000000000</ceb:buyerTelephone>", empty);
    tolerated(&readings, "element-empty", head);

    let line = "/CEB311Message/Order[1]/OrderList[2]/gmodel";
    let readings = both(MessageType::Ceb311, "<ceb:gmodel>示例牌|L码|54片/包</ceb:gmodel>", "");
    tolerated(&readings, "element-absent-in-older-layout", line);
}

#[test]
fn a_waybill_of_an_older_layout() {
    let readings = both(MessageType::Ceb511, "<ceb:orderNo>TG20260302000001</ceb:orderNo>", "");
    let pointer = "/CEB511Message/Logistics[1]/LogisticsHead/orderNo";
    tolerated(&readings, "element-absent-in-older-layout", pointer);
    let Ok(Document::Waybill(waybill)) = &readings.1.documents[0].outcome else { panic!() };
    assert_eq!(waybill.order_no, None);
}

#[test]
fn lengths_of_older_layouts() {
    let number = "SKU-0001-WITH-THIRTY-CHARACTER";
    let readings = both(MessageType::Ceb621, ">SKU-0001<", &format!(">{number}<"));
    let pointer = "/CEB621Message/Inventory[1]/InventoryList[1]/itemNo";
    tolerated(&readings, "text-too-long", pointer);

    let readings =
        both(MessageType::Ceb621, "<ceb:ieDate>20260302<", "<ceb:ieDate>20260302153000<");
    let pointer = "/CEB621Message/Inventory[1]/InventoryHead/ieDate";
    tolerated(&readings, "text-too-long", pointer);
    let Ok(Document::Declaration(declaration)) = &readings.1.documents[0].outcome else { panic!() };
    assert_eq!(declaration.arrived_on, Some(jiff::civil::date(2026, 3, 2)));

    let (_, tolerant) = both(MessageType::Ceb621, ">SKU-0001<", &format!(">{number}1<"));
    assert!(!tolerant.is_valid(), "31 characters were never allowed");
}

#[test]
fn an_identical_transfer_block_again_but_not_another_one() {
    let text = sample(MessageType::Ceb411).unwrap();
    let start = text.find("<ceb:BaseTransfer>").unwrap();
    let end = text.find("</ceb:BaseTransfer>").unwrap() + "</ceb:BaseTransfer>".len();
    let again = format!("{}{}{}", &text[..end], &text[start..end], &text[end..]);
    tolerated(&under_both(&again), "transfer-repeated", "/CEB411Message/BaseTransfer");

    let other = text[start..end].replace("DXPENT0000000001", "DXPENT0000000002");
    let (_, tolerant) = under_both(&format!("{}{other}{}", &text[..end], &text[end..]));
    assert_eq!(tolerant.defects[0].rule.code, "element-repeated");
}

#[test]
fn unknown_elements_are_kept() {
    let unknown = "<erp:mark xmlns:erp=\"urn:erp\"><a/>7</erp:mark>";
    let readings = both(MessageType::Ceb411, "<ceb:payTime>", &format!("{unknown}<ceb:payTime>"));
    let pointer = "/CEB411Message/Payment[1]/PaymentHead/mark";
    tolerated(&readings, "element-unknown", pointer);
    assert_eq!(readings.1.kept.len(), 1);
    assert_eq!(readings.1.kept[0].pointer, pointer);
    assert_eq!(readings.1.kept[0].xml, unknown);
    assert!(readings.0.kept.is_empty());

    for (before, pointer) in [
        ("<ceb:BaseTransfer>", "/CEB411Message/mark"),
        ("<ceb:PaymentHead>", "/CEB411Message/Payment[1]/mark"),
        ("<ceb:copCode>", "/CEB411Message/BaseTransfer/mark"),
    ] {
        let readings = both(MessageType::Ceb411, before, &format!("{unknown}{before}"));
        tolerated(&readings, "element-unknown", pointer);
    }
}

#[test]
fn names_that_the_specification_misprints() {
    let text = sample(MessageType::Ceb511).unwrap().replace("ceb:consignee>", "ceb:consingee>");
    let pointer = "/CEB511Message/Logistics[1]/LogisticsHead/consingee";
    tolerated(&under_both(&text), "element-misnamed", pointer);
    let text =
        sample(MessageType::Ceb311).unwrap().replace("consigneeDistrict", "consigneeDitrict");
    let pointer = "/CEB311Message/Order[1]/OrderHead/consigneeDitrict";
    tolerated(&under_both(&text), "element-misnamed", pointer);
    let text = sample(MessageType::Ceb625).unwrap().replace("InvtRefund>", "InvtRefound>");
    tolerated(&under_both(&signed(&text)), "element-misnamed", "/CEB625Message/InvtRefound");
    for (message, entity) in [
        (MessageType::Ceb701, "SummaryApply[1]/SummaryApplyHead"),
        (MessageType::Ceb792, "SummaryResult[1]/SummaryResultHead"),
    ] {
        let text = sample(message).unwrap().replace("declAgentCode>", "declagAgentCode>");
        let pointer = format!("/{}/{entity}/declagAgentCode", message.root());
        tolerated(&under_both(&text), "element-misnamed", &pointer);
    }
}

#[test]
fn white_space_around_a_text() {
    let readings = both(MessageType::Ceb311, "<ceb:appType>1<", "<ceb:appType>\n1 <");
    tolerated(&readings, "space-around-text", "/CEB311Message/Order[1]/OrderHead/appType");
}

#[test]
fn attributes_that_the_standard_does_not_know() {
    let readings = both(MessageType::Ceb311, "<ceb:appType>", "<ceb:appType xml:lang=\"zh\">");
    tolerated(&readings, "attribute-unknown", "/CEB311Message/Order[1]/OrderHead/appType/@lang");
    let readings = both(MessageType::Ceb311, "000\" version=", "000\" standalone=\"no\" version=");
    tolerated(&readings, "attribute-unknown", "/CEB311Message/@standalone");
}

#[test]
fn a_missing_or_odd_signature_is_the_verifiers_business() {
    let text = sample(MessageType::Ceb621).unwrap();
    let readings = under_both(&text);
    tolerated(&readings, "signature-missing", "/CEB621Message/Signature");
    assert!(!readings.1.signed);

    let text = signed(&text)
        .replace("<ds:KeyName>01</ds:KeyName>", "<ds:KeyName>01</ds:KeyName><ds:Object/>");
    let readings = under_both(&text);
    tolerated(&readings, "signature-form", "/CEB621Message/Signature/KeyInfo/Object");
    assert!(readings.1.signed);
}

#[test]
fn the_numbers_that_real_tax_bills_add() {
    let numbers = "<orderNo>TG1</orderNo><logisticsNo>EX1</logisticsNo></TaxHeadRd>";
    let (strict, tolerant) = both(MessageType::Ceb816, "</TaxHeadRd>", numbers);
    assert_eq!(strict.defects.len(), 2);
    assert!(tolerant.is_valid());
    let codes: Vec<_> = tolerant.warnings.iter().map(|warning| warning.rule.code).collect();
    assert_eq!(codes, ["element-unofficial", "element-unofficial"]);
}

#[test]
fn what_both_profiles_accept() {
    let text = signed(&sample(MessageType::Ceb311).unwrap());
    for same in [
        text.replace("ceb:", "c:").replace("xmlns:ceb", "xmlns:c"),
        text.replace("ceb:", "").replace("xmlns:ceb", "xmlns"),
        text.replace(
            "7C0F2A10-0000-4000-8000-000000000000",
            "CEB621_HNZB_FXJK_20220208175054_0034",
        ),
        text.replace("version=\"1.0\" encoding=\"UTF-8\"", "version='1.0' standalone='no'"),
        text.replace("000\" version=\"1.0\"", "000\" version=\"v1.0\""),
        text.replace("<ceb:currency>142</ceb:currency>", "<ceb:currency/>"),
        text.replace("<ceb:appType>1<", "<ceb:appType><!-- new -->1<"),
        text.replace("<ceb:qty>2<", "<ceb:qty> +02.00 <"),
    ] {
        assert_ne!(same, text);
        let (strict, tolerant) = under_both(&same);
        for reading in [strict, tolerant] {
            assert_eq!(reading.defects, []);
            assert_eq!(reading.warnings, []);
            let Ok(Document::Order(order)) = &reading.documents[0].outcome else { panic!() };
            assert_eq!(&*order.currency, "142");
        }
    }
}

#[test]
fn what_no_profile_accepts() {
    let text = signed(&sample(MessageType::Ceb311).unwrap());
    let line = &text[text.find("<ceb:OrderList>").unwrap()..text.find("</ceb:Order>").unwrap()];
    let signature = &text[text.find("<ds:Signature").unwrap()..text.rfind("</").unwrap()];
    for (code, wrong) in [
        ("element-missing", text.replace("<ceb:orderNo>TG20260302000001</ceb:orderNo>", "")),
        (
            "element-missing",
            text.replace("<ceb:BaseTransfer>", "<!--").replace("</ceb:BaseTransfer>", "-->"),
        ),
        (
            "element-repeated",
            text.replace("<ceb:orderNo>", "<ceb:orderNo>1</ceb:orderNo><ceb:orderNo>"),
        ),
        ("element-repeated", text.replace(signature, &signature.repeat(2))),
        ("too-many-elements", text.replacen(line, &line.repeat(50), 1)),
        ("order-lines-missing", text.replacen(line, "", 1)),
        (
            "text-too-long",
            text.replacen("<ceb:orderNo>", &format!("<ceb:orderNo>{}", "9".repeat(60)), 1),
        ),
        ("text-too-short", text.replace("<ceb:orderNo>TG20260302000001<", "<ceb:orderNo><")),
        ("not-a-number", text.replace("<ceb:qty>2<", "<ceb:qty>two<")),
        ("too-many-digits", text.replace("<ceb:qty>2<", "<ceb:qty>2.000001<")),
        ("number-out-of-range", text.replace("<ceb:gnum>2<", "<ceb:gnum>2147483648<")),
        ("text-not-fixed", text.replacen("<ceb:currency>142<", "<ceb:currency>502<", 1)),
        ("stray-text", text.replace("<ceb:qty>2<", "x<ceb:qty>2<")),
        ("child-in-text", text.replace("<ceb:qty>2<", "<ceb:qty><b/>2<")),
        ("attribute-missing", text.replace("000\" version=\"1.0\"", "000\"")),
        ("attribute-malformed", text.replace("000\" version=\"1.0\"", "000\" version=\"\"")),
    ] {
        assert_ne!(wrong, text, "{code}");
        let (strict, tolerant) = under_both(&wrong);
        for reading in [strict, tolerant] {
            let codes: Vec<_> = reading.defects.iter().map(|defect| defect.rule.code).collect();
            assert_eq!(codes, [code], "{:?}", reading.profile);
        }
    }
}

#[test]
fn too_many_or_no_documents_have_official_numbers() {
    for (message, document, none, too_many) in [
        (MessageType::Ceb311, "Order", "-301007", "-301015"),
        (MessageType::Ceb411, "Payment", "-401005", "-401013"),
        (MessageType::Ceb511, "Logistics", "-504010", "-504013"),
        (MessageType::Ceb513, "LogisticsStatus", "-505010", "-505013"),
        (MessageType::Ceb621, "Inventory", "-621000", "-621030"),
    ] {
        let text = signed(&sample(message).unwrap());
        let start = text.find(&format!("<ceb:{document}>")).unwrap();
        let end = text.find(&format!("</ceb:{document}>")).unwrap() + document.len() + 7;
        let one = &text[start..end];
        for (times, code) in [(0, Some(none)), (100, None), (101, Some(too_many))] {
            let (strict, tolerant) = under_both(&text.replacen(one, &one.repeat(times), 1));
            for reading in [strict, tolerant] {
                let codes: Vec<_> = reading.defects.iter().map(|defect| defect.code()).collect();
                assert_eq!(codes, Vec::from_iter(code), "{message:?} × {times}");
                assert_eq!(reading.document_count, times);
                assert_eq!(reading.documents.len(), times.min(100));
            }
        }
    }
}

#[test]
fn a_root_that_is_no_message() {
    for (text, code, pointer) in [
        ("<html/>", "message-unknown", "/html"),
        ("<CEB311Message/>", "namespace-wrong", "/CEB311Message"),
        ("<CEB311Message xmlns='urn:x'/>", "namespace-wrong", "/CEB311Message"),
        (
            "<CEB999Message xmlns='http://www.chinaport.gov.cn/ceb'/>",
            "message-unknown",
            "/CEB999Message",
        ),
    ] {
        let tree = roxmltree::Document::parse(text).unwrap();
        let defect = read(&tree, Profile::Tolerant).unwrap_err();
        assert_eq!((defect.rule.code, defect.pointer.as_str()), (code, pointer));
        assert_eq!(defect.code(), "0001");
    }
}
