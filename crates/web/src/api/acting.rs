//! What handlers that act have in common: the declaration that a number names, the desk, and why it refused.

use std::error::Error;
use std::sync::Arc;

use tongguan_application::access::AccessError;
use tongguan_application::cancellations::CancellationError;
use tongguan_application::consolidation::RequestError;
use tongguan_application::deciding::{Decides, NotCommitted};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::export_returns;
use tongguan_application::people::PeopleError;
use tongguan_application::pipeline::chain;
use tongguan_application::quarantine::RegisterError;
use tongguan_application::reception::NotTaken;
use tongguan_application::returns::ReturnError;
use tongguan_application::review::{BadReason, DecideError, Found};
use tongguan_application::transit::TransitError;
use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;

use super::body::wrong;
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::problem::Problem;

/// The one declaration within reach that goes by a number.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Ambiguous`].
pub async fn named(
    shared: &Shared,
    reach: Reach,
    number: String,
) -> Result<DeclarationId, Problem> {
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    match blocking(move || enquiries.find(reach, &number, now)).await? {
        Found::One(id) => Ok(id),
        Found::Nothing => Err(Problem::NotFound),
        Found::Several(ids) => {
            Err(Problem::Ambiguous(ids.iter().map(ToString::to_string).collect()))
        }
    }
}

/// Acts at the desk of the running service, on a thread that may wait.
///
/// # Errors
/// Why it was not done.
pub async fn act<T, E>(
    shared: &Shared,
    work: impl FnOnce(&mut dyn Decides) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let mut desk = shared.access.desk();
    let acting = tokio::task::spawn_blocking(move || work(&mut desk));
    acting.await.map_err(|_| Problem::OutcomeUnknown)?.map_err(Into::into)
}

/// Changes what is changed by a transaction of its own, on a thread that may wait.
///
/// # Errors
/// Why it was not done.
pub async fn record<T, E>(
    shared: &Shared,
    work: impl FnOnce(&Enquiries) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let enquiries = Arc::clone(&shared.access.enquiries);
    aside(move || work(&enquiries)).await?.map_err(Into::into)
}

/// Who acts, for the audit.
pub fn actor(caller: &Caller) -> String {
    caller.audit_name()
}

/// What an operator has to look at; the caller is told to come again.
pub fn broken(error: &(dyn Error + 'static)) -> Problem {
    eprintln!("a request could not be carried out: {}", chain(error));
    Problem::Unavailable
}

fn reason(error: &BadReason) -> Problem {
    wrong("/reason", &error.to_string())
}

impl From<NotCommitted> for Problem {
    fn from(error: NotCommitted) -> Self {
        match error {
            NotCommitted::NotTaken(NotTaken::Full) => Self::Busy,
            NotCommitted::NotTaken(NotTaken::Closed) => Self::Unavailable,
            NotCommitted::NotKnownYet(_) | NotCommitted::Unanswered => Self::OutcomeUnknown,
            error => broken(&error),
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Unknown(_) => Self::NotFound,
            DecideError::BadReason(error) => reason(&error),
            DecideError::Unlawful(defects) => {
                Self::Defects(defects.iter().map(Into::into).collect())
            }
            DecideError::NotCommitted(error) => error.into(),
            DecideError::Review(error) => broken(&error),
            error @ (DecideError::NotAllowed(_)
            | DecideError::MovedOn(_)
            | DecideError::SecondNeeded
            | DecideError::SameOfficer(_)
            | DecideError::BadOfficer(_)
            | DecideError::NoRate { .. }
            | DecideError::Undecidable(_)) => Self::Refused(error.to_string()),
        }
    }
}

impl From<CancellationError> for Problem {
    fn from(error: CancellationError) -> Self {
        match error {
            CancellationError::Unknown(_) => Self::NotFound,
            CancellationError::BadReason(error) => reason(&error),
            CancellationError::NotCommitted(error) => error.into(),
            error @ (CancellationError::BadOfficer(_) | CancellationError::Undecidable(_)) => {
                Self::Refused(error.to_string())
            }
            error => broken(&error),
        }
    }
}

impl From<ReturnError> for Problem {
    fn from(error: ReturnError) -> Self {
        match error {
            ReturnError::Unknown(_) => Self::NotFound,
            ReturnError::BadReason(error) => reason(&error),
            ReturnError::NotCommitted(error) => error.into(),
            error @ (ReturnError::BadName | ReturnError::Undecidable(_)) => {
                Self::Refused(error.to_string())
            }
            error => broken(&error),
        }
    }
}

impl From<export_returns::DecideError> for Problem {
    fn from(error: export_returns::DecideError) -> Self {
        match error {
            export_returns::DecideError::BadReason(error) => reason(&error),
            export_returns::DecideError::NotCommitted(error) => error.into(),
            export_returns::DecideError::Review(error) => broken(&error),
            error @ (export_returns::DecideError::BadOfficer
            | export_returns::DecideError::Undecidable(_)) => Self::Refused(error.to_string()),
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Unknown(_) => Self::NotFound,
            RegisterError::BadReason(error) => reason(&error),
            RegisterError::NotCommitted(error) => error.into(),
            error @ (RegisterError::BadOfficer(_) | RegisterError::Undecidable(_)) => {
                Self::Refused(error.to_string())
            }
            RegisterError::Review(error) => broken(&error),
        }
    }
}

impl From<TransitError> for Problem {
    fn from(error: TransitError) -> Self {
        match error {
            TransitError::BadOfficer(error) => Self::Refused(error.to_string()),
            TransitError::Review(error) => broken(&error),
            TransitError::NotCommitted(error) => error.into(),
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotCommitted(error) => error.into(),
            error @ (RequestError::NoCode(_) | RequestError::Undecidable(_)) => {
                Self::Refused(error.to_string())
            }
        }
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Nobody(_) => Self::NotFound,
            error @ (PeopleError::Taken(_)
            | PeopleError::Oneself
            | PeopleError::LastAdministrator(_)) => Self::Refused(error.to_string()),
            error => broken(&error),
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unknown(_) => Self::NotFound,
            error @ AccessError::BadScope(_) => wrong("/scopes", &error.to_string()),
            error @ (AccessError::Over(_) | AccessError::NoSecret(_)) => {
                Self::Refused(error.to_string())
            }
            error => broken(&error),
        }
    }
}
