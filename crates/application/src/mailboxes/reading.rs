//! A message as people read it: its fields by the names of the standard, personal data masked.

use roxmltree::{Document, Node};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::table::{Body, Entity, Field, Layout};

/// A message as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    /// What the message is called, in Chinese and English.
    pub title: (&'static str, &'static str),
    /// Its last status, where it tells of one.
    pub status: Option<i32>,
    /// Its parts, in order.
    pub parts: Vec<ReadablePart>,
}

/// A part of a message: a head, a line, a transfer block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadablePart {
    /// The element's name.
    pub name: String,
    /// Its fields, in order.
    pub fields: Vec<ReadableField>,
}

/// A field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadableField {
    /// The element's name.
    pub name: String,
    /// What it is called, in Chinese and English, where the standard says.
    pub title: Option<(&'static str, &'static str)>,
    /// Its text; masked where it is personal.
    pub value: String,
    /// Whether it is masked.
    pub is_masked: bool,
}

/// What stands for personal data.
const MASKED: &str = "***";
/// What people do not read.
const SIGNATURE: &str = "Signature";
/// Where a status stands.
const STATUS: &str = "returnStatus";

/// Reads a message of ours.
pub fn readable(xml: &[u8]) -> Readable {
    let nothing = || Readable { title: ("报文", "message"), status: None, parts: Vec::new() };
    let Ok(text) = std::str::from_utf8(xml) else { return nothing() };
    let Ok(document) = Document::parse(text) else { return nothing() };
    let root = document.root_element();
    let layout = MessageType::from_root(root.tag_name().name()).map(MessageType::layout);
    let mut parts = Vec::new();
    gather(root, layout, &mut parts);
    let mut statuses =
        parts.iter().flat_map(|part| &part.fields).filter(|field| field.name == STATUS);
    Readable {
        title: layout.map_or(("报文", "message"), |layout| (layout.zh, layout.en)),
        status: statuses.next_back().and_then(|field| field.value.parse().ok()),
        parts,
    }
}

/// The fields that stand directly in an element, then the parts within it.
fn gather(element: Node<'_, '_>, layout: Option<&Layout>, parts: &mut Vec<ReadablePart>) {
    let is_part = |node: &Node<'_, '_>| node.children().any(|child| child.is_element());
    let children = || element.children().filter(Node::is_element);
    let fields = children().filter(|child| !is_part(child));
    let fields: Vec<_> = fields.map(|field| shown(field, layout)).collect();
    if !fields.is_empty() {
        parts.push(ReadablePart { name: element.tag_name().name().to_owned(), fields });
    }
    for child in children().filter(is_part).filter(|child| child.tag_name().name() != SIGNATURE) {
        gather(child, layout, parts);
    }
}

fn shown(node: Node<'_, '_>, layout: Option<&Layout>) -> ReadableField {
    let name = node.tag_name().name();
    let field = layout.and_then(|layout| field_of(layout, name));
    let text = node.text().unwrap_or_default();
    let is_masked = field.is_some_and(|field| field.personal) && !text.is_empty();
    ReadableField {
        name: name.to_owned(),
        title: field.map(|field| (field.zh, field.en)),
        value: (if is_masked { MASKED } else { text }).to_owned(),
        is_masked,
    }
}

/// The field of a message that an element of that name is.
pub(crate) fn field_of(layout: &Layout, name: &str) -> Option<&'static Field> {
    let of = |entity: &'static Entity| entity.find(name).map(|at| entity.field(at));
    match &layout.body {
        Body::Flat(entity) | Body::Head(entity) => of(entity),
        Body::HeadAndLines { head, line, .. } => of(head).or_else(|| of(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_says_its_last_status_and_names_its_fields() {
        let xml = b"<CEB312Message guid=\"g\" xmlns=\"urn:x\"><OrderReturn><guid>a</guid>\
            <orderNo>O1</orderNo><returnStatus>2</returnStatus></OrderReturn><OrderReturn>\
            <guid>b</guid><returnStatus>-301010</returnStatus></OrderReturn></CEB312Message>";
        let read = readable(xml);
        assert_eq!(read.status, Some(-301_010));
        assert_eq!(read.parts.len(), 2);
        let order = &read.parts[0].fields[1];
        assert_eq!((order.name.as_str(), order.value.as_str()), ("orderNo", "O1"));
        assert_eq!(order.title.map(|(zh, _)| zh), Some("订单编号"));
    }

    #[test]
    fn persons_are_masked_and_signatures_left_out() {
        let xml = "<CEB311Message><Order><OrderHead><orderNo>O1</orderNo><buyerName>李伟</buyerName>\
            <buyerIdNumber>330102199001011234</buyerIdNumber></OrderHead></Order>\
            <Signature><SignedInfo><X>y</X></SignedInfo></Signature></CEB311Message>";
        let read = readable(xml.as_bytes());
        let told = format!("{read:?}");
        assert!(!told.contains("李伟") && !told.contains("330102199001011234"), "{told}");
        assert!(told.contains("O1") && !told.contains("SignedInfo"), "{told}");
        assert_eq!(readable(b"\xff").parts, []);
    }
}
