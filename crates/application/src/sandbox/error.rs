//! Why something could not be done in a sandbox.

use std::io;

use tongguan_domain::access::BadSignIn;
use tongguan_domain::ids::IdError;
use tongguan_messages::authority::AuthorityError;
use tongguan_messages::certificate::key::KeyError;
use tongguan_storage::StorageError;
use tongguan_storage::seal::SealError;

use super::MOST;
use crate::access::AccessError;
use crate::bonded::{MoveError, RegisterError};
use crate::people::PeopleError;
use crate::registry::ImportError;
use crate::settings::SettingsError;

/// Something could not be done in a sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Every office is somebody's.
    #[error("there are {MOST} test enterprises; the sandbox has to be emptied by its operator")]
    Full,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] SealError),
    /// A made-up number is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A made-up name to sign in with is none.
    #[error(transparent)]
    SignIn(#[from] BadSignIn),
    /// A certificate could not be issued.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A key could not be written.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A party that was registered is not there.
    #[error("a party of the test enterprise is not registered")]
    NotRegistered,
    /// The parties could not be registered.
    #[error(transparent)]
    Registry(#[from] ImportError),
    /// The account book could not be opened.
    #[error(transparent)]
    Book(#[from] RegisterError),
    /// Nothing could be laid into it.
    #[error(transparent)]
    Stock(#[from] MoveError),
    /// The office could not be set up.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No access key could be given.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Nobody could be let in.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The time could not be kept.
    #[error("the time of the sandbox cannot be kept")]
    Time(#[from] io::Error),
}
