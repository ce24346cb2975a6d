//! Reading one entity: the elements of a head, a line or a transfer block, held to its table.

use std::borrow::Cow;

use roxmltree::Node;
use tongguan_domain::defect::Defect;
use tongguan_domain::person::masked;

use super::kept::KeptElement;
use super::number::{self, NumberFault, is_space};
use super::place::Place;
use super::report::Report;
use super::{in_namespace, rules};
use crate::NAMESPACE;
use crate::table::{Entity, Field, Form};

/// The texts of one entity, by the position of their field.
#[derive(Debug)]
pub(crate) struct Row<'t> {
    entity: &'static Entity,
    values: Vec<Option<Cow<'t, str>>>,
}

impl<'t> Row<'t> {
    /// A row with nothing in it.
    pub(crate) fn empty(entity: &'static Entity) -> Self {
        Self { entity, values: vec![None; entity.len()] }
    }

    /// Sets the text of a field.
    pub(crate) fn set(&mut self, position: usize, text: Option<Cow<'t, str>>) {
        if let Some(value) = self.values.get_mut(position) {
            *value = text;
        }
    }

    /// The text as received; nothing when the element is absent or was tolerated as absent.
    pub(crate) fn get(&self, position: usize) -> Option<&str> {
        self.values.get(position)?.as_deref()
    }

    /// The text, trimmed; nothing when there is none.
    pub(crate) fn filled(&self, position: usize) -> Option<&str> {
        self.get(position).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The text as received, or the empty text: for keys that a response must quote.
    pub(crate) fn quoted(&self, position: usize) -> Box<str> {
        self.get(position).unwrap_or_default().into()
    }

    /// The position of the field of that name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.entity.fields.iter().position(|field| field.name == name)
    }

    pub(crate) fn field(&self, position: usize) -> &'static Field {
        self.entity.field(position)
    }

    /// Whether both rows say the same.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

/// Reads the children of `node` as the fields of `entity`, reporting every departure.
pub(crate) fn read_row<'t>(
    node: Node<'t, '_>,
    entity: &'static Entity,
    place: &Place<'_>,
    report: &mut Report,
    kept: &mut Vec<KeptElement>,
) -> Row<'t> {
    let mut reader = RowReader::new(entity);
    refuse_attributes(node, place, report);
    for child in node.children() {
        if child.is_element() {
            reader.take(child, place, report, kept);
        } else if child.is_text() {
            refuse_stray_text(child, place, report);
        }
    }
    reader.finish(place, report)
}

/// Reads the fields of one entity, child by child. Tables have at most 64 fields.
pub(crate) struct RowReader<'t> {
    row: Row<'t>,
    /// The position after the last field that stood in order.
    next: usize,
    /// One bit for each field that was seen, even empty.
    seen: u64,
    disordered: bool,
}

impl<'t> RowReader<'t> {
    pub(crate) fn new(entity: &'static Entity) -> Self {
        Self { row: Row::empty(entity), next: 0, seen: 0, disordered: false }
    }

    /// Takes the next child element.
    pub(crate) fn take(
        &mut self,
        child: Node<'t, '_>,
        place: &Place<'_>,
        report: &mut Report,
        kept: &mut Vec<KeptElement>,
    ) {
        let Some(position) = self.locate(child, place, report) else {
            report.tolerate(|| unknown(child, place));
            if report.is_tolerant() {
                KeptElement::keep(child, place, kept);
            }
            return;
        };
        let field = self.row.entity.field(position);
        if self.seen >> position & 1 == 1 {
            report.refuse(|| {
                Defect::at(&rules::ELEMENT_REPEATED, place.child(field.name).to_string())
            });
            return;
        }
        if position < self.next && !self.disordered {
            self.disordered = true;
            report.tolerate(|| {
                Defect::at(&rules::ELEMENTS_OUT_OF_ORDER, place.child(field.name).to_string())
            });
        }
        self.next = self.next.max(position + 1);
        self.seen |= 1 << position;
        self.row.values[position] = read_value(child, field, place, report);
    }

    /// The row, once every child was taken.
    pub(crate) fn finish(self, place: &Place<'_>, report: &mut Report) -> Row<'t> {
        for (position, field) in self.row.entity.fields.iter().enumerate() {
            if !field.required || self.seen >> position & 1 == 1 {
                continue;
            }
            let missing =
                |rule| Defect::at(rule, place.child(field.name).to_string()).expected(field.form);
            if field.leeway.may_be_absent {
                report.tolerate(|| missing(&rules::ELEMENT_ABSENT_IN_OLDER_LAYOUT));
            } else {
                report.refuse(|| missing(&rules::ELEMENT_MISSING));
            }
        }
        self.row
    }

    /// The position of the field that `child` is, looking first where the schema puts it.
    fn locate(&self, child: Node<'_, '_>, place: &Place<'_>, report: &mut Report) -> Option<usize> {
        if !in_namespace(child, NAMESPACE) {
            return None;
        }
        let name = child.tag_name().name();
        let fields = self.row.entity.fields;
        let ahead = fields.get(self.next..).unwrap_or_default();
        if let Some(distance) = ahead.iter().position(|field| field.name == name) {
            return Some(self.next + distance);
        }
        if let Some(position) = fields.iter().position(|field| field.name == name) {
            return Some(position);
        }
        if !report.is_tolerant() {
            return None;
        }
        if let Some(distance) =
            self.row.entity.unofficial.iter().position(|field| field.name == name)
        {
            let pointer = || place.child(name).to_string();
            report.tolerate(|| Defect::at(&rules::ELEMENT_UNOFFICIAL, pointer()));
            return Some(fields.len() + distance);
        }
        let position = fields.iter().position(|field| field.leeway.misprint == Some(name))?;
        report.tolerate(|| {
            let expected = fields.get(position).map_or("", |field| field.name);
            Defect::at(&rules::ELEMENT_MISNAMED, place.child(name).to_string()).expected(expected)
        });
        Some(position)
    }
}

/// What to say of an element that is not known where it stands.
pub(crate) fn unknown(child: Node<'_, '_>, place: &Place<'_>) -> Defect {
    Defect::at(&rules::ELEMENT_UNKNOWN, place.child(child.tag_name().name()).to_string())
}

/// Reports attributes of an element that may have none. The schema lets every element point at
/// schemas of its own (`xsi:schemaLocation`).
pub(crate) fn refuse_attributes(node: Node<'_, '_>, place: &Place<'_>, report: &mut Report) {
    for attribute in node.attributes() {
        if !is_schema_hint(attribute.namespace(), attribute.name()) {
            report.tolerate(|| {
                Defect::at(&rules::ATTRIBUTE_UNKNOWN, place.attribute(attribute.name()))
                    .found(attribute.value())
            });
        }
    }
}

pub(crate) fn is_schema_hint(namespace: Option<&str>, name: &str) -> bool {
    namespace == Some("http://www.w3.org/2001/XMLSchema-instance")
        && matches!(name, "schemaLocation" | "noNamespaceSchemaLocation")
}

/// Reports text where only elements may stand.
pub(crate) fn refuse_stray_text(text: Node<'_, '_>, place: &Place<'_>, report: &mut Report) {
    let stray = text.text().unwrap_or_default().trim_matches(is_space);
    if !stray.is_empty() {
        report.refuse(|| Defect::at(&rules::STRAY_TEXT, place.to_string()).found(stray));
    }
}

/// All text of an element, comments left out. Borrowed in the usual case of a single text.
pub(crate) fn text_of<'t>(node: Node<'t, '_>) -> Cow<'t, str> {
    match node.first_child() {
        None => Cow::Borrowed(""),
        Some(only) if only.next_sibling().is_none() && only.is_text() => {
            Cow::Borrowed(only.text().unwrap_or_default())
        }
        Some(_) => node.children().filter(Node::is_text).filter_map(|part| part.text()).collect(),
    }
}

pub(crate) fn read_value<'t>(
    node: Node<'t, '_>,
    field: &Field,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Cow<'t, str>> {
    if node.attributes().len() > 0 {
        refuse_attributes(node, &place.child(field.name), report);
    }
    if let Some(child) = node.first_element_child() {
        let pointer = || place.child(field.name).to_string();
        let name = child.tag_name().name();
        report.refuse(|| Defect::at(&rules::CHILD_IN_TEXT, pointer()).found(name));
        return None;
    }
    let mut text = text_of(node);
    if let Some(implied) = field.fixed.or(field.default)
        && text.is_empty()
    {
        text = Cow::Borrowed(implied);
    }
    if field.collapsed
        && let Some(collapsed) = collapsed(&text)
    {
        text = Cow::Owned(collapsed);
    }
    match check(&text, field) {
        Ok(()) => Some(text),
        Err(fault) => judge(text, fault, field, place, report),
    }
}

/// The text with its white space collapsed as XML Schema has it; nothing when that changes nothing.
fn collapsed(text: &str) -> Option<String> {
    let words = || text.split(is_space).filter(|word| !word.is_empty());
    let length = words().map(|word| word.len() + 1).sum::<usize>().saturating_sub(1);
    let is_plain = length == text.len() && !text.contains(['\t', '\r', '\n']);
    (!is_plain).then(|| words().collect::<Vec<_>>().join(" "))
}

/// A text that the schema refuses: tolerated in one of the known ways, or a defect.
fn judge<'t>(
    text: Cow<'t, str>,
    fault: Fault,
    field: &Field,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Cow<'t, str>> {
    let finding = |rule| {
        let shown: Cow<'_, str> =
            if field.personal { masked(&text).into() } else { Cow::Borrowed(&*text) };
        let defect = Defect::at(rule, place.child(field.name).to_string()).found(shown);
        match field.fixed {
            Some(fixed) => defect.expected(fixed),
            None => defect.expected(field.form),
        }
    };
    let trimmed = text.trim();
    if trimmed.is_empty() && (!field.required || field.leeway.may_be_absent) {
        report.tolerate(|| finding(&rules::ELEMENT_EMPTY));
        return None;
    }
    if trimmed.len() < text.len() && check(trimmed, field).is_ok() {
        report.tolerate(|| finding(&rules::SPACE_AROUND_TEXT));
        return Some(Cow::Owned(trimmed.to_owned()));
    }
    if fault == Fault::TooLong
        && field.leeway.longest.is_some_and(|longest| text.chars().count() <= longest)
    {
        report.tolerate(|| finding(&rules::TEXT_TOO_LONG));
    } else {
        report.refuse(|| finding(fault.rule()));
    }
    Some(text)
}

/// Why a text does not have its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    TooShort,
    TooLong,
    NotFixed,
    Number(NumberFault),
}

impl Fault {
    pub(crate) fn rule(self) -> &'static tongguan_domain::defect::Rule {
        match self {
            Self::TooShort => &rules::TEXT_TOO_SHORT,
            Self::TooLong => &rules::TEXT_TOO_LONG,
            Self::NotFixed => &rules::TEXT_NOT_FIXED,
            Self::Number(NumberFault::NotANumber) => &rules::NOT_A_NUMBER,
            Self::Number(NumberFault::TooManyDigits) => &rules::TOO_MANY_DIGITS,
            Self::Number(NumberFault::OutOfRange) => &rules::NUMBER_OUT_OF_RANGE,
        }
    }
}

/// Holds a text to its field.
pub(crate) fn check(text: &str, field: &Field) -> Result<(), Fault> {
    if field.collapsed
        && let Some(collapsed) = collapsed(text)
    {
        return check(&collapsed, field);
    }
    let Form::Text { min, max } = field.form else {
        return number::check(text, field.form).map_err(Fault::Number);
    };
    if let Some(fixed) = field.fixed {
        return if text == fixed { Ok(()) } else { Err(Fault::NotFixed) };
    }
    // Bytes bound characters from above, and a character has at most four of them.
    let bytes = text.len();
    if bytes <= max && bytes.div_ceil(4) >= min {
        return Ok(());
    }
    match text.chars().count() {
        length if length < min => Err(Fault::TooShort),
        length if length > max => Err(Fault::TooLong),
        _ => Ok(()),
    }
}
