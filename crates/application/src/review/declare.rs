//! A declaration that was only stored (暂存), declared by command.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;

use super::ReviewError;
use super::decide::{Decided, decided};
use crate::clearing::batch::BatchError;
use crate::clearing::decide::Undecidable;
use crate::clearing::engine::Engine;
use crate::clearing::incoming::Incoming;
use crate::pipeline::commit;
use crate::ports::Clock;

/// A declaration was not declared; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// There is no such declaration.
    #[error("there is no declaration {0}")]
    Unknown(DeclarationId),
    /// It is not one that was only stored.
    #[error("declaration {id} is at status {at}, and only one at status 1 can be declared: {}", advice(*at))]
    NotStored {
        /// Which.
        id: DeclarationId,
        /// The status at which it stands.
        at: ReturnStatus,
    },
    /// It could not be carried out.
    #[error(transparent)]
    Undecidable(Undecidable),
    /// What is stored could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

impl From<Undecidable> for DeclareError {
    fn from(why: Undecidable) -> Self {
        match why {
            Undecidable::NoSuchDeclaration(id) => Self::Unknown(id),
            Undecidable::NotStored { id, at } => Self::NotStored { id, at },
            other => Self::Undecidable(other),
        }
    }
}

/// Declares a stored declaration, as its declarant does by sending it again with `appStatus` 2, and says
/// what was told. It may be told that it is refused.
///
/// # Errors
/// [`DeclareError`].
pub fn declare(
    engine: &mut Engine,
    clock: &dyn Clock,
    id: DeclarationId,
) -> Result<Decided, DeclareError> {
    if let Some((_, why)) = commit(engine, &[], &[Incoming::Declare(id)], clock)?.refused.pop() {
        return Err(why.into());
    }
    decided(&engine.store(), id)?.ok_or(DeclareError::Unknown(id))
}

const fn advice(at: ReturnStatus) -> &'static str {
    match at {
        ReturnStatus::Refused => "it was refused or deleted, so lodge it anew",
        _ => "it is declared already, so nothing is left to do",
    }
}
