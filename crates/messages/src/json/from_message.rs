//! From the tree of a message to JSON.

use roxmltree::Node;

use super::{Json, KEPT};
use crate::NAMESPACE;
use crate::ceb::{EXTEND, SUBSCRIBE, transfer_of};
use crate::read::in_namespace;
use crate::read::row::text_of;
use crate::table::{Body, Entity, Layout, Trailer};
use crate::xml::c14n::{self, Blanks, Comments};

/// A message that its reader found valid, as JSON.
pub(super) fn json(root: Node<'_, '_>, layout: &'static Layout) -> Json {
    let mut object = Object::default();
    for name in ["guid", "version"] {
        object.put(&format!("@{name}"), root.attribute(name).map(Json::from));
    }
    let documents = root.children().filter(|child| {
        let name = child.tag_name().name();
        in_namespace(*child, NAMESPACE) && (name == layout.document || layout.is_misprint(name))
    });
    object.put(layout.document, Some(documents.map(|node| document(node, layout.body)).collect()));
    let mut known = vec![layout.document];
    if layout.trailer != Trailer::None {
        let transfer = transfer_of(layout.trailer);
        known.extend([transfer.name, SUBSCRIBE.name, EXTEND.name]);
        object.put(transfer.name, child(root, transfer.name).map(|node| fields(node, transfer)));
        let subscriptions =
            Vec::from_iter(children(root, SUBSCRIBE.name).map(|node| fields(node, &SUBSCRIBE)));
        object
            .put(SUBSCRIBE.name, (!subscriptions.is_empty()).then_some(Json::List(subscriptions)));
        object.put(EXTEND.name, child(root, EXTEND.name).map(extension));
    }
    let is_known = |node: Node<'_, '_>| {
        let name = node.tag_name().name();
        let signable = layout.trailer != Trailer::None;
        signable && name == "Signature" && in_namespace(node, crate::DSIG_NAMESPACE)
            || in_namespace(node, NAMESPACE) && (known.contains(&name) || layout.is_misprint(name))
    };
    object.put_kept(root, is_known);
    [(layout.root, object.finish())].into_iter().collect()
}

fn document(node: Node<'_, '_>, body: Body) -> Json {
    let (head, line) = match body {
        Body::Flat(entity) => return fields(node, entity),
        Body::Head(head) => (head, None),
        Body::HeadAndLines { head, line, .. } => (head, Some(line)),
    };
    let mut object = Object::default();
    object.put(head.name, child(node, head.name).map(|node| fields(node, head)));
    if let Some(line) = line {
        let lines = children(node, line.name).map(|node| fields(node, line)).collect();
        object.put(line.name, Some(lines));
    }
    object.put_kept(node, |child| {
        let name = child.tag_name().name();
        in_namespace(child, NAMESPACE)
            && (name == head.name || line.is_some_and(|line| line.name == name))
    });
    object.finish()
}

/// The texts of an entity.
fn fields(node: Node<'_, '_>, entity: &'static Entity) -> Json {
    let mut object = texts(node, entity);
    object.put_kept(node, |child| position(child, entity).is_some());
    object.finish()
}

/// The texts of an entity, in the order of its table; a misprinted name is mended.
fn texts(node: Node<'_, '_>, entity: &'static Entity) -> Object {
    let mut texts = vec![None; entity.len()];
    for child in node.children().filter(Node::is_element) {
        let text = position(child, entity).and_then(|position| texts.get_mut(position));
        if let Some(text) = text {
            *text = Some(Json::Text(text_of(child).into_owned()));
        }
    }
    let mut object = Object::default();
    for (position, text) in texts.into_iter().enumerate() {
        object.put(entity.field(position).name, text);
    }
    object
}

fn position(child: Node<'_, '_>, entity: &'static Entity) -> Option<usize> {
    in_namespace(child, NAMESPACE).then(|| entity.find(child.tag_name().name())).flatten()
}

/// The extension: its texts, and what stands in it as XML.
fn extension(node: Node<'_, '_>) -> Json {
    let mut object = texts(node, &EXTEND);
    let message = child(node, "Message").map(|message| {
        let content = message.first_element_child();
        Json::Text(content.map(canonical).unwrap_or_default())
    });
    object.put("Message", message);
    object.put_kept(node, |child| {
        let is_message = child.tag_name().name() == "Message" && in_namespace(child, NAMESPACE);
        is_message || position(child, &EXTEND).is_some()
    });
    object.finish()
}

/// An element by itself, with the namespaces that it needs.
fn canonical(element: Node<'_, '_>) -> String {
    let mut bytes = Vec::new();
    c14n::element(element, Comments::Kept, Blanks::Kept, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap_or_default()
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| in_namespace(*child, NAMESPACE) && child.tag_name().name() == name)
}

/// An object under construction.
#[derive(Default)]
struct Object(Vec<(String, Json)>);

impl Object {
    fn put(&mut self, name: &str, value: Option<Json>) {
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }

    fn put_kept(&mut self, node: Node<'_, '_>, is_known: impl Fn(Node<'_, '_>) -> bool) {
        let unknown = node.children().filter(|child| child.is_element() && !is_known(*child));
        let kept: Vec<_> = unknown.map(|child| Json::Text(canonical(child))).collect();
        self.put(KEPT, (!kept.is_empty()).then_some(Json::List(kept)));
    }

    fn finish(self) -> Json {
        Json::Object(self.0)
    }
}
