//! Canonical XML: any document that the scan takes, whole, without one element, and one element alone.

use bergshamra_c14n::C14nMode;
use bergshamra_xml::{NodeId, NodeSet, uppsala};
use roxmltree::{Attribute, Document, Node};
use tongguan_messages::xml::c14n::{self, Blanks, Comments, Omission};
use tongguan_messages::xml::{Limits, Source, element_name};

use crate::memory;

/// Holds canonical XML to its laws.
///
/// # Panics
/// When one is broken.
pub fn check(bytes: &[u8]) {
    let Ok(source) = Source::read(bytes, &Limits::default()) else { return };
    let Ok(tree) = source.tree() else { return };
    memory::bounded(bytes.len(), || {
        for comments in [Comments::Kept, Comments::Dropped] {
            hold_document(&tree, comments);
        }
        // A few elements of a large document, so that the work grows with the document alone.
        let elements: Vec<_> = tree.descendants().filter(Node::is_element).collect();
        for element in elements.iter().step_by(elements.len().div_ceil(4)) {
            hold_element(*element);
            hold_omission(&tree, *element);
        }
    });
    if tree.descendants().count() < 2000 {
        compare_with_a_second_library(source.text(), &tree);
    }
}

/// The canonical form says what the document says, and its canonical form is itself.
fn hold_document(tree: &Document<'_>, comments: Comments) {
    let once = document(tree, comments, None);
    let source = read(&once);
    let again = source.tree().unwrap();
    assert_eq!(document(&again, comments, None), once);
    assert_eq!(said(tree.root(), comments), said(again.root(), comments), "{once}");
}

/// The canonical form of an element stands by itself, and the blanks that are dropped stay dropped.
fn hold_element(apex: Node<'_, '_>) {
    for blanks in [Blanks::Kept, Blanks::Dropped] {
        let once = element(apex, Comments::Kept, blanks);
        let source = read(&once);
        let again = source.tree().unwrap();
        assert_eq!(element(again.root_element(), Comments::Kept, blanks), once);
        if blanks == Blanks::Kept {
            assert_eq!(document(&again, Comments::Kept, None), once);
            let (apex, again) = (said(apex, Comments::Kept), said(again.root(), Comments::Kept));
            // The apex shows the namespaces and `xml:` attributes of its place, which it did not write.
            assert_eq!(apex.get(1..), again.get(1..), "{once}");
        }
    }
}

/// A document without one of its elements is the document from whose text it was cut.
fn hold_omission(tree: &Document<'_>, omitted: Node<'_, '_>) {
    if omitted == tree.root_element() {
        return;
    }
    let omission = Omission { element: omitted, before: Blanks::Kept, after: Blanks::Kept };
    let mut cut = tree.input_text().to_owned();
    cut.replace_range(omitted.range(), "");
    let source = read(&cut);
    let without = source.tree().unwrap();
    let expected = document(&without, Comments::Dropped, None);
    assert_eq!(document(tree, Comments::Dropped, Some(omission)), expected);
}

/// The other library canonicalises the canonical form to itself, and the document and any element of it
/// as we do, wherever its parser normalises what XML says must be normalised.
fn compare_with_a_second_library(text: &str, tree: &Document<'_>) {
    for (comments, mode) in [
        (Comments::Kept, C14nMode::InclusiveWithComments),
        (Comments::Dropped, C14nMode::Inclusive),
    ] {
        let ours = document(tree, comments, None);
        for text in [Some(text).filter(|_| is_normal(tree)), Some(&ours)].into_iter().flatten() {
            let Ok(theirs) = uppsala::parse(text) else { continue };
            assert_eq!(second(&theirs, mode, None), ours, "{text}");
        }
    }
    let Some(theirs) = uppsala::parse(text).ok().filter(|_| is_normal(tree)) else { return };
    let elements: Vec<_> = tree.descendants().filter(Node::is_element).collect();
    let twins = elements_of(&theirs, theirs.root());
    assert_eq!(elements.len(), twins.len());
    let step = elements.len().div_ceil(4);
    for (ours, twin) in elements.into_iter().zip(twins).step_by(step) {
        let only = NodeSet::tree_with_comments(twin, &theirs);
        let theirs = second(&theirs, C14nMode::InclusiveWithComments, Some(&only));
        assert_eq!(theirs, element(ours, Comments::Kept, Blanks::Kept), "{text}");
    }
}

/// Whether no tag holds white space that attribute values turn into spaces.
fn is_normal(tree: &Document<'_>) -> bool {
    tree.descendants().filter(Node::is_element).all(|node| {
        // The start tag ends before the first child.
        let end = node.first_child().map_or(node.range().end, |child| child.range().start);
        !tree.input_text()[node.range().start..end].contains(['\t', '\n'])
    })
}

fn second(tree: &uppsala::Document<'_>, mode: C14nMode, only: Option<&NodeSet>) -> String {
    let bytes = bergshamra_c14n::canonicalize_doc::<&str>(tree, mode, only, &[]);
    String::from_utf8(bytes.unwrap()).unwrap()
}

/// The elements in `top`, in the order of the document.
fn elements_of(tree: &uppsala::Document<'_>, top: NodeId) -> Vec<NodeId> {
    let mut found: Vec<_> = tree.element(top).map(|_| top).into_iter().collect();
    found.extend(tree.children_iter(top).flat_map(|child| elements_of(tree, child)));
    found
}

/// One thing that a document says.
#[derive(Debug, PartialEq, Eq)]
enum Saying<'t> {
    Start {
        name: &'t str,
        namespace: Option<&'t str>,
        attributes: Vec<(Option<&'t str>, &'t str, &'t str)>,
    },
    End,
    Text(String),
    Comment(&'t str),
    Instruction(&'t str, Option<&'t str>),
}

/// What `top` and everything in it says, in order, whatever way it was written.
fn said<'t>(top: Node<'t, '_>, comments: Comments) -> Vec<Saying<'t>> {
    let mut all = Vec::new();
    say(top, comments, &mut all);
    all
}

fn say<'t>(node: Node<'t, '_>, comments: Comments, all: &mut Vec<Saying<'t>>) {
    if node.is_element() {
        let attribute = |found: Attribute<'t, '_>| (found.namespace(), found.name(), found.value());
        let mut attributes: Vec<_> = node.attributes().map(attribute).collect();
        attributes.sort_unstable();
        // `xmlns=""` and no default namespace are the same.
        let namespace = node.tag_name().namespace().filter(|uri| !uri.is_empty());
        all.push(Saying::Start { name: element_name(node), namespace, attributes });
    } else if let Some(instruction) = node.pi() {
        all.push(Saying::Instruction(instruction.target, instruction.value));
    } else if node.is_comment() && comments == Comments::Kept {
        all.push(Saying::Comment(node.text().unwrap_or_default()));
    } else if node.is_text() {
        let text = node.text().unwrap_or_default();
        match all.last_mut() {
            Some(Saying::Text(before)) => before.push_str(text),
            _ => all.push(Saying::Text(text.to_owned())),
        }
    }
    for child in node.children() {
        say(child, comments, all);
    }
    if node.is_element() {
        all.push(Saying::End);
    }
}

fn document(tree: &Document<'_>, comments: Comments, omission: Option<Omission<'_, '_>>) -> String {
    let mut bytes = Vec::new();
    c14n::document(tree, comments, omission, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap()
}

fn element(apex: Node<'_, '_>, comments: Comments, blanks: Blanks) -> String {
    let mut bytes = Vec::new();
    c14n::element(apex, comments, blanks, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap()
}

/// A canonical form as the next document. An element brings the namespaces of its place with it, so it
/// may need more attributes than a message may have.
fn read(text: &str) -> Source<'_> {
    let limits = Limits { attributes: 200, namespaces: 200, ..Limits::default() };
    Source::read(text.as_bytes(), &limits).unwrap()
}
