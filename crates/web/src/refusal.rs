//! Why something was not done, as a problem: told once, in both languages, for pages and for the interface.

use tongguan_application::access::AccessError;
use tongguan_application::cancellations::CancellationError;
use tongguan_application::casework::{CaseworkError, ProposalError};
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::consolidation::RequestError;
use tongguan_application::deciding::NotCommitted;
use tongguan_application::export_returns;
use tongguan_application::people::PeopleError;
use tongguan_application::pipeline::chain;
use tongguan_application::quarantine::RegisterError;
use tongguan_application::reception::NotTaken;
use tongguan_application::returns::ReturnError;
use tongguan_application::review::{BadOfficer, BadReason, DecideError};
use tongguan_application::transit::TransitError;

use crate::problem::Problem;
use crate::wording::Wording;

mod evidence;
mod filing;
mod gate;
mod guarantee;
mod picture;
mod preparing;
mod retention;
mod steps;
mod unmasking;
mod words;

pub use gate::unpassed;
pub use guarantee::{bad_terms, not_changed};
pub use picture::unkept;
pub use preparing::not_askable;
pub use retention::unheld;
pub use words::{bad_reason, held, people};

/// What an operator has to look at; the caller is told to come again.
pub fn broken(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!("a request could not be carried out: {}", chain(error));
    Problem::Unavailable
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

impl From<BadReason> for Problem {
    fn from(error: BadReason) -> Self {
        Self::Field { pointer: "/reason".to_owned(), why: bad_reason(&error) }
    }
}

impl From<BadOfficer> for Problem {
    fn from(error: BadOfficer) -> Self {
        Self::Refused(words::bad_officer(&error))
    }
}

impl From<Undecidable> for Problem {
    fn from(error: Undecidable) -> Self {
        Self::Refused(Wording::new(steps::undecidable(&error), error.to_string()))
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Unknown(_) => Self::NotFound,
            DecideError::BadReason(error) => error.into(),
            DecideError::BadOfficer(error) => error.into(),
            DecideError::Unlawful(defects) => {
                Self::Defects(defects.iter().map(Into::into).collect())
            }
            DecideError::NotCommitted(error) => error.into(),
            DecideError::Undecidable(error) => error.into(),
            DecideError::Review(error) => broken(&error),
            DecideError::MovedOn(_) => Self::Refused(words::moved_on()),
            DecideError::NotAllowed(why) => Self::Refused(words::not_allowed(&why)),
            DecideError::SecondNeeded => Self::Refused(words::second_needed()),
            DecideError::SameOfficer(_) => Self::Refused(words::same_officer()),
            DecideError::NoRate { hs_codes, declared_on } => {
                Self::Refused(words::no_rate(&hs_codes, declared_on))
            }
        }
    }
}

impl From<ProposalError> for Problem {
    fn from(error: ProposalError) -> Self {
        match error {
            ProposalError::Decide(error) => error.into(),
            ProposalError::BadReason(error) => error.into(),
            ProposalError::NoneWaits(_) => Self::Refused(words::no_proposal_waits()),
            ProposalError::OneWaits(_) => Self::Refused(words::one_proposal_waits()),
            ProposalError::NotNeeded => Self::Refused(words::no_second_needed()),
            error @ (ProposalError::Damaged { .. }
            | ProposalError::Storage(_)
            | ProposalError::Review(_)) => broken(&error),
        }
    }
}

impl From<CaseworkError> for Problem {
    fn from(error: CaseworkError) -> Self {
        match error {
            CaseworkError::Taken(by) => Self::Refused(words::taken_on(&by.officer.name)),
            error @ CaseworkError::Storage(_) => broken(&error),
        }
    }
}

impl From<CancellationError> for Problem {
    fn from(error: CancellationError) -> Self {
        match error {
            CancellationError::Unknown(_) => Self::NotFound,
            CancellationError::BadReason(error) => error.into(),
            CancellationError::BadOfficer(error) => error.into(),
            CancellationError::NotCommitted(error) => error.into(),
            CancellationError::Undecidable(error) => error.into(),
            error => broken(&error),
        }
    }
}

impl From<ReturnError> for Problem {
    fn from(error: ReturnError) -> Self {
        match error {
            ReturnError::Unknown(_) => Self::NotFound,
            ReturnError::BadReason(error) => error.into(),
            ReturnError::NotCommitted(error) => error.into(),
            ReturnError::Undecidable(error) => error.into(),
            error @ ReturnError::BadName => Self::Refused(words::bad_officer(&error)),
            error => broken(&error),
        }
    }
}

impl From<export_returns::DecideError> for Problem {
    fn from(error: export_returns::DecideError) -> Self {
        match error {
            export_returns::DecideError::BadReason(error) => error.into(),
            export_returns::DecideError::NotCommitted(error) => error.into(),
            export_returns::DecideError::Undecidable(error) => error.into(),
            export_returns::DecideError::Review(error) => broken(&error),
            error @ export_returns::DecideError::BadOfficer => {
                Self::Refused(words::bad_officer(&error))
            }
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Unknown(_) => Self::NotFound,
            RegisterError::BadReason(error) => error.into(),
            RegisterError::BadOfficer(error) => error.into(),
            RegisterError::NotCommitted(error) => error.into(),
            RegisterError::Undecidable(error) => error.into(),
            RegisterError::Review(error) => broken(&error),
        }
    }
}

impl From<TransitError> for Problem {
    fn from(error: TransitError) -> Self {
        match error {
            TransitError::BadOfficer(error) => error.into(),
            TransitError::Review(error) => broken(&error),
            TransitError::NotCommitted(error) => error.into(),
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotCommitted(error) => error.into(),
            RequestError::Undecidable(error) => error.into(),
            error @ RequestError::NoCode(_) => Self::Refused(Wording::new(
                "该商户没有企业编码，无法在报文中列明；请先登记编码",
                error.to_string(),
            )),
        }
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Nobody(_) => Self::NotFound,
            PeopleError::NoSession => Self::SignInNeeded,
            error @ PeopleError::Password(_) => {
                Self::Field { pointer: "/password".to_owned(), why: people(&error) }
            }
            error @ (PeopleError::Taken(_)
            | PeopleError::Oneself
            | PeopleError::Wrong
            | PeopleError::Locked { .. }
            | PeopleError::NoInvitation
            | PeopleError::LastFactor
            | PeopleError::LastWayIn
            | PeopleError::NotLinked
            | PeopleError::AccountTaken
            | PeopleError::TooManyAccounts
            | PeopleError::AnswerUsed
            | PeopleError::SignInAgain
            | PeopleError::LastAdministrator(_)) => Self::Refused(people(&error)),
            error @ (PeopleError::Storage(_)
            | PeopleError::Seal(_)
            | PeopleError::Standing(_)
            | PeopleError::Hash(_)) => broken(&error),
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unknown(_) => Self::NotFound,
            error @ AccessError::BadScope(_) => {
                Self::Field { pointer: "/scopes".to_owned(), why: words::access(&error) }
            }
            error @ (AccessError::Over(_) | AccessError::NoSecret(_)) => {
                Self::Refused(words::access(&error))
            }
            error => broken(&error),
        }
    }
}
