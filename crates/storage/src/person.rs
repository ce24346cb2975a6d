//! People who sign in, their sessions, and the codes with which they are let in first or again.

use tongguan_domain::access::SignIn;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// Somebody who signs in.
    pub struct PersonRow in "person", key 1 {
        /// The name to sign in with.
        sign_in: SignIn,
        /// The name that others see.
        name: String,
        /// The role's name.
        role: String,
        /// The organisation, as the role names it.
        organisation: String,
        /// The password, hashed slowly; absent until it is chosen.
        password: Option<String>,
        /// The secret of the second factor, sealed; absent until one is set up.
        totp: Option<Vec<u8>>,
        /// The last step of time whose code was used: no code is good twice.
        totp_step: i64,
        /// How many passkeys there are.
        passkeys: i64,
        /// How many accounts at providers of identity are linked.
        accounts: i64,
        /// How often signing in has failed since it last went well.
        failures: i64,
        /// Until when nobody signs in by that name.
        locked_until: Option<Moment>,
        /// Whether the person was shut out.
        disabled: bool,
        /// When the person was first let in.
        added_at: Moment,
    }
}

impl Replaceable for PersonRow {
    const INDEXED: &[&str] = &["organisation"];
}

row! {
    /// Somebody who has signed in. The token itself is nowhere kept.
    pub struct SessionRow in "session", key 1 {
        /// SHA-256 of the token.
        digest: [u8; 32],
        /// Who.
        sign_in: SignIn,
        /// Proves that a form was given out in this session.
        form_token: String,
        /// Whether the second factor was shown.
        is_strong: bool,
        /// The provider by which it began; absent where a password or a passkey was shown.
        provider: Option<String>,
        /// When it began.
        opened_at: Moment,
        /// When it was last used, to the minute.
        seen_at: Moment,
        /// When it ends, however often it is used.
        expires_at: Moment,
    }
}

impl Replaceable for SessionRow {
    const INDEXED: &'static [&'static str] = &["sign_in"];
}

row! {
    /// A key pair on a device of somebody who signs in with it. The secret half is nowhere but there.
    pub struct PasskeyRow in "passkey", key 1 {
        /// SHA-256 of the identifier.
        digest: [u8; 32],
        /// Whose.
        sign_in: SignIn,
        /// The identifier, as the authenticator gave it.
        credential: Vec<u8>,
        /// What its owner calls it.
        name: String,
        /// The public key, in DER.
        public_key: Vec<u8>,
        /// How it signs, by its number in the register of COSE.
        algorithm: i64,
        /// How often it had signed when it did so last; 0 where it does not count.
        uses: i64,
        /// When the last challenge that it has answered was given: no answer is good twice.
        challenge_at: Moment,
        /// When it was added.
        added_at: Moment,
        /// When it was last used.
        used_at: Option<Moment>,
    }
}

impl Replaceable for PasskeyRow {
    const INDEXED: &'static [&'static str] = &["sign_in"];
}

row! {
    /// A filter of a list, kept under a name by somebody who signs in.
    pub struct SavedViewRow in "saved_view", key 2 {
        /// Whose.
        sign_in: SignIn,
        /// What its owner calls it.
        name: String,
        /// The filter, as the query of the list's address.
        filter: String,
        /// When it was kept first.
        saved_at: Moment,
    }
}

impl Replaceable for SavedViewRow {}

row! {
    /// A code with which a person may choose a password, once. The code itself is nowhere kept.
    pub struct InvitationRow in "invitation", key 1 {
        /// SHA-256 of the code.
        digest: [u8; 32],
        /// Who may.
        sign_in: SignIn,
        /// When it was given.
        issued_at: Moment,
        /// From when on it is good for nothing.
        expires_at: Moment,
    }
}

impl View<'_> {
    /// The people of these names, in order of the names.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn people(&mut self, names: &[&SignIn]) -> Result<Vec<PersonRow>, StorageError> {
        let keys: Vec<_> = names.iter().map(|name| (name.as_str(),)).collect();
        self.load(&keys)
    }

    /// Everybody behind a name, in order of the names, at most `limit`; of one role and organisation where
    /// they are given.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn people_after(
        &mut self,
        organisation: Option<&str>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<PersonRow>, StorageError> {
        let (after, limit) = (after.cell(), limit.cell());
        match organisation {
            Some(organisation) => self.select(
                "WHERE organisation = $1 AND sign_in > $2 ORDER BY sign_in LIMIT $3",
                &[organisation.cell(), after, limit],
            ),
            None => self.select("WHERE sign_in > $1 ORDER BY sign_in LIMIT $2", &[after, limit]),
        }
    }

    /// The session with this digest.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn session(&mut self, digest: &[u8; 32]) -> Result<Option<SessionRow>, StorageError> {
        Ok(self.load(&[(*digest,)])?.pop())
    }

    /// The sessions of a person, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sessions_of(&mut self, name: &SignIn) -> Result<Vec<SessionRow>, StorageError> {
        self.select("WHERE sign_in = $1 ORDER BY opened_at, digest", &[name.cell()])
    }

    /// The passkeys with these digests.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn passkeys(&mut self, digests: &[[u8; 32]]) -> Result<Vec<PasskeyRow>, StorageError> {
        let keys: Vec<_> = digests.iter().map(|digest| (*digest,)).collect();
        self.load(&keys)
    }

    /// The passkeys of a person, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn passkeys_of(&mut self, name: &SignIn) -> Result<Vec<PasskeyRow>, StorageError> {
        self.select("WHERE sign_in = $1 ORDER BY added_at, digest", &[name.cell()])
    }

    /// The views that a person keeps, in order of their names.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn saved_views_of(&mut self, who: &SignIn) -> Result<Vec<SavedViewRow>, StorageError> {
        self.select("WHERE sign_in = $1 ORDER BY name", &[who.cell()])
    }

    /// Sessions that ended before a time, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn sessions_ended(
        &mut self,
        before: Moment,
        limit: i64,
    ) -> Result<Vec<SessionRow>, StorageError> {
        let values = [before.cell(), limit.cell()];
        self.select("WHERE expires_at <= $1 ORDER BY expires_at, digest LIMIT $2", &values)
    }

    /// The invitation with this digest.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn invitation(&mut self, digest: &[u8; 32]) -> Result<Option<InvitationRow>, StorageError> {
        Ok(self.load(&[(*digest,)])?.pop())
    }

    /// The invitations of a person that were not used, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn invitations_of(&mut self, name: &SignIn) -> Result<Vec<InvitationRow>, StorageError> {
        self.select("WHERE sign_in = $1 ORDER BY issued_at, digest", &[name.cell()])
    }
}

impl Tx<'_> {
    /// The person of this name, kept from other writers.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn lock_person(&mut self, name: &SignIn) -> Result<Option<PersonRow>, StorageError> {
        Ok(self.lock(&[(name.as_str(),)])?.pop())
    }

    /// Ends sessions.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn end_sessions(&mut self, digests: &[[u8; 32]]) -> Result<u64, StorageError> {
        let keys: Vec<_> = digests.iter().map(|digest| (*digest,)).collect();
        self.delete::<SessionRow, _>(&keys)
    }

    /// Deletes a view; gives how many of that name were there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_saved_view(&mut self, who: &SignIn, name: &str) -> Result<u64, StorageError> {
        self.delete::<SavedViewRow, _>(&[(who.as_str(), name)])
    }

    /// Takes passkeys away.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_passkeys(&mut self, digests: &[[u8; 32]]) -> Result<u64, StorageError> {
        let keys: Vec<_> = digests.iter().map(|digest| (*digest,)).collect();
        self.delete::<PasskeyRow, _>(&keys)
    }

    /// Uses invitations up; gives how many were there: of two who use one at a time, one finds it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn use_invitations(&mut self, digests: &[[u8; 32]]) -> Result<u64, StorageError> {
        let keys: Vec<_> = digests.iter().map(|digest| (*digest,)).collect();
        self.delete::<InvitationRow, _>(&keys)
    }
}
