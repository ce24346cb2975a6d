//! A registry file in TOML: `[[party]]`, with `[party.guarantee]` where it has one, and `[[place]]`.

use std::borrow::Cow;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use tongguan_domain::defect::Defect;

use super::super::defect::{MALFORMED, NOT_TOML, UNKNOWN_FIELD, at};
use super::Found;
use super::draft::{Draft, Holds, Kind, Text};

/// The parties and places of the file.
pub(super) fn drafts<'t>(text: &'t str, found: &mut Found) -> Vec<Draft<'t>> {
    let mut reader = Reader { lines: Lines::of(text), found };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = reader.lines.at(error.span().unwrap_or_default().start);
        let defect = Defect::at(&NOT_TOML, format!("line {line}"));
        reader.found.note(line, defect.with("reason", error.message()));
    }
    let mut drafts = Vec::new();
    for (key, value) in document.into_inner() {
        let line = reader.lines.at(key.span().start);
        match (key.get_ref().as_ref(), value.into_inner()) {
            ("party", DeValue::Array(parties)) => {
                drafts.extend(parties.iter().filter_map(|it| reader.draft(Kind::Party, it)));
            }
            ("place", DeValue::Array(places)) => {
                drafts.extend(places.iter().filter_map(|it| reader.draft(Kind::Place, it)));
            }
            ("party", other) => reader.malformed(line, "party", &other, "tables: [[party]]"),
            ("place", other) => reader.malformed(line, "place", &other, "tables: [[place]]"),
            (unknown, _) => {
                let defect = at(&UNKNOWN_FIELD, line, unknown).found(unknown);
                reader.found.note(line, defect.expected("[[party]], [[place]]"));
            }
        }
    }
    drafts
}

struct Reader<'f> {
    lines: Lines,
    found: &'f mut Found,
}

impl Reader<'_> {
    fn draft<'t>(&mut self, kind: Kind, one: &Spanned<DeValue<'t>>) -> Option<Draft<'t>> {
        let line = self.lines.at(one.span().start);
        let Some(table) = one.get_ref().as_table() else {
            let (name, expected) = match kind {
                Kind::Party => ("party", "a table: [[party]]"),
                Kind::Place => ("place", "a table: [[place]]"),
            };
            self.malformed(line, name, one.get_ref(), expected);
            return None;
        };
        let mut draft = Draft::new(kind, line);
        for (key, value) in table {
            let line = self.lines.at(key.span().start);
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("guarantee", DeValue::Table(guarantee)) if kind == Kind::Party => {
                    draft.guarantee = Some(line);
                    for (key, value) in guarantee {
                        let name = format!("guarantee.{}", key.get_ref());
                        let line = self.lines.at(key.span().start);
                        self.put(&mut draft, line, &name, value);
                    }
                }
                ("guarantee", other) if kind == Kind::Party => {
                    self.malformed(line, "guarantee", other, "a table: [party.guarantee]");
                }
                (name, _) => self.put(&mut draft, line, name, value),
            }
        }
        Some(draft)
    }

    fn put<'t>(
        &mut self,
        draft: &mut Draft<'t>,
        line: u64,
        name: &str,
        value: &Spanned<DeValue<'t>>,
    ) {
        let Some((name, holds)) = draft.kind.field(name) else {
            let defect = at(&UNKNOWN_FIELD, line, name).found(name);
            self.found.note(line, defect.expected(draft.kind.field_names()));
            return;
        };
        let texts: Option<Vec<_>> = match (holds, value.get_ref()) {
            // Every element is looked at, so that every defect is found.
            (Holds::Texts, DeValue::Array(values)) => {
                let texts: Vec<_> =
                    values.iter().map(|value| self.text(name, Holds::Text, value)).collect();
                texts.into_iter().collect()
            }
            _ => self.text(name, holds, value).map(|text| vec![text]),
        };
        match texts {
            Some(texts) => drop(draft.fields.insert(name, texts)),
            None => draft.misread.push(name),
        }
    }

    fn text<'t>(
        &mut self,
        name: &str,
        holds: Holds,
        value: &Spanned<DeValue<'t>>,
    ) -> Option<Text<'t>> {
        let line = self.lines.at(value.span().start);
        let text = match (holds, value.get_ref()) {
            (Holds::Text | Holds::Day | Holds::Amount, DeValue::String(text)) => text.clone(),
            (Holds::Day, DeValue::Datetime(day)) => Cow::Owned(day.to_string()),
            // As it is written: nothing is rounded.
            (Holds::Amount, DeValue::Integer(number)) => Cow::Owned(number.to_string()),
            (Holds::Amount, DeValue::Float(number)) => number.as_str().to_owned().into(),
            (_, other) => {
                let expected = match holds {
                    Holds::Text => "a string",
                    Holds::Texts => "an array of strings",
                    Holds::Day => "a day such as 2026-01-31",
                    Holds::Amount => "an amount",
                };
                self.malformed(line, name, other, expected);
                return None;
            }
        };
        Some(Text { line, value: text })
    }

    fn malformed(&mut self, line: u64, field: &str, found: &DeValue<'_>, expected: &str) {
        let defect = at(&MALFORMED, line, field).found(format!("({})", found.type_str()));
        self.found.note(line, defect.expected(expected));
    }
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(after_breaks.map(|(at, _)| at + 1)).collect())
    }

    /// The line, counted from 1, that holds the byte at `offset`.
    fn at(&self, offset: usize) -> u64 {
        u64::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u64::MAX)
    }
}
