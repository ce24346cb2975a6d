//! Who is registered, and what is the parties' own.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::DxpId;
use tongguan_domain::place::SupervisedPlace;
use tongguan_storage::StorageError;

use super::Enquiries;
use crate::access::{self, AccessKey};
use crate::history::{AuditFilter, AuditPlace, Event, audited};
use crate::people::{self, PeopleError, Person};
use crate::registry::{self, Registered, registered};

impl Enquiries {
    /// Registered parties, by number: an enterprise its own, an office and an auditor all.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parties(&self, reach: Reach) -> Result<Vec<Registered>, StorageError> {
        let all = self.store.read(registered)?;
        Ok(match reach {
            Reach::Office(_) | Reach::Everybody => all,
            Reach::Party(own) => all.into_iter().filter(|one| one.party.id == own).collect(),
            Reach::Nobody => Vec::new(),
        })
    }

    /// Every supervised place, by code: whose they are is no secret. With the parties, of which some run them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn places(&self) -> Result<(Vec<SupervisedPlace>, Vec<Registered>), StorageError> {
        self.store.read(|view| Ok((registry::places(view)?, registered(view)?)))
    }

    /// People behind `after` in order of their names, of an organisation or all, at most `limit`.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn people(
        &self,
        organisation: Option<&str>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Person>, PeopleError> {
        self.store.read(|view| people::people(view, organisation, after, limit))
    }

    /// The keys that were given for a mailbox.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn keys_of(&self, mailbox: &DxpId) -> Result<Vec<AccessKey>, StorageError> {
        self.store.read(|view| access::keys_of(view, mailbox))
    }

    /// What a filter of the audit names, the newest first: at most `limit` behind a place.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn audited(
        &self,
        filter: &AuditFilter,
        before: Option<&AuditPlace>,
        limit: i64,
    ) -> Result<Vec<Event>, StorageError> {
        self.store.read(|view| audited(view, filter, before, limit))
    }
}
