//! Filings, listed and found.

use tongguan_domain::filing::{FilingId, FilingKind, FilingStatus};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::{FilingsWanted, StorageError, View};

use super::Filing;
use crate::history::{About, Event, Register, Subject, events};

/// Which filings are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Of one kind.
    pub kind: Option<FilingKind>,
    /// Those that stand so today.
    pub status: Option<FilingStatus>,
    /// Whose item number, name or digest begins so.
    pub text: String,
}

/// How many filings of a kind wait for an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The kind.
    pub kind: FilingKind,
    /// How many.
    pub count: i64,
    /// Since when the oldest of them waits.
    pub oldest: Moment,
}

/// Whose filings are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of an enterprise.
    Party(PartyId),
    /// Those that the officers of an office review.
    Office(OfficeCode),
    /// All.
    All,
}

impl Scope {
    /// Whether a filing is among them.
    pub fn holds(self, filing: &Filing) -> bool {
        match self {
            Self::Party(party) => filing.party == party,
            Self::Office(office) => filing.is_for(office),
            Self::All => true,
        }
    }

    fn office(self) -> Option<String> {
        match self {
            Self::Office(office) => Some(office.to_string()),
            Self::Party(_) | Self::All => None,
        }
    }
}

/// The filings that are wanted, the newest first, those before a number, at most `limit`.
///
/// # Errors
/// [`StorageError`].
pub fn list(
    view: &mut View<'_>,
    scope: Scope,
    query: &Query,
    before: Option<FilingId>,
    limit: i64,
    now: Moment,
) -> Result<Vec<Filing>, StorageError> {
    let today = Moment::start_of(now.china_day());
    let (status, expired) = match query.status {
        Some(FilingStatus::Expired) => (Some(FilingStatus::Approved), Some((true, today))),
        Some(FilingStatus::Approved) => (Some(FilingStatus::Approved), Some((false, today))),
        status => (status, None),
    };
    let text = query.text.trim();
    let office = scope.office();
    let wanted = FilingsWanted {
        party: match scope {
            Scope::Party(party) => Some(party),
            Scope::Office(_) | Scope::All => None,
        },
        office: office.as_deref(),
        kind: query.kind.map(FilingKind::name),
        status: status.map(FilingStatus::name),
        expired,
        text: (!text.is_empty()).then_some(text),
    };
    let rows = view.newest_filings(wanted, before, limit)?;
    rows.into_iter().map(Filing::read).collect()
}

/// The filings that wait for an officer, the oldest first, those behind a number, at most `limit`.
///
/// # Errors
/// [`StorageError`].
pub fn waiting(
    view: &mut View<'_>,
    scope: Scope,
    kind: Option<FilingKind>,
    after: FilingId,
    limit: i64,
) -> Result<Vec<Filing>, StorageError> {
    let office = scope.office();
    let wanted = (office.as_deref(), kind.map(FilingKind::name));
    let rows = view.waiting_filings(wanted, after, limit)?;
    rows.into_iter().map(Filing::read).collect()
}

/// How many filings of each kind wait for an officer; kinds of which none waits are left out.
///
/// # Errors
/// [`StorageError`].
pub fn count_waiting(view: &mut View<'_>, scope: Scope) -> Result<Vec<Waiting>, StorageError> {
    let counted = view.count_waiting_filings(scope.office().as_deref())?.into_iter();
    let waiting = counted.filter_map(|(kind, count, oldest)| {
        Some(Waiting { kind: FilingKind::named(&kind)?, count, oldest })
    });
    Ok(waiting.collect())
}

/// The filing of a number.
///
/// # Errors
/// [`StorageError`].
pub fn one(view: &mut View<'_>, id: FilingId) -> Result<Option<Filing>, StorageError> {
    view.filings(&[id])?.pop().map(Filing::read).transpose()
}

/// What happened to a filing, the newest first.
///
/// # Errors
/// [`StorageError`].
pub fn events_of(view: &mut View<'_>, filing: &Filing) -> Result<Vec<Event>, StorageError> {
    const MOST: i64 = 100;
    let place = Subject::Filing { party: filing.party, id: filing.id }.place();
    events(view, Register::Filings, About::Subject(&place), None, MOST)
}
