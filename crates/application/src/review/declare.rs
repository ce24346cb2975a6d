//! A declaration that was only stored (暂存), declared by a command that its declarant, its merchant or a
//! delegate of theirs has signed.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_messages::certificate::TrustStore;
use tongguan_messages::certificate::key::SigningKey;
use tongguan_storage::{Store, View};

use super::ReviewError;
use super::any::AnyDeclaration;
use super::decide::{Decided, decided};
use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::Incoming;
use crate::clearing::rows::read_document;
use crate::deciding::{Decides, NotCommitted, carry_out};
use crate::registry::{KeyRefused, sign_for};

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
    /// The key may not declare it.
    #[error("declaration {0} was not declared: {1}")]
    Key(DeclarationId, #[source] KeyRefused),
    /// It could not be carried out.
    #[error(transparent)]
    Undecidable(Undecidable),
    /// What is stored could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
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
/// what was told. It may be told that it is refused. `key` signs the [`statement`] under a certificate that
/// is trusted; certificate and signature stand in the audit event.
///
/// # Errors
/// [`DeclareError`].
pub fn declare(
    decides: &mut dyn Decides,
    now: Moment,
    trust: &TrustStore,
    id: DeclarationId,
    key: &SigningKey,
) -> Result<Decided, DeclareError> {
    let store = decides.store().clone();
    let of_id = |view: &mut View<'_>| AnyDeclaration::of_id(view, id);
    let declaration = store.read(of_id)?.ok_or(DeclareError::Unknown(id))?;
    let statement = statement(&store, &declaration)?.ok_or(DeclareError::Unknown(id))?;
    let parties = declaration.declarers();
    let signed = store
        .read(|view| sign_for(view, trust, &parties, key, statement.as_bytes(), now))
        .map_err(|why| DeclareError::Key(id, why))?;
    let command = Incoming::Declare { declaration: id, signed };
    carry_out::<DeclareError>(decides, command)?;
    decided(&store, id)?.ok_or(DeclareError::Unknown(id))
}

/// What is signed: `declare`, 预录入编号, and the digest of the content as it is stored, in hexadecimal.
fn statement(store: &Store, declaration: &AnyDeclaration) -> Result<Option<String>, ReviewError> {
    let key = declaration.document().row();
    let Some(row) = store.read(|view| view.documents(&[key]))?.pop() else { return Ok(None) };
    let content: String =
        read_document(row)?.content.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(format!("declare {} {content}", declaration.provisional_no())))
}

const fn advice(at: ReturnStatus) -> &'static str {
    match at {
        ReturnStatus::Refused => "it was refused or deleted, so lodge it anew",
        _ => "it is declared already, so nothing is left to do",
    }
}
