//! Organisations (单位): registered parties, as whoever lets people in looks for them.

use tongguan_domain::access::Standing;
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::Party;
use tongguan_storage::StorageError;

use super::Enquiries;
use crate::people::{self, PeopleError};

/// People of an organisation are counted up to so many.
pub const MOST_COUNTED: usize = 100;
/// People that are read at a time.
const PAGE: i64 = 500;

/// A party, and how many sign in for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// The party.
    pub party: Party,
    /// How many people, up to [`MOST_COUNTED`].
    pub people: usize,
}

/// A page of organisations.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OrganisationPage {
    /// In order of their numbers.
    pub rows: Vec<Organisation>,
    /// Behind which to go on; absent after the last.
    pub next: Option<PartyId>,
}

impl Enquiries {
    /// The organisations whose people somebody manages, behind a number, at most `limit`: those whose name, number,
    /// code or mailbox has `wanted` in it, whatever the case of its letters.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn organisations(
        &self,
        manager: Standing,
        wanted: &str,
        after: PartyId,
        limit: usize,
    ) -> Result<OrganisationPage, PeopleError> {
        let registry = self.registry()?;
        let wanted = wanted.trim().to_lowercase();
        let mut parties: Vec<_> = registry
            .parties()
            .filter(|party| party.id > after && is_managed(manager, party.id))
            .filter(|party| is_meant(party, &wanted))
            .collect();
        parties.sort_by_key(|party| party.id);
        let next = parties.get(limit).and_then(|_| parties.get(limit.checked_sub(1)?));
        let next = next.map(|party| party.id);
        let rows = parties.into_iter().take(limit).map(|party| {
            let most = i64::try_from(MOST_COUNTED).unwrap_or(i64::MAX);
            let people = self.people(Some(&party.id.to_string()), "", most)?.len();
            Ok(Organisation { party: party.clone(), people })
        });
        Ok(OrganisationPage { rows: rows.collect::<Result<_, PeopleError>>()?, next })
    }

    /// Whether a party is registered.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn is_registered(&self, party: PartyId) -> Result<bool, StorageError> {
        Ok(self.registry()?.party(party).is_some())
    }

    /// The number under which people of an enterprise are let in that is not registered yet and will file itself:
    /// no party has it, and nobody acts for it.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn next_party(&self) -> Result<PartyId, PeopleError> {
        let mut last = self.registry()?.parties().map(|party| party.id.0).max().unwrap_or(0);
        let mut after = String::new();
        loop {
            let page = self.store.read(|view| people::people(view, None, &after, PAGE))?;
            let Some(end) = page.last() else { return Ok(PartyId(last.saturating_add(1))) };
            after = end.sign_in.to_string();
            for person in page {
                if let Standing::Enterprise { party, .. } | Standing::Facility(party) =
                    person.standing
                {
                    last = last.max(party.0);
                }
            }
        }
    }
}

fn is_managed(manager: Standing, party: PartyId) -> bool {
    match manager {
        Standing::System => true,
        Standing::Enterprise { party: own, .. } => own == party,
        _ => false,
    }
}

fn is_meant(party: &Party, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    wanted.is_empty()
        || party.id.to_string() == wanted
        || has(&party.name)
        || party.codes.iter().any(|code| has(code.as_str()))
        || party.mailbox.as_ref().is_some_and(|mailbox| has(mailbox.as_str()))
}
