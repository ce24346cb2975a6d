//! What is wrong with one element is said of that element, for every element of every message.

use roxmltree::{Document, Node};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;
use tongguan_messages::table::{Entity, Field, Form};

use crate::support::signed_if_request;

/// Elements that are missing, doubled, too long, or no numbers: each fault by itself, both profiles.
#[test]
fn every_fault_of_an_element_is_named_at_its_place() {
    for message in MessageType::ALL {
        let text = signed_if_request(message, sample(message).unwrap());
        let tree = Document::parse(&text).unwrap();
        let mut count = 0;
        for (entity, node, place) in entities(&tree, message) {
            for child in node.children().filter(Node::is_element) {
                let name = child.tag_name().name();
                let position = entity.fields.iter().position(|field| field.name == name);
                let field = &entity.fields[position.unwrap()];
                let pointer = format!("{place}/{name}");
                for (code, wrong) in faults(&text, child, field) {
                    hold(&wrong, code, &pointer);
                    count += 1;
                }
            }
        }
        assert!(count >= 10, "{message:?}: {count} faults");
    }
}

/// The entities of the sample's only document, each with its table and its pointer.
fn entities<'t, 'i>(
    tree: &'t Document<'i>,
    message: MessageType,
) -> Vec<(&'static Entity, Node<'t, 'i>, String)> {
    let layout = message.layout();
    let document = tree.root_element().first_element_child().unwrap();
    let place = format!("/{}/{}[1]", layout.root, layout.document);
    let head = layout.body.head();
    if document.tag_name().name() == head.name {
        return vec![(head, document, place)];
    }
    let inside = document.children().filter(Node::is_element);
    let mut found: Vec<_> = inside
        .clone()
        .filter(|node| node.tag_name().name() == head.name)
        .map(|node| (head, node, format!("{place}/{}", head.name)))
        .collect();
    if let Some(line) = layout.body.line() {
        let lines = inside.filter(|node| node.tag_name().name() == line.name);
        found.extend(
            lines
                .enumerate()
                .map(|(index, node)| (line, node, format!("{place}/{}[{}]", line.name, index + 1))),
        );
    }
    found
}

/// The message with faults in one element, each with the rule that it breaks.
fn faults(text: &str, node: Node<'_, '_>, field: &Field) -> Vec<(&'static str, String)> {
    let range = node.range();
    let source = &text[range.clone()];
    let (open, close) = (source.find('>').unwrap() + 1, source.rfind("</").unwrap());
    let replaced = |by: &str| format!("{}{by}{}", &text[..range.start], &text[range.end..]);
    let saying = |by: &str| replaced(&format!("{}{by}{}", &source[..open], &source[close..]));
    let mut faults = vec![("element-repeated", replaced(&source.repeat(2)))];
    if field.required {
        let code = match field.leeway.may_be_absent {
            true => "element-absent-in-older-layout",
            false => "element-missing",
        };
        faults.push((code, replaced("")));
    }
    match field.form {
        Form::Text { .. } if field.fixed.is_some() => {
            faults.push(("text-not-fixed", saying("x")));
        }
        Form::Text { min, max } => {
            if max < usize::MAX {
                let longest = field.leeway.longest.unwrap_or(max);
                faults.push(("text-too-long", saying(&"x".repeat(longest + 1))));
            }
            if min > 1 {
                faults.push(("text-too-short", saying("x")));
            }
        }
        Form::Decimal { .. } => {
            faults.push(("not-a-number", saying("x")));
            faults.push(("too-many-digits", saying("0.123456")));
        }
        Form::Integer { digits } => {
            faults.push(("not-a-number", saying("1.5")));
            let code = if digits.is_some() { "too-many-digits" } else { "number-out-of-range" };
            faults.push((code, saying("99999999999")));
        }
    }
    faults
}

#[track_caller]
fn hold(text: &str, code: &str, pointer: &str) {
    let tree = Document::parse(text).unwrap();
    for profile in [Profile::Strict, Profile::Tolerant] {
        let reading = read(&tree, profile).unwrap();
        let said = reading.defects.iter().chain(&reading.warnings);
        let said: Vec<_> = said.map(|defect| (defect.rule.code, defect.pointer.as_str())).collect();
        assert_eq!(said, [(code, pointer)], "{profile:?}");
    }
}
