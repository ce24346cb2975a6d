//! The guarantees by guarantor, and what was changed of one.

use std::collections::{BTreeSet, HashMap};

use tongguan_domain::ids::PartyId;
use tongguan_storage::{About, Guarantee, GuaranteeKey, Partition, StorageError, View};

use crate::history::{self, Event, Register, Subject};

/// A guarantee, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The registered name.
    pub name: String,
    /// The guarantor's codes, in the registry's order.
    pub codes: Vec<String>,
    /// The guarantee.
    pub guarantee: Guarantee,
}

/// The guarantees behind a party, in order of the parties, at most `most`; where something is searched for, those
/// of which a code begins so or the name holds it.
///
/// # Errors
/// [`StorageError`].
pub fn list(
    view: &mut View<'_>,
    search: &str,
    after: PartyId,
    most: usize,
) -> Result<Vec<Listed>, StorageError> {
    let rows = match search.trim() {
        "" => view.guarantees_behind(after, i64::try_from(most).unwrap_or(i64::MAX))?,
        search => {
            let keys = searched(view, search, after)?;
            let mut rows = view.guarantees(&keys)?;
            rows.sort_by_key(|row| row.party_id);
            rows.truncate(most);
            rows
        }
    };
    named(view, rows)
}

/// The guarantee of a party, if it has one.
///
/// # Errors
/// [`StorageError`].
pub fn find(view: &mut View<'_>, party: PartyId) -> Result<Option<Listed>, StorageError> {
    let rows = view.guarantees(&[(Partition::of_party(party), party)])?;
    Ok(named(view, rows)?.pop())
}

/// What was changed of a guarantee, the newest first, at most `limit`; what is behind revision and place of
/// `before`, if they are given.
///
/// # Errors
/// [`StorageError`].
pub fn changes(
    view: &mut View<'_>,
    party: PartyId,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    let subject = Subject::Guarantee(party).place();
    history::events(view, Register::Registry, About::Subject(&subject), before, limit)
}

/// Whom a search finds. The register of parties is small: every process that clears holds it in memory.
fn searched(
    view: &mut View<'_>,
    search: &str,
    after: PartyId,
) -> Result<Vec<GuaranteeKey>, StorageError> {
    let mut found = BTreeSet::new();
    for row in view.party_codes()? {
        if row.code.as_str().starts_with(search) {
            found.insert(row.party_id);
        }
    }
    let wanted = search.to_lowercase();
    for row in view.parties()? {
        if row.name.to_lowercase().contains(&wanted) {
            found.insert(row.party_id);
        }
    }
    let behind = found.into_iter().filter(|party| *party > after);
    Ok(behind.map(|party| (Partition::of_party(party), party)).collect())
}

fn named(view: &mut View<'_>, rows: Vec<Guarantee>) -> Result<Vec<Listed>, StorageError> {
    let ids: Vec<_> = rows.iter().map(|row| row.party_id).collect();
    let mut names: HashMap<_, _> =
        view.parties_named(&ids)?.into_iter().map(|row| (row.party_id, row.name)).collect();
    let mut codes = HashMap::<_, Vec<_>>::new();
    for row in view.codes_of(&ids)? {
        codes.entry(row.party_id).or_default().push((row.place, row.code.to_string()));
    }
    let listed = rows.into_iter().map(|guarantee| {
        let mut codes = codes.remove(&guarantee.party_id).unwrap_or_default();
        codes.sort_unstable();
        Listed {
            name: names.remove(&guarantee.party_id).unwrap_or_default(),
            codes: codes.into_iter().map(|(_, code)| code).collect(),
            guarantee,
        }
    });
    Ok(listed.collect())
}
