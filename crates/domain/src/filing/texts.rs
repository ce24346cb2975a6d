//! What somebody wrote, by field: a form, a line of a file, an object of JSON.

use std::collections::HashMap;

use crate::defect::{Defect, Rule};

use super::rules::{MALFORMED, MISSING};

/// Texts by the name of their field. A text of blanks alone is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(HashMap<String, String>);

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Texts {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(texts: I) -> Self {
        Self(texts.into_iter().map(|(name, text)| (name.into(), text.into())).collect())
    }
}

impl Texts {
    /// The same with another text for a field.
    #[must_use]
    pub fn with(mut self, field: &str, text: String) -> Self {
        self.0.insert(field.to_owned(), text);
        self
    }

    /// The text of a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
}

/// Reads the fields of a filing and notes what is wrong with them.
pub(super) struct Reading<'t> {
    texts: &'t Texts,
    pub defects: Vec<Defect>,
}

impl<'t> Reading<'t> {
    pub(super) const fn of(texts: &'t Texts) -> Self {
        Self { texts, defects: Vec::new() }
    }

    /// What a field says, where it says something that can be read.
    pub(super) fn optional<T>(
        &mut self,
        field: &str,
        expected: (&'static str, &'static str),
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.texts.get(field)?;
        let value = read(text);
        if value.is_none() {
            self.note(&MALFORMED, field, text, expected);
        }
        value
    }

    /// The same of a field that must say something.
    pub(super) fn required<T>(
        &mut self,
        field: &str,
        expected: (&'static str, &'static str),
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if self.texts.get(field).is_none() {
            let defect = Defect::at(&MISSING, field);
            self.defects.push(defect.with("zh", expected.0).with("en", expected.1));
        }
        self.optional(field, expected, read)
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.texts.get(field).is_some()
    }

    pub(super) fn note(
        &mut self,
        rule: &'static Rule,
        field: &str,
        found: &str,
        (zh, en): (&'static str, &'static str),
    ) {
        self.defects.push(Defect::at(rule, field).found(found).with("zh", zh).with("en", en));
    }
}

/// A text of so many characters at most, without control characters.
pub(super) fn bounded(limit: usize) -> impl Fn(&str) -> Option<Box<str>> {
    move |text| {
        let is_bounded = text.chars().count() <= limit && !text.chars().any(char::is_control);
        is_bounded.then(|| text.into())
    }
}
