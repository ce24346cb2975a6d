//! Content models: the part of XML Schema that signatures and envelopes need.
//!
//! A model is a deterministic content model, as XML Schema demands, so one look ahead decides. What a
//! wildcard admits is not looked into.

use std::collections::HashSet;

use roxmltree::Node;
use tongguan_domain::defect::{Defect, Rule};

use super::lexical;
use super::number::is_space;
use super::place::Place;
use super::report::Report;
use super::row::{is_schema_hint, text_of};

/// An element and what may stand in it.
pub(crate) struct Model {
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) attributes: &'static [Attribute],
    pub(crate) content: Content,
}

/// An attribute of an element.
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) text: Text,
}

/// What may stand in an element.
pub(crate) enum Content {
    /// Text alone.
    Text(Text),
    /// Elements; text between them when mixed.
    Elements { mixed: bool, particles: &'static [Particle] },
    /// Nothing, not even white space.
    Empty,
    /// Anything.
    Anything,
}

/// The form of a text.
#[derive(Clone, Copy)]
pub(crate) enum Text {
    Any,
    Length { min: usize, max: usize },
    Fixed(&'static str),
    Base64,
    Integer,
    Uri,
    DateTime,
    Date,
    Id,
}

/// A part of a content model.
pub(crate) struct Particle {
    pub(crate) term: Term,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// What a part admits.
pub(crate) enum Term {
    /// That element.
    Element(&'static Model),
    /// Any element of another namespace than the given one.
    Other(&'static str),
    /// These, one after the other.
    Sequence(&'static [Particle]),
    /// One of these.
    Choice(&'static [Particle]),
}

impl Particle {
    pub(crate) const fn once(term: Term) -> Self {
        Self { term, min: 1, max: 1 }
    }

    pub(crate) const fn maybe(term: Term) -> Self {
        Self { term, min: 0, max: 1 }
    }

    pub(crate) const fn some(term: Term, max: usize) -> Self {
        Self { term, min: 1, max }
    }

    pub(crate) const fn any(term: Term) -> Self {
        Self { term, min: 0, max: usize::MAX }
    }

    /// Whether nothing satisfies it.
    fn admits_nothing(&self) -> bool {
        self.min == 0
            || match self.term {
                Term::Element(_) | Term::Other(_) => false,
                Term::Sequence(parts) => parts.iter().all(Self::admits_nothing),
                Term::Choice(parts) => parts.iter().any(Self::admits_nothing),
            }
    }

    fn expected(&self) -> &'static str {
        match self.term {
            Term::Element(model) => model.name,
            Term::Other(_) => "*",
            Term::Sequence(parts) | Term::Choice(parts) => {
                parts.first().map_or("*", Self::expected)
            }
        }
    }
}

impl Term {
    /// Whether `node` can be the first element of this.
    fn starts_with(&self, node: Node<'_, '_>) -> bool {
        match *self {
            Self::Element(model) => is_model(node, model),
            Self::Other(target) => node
                .tag_name()
                .namespace()
                .is_some_and(|namespace| !namespace.is_empty() && namespace != target),
            Self::Choice(parts) => parts.iter().any(|part| part.term.starts_with(node)),
            Self::Sequence(parts) => {
                for part in parts {
                    if part.term.starts_with(node) {
                        return true;
                    }
                    if !part.admits_nothing() {
                        return false;
                    }
                }
                false
            }
        }
    }
}

/// Holds an element to its model. Findings go to `report` under one rule: as tolerances for what
/// another check judges anyway, else as defects.
pub(crate) struct Checker<'r, 't> {
    pub(crate) report: &'r mut Report,
    pub(crate) rule: &'static Rule,
    pub(crate) tolerable: bool,
    /// The values of `Id` so far, which must differ.
    pub(crate) ids: HashSet<&'t str>,
}

impl<'t> Checker<'_, 't> {
    /// Checks `node`, whose name is known to be the model's.
    pub(crate) fn element(&mut self, node: Node<'t, '_>, model: &'static Model, place: &Place<'_>) {
        if matches!(model.content, Content::Anything) {
            return;
        }
        self.attributes(node, model, place);
        match model.content {
            Content::Anything => {}
            Content::Empty => {
                if node.children().any(|child| child.is_element() || child.is_text()) {
                    self.find(|| place.to_string(), "nothing");
                }
            }
            Content::Text(text) => {
                if let Some(child) = node.first_element_child() {
                    self.find(|| place.child(child.tag_name().name()).to_string(), "text");
                } else if !matches(&text_of(node), text) {
                    self.find(|| place.to_string(), name_of(text));
                }
            }
            Content::Elements { mixed, particles } => {
                let stray = |text: Node<'_, '_>| {
                    !text.text().unwrap_or_default().trim_matches(is_space).is_empty()
                };
                if !mixed && node.children().any(|child| child.is_text() && stray(child)) {
                    self.find(|| place.to_string(), "no text");
                }
                self.content(node, particles, place);
            }
        }
    }

    fn attributes(&mut self, node: Node<'t, '_>, model: &'static Model, place: &Place<'_>) {
        for known in model.attributes {
            let pointer = || place.attribute(known.name);
            match node.attribute_node(known.name).filter(|found| found.namespace().is_none()) {
                Some(found) if !matches(found.value(), known.text) => {
                    self.find(pointer, name_of(known.text));
                }
                Some(found) if matches!(known.text, Text::Id) => {
                    if !self.ids.insert(found.value()) {
                        self.find(pointer, "unique ID");
                    }
                }
                None if known.required => self.find(pointer, known.name),
                Some(_) | None => {}
            }
        }
        for attribute in node.attributes() {
            let is_known = attribute.namespace().is_none()
                && model.attributes.iter().any(|known| known.name == attribute.name());
            if !is_known && !is_schema_hint(attribute.namespace(), attribute.name()) {
                self.find(|| place.attribute(attribute.name()), "no such attribute");
            }
        }
    }

    fn content(&mut self, node: Node<'t, '_>, particles: &'static [Particle], place: &Place<'_>) {
        let mut children = node.children().filter(Node::is_element).peekable();
        for particle in particles {
            self.particle(particle, &mut children, place);
        }
        if let Some(surplus) = children.next() {
            self.find(|| place.child(surplus.tag_name().name()).to_string(), "no such element");
        }
    }

    fn particle<'i: 't>(
        &mut self,
        particle: &'static Particle,
        children: &mut std::iter::Peekable<impl Iterator<Item = Node<'t, 'i>>>,
        place: &Place<'_>,
    ) {
        let mut count = 0;
        while count < particle.max
            && children.peek().is_some_and(|child| particle.term.starts_with(*child))
        {
            self.term(&particle.term, children, place);
            count += 1;
        }
        if count < particle.min && !particle.admits_nothing() {
            let expected = particle.expected();
            self.find(|| place.child(expected).to_string(), expected);
        }
    }

    fn term<'i: 't>(
        &mut self,
        term: &'static Term,
        children: &mut std::iter::Peekable<impl Iterator<Item = Node<'t, 'i>>>,
        place: &Place<'_>,
    ) {
        match *term {
            Term::Element(model) => {
                if let Some(child) = children.next() {
                    self.element(child, model, &place.child(model.name));
                }
            }
            Term::Other(_) => {
                children.next();
            }
            Term::Sequence(parts) => {
                for part in parts {
                    self.particle(part, children, place);
                }
            }
            Term::Choice(parts) => {
                let next = children.peek().copied();
                let chosen = parts
                    .iter()
                    .find(|part| next.is_some_and(|child| part.term.starts_with(child)));
                if let Some(part) = chosen {
                    self.particle(part, children, place);
                }
            }
        }
    }

    fn find(&mut self, pointer: impl FnOnce() -> String, expected: &str) {
        let rule = self.rule;
        let defect = || Defect::at(rule, pointer()).expected(expected);
        if self.tolerable {
            self.report.tolerate(defect);
        } else {
            self.report.refuse(defect);
        }
    }
}

/// Whether an element is the model's.
pub(crate) fn is_model(node: Node<'_, '_>, model: &Model) -> bool {
    node.tag_name().name() == model.name && node.tag_name().namespace() == Some(model.namespace)
}

/// Whether a text has its form.
pub(crate) fn matches(text: &str, form: Text) -> bool {
    match form {
        Text::Any => true,
        Text::Length { min, max } => (min..=max).contains(&text.chars().count()),
        Text::Fixed(value) => text == value,
        Text::Base64 => lexical::is_base64(text),
        Text::Integer => lexical::is_integer(text),
        Text::Uri => lexical::is_uri(text),
        Text::DateTime => lexical::is_date_time(text),
        Text::Date => lexical::parse_date(text).is_some(),
        Text::Id => lexical::is_name(text),
    }
}

/// What to call a form in a finding.
pub(crate) const fn name_of(form: Text) -> &'static str {
    match form {
        Text::Any => "text",
        Text::Length { .. } => "text of the right length",
        Text::Fixed(value) => value,
        Text::Base64 => "base64Binary",
        Text::Integer => "integer",
        Text::Uri => "anyURI",
        Text::DateTime => "dateTime",
        Text::Date => "date",
        Text::Id => "ID",
    }
}
