//! From texts to domain values, collecting every value that means nothing.

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_domain::commerce::{Action, Filing, Part, Stage};
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::ids::{Guid, IdError, OfficeCode};
use tongguan_domain::money::Amount;
use tongguan_domain::party::{NamedParty, PartyCode};
use tongguan_domain::person::{Consignee, Identity, masked};
use tongguan_domain::time::{Moment, parse_day};

use super::number;
use super::place::Place;
use super::row::Row;
use crate::table::Form;

/// One row on its way to the domain.
///
/// Every method returns nothing when the value cannot be used, and has then noted a finding; an
/// optional value that is absent is `Some(None)`.
pub(crate) struct Cells<'r, 't> {
    row: &'r Row<'t>,
    place: Place<'r>,
    /// The official rule for a parameter that means nothing.
    rule: &'static Rule,
    findings: &'r mut Vec<Defect>,
}

impl<'r, 't> Cells<'r, 't> {
    /// The most findings that are kept of one document: what is wrong with a hundred values is
    /// known well enough.
    const MOST_FINDINGS: usize = 100;

    pub(crate) const fn new(
        row: &'r Row<'t>,
        place: Place<'r>,
        rule: &'static Rule,
        findings: &'r mut Vec<Defect>,
    ) -> Self {
        Self { row, place, rule, findings }
    }

    /// A text, as it was written.
    pub(crate) fn text(&mut self, position: usize) -> Option<Box<str>> {
        match self.row.get(position) {
            Some(text) => Some(text.into()),
            None => self.meaningless(position, self.row.field(position).form),
        }
    }

    /// An optional text, as it was written; blank is absent, unless the schema demands the element.
    pub(crate) fn optional(&mut self, position: usize) -> Option<Option<Box<str>>> {
        let is_there = self.row.filled(position).is_some() || self.row.field(position).required;
        Some(self.row.get(position).filter(|_| is_there).map(Into::into))
    }

    /// An identifier.
    pub(crate) fn id<T>(
        &mut self,
        position: usize,
        parse: impl FnOnce(&str) -> Result<T, IdError>,
    ) -> Option<T> {
        let (text, form) =
            (self.row.get(position).unwrap_or_default(), self.row.field(position).form);
        match parse(text) {
            // An identifier is trimmed, and may then be shorter than the schema admits.
            Ok(id) if !is_shortened(text, form) => Some(id),
            _ => self.meaningless(position, form),
        }
    }

    /// An optional identifier; blank is absent, unless the schema demands the element.
    pub(crate) fn optional_id<T>(
        &mut self,
        position: usize,
        parse: impl FnOnce(&str) -> Result<T, IdError>,
    ) -> Option<Option<T>> {
        let is_blank = self.row.filled(position).is_none();
        match self.row.get(position) {
            None => Some(None),
            Some(_) if is_blank && !self.row.field(position).required => Some(None),
            Some(_) => self.id(position, parse).map(Some),
        }
    }

    /// A customs office: four digits.
    pub(crate) fn office(&mut self, position: usize) -> Option<OfficeCode> {
        match OfficeCode::parse(self.row.get(position).unwrap_or_default()) {
            Ok(office) => Some(office),
            Err(_) => self.meaningless(position, "9999"),
        }
    }

    /// A party: its code, and the name beside it.
    pub(crate) fn party(&mut self, code: usize, name: usize) -> Option<NamedParty> {
        let code = self.id(code, PartyCode::parse);
        let name = self.text(name);
        Some(NamedParty { code: code?, name: name?.into() })
    }

    /// A person, by the kind of document, its number and the name: none of them blank, which the
    /// schema admits.
    pub(crate) fn identity(&mut self, kind: usize, number: usize, name: usize) -> Option<Identity> {
        let [kind, number, name] = [kind, number, name].map(|position| {
            if self.row.filled(position).is_none() {
                return self.meaningless(position, self.row.field(position).form);
            }
            self.text(position)
        });
        Some(Identity::new(&kind?, &number?, &name?))
    }

    /// A recipient.
    pub(crate) fn consignee(
        &mut self,
        name: usize,
        telephone: usize,
        address: usize,
    ) -> Option<Consignee> {
        let (name, telephone, address) =
            (self.text(name), self.text(telephone), self.text(address));
        Some(Consignee { name: name?, telephone: telephone?, address: address? })
    }

    /// A quantity or a weight.
    pub(crate) fn decimal(&mut self, position: usize) -> Option<Decimal> {
        let form = self.row.field(position).form;
        let Form::Decimal { total, fraction } = form else {
            return self.meaningless(position, form);
        };
        match number::decimal(self.row.get(position).unwrap_or_default(), total, fraction) {
            Ok(value) => Some(value),
            Err(_) => self.meaningless(position, form),
        }
    }

    /// An optional quantity; blank is absent.
    pub(crate) fn optional_decimal(&mut self, position: usize) -> Option<Option<Decimal>> {
        match self.row.filled(position) {
            Some(_) => self.decimal(position).map(Some),
            None => Some(None),
        }
    }

    /// An amount of money.
    pub(crate) fn amount(&mut self, position: usize) -> Option<Amount> {
        self.decimal(position).map(Amount::new)
    }

    /// An optional amount; blank is absent.
    pub(crate) fn optional_amount(&mut self, position: usize) -> Option<Option<Amount>> {
        self.optional_decimal(position).map(|value| value.map(Amount::new))
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, position: usize) -> Option<i32> {
        let form = self.row.field(position).form;
        match number::integer(self.row.get(position).unwrap_or_default(), None) {
            Ok(value) => Some(value),
            Err(_) => self.meaningless(position, form),
        }
    }

    /// An instant to the second.
    pub(crate) fn moment(&mut self, position: usize) -> Option<Moment> {
        match self.row.get(position).and_then(Moment::parse_wire) {
            Some(moment) => Some(moment),
            None => self.meaningless(position, "YYYYMMDDhhmmss"),
        }
    }

    /// An instant to the millisecond.
    pub(crate) fn moment_millis(&mut self, position: usize) -> Option<Moment> {
        match self.row.get(position).and_then(parse_millis) {
            Some(moment) => Some(moment),
            None => self.meaningless(position, "YYYYMMDDhhmmssSSS"),
        }
    }

    /// A day.
    pub(crate) fn day(&mut self, position: usize) -> Option<Date> {
        match self.row.get(position).and_then(parse_day) {
            Some(day) => Some(day),
            None => self.meaningless(position, "YYYYMMDD"),
        }
    }

    /// An optional day; blank is absent. Real files also write an instant, whose day is taken.
    pub(crate) fn optional_day(&mut self, position: usize) -> Option<Option<Date>> {
        let Some(text) = self.row.filled(position) else { return Some(None) };
        match parse_day(text).or_else(|| Moment::parse_wire(text).map(Moment::china_day)) {
            Some(day) => Some(Some(day)),
            None => self.meaningless(position, "YYYYMMDD"),
        }
    }

    /// A value out of a list.
    pub(crate) fn one_of<T>(
        &mut self,
        position: usize,
        parse: impl FnOnce(&str) -> Option<T>,
        expected: &str,
    ) -> Option<T> {
        match self.row.get(position).and_then(parse) {
            Some(value) => Some(value),
            None => self.meaningless(position, expected),
        }
    }

    /// Which part of how many, by the elements that say how many and which.
    pub(crate) fn part(&mut self, count: usize, sequence: usize) -> Option<Part> {
        let (of, number) = (self.integer(count), self.integer(sequence));
        let whole = |number: i32| u32::try_from(number).unwrap_or(0);
        let (of, number) = (of?, number?);
        let part = Part::new(whole(number), whole(of));
        part.or_else(|| self.meaningless(sequence, format_args!("1..={of}")))
    }

    /// The four elements that every request document begins with, in this order.
    pub(crate) fn filing(&mut self) -> Option<Filing> {
        let guid = self.id(0, Guid::parse);
        let action = self.one_of(1, Action::from_wire, "1|2|3");
        let sent_at = self.moment(2);
        let stage = self.one_of(3, Stage::from_wire, "1|2");
        Some(Filing { guid: guid?, action: action?, sent_at: sent_at?, stage: stage? })
    }

    /// A status of a response: a whole number.
    pub(crate) fn status(&mut self, position: usize) -> Option<i32> {
        match self.row.filled(position).and_then(|text| text.parse().ok()) {
            Some(status) => Some(status),
            None => self.meaningless(position, "int"),
        }
    }

    /// The text as it was written, or the empty text.
    pub(crate) fn quoted(&self, position: usize) -> Box<str> {
        self.row.quoted(position)
    }

    /// Whether an element is absent or blank.
    pub(crate) fn is_blank(&self, position: usize) -> bool {
        self.row.filled(position).is_none()
    }

    /// Notes that a value means nothing.
    pub(crate) fn meaningless<T>(
        &mut self,
        position: usize,
        expected: impl std::fmt::Display,
    ) -> Option<T> {
        if self.findings.len() == Self::MOST_FINDINGS {
            return None;
        }
        let field = self.row.field(position);
        let mut defect = Defect::at(self.rule, self.place.child(field.name).to_string())
            .with("element", field.name);
        if let Some(text) = self.row.get(position) {
            defect = if field.personal { defect.found(masked(text)) } else { defect.found(text) };
        }
        self.findings.push(defect.expected(expected));
        None
    }
}

/// Builds a struct once all its values are there; all are tried, so that all findings are noted.
macro_rules! built {
    ($type:ident { $($name:ident: $value:expr,)+ }) => {
        match ($($value,)+) {
            ($(Some($name),)+) => Some($type { $($name),+ }),
            _ => None,
        }
    };
}
pub(crate) use built;

/// Whether a text that has its form loses it when it is trimmed.
fn is_shortened(text: &str, form: Form) -> bool {
    let trimmed = text.trim();
    matches!(form, Form::Text { min, .. } if trimmed.len() < text.len() && trimmed.chars().count() < min)
}

fn parse_millis(text: &str) -> Option<Moment> {
    let (seconds, millis) = text.split_at_checked(14)?;
    if millis.len() != 3 || !millis.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Moment::parse_wire(seconds)?.plus_millis(millis.parse().ok()?))
}
