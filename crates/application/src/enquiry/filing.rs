//! What is filed, and the goods that are registered.

use std::sync::Arc;

use tongguan_domain::access::Reach;
use tongguan_domain::filing::{FilingId, FilingKind};
use tongguan_domain::ids::PartyId;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_storage::StorageError;

use super::Enquiries;
use crate::filing::{self, Filing, Goods, Query, Waiting};
use crate::history::Event;

/// A filing with what stands beside it.
#[derive(Debug)]
pub struct FilingFile {
    /// The filing.
    pub filing: Filing,
    /// What happened to it, the newest first.
    pub events: Vec<Event>,
    /// Goods of the same number as they are registered now.
    pub goods: Option<Goods>,
    /// Who is registered.
    pub registry: Arc<Registry>,
}

impl Enquiries {
    /// The filings that are wanted, the newest first: an enterprise's own, everybody's for an office.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn filings(
        &self,
        reach: Reach,
        query: &Query,
        before: Option<FilingId>,
        limit: i64,
        now: Moment,
    ) -> Result<Vec<Filing>, StorageError> {
        let Some(party) = party_of(reach) else { return Ok(Vec::new()) };
        self.store.read(|view| filing::list(view, party, query, before, limit, now))
    }

    /// A filing, where it is reached.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn filing(&self, reach: Reach, id: FilingId) -> Result<Option<FilingFile>, StorageError> {
        let Some(party) = party_of(reach) else { return Ok(None) };
        let registry = self.registry()?;
        self.store.read(|view| {
            let found = filing::one(view, id)?;
            let is_reached = |filing: &Filing| party.is_none_or(|party| party == filing.party);
            let Some(filing) = found.filter(is_reached) else { return Ok(None) };
            let events = filing::events_of(view, &filing)?;
            let goods = match filing.matter.kind() {
                FilingKind::Goods => {
                    filing::goods_of(view, filing.party, &filing.matter.subject())?
                }
                FilingKind::Enterprise | FilingKind::Certificate => None,
            };
            Ok(Some(FilingFile { filing, events, goods, registry }))
        })
    }

    /// The filings that wait for an officer, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn waiting_filings(
        &self,
        reach: Reach,
        kind: Option<FilingKind>,
        after: FilingId,
        limit: i64,
    ) -> Result<Vec<Filing>, StorageError> {
        match party_of(reach) {
            Some(None) => self.store.read(|view| filing::waiting(view, kind, after, limit)),
            _ => Ok(Vec::new()),
        }
    }

    /// How many filings of each kind wait for an officer.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn count_waiting_filings(&self, reach: Reach) -> Result<Vec<Waiting>, StorageError> {
        match party_of(reach) {
            Some(None) => self.store.read(filing::count_waiting),
            _ => Ok(Vec::new()),
        }
    }

    /// Registered goods behind a place, by party and item number.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn registered_goods(
        &self,
        reach: Reach,
        after: (PartyId, &str),
        limit: i64,
    ) -> Result<Vec<Goods>, StorageError> {
        let Some(party) = party_of(reach) else { return Ok(Vec::new()) };
        self.store.read(|view| filing::goods_after(view, party, after, limit))
    }
}

/// The party whose filings are reached, or all; nothing where none are.
const fn party_of(reach: Reach) -> Option<Option<PartyId>> {
    match reach {
        Reach::Party(party) => Some(Some(party)),
        Reach::Office(_) | Reach::Everybody => Some(None),
        Reach::Nobody => None,
    }
}
