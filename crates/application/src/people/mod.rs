//! People (人员): who signs in, and what proves that it is them.
//!
//! | | |
//! |---|---|
//! | [`People::sign_in`], [`People::caller`], [`People::sign_out`] | sessions |
//! | [`People::begin_second_factor`], [`People::confirm_second_factor`] | a code of an authenticator besides the password |
//! | [`People::replace_second_factor`] | another authenticator, by whoever shows the present one |
//! | [`People::add_passkey`], [`People::confirm_by_passkey`], [`People::sign_in_by_passkey`] | a passkey besides the password, or instead of it |
//! | [`add`], [`invite`], [`change_standing`], [`shut_out`] | who is let in, by an administrator or a command |
//! | [`People::accept`] | a person who was invited, or who forgot a password, chooses one |
//! | [`Providers`] | signing in, accepting and linking by OpenID Connect |
//!
//! Passwords are hashed with argon2id outside of any transaction. Every change of a person is one transaction
//! with its event ([`crate::history`]); that signing in failed is counted in the person's row.

mod managing;
mod passkeys;
mod password;
mod providers;
mod replacing;
mod second_factor;
mod session;
#[cfg(test)]
mod tests;
pub mod views;
mod webauthn;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tongguan_domain::access::{BadStanding, SignIn, Standing};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, SealError};
use tongguan_storage::{PersonRow, StorageError, Store, Writer};

use crate::history::{Actor, Cause, Origin};

pub use managing::{Invitation, NewPerson, add, change_standing, invite, people, person, shut_out};
pub use passkeys::{Challenge, NewPasskey, Passkey, Signed};
pub use password::{BadPassword, Password};
pub use providers::{
    Answered, BadTerms, Begun, Proven, Provider, ProviderAccount, ProviderError, Providers,
    Purpose, SecondFactor, SignedOut, Terms,
};
pub use replacing::Replacing;
pub use second_factor::Enrolment;
pub(crate) use second_factor::place as place_of_second_factor;
pub use session::{Caller, NextStep, OpenSession, SignedIn};
pub use webauthn::{Algorithm, Ceremony, RelyingParty};

/// What is demanded of people who sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether officers, auditors and administrators must have a second factor; others may.
    pub second_factor_required: bool,
    /// How long a session lasts, however often it is used.
    pub session_hours: i64,
    /// How long a session lasts that is not used.
    pub idle_minutes: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { second_factor_required: true, session_hours: 12, idle_minutes: 30 }
    }
}

/// A person, without what proves that it is them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name to sign in with.
    pub sign_in: SignIn,
    /// The name that others see.
    pub name: String,
    /// For whom the person acts, and as what.
    pub standing: Standing,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// Whether an account at a provider is linked.
    pub has_account: bool,
    /// Whether a second factor is set up, of whatever kind.
    pub has_second_factor: bool,
    /// Whether codes of an authenticator are one.
    pub has_codes: bool,
    /// Until when nobody signs in by that name.
    pub locked_until: Option<Moment>,
    /// Whether the person was shut out.
    pub is_shut_out: bool,
    /// When the person was first let in.
    pub added_at: Moment,
}

/// Something about people could not be done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system gave no random bytes, or a sealed secret does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What is stored of a person's standing does not read.
    #[error(transparent)]
    Standing(#[from] BadStanding),
    /// A password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// Somebody has that name already.
    #[error("`{0}` is taken; choose another name to sign in with")]
    Taken(SignIn),
    /// Nobody has that name.
    #[error("nobody signs in as `{0}`")]
    Nobody(SignIn),
    /// Name, password or code is wrong; which, is not told.
    #[error("name, password or code is wrong")]
    Wrong,
    /// It was tried too often.
    #[error("it was tried too often; nobody signs in by that name until {until}")]
    Locked {
        /// Until when.
        until: Moment,
    },
    /// The invitation is unknown, used or too old.
    #[error("the code is unknown, was used, or is too old; ask for another one")]
    NoInvitation,
    /// The password will not do.
    #[error(transparent)]
    Password(#[from] BadPassword),
    /// Nobody shuts out, demotes or invites anew himself.
    #[error("nobody does that to himself; ask another administrator")]
    Oneself,
    /// Somebody who must have a second factor keeps one.
    #[error("your role has to have a second factor; add another one before you take this one away")]
    LastFactor,
    /// An organisation keeps an administrator.
    #[error("`{0}` is the last administrator; make somebody else one first")]
    LastAdministrator(SignIn),
    /// An account at a provider is nobody's here, or of somebody who may not sign in.
    #[error(
        "nobody signs in here by this account; accept your invitation with it, or sign in and link it to yours"
    )]
    NotLinked,
    /// An account at a provider is somebody's already.
    #[error("this account is linked already, to you or to somebody else")]
    AccountTaken,
    /// Somebody has as many accounts as there may be.
    #[error("there are ten linked accounts already; unlink one first")]
    TooManyAccounts,
    /// An answer of a provider was taken before.
    #[error("this answer of the provider was used already; begin again")]
    AnswerUsed,
    /// Who has no password signs in before what takes one.
    #[error("you have no password to show, so sign in again and do it within five minutes")]
    SignInAgain,
    /// Somebody keeps a way in.
    #[error("you would not get in any more; link another account before you unlink this one")]
    LastWayIn,
    /// There is no session, or it has ended.
    #[error("the session has ended; sign in again")]
    NoSession,
}

/// Lets people in.
#[derive(Clone)]
pub struct People {
    store: Store,
    writer: Arc<Mutex<Writer>>,
    keyring: Arc<Keyring>,
    policy: Policy,
    /// Checked where there is nobody of a name, so that it takes as long.
    decoy: Arc<str>,
    /// From where it is asked, for audit events.
    origin: Origin,
}

impl People {
    /// Those of a store.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn open(store: &Store, keyring: Arc<Keyring>, policy: Policy) -> Result<Self, PeopleError> {
        let decoy = password::hash("nobody's password")?.into();
        let writer = Arc::new(Mutex::new(store.writer()?));
        let origin = Origin::default();
        Ok(Self { store: store.clone(), writer, keyring, policy, decoy, origin })
    }

    /// The same, asked from there: what somebody does of his own names it in the audit.
    #[must_use]
    pub fn asked_from(&self, origin: Origin) -> Self {
        Self { origin, ..self.clone() }
    }

    /// Somebody who does something of his own, for audit events.
    fn own(&self, row: &PersonRow) -> Cause {
        let actor = Actor::named(&row.sign_in).from(self.origin.clone());
        Cause::Person(match Standing::parse(&row.role, &row.organisation) {
            Ok(standing) => actor.standing_as(standing),
            // What cannot be read is told where the person is.
            Err(_) => actor,
        })
    }

    /// The writer, for what administrators do.
    pub fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    fn row(&self, name: &SignIn) -> Result<Option<PersonRow>, StorageError> {
        Ok(self.store.read(|view| view.people(&[name]))?.pop())
    }
}

impl Person {
    /// Whether the invitation was accepted: by a password, or by an account at a provider.
    pub const fn has_accepted(&self) -> bool {
        self.has_password || self.has_account
    }

    fn of(row: PersonRow) -> Result<Self, BadStanding> {
        Ok(Self {
            standing: Standing::parse(&row.role, &row.organisation)?,
            sign_in: row.sign_in,
            name: row.name,
            has_password: row.password.is_some(),
            has_account: row.accounts > 0,
            has_second_factor: row.totp.is_some() || row.passkeys > 0,
            has_codes: row.totp.is_some(),
            locked_until: row.locked_until,
            is_shut_out: row.disabled,
            added_at: row.added_at,
        })
    }
}
