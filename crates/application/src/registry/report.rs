//! What an import did, or would do: each party, and each field before and after.

use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Party;

use super::registered::{Registered, fingerprint, last_day, standing_name};

/// What an import did, or would do: a report for each entry, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// The parties.
    pub parties: Vec<PartyReport>,
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

/// What is done to a party.
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
    /// How many parties were added, changed, and left as they were.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for report in &self.parties {
            counts[match report.change {
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
                fields.iter().any(|change| change.field.starts_with("guarantee."))
            }
            Change::Unchanged => false,
        };
        self.parties.iter().filter(regranted).map(|report| report.after.party.id)
    }
}

/// The fields that are other than before.
pub(super) fn changes(before: &Registered, after: &Registered) -> Vec<FieldChange> {
    let pairs = shown(before).into_iter().zip(shown(after));
    pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect()
}

fn shown(one: &Registered) -> [(&'static str, String); 12] {
    let Party { name, standing, valid_from, valid_to, mailbox, .. } = &one.party;
    let certificates: Vec<String> = one.certificate_digests().map(fingerprint).collect();
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
        ("certificates", certificates.join(", ")),
        ("guarantee.granted", text(guarantee.map(|row| row.granted.to_string()))),
        ("guarantee.valid_from", text(guarantee.map(|row| row.valid_from.china_day().to_string()))),
        ("guarantee.valid_to", text(guarantee.and_then(last_day).map(|day| day.to_string()))),
        ("guarantee.reference", text(guarantee.and_then(|row| row.reference.clone()))),
    ]
}
