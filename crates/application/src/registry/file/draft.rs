//! A party of which the texts are known and their meaning is not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tongguan_domain::party::PartyCode;

/// Whether a field holds one text or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    One,
    Several,
}

/// Every field: its name as a TOML key and CSV column, and what it holds.
pub(super) const FIELDS: [(&str, Holds); 12] = [
    ("name", Holds::One),
    ("codes", Holds::Several),
    ("roles", Holds::Several),
    ("standing", Holds::One),
    ("valid_from", Holds::One),
    ("valid_to", Holds::One),
    ("mailbox", Holds::One),
    ("certificates", Holds::Several),
    ("guarantee.granted", Holds::One),
    ("guarantee.valid_from", Holds::One),
    ("guarantee.valid_to", Holds::One),
    ("guarantee.reference", Holds::One),
];

/// The field of that name.
pub(super) fn field(name: &str) -> Option<(&'static str, Holds)> {
    FIELDS.into_iter().find(|(known, _)| *known == name)
}

/// The names of all fields, for people.
pub(super) fn field_names() -> String {
    FIELDS.map(|(name, _)| name).join(", ")
}

/// A text at its line.
#[derive(Debug, Clone)]
pub(super) struct Text<'t> {
    pub line: u64,
    pub value: Cow<'t, str>,
}

/// One party's texts.
#[derive(Debug)]
pub(super) struct Draft<'t> {
    /// Where it begins.
    pub line: u64,
    /// Where its guarantee begins, if it has one.
    pub guarantee: Option<u64>,
    /// The fields that are there.
    pub fields: BTreeMap<&'static str, Vec<Text<'t>>>,
}

impl<'t> Draft<'t> {
    pub(super) fn new(line: u64) -> Self {
        Self { line, guarantee: None, fields: BTreeMap::new() }
    }

    /// The texts of a field; `None` when it is not there.
    pub(super) fn texts(&self, field: &str) -> Option<&[Text<'t>]> {
        self.fields.get(field).map(Vec::as_slice)
    }

    /// The codes that can be read, with their lines.
    pub(super) fn codes(&self) -> impl Iterator<Item = (u64, PartyCode)> {
        let texts = self.texts("codes").unwrap_or_default();
        texts.iter().filter_map(|text| Some((text.line, PartyCode::parse(&text.value).ok()?)))
    }
}
