//! Writing messages: what goes out passes the strict profile, or does not go out.
//!
//! Requests carry the prefix `ceb:` as the field's programs write it and no signature yet; messages
//! from customs stand in the default namespace. Every value is held to the table while it is written,
//! into one growing text.

mod escape;

use std::fmt::{Display, Write as _};

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_domain::commerce::Filing;
use tongguan_domain::defect::Defect;
use tongguan_domain::party::NamedParty;
use tongguan_domain::time::{Moment, wire_day};

pub(crate) use escape::{cdata, escape};

use crate::NAMESPACE;
use crate::ceb::{SUBSCRIBE, Subscription, TRANSFER, Transfer};
use crate::read::place::Place;
use crate::read::row::check;
use crate::read::rules;
use crate::table::{Body, Entity, Form, Layout, at};

/// How a message is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Without white space between elements.
    #[default]
    Compact,
    /// An element a line, for people.
    Indented,
}

/// What surrounds the documents of a request.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'e> {
    /// The message's own number: 36 characters.
    pub guid: &'e str,
    /// Who transfers it.
    pub transfer: &'e Transfer,
    /// Who else listens, at most five.
    pub subscriptions: &'e [Subscription],
    /// The layout.
    pub style: Style,
}

/// Writes one message.
pub(crate) struct Writer {
    out: String,
    layout: &'static Layout,
    prefix: &'static str,
    style: Style,
    depth: usize,
    defects: Vec<Defect>,
}

impl Writer {
    /// Begins a request.
    pub(crate) fn request(layout: &'static Layout, envelope: &Envelope<'_>) -> Self {
        Self::begin(layout, envelope.guid, envelope.style, "ceb:")
    }

    /// Begins a message from customs.
    pub(crate) fn answer(layout: &'static Layout, guid: &str, style: Style) -> Self {
        Self::begin(layout, guid, style, "")
    }

    fn begin(layout: &'static Layout, guid: &str, style: Style, prefix: &'static str) -> Self {
        let mut out = String::with_capacity(4096);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        out.push_str(prefix);
        out.push_str(layout.root);
        out.push_str(if prefix.is_empty() { " xmlns=\"" } else { " xmlns:ceb=\"" });
        out.push_str(NAMESPACE);
        out.push_str("\" guid=\"");
        escape(&mut out, guid);
        out.push_str("\" version=\"1.0\">");
        let mut writer = Self { out, layout, prefix, style, depth: 1, defects: Vec::new() };
        if guid.chars().count() != 36 {
            let pointer = Place::root(layout.root).attribute("guid");
            writer.refuse(
                Defect::at(&rules::ATTRIBUTE_MALFORMED, pointer).found(guid).expected("C36"),
            );
        }
        writer
    }

    /// Notes what keeps the message from going out.
    pub(crate) fn refuse(&mut self, defect: Defect) {
        self.defects.push(defect);
    }

    /// Opens an element that holds elements.
    pub(crate) fn open(&mut self, name: &str) {
        self.line();
        self.tag(name);
        self.depth += 1;
    }

    /// Closes it.
    pub(crate) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line();
        self.end_tag(name);
    }

    /// Begins an entity at its place; [`EntityWriter::end`] closes it.
    pub(crate) fn entity<'w>(
        &'w mut self,
        entity: &'static Entity,
        place: Place<'w>,
    ) -> EntityWriter<'w> {
        self.open(entity.name);
        EntityWriter { writer: self, entity, next: 0, place }
    }

    /// Notes a document whose number of lines the schema refuses.
    pub(crate) fn hold_lines(&mut self, count: usize, document: &Place<'_>) {
        let Body::HeadAndLines { line, lines, .. } = self.layout.body else { return };
        let pointer = || document.child(line.name).to_string();
        if count < lines.min {
            self.refuse(Defect::at(self.layout.faults.no_lines, pointer()));
        } else if count > lines.max {
            let defect = Defect::at(&rules::TOO_MANY_ELEMENTS, pointer());
            self.refuse(defect.found(count).expected(lines.max));
        }
    }

    /// Writes what follows the documents, and closes the message.
    pub(crate) fn finish_request(
        mut self,
        count: usize,
        envelope: &Envelope<'_>,
    ) -> Result<String, Vec<Defect>> {
        let root = Place::root(self.layout.root);
        let transfer = envelope.transfer;
        let mut row = self.entity(&TRANSFER, root.child(TRANSFER.name));
        row.text(at!(TRANSFER, "copCode"), &transfer.code);
        row.text(at!(TRANSFER, "copName"), &transfer.name);
        row.text(at!(TRANSFER, "dxpMode"), &transfer.mode);
        row.text(at!(TRANSFER, "dxpId"), &transfer.dxp_id);
        row.optional(at!(TRANSFER, "note"), transfer.note.as_deref());
        row.end();
        for (index, subscription) in envelope.subscriptions.iter().enumerate() {
            let mut row = self.entity(&SUBSCRIBE, root.nth(SUBSCRIBE.name, index + 1));
            row.text(at!(SUBSCRIBE, "status"), &subscription.status);
            row.text(at!(SUBSCRIBE, "dxpMode"), &subscription.mode);
            row.text(at!(SUBSCRIBE, "dxpAddress"), &subscription.address);
            row.optional(at!(SUBSCRIBE, "note"), subscription.note.as_deref());
            row.end();
        }
        if envelope.subscriptions.len() > 5 {
            let pointer = root.child(SUBSCRIBE.name).to_string();
            let found = envelope.subscriptions.len();
            self.refuse(Defect::at(&rules::TOO_MANY_ELEMENTS, pointer).found(found).expected(5));
        }
        self.finish(count)
    }

    /// Closes the message, which holds so many documents.
    ///
    /// # Errors
    /// Everything that the schema would refuse.
    pub(crate) fn finish(mut self, count: usize) -> Result<String, Vec<Defect>> {
        self.close(self.layout.root);
        let (documents, faults) = (self.layout.documents, self.layout.faults);
        let pointer = || Place::root(self.layout.root).child(self.layout.document).to_string();
        if count < documents.min {
            self.defects.push(Defect::at(faults.empty, pointer()));
        } else if count > documents.max {
            let defect = Defect::at(faults.too_many, pointer());
            self.defects.push(defect.found(count).expected(documents.max));
        }
        if self.style == Style::Indented {
            self.out.push('\n');
        }
        if self.defects.is_empty() { Ok(self.out) } else { Err(self.defects) }
    }

    fn line(&mut self) {
        if self.style == Style::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n('\t', self.depth));
        }
    }

    fn tag(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(self.prefix);
        self.out.push_str(name);
        self.out.push('>');
    }

    fn end_tag(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(self.prefix);
        self.out.push_str(name);
        self.out.push('>');
    }
}

/// Writes a whole request: each document by `write`, then what follows them.
///
/// # Errors
/// Everything that the schema would refuse.
pub(crate) fn write_request<'d, D: 'd>(
    layout: &'static Layout,
    envelope: &Envelope<'_>,
    documents: impl IntoIterator<Item = &'d D>,
    mut write: impl FnMut(&mut Writer, &Place<'_>, &D),
) -> Result<String, Vec<Defect>> {
    let mut writer = Writer::request(layout, envelope);
    let root = Place::root(layout.root);
    let mut count = 0;
    for document in documents {
        count += 1;
        write(&mut writer, &root.nth(layout.document, count), document);
    }
    writer.finish_request(count, envelope)
}

/// Writes the fields of one entity, in the order of its table.
pub(crate) struct EntityWriter<'w> {
    writer: &'w mut Writer,
    entity: &'static Entity,
    /// The position after the last field.
    next: usize,
    place: Place<'w>,
}

impl EntityWriter<'_> {
    /// Writes a text.
    pub(crate) fn text(&mut self, position: usize, text: &str) {
        self.put(position, text, |out| escape(out, text));
    }

    /// Writes a text where there is one.
    pub(crate) fn optional(&mut self, position: usize, text: Option<&str>) {
        if let Some(text) = text {
            self.text(position, text);
        }
    }

    /// Writes a text where there is one that the schema admits, for optional values that a response
    /// quotes from a document that may be faulty.
    pub(crate) fn if_admitted(&mut self, position: usize, text: &str) {
        if !text.is_empty() && check(text, self.entity.field(position)).is_ok() {
            self.text(position, text);
        }
    }

    /// Writes a text, cut to the length that the schema admits.
    pub(crate) fn text_cut(&mut self, position: usize, text: &str) {
        let longest = match self.entity.field(position).form {
            Form::Text { max, .. } => max,
            Form::Decimal { .. } | Form::Integer { .. } => usize::MAX,
        };
        match text.char_indices().nth(longest) {
            Some((end, _)) => self.text(position, text.get(..end).unwrap_or_default()),
            None => self.text(position, text),
        }
    }

    /// Writes a text as a section of character data.
    pub(crate) fn cdata(&mut self, position: usize, text: &str) {
        self.put(position, text, |out| cdata(out, text));
    }

    /// Writes what shows itself in the wire's own form, such as an identifier or an amount.
    pub(crate) fn display(&mut self, position: usize, value: impl Display) {
        let field = self.advance(position);
        self.writer.line();
        self.writer.tag(field.name);
        let start = self.writer.out.len();
        // Writing into a String does not fail.
        let _ = write!(self.writer.out, "{value}");
        let written = self.writer.out.get(start..).unwrap_or_default();
        if written.bytes().any(escape::is_special) {
            let text = written.to_owned();
            self.writer.out.truncate(start);
            escape(&mut self.writer.out, &text);
            self.hold(position, &text);
        } else if let Err(fault) = check(written, field) {
            let defect = Defect::at(fault.rule(), self.place.child(field.name).to_string());
            self.writer.refuse(defect.expected(field.form));
        }
        self.writer.end_tag(field.name);
    }

    /// Writes what shows itself in the wire's own form, where there is something.
    pub(crate) fn optional_display(&mut self, position: usize, value: Option<impl Display>) {
        if let Some(value) = value {
            self.display(position, value);
        }
    }

    /// Writes a quantity or a weight, without zeros that change nothing.
    pub(crate) fn number(&mut self, position: usize, value: Decimal) {
        self.display(position, value.normalize());
    }

    /// Writes an instant to the second.
    pub(crate) fn seconds(&mut self, position: usize, moment: Moment) {
        self.text(position, &moment.to_wire_seconds());
    }

    /// Writes an instant to the millisecond.
    pub(crate) fn millis(&mut self, position: usize, moment: Moment) {
        self.text(position, &moment.to_wire_millis());
    }

    /// Writes a day.
    pub(crate) fn day(&mut self, position: usize, day: Date) {
        self.text(position, &wire_day(day));
    }

    /// Writes a party's code and the name beside it.
    pub(crate) fn party(&mut self, code: usize, name: usize, party: &NamedParty) {
        self.text(code, party.code.as_str());
        self.text(name, &party.name);
    }

    /// Writes the four elements that every request document begins with.
    pub(crate) fn filing(&mut self, filing: &Filing) {
        self.text(0, filing.guid.as_str());
        self.text(1, filing.action.to_wire());
        self.seconds(2, filing.sent_at);
        self.text(3, filing.stage.to_wire());
    }

    /// Closes the entity.
    pub(crate) fn end(mut self) {
        self.skip_to(self.entity.fields.len());
        self.writer.close(self.entity.name);
    }

    fn put(&mut self, position: usize, text: &str, write: impl FnOnce(&mut String)) {
        let field = self.advance(position);
        self.hold(position, text);
        self.writer.line();
        self.writer.tag(field.name);
        write(&mut self.writer.out);
        self.writer.end_tag(field.name);
    }

    fn hold(&mut self, position: usize, text: &str) {
        let field = self.entity.field(position);
        if let Err(fault) = check(text, field) {
            let defect = Defect::at(fault.rule(), self.place.child(field.name).to_string());
            self.writer.refuse(defect.expected(field.form));
        }
    }

    fn advance(&mut self, position: usize) -> &'static crate::table::Field {
        debug_assert!(position >= self.next, "fields are written in the order of the table");
        self.skip_to(position);
        self.next = position + 1;
        self.entity.field(position)
    }

    /// Notes the required fields between the last one and `position` as missing.
    fn skip_to(&mut self, position: usize) {
        for skipped in self.next..position.min(self.entity.fields.len()) {
            let field = self.entity.field(skipped);
            if field.required {
                let pointer = self.place.child(field.name).to_string();
                let defect = Defect::at(&rules::ELEMENT_MISSING, pointer).expected(field.form);
                self.writer.refuse(defect);
            }
        }
    }
}
