//! From JSON to the text of a message, which is then read like any other.

use tongguan_domain::defect::Defect;

use super::{Converted, Json, KEPT, Refused, converted, judged, rules};
use crate::ceb::{EXTEND, MessageType, SUBSCRIBE, transfer_of};
use crate::read::place::Place;
use crate::read::report::Report;
use crate::read::{Profile, Reading};
use crate::table::{Body, Entity, Layout, Trailer};
use crate::write::{Markup, Style};
use crate::xml::c14n::{self, Comments};
use crate::xml::{Limits, Source};

/// The JSON as a message.
pub(super) fn message(
    json: &Json,
    profile: Profile,
    style: Style,
) -> Result<Converted<String>, Refused> {
    let (message, content) = root(json)?;
    let mut form = Form {
        markup: Markup::begin(message.root(), prefix(message, content), style),
        report: Report::new(profile),
    };
    form.message(message.layout(), content);
    let Form { markup, report } = form;
    let text = markup.finish(message.root());
    match read_back(&text, profile) {
        Ok(reading) if report.defects.is_empty() => Ok(converted(reading, text)),
        read => Err(refused(report, read.err())),
    }
}

/// Which message it is, by the only key.
fn root(json: &Json) -> Result<(MessageType, &Json), Defect> {
    let wrong = |found: &str| Defect::at(&rules::NOT_ONE_MESSAGE, "").found(found);
    let Json::Object(members) = json else { return Err(wrong(json.kind())) };
    let [(name, content)] = members.as_slice() else {
        let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
        return Err(wrong(&names.join(", ")));
    };
    let message = MessageType::from_root(name).ok_or_else(|| {
        let pointer = Place::root(name).to_string();
        Defect::at(&crate::read::rules::MESSAGE_UNKNOWN, pointer).found(name)
    })?;
    Ok((message, content))
}

/// The prefix that the writer gives such a message. A default namespace would take in an element of
/// none that was kept.
fn prefix(message: MessageType, content: &Json) -> &'static str {
    if message.is_request() || has_kept(content) { "ceb:" } else { "" }
}

fn has_kept(json: &Json) -> bool {
    match json {
        Json::Object(members) => {
            members.iter().any(|(name, value)| name == KEPT || has_kept(value))
        }
        Json::List(values) => values.iter().any(has_kept),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => false,
    }
}

/// What the text says, once it is a message.
fn read_back(text: &str, profile: Profile) -> Result<Reading, Refused> {
    let source = Source::read(text.as_bytes(), &Limits::default()).map_err(Defect::from)?;
    let tree = source.tree().map_err(Defect::from)?;
    judged(&tree, profile)
}

/// What the form refused, and what the reader did besides: where the form is wrong already, the reader
/// has nothing to add.
fn refused(form: Report, read: Option<Refused>) -> Refused {
    let Report { mut defects, mut omitted, .. } = form;
    if let Some(read) = read {
        let is_told = |defect: &Defect| {
            defects.iter().any(|told| {
                let below = defect.pointer.strip_prefix(&told.pointer);
                below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let further: Vec<_> = read.defects.into_iter().filter(|it| !is_told(it)).collect();
        defects.extend(further);
        omitted += read.omitted;
    }
    Refused { defects, omitted }
}

/// A message under construction. What is wrong in form is noted, and an empty element stands for it,
/// so that those after it keep their positions.
struct Form {
    markup: Markup,
    report: Report,
}

impl Form {
    fn message(&mut self, layout: &'static Layout, json: &Json) {
        let place = Place::root(layout.root);
        let mut known = vec!["@guid", "@version", layout.document];
        if layout.trailer != Trailer::None {
            known.extend([transfer_of(layout.trailer).name, SUBSCRIBE.name, EXTEND.name]);
        }
        let object = self.object(json, &place, &known);
        for name in ["@guid", "@version"] {
            let Some(value) = object.get(name) else { continue };
            if let Some(text) = self.text(value, &place.child(name)) {
                self.markup.attribute(name.trim_start_matches('@'), text);
            }
        }
        self.markup.end_attributes();
        self.each(object.get(layout.document), layout.document, &place, |form, value, place| {
            form.document(value, layout, place);
        });
        if layout.trailer != Trailer::None {
            let transfer = transfer_of(layout.trailer);
            if let Some(value) = object.get(transfer.name) {
                self.fields(value, transfer, transfer.name, &place.child(transfer.name));
            }
            self.each(object.get(SUBSCRIBE.name), SUBSCRIBE.name, &place, |form, value, place| {
                form.fields(value, &SUBSCRIBE, SUBSCRIBE.name, place);
            });
            if let Some(value) = object.get(EXTEND.name) {
                self.extension(value, &place.child(EXTEND.name));
            }
        }
        self.kept(&object, &place);
    }

    fn document(&mut self, json: &Json, layout: &'static Layout, place: &Place<'_>) {
        let (head, line) = match layout.body {
            Body::Flat(entity) => return self.fields(json, entity, layout.document, place),
            Body::Head(head) => (head, None),
            Body::HeadAndLines { head, line, .. } => (head, Some(line)),
        };
        let known = [head.name, line.map_or(head.name, |line| line.name)];
        let object = self.object(json, place, &known);
        self.markup.open(layout.document);
        if let Some(value) = object.get(head.name) {
            self.fields(value, head, head.name, &place.child(head.name));
        }
        if let Some(line) = line {
            self.each(object.get(line.name), line.name, place, |form, value, place| {
                form.fields(value, line, line.name, place);
            });
        }
        self.kept(&object, place);
        self.markup.close(layout.document);
    }

    /// Writes the texts of an entity, in the order of its table.
    fn fields(
        &mut self,
        json: &Json,
        entity: &'static Entity,
        name: &'static str,
        place: &Place<'_>,
    ) {
        let object = self.object(json, place, &names(entity));
        self.markup.open(name);
        self.texts(&object, entity, place);
        self.kept(&object, place);
        self.markup.close(name);
    }

    fn texts(&mut self, object: &Object<'_>, entity: &'static Entity, place: &Place<'_>) {
        for field in entity.fields.iter().chain(entity.unofficial) {
            if let Some(value) = object.get(field.name) {
                let text = self.text(value, &place.child(field.name)).unwrap_or_default();
                self.markup.text(field.name, text);
            }
        }
    }

    fn extension(&mut self, json: &Json, place: &Place<'_>) {
        let mut known = names(&EXTEND);
        known.push("Message");
        let object = self.object(json, place, &known);
        self.markup.open(EXTEND.name);
        self.texts(&object, &EXTEND, place);
        if let Some(value) = object.get("Message") {
            let place = place.child("Message");
            let text = self.text(value, &place).unwrap_or_default();
            let element = if text.is_empty() { String::new() } else { self.element(text, &place) };
            self.markup.element("Message", |out| out.push_str(&element));
        }
        self.kept(&object, place);
        self.markup.close(EXTEND.name);
    }

    /// Writes what the standard does not know.
    fn kept(&mut self, object: &Object<'_>, place: &Place<'_>) {
        self.each(object.get(KEPT), KEPT, place, |form, value, place| {
            let text = form.text(value, place).unwrap_or_default();
            let element = form.element(text, place);
            form.markup.verbatim(&element);
        });
    }

    /// Every value of an array, with its place.
    fn each(
        &mut self,
        json: Option<&Json>,
        name: &str,
        place: &Place<'_>,
        mut write: impl FnMut(&mut Self, &Json, &Place<'_>),
    ) {
        match json {
            None => {}
            Some(Json::List(values)) => {
                for (index, value) in values.iter().enumerate() {
                    write(self, value, &place.nth(name, index + 1));
                }
            }
            Some(other) => self.another_type(other, "array", &place.child(name)),
        }
    }

    /// The members of an object, none where it is something else.
    fn object<'j>(&mut self, json: &'j Json, place: &Place<'_>, known: &[&str]) -> Object<'j> {
        let Json::Object(members) = json else {
            self.another_type(json, "object", place);
            return Object(&[]);
        };
        for (index, (name, _)) in members.iter().enumerate() {
            let pointer = || place.child(name).to_string();
            if !known.contains(&name.as_str()) && name != KEPT {
                self.report.refuse(|| Defect::at(&rules::KEY_UNKNOWN, pointer()));
            } else if members.iter().take(index).any(|(earlier, _)| earlier == name) {
                self.report.refuse(|| Defect::at(&rules::KEY_REPEATED, pointer()));
            }
        }
        Object(members)
    }

    /// A text that XML can hold.
    fn text<'j>(&mut self, json: &'j Json, place: &Place<'_>) -> Option<&'j str> {
        let Json::Text(text) = json else {
            self.another_type(json, "string", place);
            return None;
        };
        let wrong = text.chars().find(|c| !is_character(*c));
        let Some(wrong) = wrong else { return Some(text) };
        self.report.refuse(|| {
            let found = format!("U+{:04X}", u32::from(wrong));
            Defect::at(&rules::CHARACTER_NOT_IN_XML, place.to_string()).found(found)
        });
        None
    }

    /// One XML element as it may stand anywhere; empty where it is none.
    fn element(&mut self, text: &str, place: &Place<'_>) -> String {
        let mut bytes = Vec::new();
        let limits = Limits::default();
        let written = Source::read(text.as_bytes(), &limits).and_then(|source| {
            c14n::document(&source.tree()?, Comments::Dropped, None, |piece| {
                bytes.extend_from_slice(piece);
            });
            Ok(())
        });
        if let Err(refusal) = written {
            self.report.refuse(|| {
                Defect::at(&rules::KEPT_NOT_XML, place.to_string()).found(refusal.reason)
            });
        }
        String::from_utf8(bytes).unwrap_or_default()
    }

    fn another_type(&mut self, json: &Json, expected: &str, place: &Place<'_>) {
        self.report.refuse(|| {
            Defect::at(&rules::VALUE_OF_ANOTHER_TYPE, place.to_string())
                .found(json.kind())
                .expected(expected)
        });
    }
}

fn names(entity: &'static Entity) -> Vec<&'static str> {
    entity.fields.iter().chain(entity.unofficial).map(|field| field.name).collect()
}

/// Whether XML 1.0 can hold a character.
const fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The members of an object.
struct Object<'j>(&'j [(String, Json)]);

impl<'j> Object<'j> {
    fn get(&self, name: &str) -> Option<&'j Json> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}
