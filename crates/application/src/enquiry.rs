//! Enquiries (查询): what people and programs may look at, each within their reach.
//!
//! Whoever asks names a [`Reach`]; what lies outside of it is answered as if it were not there, so that nobody
//! learns by asking that it is.

mod books;
mod consolidated;
mod documents;
mod facilities;
mod filing;
mod office;
mod organisations;
mod party;
mod retention;
mod returned;
mod search;
mod standbys;

use std::sync::{Arc, Mutex, PoisonError};

pub use consolidated::NumberedPage;
use jiff::civil::Date;
use tongguan_codelists::Pack;
use tongguan_domain::access::Reach;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationId, DxpId, OfficeCode, PartyId, ReturnId};
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::registry::Registry;
use tongguan_domain::returns::ReturnState;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, StorageError, Store, View};

use crate::bonded::ListError;
use crate::cancellations::{self, CancellationError, Pending};
use crate::casework::{self, Assignment, Proposal, ProposalError};
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::record::ReturnRecord;
use crate::clearing::settings::OfficeSettings;
use crate::codes::{self, CodesError};
use crate::consolidation::ConsolidationError;
use crate::evidence::{self, Demand, UnreadableDemand};
use crate::export_returns;
use crate::figures::{self, OfficeDay, Today};
use crate::gate;
use crate::parcels::ParcelsError;
use crate::pictures;
use crate::quarantine::{self, Due};
use crate::registry;
use crate::returns::{self, ReturnError};
use crate::review::{
    self, AnyDeclaration, Case, Filter, Found, Page, Picture, Place, QUEUES, Queued, ReviewError,
};
use crate::settings::{self, SettingsError};
use crate::transit;

pub use filing::FilingFile;
pub use organisations::{MOST_COUNTED, Organisation, OrganisationPage};
pub use retention::{Keeping, Retained};
pub use search::{Searched, Within};
pub use standbys::{Looker, Position, StandbyStanding, StandbyTrouble};

/// Answers enquiries over a store.
pub struct Enquiries {
    store: Store,
    registry: AtRevision<Registry>,
    pack: AtRevision<Pack>,
    /// What was counted of all offices, and when it was read.
    live: Mutex<Option<(Moment, Arc<Live>)>>,
}

/// The most that is listed of what is listed on one page.
const MOST: usize = 500;
/// The same, as rows are counted.
const MOST_ROWS: i64 = 500;

/// What was read of a register, and the revision that it had.
type AtRevision<T> = Mutex<Option<(i64, Arc<T>)>>;

/// How much waits in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The queue.
    pub queue: ReturnStatus,
    /// How many declarations.
    pub count: i64,
    /// Since when the oldest of them stands there.
    pub oldest: Moment,
}

/// What was counted today, and how much waits now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// What was counted.
    pub today: Today,
    /// How many declarations wait for review, examination or a guarantee.
    pub waiting: i64,
}

/// A case, who works on it, and what its office has settled.
#[derive(Debug)]
pub struct CaseFile {
    /// The declaration and what stands beside it.
    pub case: Case,
    /// Who has taken it on last, whether or not that has lapsed.
    pub assignment: Option<Assignment>,
    /// What was proposed about it, in order.
    pub proposals: Vec<Proposal>,
    /// Demands for its payment evidence, in order; none where an enterprise asks.
    pub evidence: Vec<Demand>,
    /// The settings of its office.
    pub settings: OfficeSettings,
    /// What of its goods is not registered today, where its office holds declarations against that.
    pub unregistered: Vec<Defect>,
    /// The pictures of its examination, in order.
    pub pictures: Vec<pictures::Picture>,
    /// What was recorded of it at gates, in order.
    pub passages: Vec<gate::Passage>,
    /// What keeps it, and where it stands besides.
    pub keeping: Keeping,
    /// Who is registered.
    pub registry: Arc<Registry>,
    /// The code tables.
    pub pack: Arc<Pack>,
}

/// Something could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum EnquiryError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The law.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Declarations.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Proposals.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
    /// What is relayed.
    #[error(transparent)]
    Relayed(#[from] ParcelsError),
    /// Demands for payment evidence.
    #[error(transparent)]
    Evidence(#[from] UnreadableDemand),
    /// What is consolidated.
    #[error(transparent)]
    Consolidation(#[from] ConsolidationError),
    /// Gate passes.
    #[error(transparent)]
    List(#[from] ListError),
    /// Returns.
    #[error(transparent)]
    Returns(#[from] ReturnError),
}

impl Enquiries {
    /// Over a store. What is looked at may come from the standbys of its handle, as [`Looker`] says.
    pub const fn new(store: Store) -> Self {
        Self { store, registry: Mutex::new(None), pack: Mutex::new(None), live: Mutex::new(None) }
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
        // Permissions follow from it, and by turns from standbys it would be read again and again.
        self.store.at_primary().read(|view| {
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

    /// The mailbox of the party that is reached, unless it is another's too.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn mailbox_of(&self, reach: Reach) -> Result<Option<DxpId>, StorageError> {
        let Reach::Party(party) = reach else { return Ok(None) };
        let mailbox = self.registry()?.party(party).and_then(|party| party.mailbox.clone());
        let Some(mailbox) = mailbox else { return Ok(None) };
        Ok((self.owner_of(&mailbox)? == Some(party)).then_some(mailbox))
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

    /// Those of these declarations that wait in a queue of the office that is reached.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn queued(&self, reach: Reach, ids: &[DeclarationId]) -> Result<Vec<Queued>, ReviewError> {
        let Reach::Office(office) = reach else { return Ok(Vec::new()) };
        let rows = self.store.read(|view| review::queued(view, ids))?;
        Ok(rows.into_iter().filter(|row| row.office == office).collect())
    }

    /// A declaration by whatever number somebody has of it.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn find(&self, reach: Reach, number: &str, now: Moment) -> Result<Found, ReviewError> {
        self.within(reach, review::find(&self.store, number, now)?.all())
    }

    /// The declarations of these ids, as far as they are reached.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn declarations(
        &self,
        reach: Reach,
        ids: &[DeclarationId],
    ) -> Result<Vec<AnyDeclaration>, ReviewError> {
        let all = self.store.read(|view| {
            let all = ids.iter().map(|id| AnyDeclaration::of_id(view, *id));
            all.collect::<Result<Vec<_>, ReviewError>>()
        })?;
        Ok(all.into_iter().flatten().filter(|one| one.is_within(reach)).collect())
    }

    fn within(&self, reach: Reach, found: Vec<DeclarationId>) -> Result<Found, ReviewError> {
        let mut reached = Vec::new();
        for id in found {
            if self.is_reached(reach, id)? {
                reached.push(id);
            }
        }
        Ok(Found::of(reached))
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

    /// A declaration with everything that an officer needs beside it to decide.
    ///
    /// # Errors
    /// [`EnquiryError`].
    pub fn case(
        &self,
        reach: Reach,
        id: DeclarationId,
        now: Moment,
    ) -> Result<Option<CaseFile>, EnquiryError> {
        if !self.is_reached(reach, id)? {
            return Ok(None);
        }
        let Some(case) = review::case(&self.store, id)? else { return Ok(None) };
        let settings = self.office(case.declaration.office())?;
        let unregistered = self.store.read(|view| {
            review::unregistered_goods(view, &case.declaration, &settings, now.china_day())
        })?;
        Ok(Some(CaseFile {
            unregistered,
            assignment: casework::assignments(&self.store, &[id])?.pop(),
            proposals: casework::of(&self.store, id)?,
            evidence: evidence::of(&self.store, reach, id)?,
            pictures: pictures::of(&self.store, id)?,
            passages: self.store.read(|view| gate::of(view, id))?,
            keeping: self.keeping(id)?,
            settings,
            registry: self.registry()?,
            pack: self.pack()?,
            case,
        }))
    }

    /// What waits for a second officer of the office that is reached, the oldest first.
    ///
    /// # Errors
    /// [`EnquiryError`].
    pub fn proposals(&self, reach: Reach) -> Result<Vec<Proposal>, EnquiryError> {
        Ok(match reach {
            Reach::Office(office) => casework::open(&self.store, Some(office))?,
            Reach::Everybody => casework::open(&self.store, None)?,
            Reach::Party(_) | Reach::Nobody => Vec::new(),
        })
    }

    /// How much waits in each queue of the office that is reached, in the order of [`review::QUEUES`]: how
    /// many declarations, and since when the oldest of them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn waiting(&self, reach: Reach) -> Result<Vec<Waiting>, StorageError> {
        let office = match reach {
            Reach::Office(office) => Some(office.to_string()),
            Reach::Everybody => None,
            Reach::Party(_) | Reach::Nobody => return Ok(Vec::new()),
        };
        let rows = self.store.read(|view| view.queues_at(office.as_deref()))?;
        let of = |queue: ReturnStatus| {
            let here = rows.iter().filter(|row| row.queue == i64::from(queue.number()));
            let oldest = here.clone().map(|row| row.oldest).min()?;
            Some(Waiting { queue, count: here.map(|row| row.count).sum(), oldest })
        };
        Ok(QUEUES.into_iter().filter_map(of).collect())
    }

    /// The live figures of an office, or of all: those are read every two seconds at most, for everybody asks.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn live(&self, office: Option<OfficeCode>, now: Moment) -> Result<Arc<Live>, StorageError> {
        const FRESH_MILLIS: i64 = 2_000;
        if office.is_some() {
            return self.counted(office, now).map(Arc::new);
        }
        let mut known = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read_at, live)) = &*known
            && *read_at <= now
            && now < read_at.plus_millis(FRESH_MILLIS)
        {
            return Ok(Arc::clone(live));
        }
        let live = Arc::new(self.counted(None, now)?);
        *known = Some((now, Arc::clone(&live)));
        Ok(live)
    }

    /// What was counted on a day in China: of an office, or of each where none is named.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn offices_on(
        &self,
        office: Option<OfficeCode>,
        day: Date,
    ) -> Result<Vec<OfficeDay>, StorageError> {
        self.store.read(|view| figures::on_day(view, office, day))
    }

    fn counted(&self, office: Option<OfficeCode>, now: Moment) -> Result<Live, StorageError> {
        let today = self.store.read(|view| figures::today(view, office, now))?;
        let reach = office.map_or(Reach::Everybody, Reach::Office);
        let waiting = self.waiting(reach)?.iter().map(|queue| queue.count).sum();
        Ok(Live { today, waiting })
    }

    /// The requests to cancel that wait for an officer of the office that is reached, the oldest first.
    ///
    /// # Errors
    /// [`CancellationError`].
    pub fn cancellations(&self, reach: Reach) -> Result<Vec<Pending>, CancellationError> {
        match office_of(reach) {
            Some(office) => cancellations::pending(&self.store, office, MOST),
            None => Ok(Vec::new()),
        }
    }

    /// The returns of imported goods that are back and wait for an officer of the office that is reached, the
    /// oldest first.
    ///
    /// # Errors
    /// [`ReturnError`].
    pub fn arrived_returns(&self, reach: Reach) -> Result<Vec<ReturnRecord>, ReturnError> {
        let Some(office) = office_of(reach) else { return Ok(Vec::new()) };
        let mut open = returns::open(&self.store, ReturnId(0), MOST_ROWS)?;
        open.retain(|record| {
            matches!(record.state, ReturnState::Arrived(_))
                && office.is_none_or(|office| office == record.office)
        });
        Ok(open)
    }

    /// The returns of exported goods that wait for an officer of the office that is reached, the oldest first.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn examined_returns(&self, reach: Reach) -> Result<Vec<ExportReturnRecord>, ReviewError> {
        let Some(office) = office_of(reach) else { return Ok(Vec::new()) };
        let first = ExportReturnId { declaration: DeclarationId(0), n: 0 };
        let queue = |view: &mut View<'_>| export_returns::queue(view, first, MOST_ROWS);
        let mut waiting = self.store.read(queue)?;
        waiting.retain(|record| office.is_none_or(|office| office == record.facts.office));
        Ok(waiting)
    }

    /// The parcels that quarantine has to look at for the office that is reached, the oldest first.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn quarantine_due(&self, reach: Reach) -> Result<Vec<Due>, ReviewError> {
        let mut due = self.store.read(|view| quarantine::due(view, MOST_ROWS))?;
        due.retain(|due| due.declaration.is_within(reach));
        Ok(due)
    }

    /// The goods that a seal or the number of a declaration names, as far as they are reached.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn sealed(
        &self,
        reach: Reach,
        number: &str,
        now: Moment,
    ) -> Result<Vec<transit::Shown>, ReviewError> {
        let mut sealed = transit::find(&self.store, number, now)?;
        sealed.retain(|shown| shown.declaration.is_within(reach));
        Ok(sealed)
    }

    /// What an office has settled for itself.
    ///
    /// # Errors
    /// [`EnquiryError`].
    pub fn office(&self, office: OfficeCode) -> Result<OfficeSettings, EnquiryError> {
        let pack = self.pack()?;
        let settings = self.store.read(|view| settings::load(view, pack))?;
        Ok(settings.office(office).clone())
    }

    /// Whether a declaration is there and within reach.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn is_reached(&self, reach: Reach, id: DeclarationId) -> Result<bool, ReviewError> {
        let declaration = self.store.read(|view| AnyDeclaration::of_id(view, id))?;
        Ok(declaration.is_some_and(|declaration| declaration.is_within(reach)))
    }
}

/// The office whose work is reached, or all; nothing where no work is.
const fn office_of(reach: Reach) -> Option<Option<OfficeCode>> {
    match reach {
        Reach::Office(office) => Some(Some(office)),
        Reach::Everybody => Some(None),
        Reach::Party(_) | Reach::Nobody => None,
    }
}
