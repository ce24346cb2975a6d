//! What an import did, or would do: each party, and each field before and after.

use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Party;
use tongguan_domain::place::SupervisedPlace;

use super::place::shown as shown_place;
use super::registered::{Registered, fingerprint, last_day, standing_name};
use crate::history::{ChangeKind, Entry, Field, Subject};

/// What an import did, or would do: a report for each entry, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// The parties.
    pub parties: Vec<PartyReport>,
    /// The supervised places.
    pub places: Vec<PlaceReport>,
}

/// What an import did to one party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyReport {
    /// The line of its entry.
    pub line: u64,
    /// The party as it is afterwards.
    pub after: Registered,
    /// What was done.
    pub change: Change,
}

/// What an import did to one supervised place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceReport {
    /// The line of its entry.
    pub line: u64,
    /// The place as it is afterwards.
    pub after: SupervisedPlace,
    /// What was done.
    pub change: Change,
}

/// What is done to a party or place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// These fields are other than before.
    Changed(Vec<FieldChange>),
    /// It was as the file says already.
    Unchanged,
}

/// One field before and after, as people read it; empty where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's name in a registry file.
    pub field: &'static str,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

impl ImportReport {
    /// How many parties and places were added, changed, and left as they were.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        let places = self.places.iter().map(|report| &report.change);
        for change in self.parties.iter().map(|report| &report.change).chain(places) {
            counts[match change {
                Change::Added => 0,
                Change::Changed(_) => 1,
                Change::Unchanged => 2,
            }] += 1;
        }
        counts
    }

    /// The parties whose guarantee is other than before: declarations that wait for it are to be tried
    /// again.
    pub fn regranted(&self) -> impl Iterator<Item = PartyId> {
        let regranted = |report: &&PartyReport| match &report.change {
            Change::Added => report.after.guarantee.is_some(),
            Change::Changed(fields) => {
                fields.iter().any(|change| change.field.starts_with(GUARANTEE))
            }
            Change::Unchanged => false,
        };
        self.parties.iter().filter(regranted).map(|report| report.after.party.id)
    }
}

impl PlaceReport {
    /// What the history tells of it; nothing where nothing changed.
    pub(super) fn entry(&self) -> Option<Entry> {
        let of = |field: &FieldChange| {
            Field::changed(field.field, field.before.clone(), field.after.clone())
        };
        let (change, fields) = match &self.change {
            Change::Unchanged => return None,
            Change::Added => {
                let fields = shown_place(&self.after).into_iter();
                let new = |(name, after)| Field::changed(name, String::new(), after);
                (ChangeKind::Added, fields.filter_map(new).collect())
            }
            Change::Changed(fields) => {
                (ChangeKind::Changed, fields.iter().filter_map(of).collect())
            }
        };
        Some(Entry { subject: Subject::Place(self.after.code.clone()), change, fields })
    }
}

impl PartyReport {
    /// What the history tells of it: the party, and its guarantee by itself.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let id = self.after.party.id;
        let fields: Vec<Field> = match &self.change {
            Change::Unchanged => return Vec::new(),
            Change::Added => {
                let named = shown(&self.after).into_iter();
                named
                    .filter_map(|(name, after)| Field::changed(name, String::new(), after))
                    .collect()
            }
            Change::Changed(fields) => {
                let changed = |of: &FieldChange| {
                    Field::changed(of.field, of.before.clone(), of.after.clone())
                };
                fields.iter().filter_map(changed).collect()
            }
        };
        let (mut of_guarantee, of_party): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|field| field.name.starts_with(GUARANTEE));
        for field in &mut of_guarantee {
            field.name.drain(..GUARANTEE.len());
        }
        let kind = |is_new| if is_new { ChangeKind::Added } else { ChangeKind::Changed };
        let mut entries = Vec::new();
        // What changed beside all named fields must not pass for nothing.
        if !of_party.is_empty() || of_guarantee.is_empty() {
            let change = kind(self.change == Change::Added);
            entries.push(Entry { subject: Subject::Party(id), change, fields: of_party });
        }
        if !of_guarantee.is_empty() {
            // A guarantee has a sum as long as there is one.
            let is_sum = |field: &&Field| field.name == "granted";
            let sum = of_guarantee.iter().find(is_sum);
            let change = kind(sum.is_some_and(|sum| sum.before.is_empty()));
            entries.push(Entry { subject: Subject::Guarantee(id), change, fields: of_guarantee });
        }
        entries
    }
}

/// What the fields of a guarantee begin with.
const GUARANTEE: &str = "guarantee.";

/// The fields that are other than before.
pub(super) fn changes(before: &Registered, after: &Registered) -> Vec<FieldChange> {
    let pairs = shown(before).into_iter().zip(shown(after));
    pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect()
}

fn shown(one: &Registered) -> [(&'static str, String); 14] {
    let Party { name, standing, valid_from, valid_to, mailbox, .. } = &one.party;
    let certificates: Vec<String> = one.certificate_digests().map(fingerprint).collect();
    let delegates: Vec<String> = one.delegate_digests().map(fingerprint).collect();
    let guarantee = one.guarantee.as_ref();
    let text = |value: Option<String>| value.unwrap_or_default();
    [
        ("name", name.clone()),
        ("codes", one.code_list()),
        ("roles", one.role_list()),
        ("standing", standing_name(*standing).to_owned()),
        ("valid_from", valid_from.to_string()),
        ("valid_to", text(valid_to.map(|day| day.to_string()))),
        ("mailbox", text(mailbox.as_ref().map(ToString::to_string))),
        ("payment_url", text(one.payment_url.as_ref().map(ToString::to_string))),
        ("certificates", certificates.join(", ")),
        ("delegates", delegates.join(", ")),
        ("guarantee.granted", text(guarantee.map(|row| row.granted.to_string()))),
        ("guarantee.valid_from", text(guarantee.map(|row| row.valid_from.china_day().to_string()))),
        ("guarantee.valid_to", text(guarantee.and_then(last_day).map(|day| day.to_string()))),
        ("guarantee.reference", text(guarantee.and_then(|row| row.reference.clone()))),
    ]
}
