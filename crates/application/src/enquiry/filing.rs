//! What is filed, and the goods that are registered.

use std::sync::Arc;

use tongguan_domain::access::Reach;
use tongguan_domain::filing::{FilingId, FilingKind};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_storage::StorageError;

use super::Enquiries;
use crate::filing::{self, Filing, Goods, Query, Scope, Waiting};
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
    /// The filings that are wanted, the newest first: an enterprise's own, or those that an office reviews.
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
        let Some(scope) = scope_of(reach) else { return Ok(Vec::new()) };
        self.store.read(|view| filing::list(view, scope, query, before, limit, now))
    }

    /// A filing, where it is reached.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn filing(&self, reach: Reach, id: FilingId) -> Result<Option<FilingFile>, StorageError> {
        let Some(scope) = scope_of(reach) else { return Ok(None) };
        let registry = self.registry()?;
        self.store.read(|view| {
            let found = filing::one(view, id)?;
            let Some(filing) = found.filter(|it| scope.holds(it)) else { return Ok(None) };
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

    /// The filings that wait for an officer of the office that is reached, the oldest first.
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
        match scope_of(reach) {
            None | Some(Scope::Party(_)) => Ok(Vec::new()),
            Some(scope) => self.store.read(|view| filing::waiting(view, scope, kind, after, limit)),
        }
    }

    /// How many filings of each kind wait for an officer of the office that is reached.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn count_waiting_filings(&self, reach: Reach) -> Result<Vec<Waiting>, StorageError> {
        match scope_of(reach) {
            None | Some(Scope::Party(_)) => Ok(Vec::new()),
            Some(scope) => self.store.read(|view| filing::count_waiting(view, scope)),
        }
    }

    /// The office that reviewed the enterprise that is reached: what it files goes there, where it names no other.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn reviewing_office(&self, reach: Reach) -> Result<Option<OfficeCode>, StorageError> {
        let Reach::Party(party) = reach else { return Ok(None) };
        self.store.read(|view| filing::office_of(view, party))
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

/// Whose filings are reached; nothing where none are.
const fn scope_of(reach: Reach) -> Option<Scope> {
    match reach {
        Reach::Party(party) => Some(Scope::Party(party)),
        Reach::Office(office) => Some(Scope::Office(office)),
        Reach::Everybody => Some(Scope::All),
        Reach::Nobody => None,
    }
}

/// The party whose registered goods are reached, or all: the register has no offices.
const fn party_of(reach: Reach) -> Option<Option<PartyId>> {
    match reach {
        Reach::Party(party) => Some(Some(party)),
        Reach::Office(_) | Reach::Everybody => Some(None),
        Reach::Nobody => None,
    }
}
