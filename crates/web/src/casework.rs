//! What pages and interface do with cases in the same way: who works on one, deciding about it, proposing and
//! approving what needs a second officer.

use std::sync::Arc;

use tongguan_application::casework::{
    self, Assignment, CaseworkError, Officer, ProposalError, Taking,
};
use tongguan_application::clearing::settings::OfficeSettings;
use tongguan_application::deciding::Decides;
use tongguan_application::enquiry::{CaseFile, Enquiries, EnquiryError};
use tongguan_application::review::{self, Decided, Decision, Filter, Page, Place};
use tongguan_domain::access::Standing;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use crate::Shared;
use crate::acting::{act, actor, record};
use crate::caller::{Caller, aside, blocking};
use crate::problem::Problem;
use crate::refusal::held;

/// The most declarations that are decided at once.
pub const MOST_AT_ONCE: usize = 50;

/// Whose cases are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    Everybody,
    /// Those that the caller has taken on.
    Mine,
    /// Those that nobody has.
    Free,
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// All.
    #[default]
    Everything,
    /// Those that have waited for longer than the office wants (`late_after_hours`).
    Late,
    /// Those that wait for a licence to be verified (许可证件核对).
    Licence,
}

impl Only {
    /// Those that a list may be narrowed to, by name.
    pub const NAMES: [(&str, Self); 2] = [("late", Self::Late), ("licence", Self::Licence)];

    /// What has that name; everything, where nothing has.
    pub fn named(name: &str) -> Self {
        let known = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        known.map(|(_, only)| only).unwrap_or_default()
    }
}

/// A part of the work queue, and who works on what is in it.
#[derive(Debug)]
pub struct Queue {
    /// What waits.
    pub page: Page,
    /// Who has taken on what of it.
    pub taken: Vec<Assignment>,
    /// What the caller's office has settled.
    pub settings: OfficeSettings,
}

/// A part of the work queue of the caller's office.
///
/// # Errors
/// [`EnquiryError`].
pub fn queue(
    enquiries: &Enquiries,
    caller: &Caller,
    (whose, only): (Whose, Only),
    (filter, place, limit): (Filter, Option<Place>, usize),
    now: Moment,
) -> Result<Queue, EnquiryError> {
    let (reach, store) = (caller.reach(), enquiries.store());
    let settings = match caller.standing {
        Standing::Customs { office, .. } => enquiries.office(office)?,
        _ => OfficeSettings::default(),
    };
    let late = now.plus_millis(-settings.late_after_hours * 3_600_000);
    let since = (only == Only::Late).then_some(late);
    let filter = Filter { since, licence: only == Only::Licence, ..filter };
    let mut page = if whose == Whose::Mine {
        let since = now.plus_millis(-settings.case_minutes * 60_000);
        let mine = casework::cases_of(store, &caller.audit_name(), since)?;
        let ids: Vec<_> = mine.iter().map(|it| it.declaration).collect();
        let mut rows = enquiries.queued(reach, &ids)?;
        rows.retain(|row| filter.lists(row));
        Page { rows, next: None }
    } else {
        enquiries.queue(reach, filter, place, limit)?
    };
    let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
    let mut taken = casework::assignments(store, &ids)?;
    taken.retain(|it| it.stands(settings.case_minutes, now));
    if whose == Whose::Free {
        page.rows.retain(|row| taken.iter().all(|it| it.declaration != row.id));
    }
    Ok(Queue { page, taken, settings })
}

/// What is stored about a declaration within reach. What its buyer has spent elsewhere is for customs alone.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn file(
    shared: &Shared,
    caller: &Caller,
    id: DeclarationId,
) -> Result<CaseFile, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let finding = move || enquiries.case(reach, id, now);
    let mut file = blocking(finding).await?.ok_or(Problem::NotFound)?;
    if !matches!(caller.standing, Standing::Customs { .. }) {
        file.case.allowance = None;
    }
    Ok(file)
}

/// Who has the case now, where somebody does.
pub fn standing(file: &CaseFile, now: Moment) -> Option<&Assignment> {
    file.assignment.as_ref().filter(|it| it.stands(file.settings.case_minutes, now))
}

/// Who else has the case, where somebody does.
pub fn colleague<'f>(file: &'f CaseFile, caller: &Caller, now: Moment) -> Option<&'f Assignment> {
    standing(file, now).filter(|it| it.officer.sign_in != caller.audit_name())
}

/// Refuses what only whoever has the case may do.
///
/// # Errors
/// [`Problem::Refused`] where a colleague has it.
pub fn free(shared: &Shared, caller: &Caller, file: &CaseFile) -> Result<(), Problem> {
    match colleague(file, caller, shared.access.clock.now()) {
        Some(other) => Err(Problem::Refused(held(&other.officer.name))),
        None => Ok(()),
    }
}

/// Takes a case on, over, or gives it back.
///
/// # Errors
/// [`CaseworkError`] for what the reader is told on its page, or why it cannot be done.
pub async fn assign(
    shared: &Shared,
    caller: &Caller,
    file: &CaseFile,
    taking: Option<Taking>,
) -> Result<Result<(), CaseworkError>, Problem> {
    let (id, minutes) = (file.case.declaration.id(), file.settings.case_minutes);
    let (store, now) = (shared.access.enquiries.store().clone(), shared.access.clock.now());
    let name = caller.session().map(|session| session.person.name.clone()).unwrap_or_default();
    let (by, cause) = (Officer { sign_in: actor(caller), name }, caller.cause());
    aside(move || match taking {
        Some(taking) => casework::take(&store, id, &by, &cause, taking, minutes, now),
        None => Ok(casework::give_back(&store, id, &by.sign_in, &cause, now)?),
    })
    .await
}

/// Decides. Nobody has the case any more: it has gone on.
///
/// # Errors
/// Why it was not decided.
pub async fn decide(
    shared: &Shared,
    caller: &Caller,
    decision: Decision,
) -> Result<Decided, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = {
        let enquiries = Arc::clone(&enquiries);
        blocking(move || enquiries.pack()).await?
    };
    let (cause, now) = (caller.cause(), shared.access.clock.now());
    let work = move |desk: &mut dyn Decides| -> Result<Decided, ProposalError> {
        let decided = review::decide(desk, &pack, &decision)?;
        casework::conclude(enquiries.store(), decision.declaration, &cause, now)?;
        Ok(decided)
    };
    act(shared, caller, work).await
}

/// Proposes what needs a second officer.
///
/// # Errors
/// Why it was not proposed.
pub async fn propose(shared: &Shared, caller: &Caller, decision: Decision) -> Result<(), Problem> {
    let (cause, now) = (caller.cause(), shared.access.clock.now());
    record(shared, move |it| casework::propose(it.store(), &decision, &cause, now)).await
}

/// Approves what a colleague has proposed about a declaration. Nobody has the case any more.
///
/// # Errors
/// Why it was not approved.
pub async fn approve(
    shared: &Shared,
    caller: &Caller,
    id: DeclarationId,
) -> Result<Decided, Problem> {
    let (by, cause, now) = (actor(caller), caller.cause(), shared.access.clock.now());
    let enquiries = Arc::clone(&shared.access.enquiries);
    let pack = {
        let enquiries = Arc::clone(&enquiries);
        blocking(move || enquiries.pack()).await?
    };
    let work = move |desk: &mut dyn Decides| -> Result<Decided, ProposalError> {
        let decided = casework::approve(desk, &pack, id, &by, &cause, now)?;
        casework::conclude(enquiries.store(), id, &cause, now)?;
        Ok(decided)
    };
    act(shared, caller, work).await
}

/// Turns down what a colleague has proposed about a declaration.
///
/// # Errors
/// Why it was not turned down.
pub async fn turn_down(
    shared: &Shared,
    caller: &Caller,
    id: DeclarationId,
    why: String,
) -> Result<(), Problem> {
    let (by, cause, now) = (actor(caller), caller.cause(), shared.access.clock.now());
    record(shared, move |it| casework::turn_down(it.store(), id, &by, &why, &cause, now)).await
}
