//! Writing one entity: the fields of a head, a line or a transfer block, held to its table.

use std::fmt::{Display, Write as _};

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_domain::commerce::Filing;
use tongguan_domain::defect::Defect;
use tongguan_domain::party::NamedParty;
use tongguan_domain::time::{Moment, wire_day};

use super::escape::is_special;
use super::{Writer, cdata, escape};
use crate::read::place::Place;
use crate::read::row::check;
use crate::read::rules;
use crate::table::{Entity, Field, Form};

/// Writes the fields of one entity, in the order of its table.
pub(crate) struct EntityWriter<'w> {
    writer: &'w mut Writer,
    entity: &'static Entity,
    /// The position after the last field.
    next: usize,
    place: Place<'w>,
}

impl<'w> EntityWriter<'w> {
    pub(super) const fn new(
        writer: &'w mut Writer,
        entity: &'static Entity,
        place: Place<'w>,
    ) -> Self {
        Self { writer, entity, next: 0, place }
    }

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
        self.writer.markup.line();
        self.writer.markup.tag(field.name);
        let start = self.writer.markup.out.len();
        // Writing into a String does not fail.
        let _ = write!(self.writer.markup.out, "{value}");
        let written = self.writer.markup.out.get(start..).unwrap_or_default();
        if written.bytes().any(is_special) {
            let text = written.to_owned();
            self.writer.markup.out.truncate(start);
            escape(&mut self.writer.markup.out, &text);
            self.hold(position, &text);
        } else if let Err(fault) = check(written, field) {
            let defect = Defect::at(fault.rule(), self.place.child(field.name).to_string());
            self.writer.refuse(defect.expected(field.form));
        }
        self.writer.markup.end_tag(field.name);
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
        self.writer.markup.element(field.name, write);
    }

    fn hold(&mut self, position: usize, text: &str) {
        let field = self.entity.field(position);
        if let Err(fault) = check(text, field) {
            let defect = Defect::at(fault.rule(), self.place.child(field.name).to_string());
            self.writer.refuse(defect.expected(field.form));
        }
    }

    fn advance(&mut self, position: usize) -> &'static Field {
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
