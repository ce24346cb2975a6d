//! Enquiries (查询): what people and programs may look at, each within their reach.
//!
//! Whoever asks names a [`Reach`]; what lies outside of it is answered as if it were not there, so that nobody
//! learns by asking that it is.

use std::sync::{Arc, Mutex, PoisonError};

use tongguan_codelists::Pack;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, DxpId, PartyId};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, StorageError, Store, View};

use crate::codes::{self, CodesError};
use crate::registry;
use crate::review::{self, AnyDeclaration, Filter, Found, Page, Picture, Place, ReviewError};

/// Answers enquiries over a store.
pub struct Enquiries {
    store: Store,
    registry: AtRevision<Registry>,
    pack: AtRevision<Pack>,
}

/// What was read of a register, and the revision that it had.
type AtRevision<T> = Mutex<Option<(i64, Arc<T>)>>;

impl Enquiries {
    /// Over a store.
    pub const fn new(store: Store) -> Self {
        Self { store, registry: Mutex::new(None), pack: Mutex::new(None) }
    }

    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Who is registered now.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn registry(&self) -> Result<Arc<Registry>, StorageError> {
        self.current(&self.registry, Register::Registry, |view| {
            registry::snapshot(view).map(Arc::new)
        })
    }

    /// The law as it is loaded now.
    ///
    /// # Errors
    /// [`CodesError`].
    pub fn pack(&self) -> Result<Arc<Pack>, CodesError> {
        self.current(&self.pack, Register::Codes, codes::pack)
    }

    /// What is known of a register, read again where it was changed.
    fn current<T, E: From<StorageError>>(
        &self,
        known: &AtRevision<T>,
        register: Register,
        read: impl FnOnce(&mut View<'_>) -> Result<Arc<T>, E>,
    ) -> Result<Arc<T>, E> {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        self.store.read(|view| {
            let revision = view.revision(register)?;
            if let Some((of, content)) = &*known
                && *of == revision
            {
                return Ok(Arc::clone(content));
            }
            let fresh = read(view)?;
            *known = Some((revision, Arc::clone(&fresh)));
            Ok(fresh)
        })
    }

    /// Whose mailbox it is.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn owner_of(&self, mailbox: &DxpId) -> Result<Option<PartyId>, StorageError> {
        let registry = self.registry()?;
        let mut owners = registry.parties().filter(|party| party.mailbox.as_ref() == Some(mailbox));
        // One mailbox of several parties says nothing of who acts.
        let owner = owners.next().map(|party| party.id);
        Ok(owner.filter(|_| owners.next().is_none()))
    }

    /// What waits for an officer, of the office that is reached.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn queue(
        &self,
        reach: Reach,
        filter: Filter,
        place: Option<Place>,
        limit: usize,
    ) -> Result<Page, ReviewError> {
        let office = match reach {
            Reach::Office(office) => Some(office),
            Reach::Everybody => filter.office,
            Reach::Party(_) | Reach::Nobody => return Ok(Page { rows: Vec::new(), next: None }),
        };
        let filter = Filter { office, ..filter };
        self.store.read(|view| review::queue(view, filter, place, limit))
    }

    /// A declaration by whatever number somebody has of it.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn find(&self, reach: Reach, number: &str, now: Moment) -> Result<Found, ReviewError> {
        let found = match review::find(&self.store, number, now)? {
            Found::Nothing => Vec::new(),
            Found::One(id) => vec![id],
            Found::Several(ids) => ids,
        };
        let mut reached = Vec::new();
        for id in found {
            if self.is_reached(reach, id)? {
                reached.push(id);
            }
        }
        Ok(match reached.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(*one),
            _ => Found::Several(reached),
        })
    }

    /// Everything that is stored about a declaration.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn picture(&self, reach: Reach, id: DeclarationId) -> Result<Option<Picture>, ReviewError> {
        if !self.is_reached(reach, id)? {
            return Ok(None);
        }
        review::picture(&self.store, id)
    }

    /// Whether a declaration is there and within reach.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn is_reached(&self, reach: Reach, id: DeclarationId) -> Result<bool, ReviewError> {
        let declaration = self.store.read(|view| AnyDeclaration::of_id(view, id))?;
        Ok(declaration.is_some_and(|declaration| match reach {
            Reach::Everybody => true,
            Reach::Office(office) => declaration.offices().contains(&office),
            Reach::Party(party) => declaration.parties().contains(&party),
            Reach::Nobody => false,
        }))
    }
}
