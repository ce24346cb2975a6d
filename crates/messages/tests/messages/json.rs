//! A message as JSON and back: the same content, and every fault at its place.

use proptest::prelude::*;
use roxmltree::Document as Tree;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::json::{Json, KEPT, Refused, from_message, schema, to_message};
use tongguan_messages::read::{Profile, Reading, read};
use tongguan_messages::sample::{sample, transfer};
use tongguan_messages::write::{Envelope, Style};
use tongguan_messages::xml::c14n::{self, Comments};

use crate::mutants;
use crate::round_trip::{GUID, any_parcel};
use crate::support::{signed, signed_if_request};

fn json(text: &str, profile: Profile) -> Result<Json, Refused> {
    from_message(&Tree::parse(text).unwrap(), profile).map(|converted| converted.content)
}

fn canonical(text: &str) -> String {
    let mut bytes = Vec::new();
    let tree = Tree::parse(text).unwrap();
    c14n::document(&tree, Comments::Kept, None, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap()
}

/// The message through JSON text and back.
fn there_and_back(text: &str, profile: Profile, style: Style) -> String {
    let written = json(text, profile).unwrap().to_pretty();
    let read = Json::parse(&written).unwrap();
    to_message(&read, profile, style).unwrap().content
}

fn reading(text: &str, profile: Profile) -> Reading {
    read(&Tree::parse(text).unwrap(), profile).unwrap()
}

/// What a message says, the signature and the spelling of what the standard does not know apart.
fn said(reading: &Reading) -> impl PartialEq + std::fmt::Debug {
    let documents: Vec<_> = reading
        .documents
        .iter()
        .map(|it| (it.pointer.clone(), it.quote.clone(), it.outcome.clone()))
        .collect();
    let answers: Vec<_> =
        reading.answers.iter().map(|it| (it.pointer.clone(), it.outcome.clone())).collect();
    let kept: Vec<_> = reading.kept.iter().map(|kept| kept.pointer.clone()).collect();
    let extension = reading.extension.clone().map(|extension| (extension.name, extension.version));
    (
        (reading.message, reading.guid.clone(), reading.version.clone(), documents, answers),
        (reading.transfer.clone(), reading.subscriptions.clone(), extension, kept),
    )
}

#[test]
fn every_sample_comes_back_as_it_was_written() {
    for message in MessageType::ALL {
        let text = sample(message).unwrap();
        let signed = signed_if_request(message, text.clone());
        let back = there_and_back(&signed, Profile::Strict, Style::Indented);
        assert_eq!(canonical(&back), canonical(&text), "{message:?}");
    }
}

#[test]
fn a_signature_is_no_part_of_it() {
    let text = signed(&sample(MessageType::Ceb621).unwrap());
    let converted = from_message(&Tree::parse(&text).unwrap(), Profile::Strict).unwrap();
    assert_eq!(converted.warnings, []);
    assert!(!converted.content.to_pretty().contains("Signature"));
    let back = to_message(&converted.content, Profile::Strict, Style::Compact).unwrap();
    assert_eq!((back.message, back.warnings), (MessageType::Ceb621, vec![]));
    assert!(!reading(&back.content, Profile::Strict).signed);
}

proptest! {
    #[test]
    fn what_the_writer_wrote_comes_back_the_same(
        parcel in any_parcel(),
        style in prop::sample::select(vec![Style::Compact, Style::Indented]),
        copies in 1_usize..3,
    ) {
        let transfer = transfer();
        let envelope = Envelope { guid: GUID, transfer: &transfer, subscriptions: &[], style };
        use tongguan_messages::ceb::{ceb311, ceb411, ceb511, ceb513, ceb621};
        for text in [
            ceb311::write(&envelope, vec![&parcel.order; copies]),
            ceb411::write(&envelope, vec![&parcel.payment; copies]),
            ceb511::write(&envelope, vec![&parcel.waybill; copies]),
            ceb513::write(&envelope, vec![&parcel.delivery; copies]),
            ceb621::write(&envelope, vec![&parcel.declaration; copies]),
        ] {
            let text = text.unwrap();
            let back = there_and_back(&text, Profile::Strict, style);
            prop_assert_eq!(canonical(&back), canonical(&text));
        }
    }
}

/// Whatever real files do instead of following the schema.
#[test]
fn whatever_the_tolerant_profile_reads_says_the_same_when_it_comes_back() {
    let mut taken = 0;
    for message in MessageType::ALL {
        let text = signed_if_request(message, sample(message).unwrap());
        for (what, mutant) in mutants::of(&text, 42 + u64::from(message.number()), 200) {
            let before = read(&Tree::parse(&mutant).unwrap(), Profile::Tolerant);
            let Some(before) = before.ok().filter(Reading::is_valid) else { continue };
            let back = there_and_back(&mutant, Profile::Tolerant, Style::Compact);
            let after = reading(&back, Profile::Tolerant);
            assert_eq!(said(&after), said(&before), "{message:?} {what}\n{mutant}\n{back}");
            taken += 1;
        }
    }
    assert!(taken > 1000, "{taken}");
}

#[test]
fn what_the_standard_does_not_know_is_kept_where_it_stands() {
    let extra = "<c xmlns=\"\" b=\"1\">&lt;<x:a xmlns:x=\"urn:x\"/></c>";
    for (message, before) in
        [(MessageType::Ceb311, "<ceb:orderNo>"), (MessageType::Ceb312, "</OrderReturn>")]
    {
        let text = sample(message).unwrap().replacen(before, &format!("{extra}{before}"), 1);
        let json = json(&text, Profile::Tolerant).unwrap();
        assert!(json.to_pretty().contains("\"kept\": ["), "{}", json.to_pretty());
        let back = to_message(&json, Profile::Tolerant, Style::Compact).unwrap().content;
        let kept = reading(&back, Profile::Tolerant).kept;
        assert_eq!(kept.len(), 1);
        let tree = Tree::parse(&back).unwrap();
        let inner = tree.descendants().find(|node| node.has_tag_name("c")).expect("the element c");
        assert_eq!(inner.tag_name().namespace(), None, "{back}");
        assert!(json_refused(&json).contains(&"element-unknown"), "strict refuses it");
    }
}

fn json_refused(json: &Json) -> Vec<&'static str> {
    let refused = to_message(json, Profile::Strict, Style::Compact).unwrap_err();
    refused.defects.iter().map(|defect| defect.rule.code).collect()
}

#[test]
fn what_stands_in_an_extension_comes_back() {
    let text = sample(MessageType::Ceb303).unwrap();
    let extension = "<ceb:ExtendMessage><ceb:name>LOCAL</ceb:name><ceb:version>1</ceb:version>\
        <ceb:Message><ceb:x y=\"1\">z</ceb:x></ceb:Message></ceb:ExtendMessage>";
    let end = text.rfind("</").unwrap();
    let text = format!("{}{extension}{}", &text[..end], &text[end..]);
    let back = there_and_back(&text, Profile::Strict, Style::Compact);
    let extension = reading(&back, Profile::Strict).extension.unwrap();
    assert_eq!((&*extension.name, &*extension.version), ("LOCAL", "1"));
    assert!(extension.xml.contains("y=\"1\">z<"), "{}", extension.xml);
}

/// Every defect of one JSON text, as rule and pointer.
fn defects(text: &str) -> Vec<(String, String)> {
    let json = Json::parse(text).unwrap();
    let refused = to_message(&json, Profile::Tolerant, Style::Compact).unwrap_err();
    refused.defects.into_iter().map(|it| (it.rule.code.to_owned(), it.pointer)).collect()
}

#[test]
fn every_fault_of_form_and_content_is_told_at_once() {
    let sample = json(&sample(MessageType::Ceb311).unwrap(), Profile::Strict).unwrap().to_pretty();
    let replaced = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}: {text}");
        text.replacen(from, to, 1)
    };
    let text = replaced(&sample, "\"@version\": \"1.0\"", "\"@version\": 1");
    let text = replaced(&text, "\"orderType\": \"I\"", "\"orderType\": null, \"orderTyp\": \"I\"");
    let text = replaced(&text, "\"gnum\": \"1\"", "\"gnum\": \"one\", \"gnum\": \"1\"");
    let text = replaced(&text, "\"dxpMode\": \"DXP\"", "\"dxpMode\": \"D\\u0000P\"");
    let text = replaced(&text, "\"BaseTransfer\": {", "\"BaseSubscribe\": {}, \"BaseTransfer\": {");
    let found = defects(&text);
    let expected = [
        ("value-of-another-type", "/@version"),
        ("value-of-another-type", "/Order[1]/OrderHead/orderType"),
        ("key-unknown", "/Order[1]/OrderHead/orderTyp"),
        ("key-repeated", "/Order[1]/OrderList[1]/gnum"),
        ("not-a-number", "/Order[1]/OrderList[1]/gnum"),
        ("value-of-another-type", "/BaseSubscribe"),
        ("character-not-in-xml", "/BaseTransfer/dxpMode"),
    ];
    let mut expected: Vec<_> =
        expected.map(|(rule, place)| (rule.to_owned(), format!("/CEB311Message{place}"))).to_vec();
    // Nothing more is said of a place that is wrong in form.
    expected.retain(|(rule, _)| rule != "not-a-number");
    let sorted = |mut list: Vec<(String, String)>| {
        list.sort();
        list
    };
    assert_eq!(sorted(found), sorted(expected));
}

#[test]
fn what_is_no_message_is_refused() {
    for (text, rule, pointer) in [
        ("[]", "not-one-message", ""),
        ("{}", "not-one-message", ""),
        ("{\"CEB311Message\": {}, \"CEB303Message\": {}}", "not-one-message", ""),
        ("{\"CEB999Message\": {}}", "message-unknown", "/CEB999Message"),
        ("{\"CEB311Message\": []}", "value-of-another-type", "/CEB311Message"),
    ] {
        assert_eq!(defects(text)[0], (rule.to_owned(), pointer.to_owned()), "{text}");
    }
    let broken = "{\"CEB312Message\": {\"kept\": [\"<a>\", \"</OrderReturn>\"]}}";
    let kept: Vec<_> =
        defects(broken).into_iter().filter(|(rule, _)| rule == "kept-not-xml").collect();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1].1, "/CEB312Message/kept[2]");
}

/// The places of all values in a JSON message, as pointers.
fn places(json: &Json, pointer: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                let below = format!("{pointer}/{name}");
                if let Json::List(values) = value {
                    for (index, value) in values.iter().enumerate() {
                        places(value, &format!("{below}[{}]", index + 1), found);
                    }
                } else {
                    places(value, &below, found);
                }
            }
        }
        _ => found.push(pointer.to_owned()),
    }
}

/// The value at a pointer, replaced.
fn replace(json: &mut Json, steps: &[&str], by: Json) {
    let Some((step, rest)) = steps.split_first() else {
        *json = by;
        return;
    };
    let (name, index) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
        Some((name, index)) => (name, Some(index.parse::<usize>().unwrap() - 1)),
        None => (*step, None),
    };
    let Json::Object(members) = json else { panic!("no object at {step}") };
    let value = &mut members.iter_mut().find(|(key, _)| key == name).unwrap().1;
    match (value, index) {
        (Json::List(values), Some(index)) => replace(&mut values[index], rest, by),
        (value, None) => replace(value, rest, by),
        (value, index) => panic!("{} at {step}, {index:?}", value.kind()),
    }
}

#[test]
fn a_value_of_another_type_is_told_wherever_it_stands() {
    let mut tried = 0;
    for message in MessageType::ALL {
        let json = json(&sample(message).unwrap(), Profile::Strict).unwrap();
        let mut pointers = Vec::new();
        places(&json, "", &mut pointers);
        for pointer in pointers {
            let steps: Vec<_> = pointer.split('/').skip(1).collect();
            let mut wrong = json.clone();
            replace(&mut wrong, &steps, Json::from(7));
            let refused = to_message(&wrong, Profile::Tolerant, Style::Compact).unwrap_err();
            let found: Vec<_> =
                refused.defects.iter().map(|it| (it.rule.code, it.pointer.as_str())).collect();
            assert_eq!(found, [("value-of-another-type", pointer.as_str())]);
            tried += 1;
        }
    }
    assert!(tried > 700, "{tried}");
}

/// What breaks a schema of the few keywords that ours uses; numbers' patterns are for others to read.
fn broken(schema: &Json, value: &Json, pointer: &str, found: &mut Vec<String>) {
    let text = |json: &Json, name: &str| match json.get(name) {
        Some(Json::Text(text)) => text.clone(),
        other => panic!("{name}: {other:?}"),
    };
    let number = |name: &str| match schema.get(name) {
        Some(Json::Number(number)) => usize::try_from(number.as_u64().unwrap()).ok(),
        _ => None,
    };
    let mut hold = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{what} {pointer}"));
        }
    };
    hold(text(schema, "type") == value.kind(), "type");
    match value {
        Json::Text(value) => {
            let length = value.chars().count();
            hold(number("minLength").is_none_or(|least| length >= least), "minLength");
            hold(number("maxLength").is_none_or(|most| length <= most), "maxLength");
            if let Some(Json::List(values)) = schema.get("enum") {
                hold(values.contains(&Json::from(value.as_str())), "enum");
            }
        }
        Json::List(values) => {
            hold(number("minItems").is_none_or(|least| values.len() >= least), "minItems");
            hold(number("maxItems").is_none_or(|most| values.len() <= most), "maxItems");
            for (index, value) in values.iter().enumerate() {
                broken(
                    schema.get("items").unwrap(),
                    value,
                    &format!("{pointer}[{}]", index + 1),
                    found,
                );
            }
        }
        Json::Object(members) => {
            let Some(Json::List(required)) = schema.get("required") else { panic!("{pointer}") };
            for name in required {
                let Json::Text(name) = name else { panic!("{pointer}") };
                hold(value.get(name).is_some(), "required");
            }
            let properties = schema.get("properties").unwrap();
            for (name, _) in members {
                hold(properties.get(name).is_some(), "additional");
            }
            for (name, value) in members {
                if let Some(schema) = properties.get(name) {
                    broken(schema, value, &format!("{pointer}/{name}"), found);
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[test]
fn every_sample_keeps_the_schema_of_its_message_and_of_no_other() {
    for message in MessageType::ALL {
        let json = json(&sample(message).unwrap(), Profile::Strict).unwrap();
        for other in MessageType::ALL {
            let mut found = Vec::new();
            broken(&schema(other), &json, "", &mut found);
            assert_eq!(found.is_empty(), other == message, "{message:?} {other:?}: {found:?}");
        }
    }
}

#[test]
fn no_element_of_the_standard_is_called_as_what_is_kept() {
    for message in MessageType::ALL {
        let layout = message.layout();
        let entities = [Some(layout.body.head()), layout.body.line()];
        for entity in entities.into_iter().flatten() {
            assert_eq!(entity.find(KEPT), None, "{message:?}");
        }
    }
}
