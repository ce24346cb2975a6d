//! A party or a place of which the texts are known and their meaning is not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tongguan_domain::party::PartyCode;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    Texts,
    Day,
    Amount,
}

/// What a table of TOML, or a CSV file, tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Party,
    Place,
}

/// A field: its name as a TOML key and CSV column, and what it holds.
type Field = (&'static str, Holds);

/// Every field of a party.
const OF_PARTY: [Field; 14] = [
    ("name", Holds::Text),
    ("codes", Holds::Texts),
    ("roles", Holds::Texts),
    ("standing", Holds::Text),
    ("valid_from", Holds::Day),
    ("valid_to", Holds::Day),
    ("mailbox", Holds::Text),
    ("payment_url", Holds::Text),
    ("certificates", Holds::Texts),
    ("delegates", Holds::Texts),
    ("guarantee.granted", Holds::Amount),
    ("guarantee.valid_from", Holds::Day),
    ("guarantee.valid_to", Holds::Day),
    ("guarantee.reference", Holds::Text),
];

/// Every field of a supervised place.
const OF_PLACE: [Field; 7] = [
    ("code", Holds::Text),
    ("name", Holds::Text),
    ("name_en", Holds::Text),
    ("office", Holds::Text),
    (OPERATOR, Holds::Text),
    ("valid_from", Holds::Day),
    ("valid_to", Holds::Day),
];

/// The field that a place has and a party has not, by which a CSV file of places is known.
pub(super) const OPERATOR: &str = "operator";

impl Kind {
    const fn fields(self) -> &'static [Field] {
        match self {
            Self::Party => &OF_PARTY,
            Self::Place => &OF_PLACE,
        }
    }

    /// The field of that name.
    pub(super) fn field(self, name: &str) -> Option<Field> {
        self.fields().iter().copied().find(|(known, _)| *known == name)
    }

    /// The names of all fields, for people.
    pub(super) fn field_names(self) -> String {
        self.fields().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// A text at its line.
#[derive(Debug, Clone)]
pub(super) struct Text<'t> {
    pub line: u64,
    pub value: Cow<'t, str>,
}

/// One party's or place's texts.
#[derive(Debug)]
pub(super) struct Draft<'t> {
    /// What it tells of.
    pub kind: Kind,
    /// Where it begins.
    pub line: u64,
    /// Where its guarantee begins, if it has one.
    pub guarantee: Option<u64>,
    /// Fields whose value is of the wrong type, which was noted.
    pub misread: Vec<&'static str>,
    /// The fields that are there.
    pub fields: BTreeMap<&'static str, Vec<Text<'t>>>,
}

impl<'t> Draft<'t> {
    pub(super) fn new(kind: Kind, line: u64) -> Self {
        Self { kind, line, guarantee: None, misread: Vec::new(), fields: BTreeMap::new() }
    }

    /// The texts of a field; `None` when it is not there.
    pub(super) fn texts(&self, field: &str) -> Option<&[Text<'t>]> {
        self.fields.get(field).map(Vec::as_slice)
    }

    /// Whether the field is not there at all, or is there without any text.
    pub(super) fn lacks(&self, field: &str) -> bool {
        !self.misread.contains(&field) && self.texts(field).is_none_or(<[_]>::is_empty)
    }

    /// The codes that can be read, with their lines.
    pub(super) fn codes(&self) -> impl Iterator<Item = (u64, PartyCode)> {
        let texts = self.texts("codes").unwrap_or_default();
        texts.iter().filter_map(|text| Some((text.line, PartyCode::parse(&text.value).ok()?)))
    }
}
