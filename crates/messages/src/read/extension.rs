//! Reading the extension: two texts, then one element of any kind.

use roxmltree::Node;
use tongguan_domain::defect::Defect;

use super::kept::{KeptElement, source};
use super::place::Place;
use super::report::Report;
use super::row::{RowReader, refuse_attributes, refuse_stray_text};
use super::{in_namespace, rules};
use crate::NAMESPACE;
use crate::ceb::{EXTEND, Extension};
use crate::table::at;

/// `ExtendMessage`: two texts, then `Message` with at most one element of any kind.
pub(crate) fn read_extension<'t>(
    node: Node<'t, '_>,
    place: &Place<'_>,
    report: &mut Report,
    kept: &mut Vec<KeptElement>,
) -> Extension {
    refuse_attributes(node, place, report);
    let mut texts = RowReader::new(&EXTEND);
    let mut message: Option<&str> = None;
    for child in node.children() {
        if child.is_text() {
            refuse_stray_text(child, place, report);
        } else if child.is_element() {
            let is_message = in_namespace(child, NAMESPACE) && child.tag_name().name() == "Message";
            if !is_message {
                if message.is_some() {
                    let pointer = || place.child(child.tag_name().name()).to_string();
                    report.tolerate(|| Defect::at(&rules::ELEMENTS_OUT_OF_ORDER, pointer()));
                }
                texts.take(child, place, report, kept);
            } else if message.is_some() {
                let pointer = || place.child("Message").to_string();
                report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, pointer()));
            } else {
                message = Some(read_any(child, &place.child("Message"), report));
            }
        }
    }
    let row = texts.finish(place, report);
    if message.is_none() {
        let pointer = || place.child("Message").to_string();
        report.refuse(|| Defect::at(&rules::ELEMENT_MISSING, pointer()));
    }
    Extension {
        name: row.quoted(at!(EXTEND, "name")),
        version: row.quoted(at!(EXTEND, "version")),
        xml: message.unwrap_or_default().into(),
    }
}

fn read_any<'t>(node: Node<'t, '_>, place: &Place<'_>, report: &mut Report) -> &'t str {
    refuse_attributes(node, place, report);
    for text in node.children().filter(Node::is_text) {
        refuse_stray_text(text, place, report);
    }
    let mut elements = node.children().filter(Node::is_element);
    let first = elements.next();
    let further = elements.count();
    if further > 0 {
        report.refuse(|| {
            Defect::at(&rules::TOO_MANY_ELEMENTS, place.child("*").to_string())
                .found(further + 1)
                .expected(1)
        });
    }
    first.map(source).unwrap_or_default()
}
