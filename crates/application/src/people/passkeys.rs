//! Passkeys (通行密钥): a second factor, or the whole of signing in, because whoever shows one was verified by the
//! authenticator that holds it.
//!
//! A challenge is sealed for whom and what it was given, with the time; it is kept nowhere. In a session it is good
//! once, because the session that it was given in ends with its use. Outside of one it must have been given later
//! than the last that its passkey has answered.

#[cfg(test)]
mod tests;

use tongguan_domain::access::SignIn;
use tongguan_domain::time::Moment;
use tongguan_storage::{Backoff, PasskeyRow, PersonRow, Register, StorageError, Tx};

use super::managing::entry;
use super::session::{SIGN_IN, WayIn, number_of, opened, told, unlocked};
use super::webauthn::{Algorithm, Ceremony, RelyingParty, Said, challenge_of};
use super::{People, PeopleError, Person, SignedIn};
use crate::digest::sha256;
use crate::history::{ChangeKind, Field, change};
use crate::registry::fingerprint;

/// How long a challenge is good: as long as somebody may look at a page.
const GOOD_FOR_MS: i64 = 60 * 60_000;
/// The most passkeys of one person.
const MOST: i64 = 10;
/// What is told of an answer that is none.
const WRONG: &str = "wrong passkey";
/// The longest name of one, in characters.
const LONGEST_NAME: usize = 60;

/// A passkey, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// What it is called here: the beginning of a digest.
    pub number: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added_at: Moment,
    /// When it was last used.
    pub used_at: Option<Moment>,
}

/// What a browser is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What is to be signed.
    pub bytes: Vec<u8>,
    /// The passkeys of the person, by their identifiers: of these one is to sign, or none is to be made anew.
    pub known: Vec<Vec<u8>>,
    /// What the person is called to authenticators: nothing that tells who it is.
    pub handle: Vec<u8>,
}

/// A new passkey, as a browser gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// What the browser says.
    pub client: Vec<u8>,
    /// What the authenticator says.
    pub said: Vec<u8>,
    /// The public key, in DER.
    pub key: Vec<u8>,
    /// The algorithm's number.
    pub algorithm: i64,
    /// What its owner calls it.
    pub name: String,
}

/// What a browser gives where a passkey was to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The passkey's identifier.
    pub id: Vec<u8>,
    /// What the browser says.
    pub client: Vec<u8>,
    /// What the authenticator says.
    pub said: Vec<u8>,
    /// The signature of both.
    pub signature: Vec<u8>,
}

impl People {
    /// What a browser is to be asked in a session: for a new passkey, or for a signature.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn challenge(
        &self,
        token: &str,
        ceremony: Ceremony,
        now: Moment,
    ) -> Result<Challenge, PeopleError> {
        let caller = self.caller(token, now)?;
        let rows = self.store.read(|view| view.passkeys_of(&caller.sign_in))?;
        Ok(Challenge {
            bytes: self.sealed(Some(token), ceremony, now)?,
            known: rows.into_iter().map(|row| row.credential).collect(),
            handle: self.keyring.fingerprint("passkey", caller.sign_in.as_str()).to_vec(),
        })
    }

    /// What a browser is to be asked where nobody has signed in.
    ///
    /// # Errors
    /// [`PeopleError::Seal`].
    pub fn open_challenge(&self, now: Moment) -> Result<Challenge, PeopleError> {
        let bytes = self.sealed(None, Ceremony::Get, now)?;
        Ok(Challenge { bytes, known: Vec::new(), handle: Vec::new() })
    }

    /// Adds a passkey to whoever a token stands for and knows the password, or has none and just signed in; gives the token that replaces the
    /// session's. It is the second factor where there was none.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::SignInAgain`], [`PeopleError::Locked`], [`PeopleError::NoSession`], or
    /// the database's.
    pub fn add_passkey(
        &self,
        token: &str,
        present: &str,
        at: &RelyingParty,
        new: &NewPasskey,
        now: Moment,
    ) -> Result<String, PeopleError> {
        let (caller, row) = self.shown_again(token, present, now)?;
        let passkey = self.made(&caller.sign_in, token, at, new, now).ok_or(PeopleError::Wrong)?;
        let way = WayIn::besides(&caller, "passkey");
        let (fresh, session) = opened(&caller.sign_in, &way, now, self.policy.session_hours)?;
        let own = sha256(token.as_bytes());
        let cause = self.own(&row);
        change(&mut self.writer(), Register::People, &cause, now, |tx| {
            let person = tx.lock_person(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
            let is_strong = tx.session(&own)?.ok_or(PeopleError::NoSession)?.is_strong;
            let has_one = person.totp.is_some() || person.passkeys > 0;
            if (has_one && !is_strong) || person.passkeys >= MOST {
                return Err(PeopleError::Wrong);
            }
            if tx.insert_absent(std::slice::from_ref(&passkey))? == 0 {
                return Err(PeopleError::Wrong);
            }
            let passkeys = person.passkeys + 1;
            tx.upsert(&[PersonRow { passkeys, failures: 0, ..person }])?;
            tx.end_sessions(&[own])?;
            tx.insert(std::slice::from_ref(&session))?;
            let field = Field::changed("passkey", String::new(), number_of(&passkey.digest));
            let fields = field.into_iter().collect();
            Ok((fresh, vec![entry(&caller.sign_in, ChangeKind::Changed, fields)]))
        })
    }

    /// Takes the signature of a passkey for the second factor; gives the token that replaces the session's.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::Locked`], [`PeopleError::NoSession`], or the database's.
    pub fn confirm_by_passkey(
        &self,
        token: &str,
        at: &RelyingParty,
        signed: &Signed,
        now: Moment,
    ) -> Result<String, PeopleError> {
        let caller = self.caller(token, now)?;
        let row = self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
        unlocked(&row, now)?;
        let Some(shown) = self.shown(Some(token), at, signed, now)? else {
            return Err(self.failed(&caller.sign_in, WRONG, now)?);
        };
        if shown.row.sign_in != caller.sign_in {
            return Err(self.failed(&caller.sign_in, WRONG, now)?);
        }
        self.signed_in_by(&shown, Some(token), &WayIn::besides(&caller, "passkey"), now)
    }

    /// Begins a session by a passkey alone. `presented` is a token that the same browser has from before, which
    /// ends.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::Locked`], or the database's.
    pub fn sign_in_by_passkey(
        &self,
        at: &RelyingParty,
        signed: &Signed,
        presented: Option<&str>,
        now: Moment,
    ) -> Result<SignedIn, PeopleError> {
        let shown = self.shown(None, at, signed, now)?.ok_or(PeopleError::Wrong)?;
        let row = self.row(&shown.row.sign_in)?.ok_or(PeopleError::Wrong)?;
        unlocked(&row, now)?;
        let person = Person::of(row)?;
        if person.is_shut_out || !person.has_accepted() {
            return Err(PeopleError::Wrong);
        }
        let token = self.signed_in_by(&shown, presented, &WayIn::passkey(), now)?;
        Ok(SignedIn { token, next: None })
    }

    /// The passkeys of whoever a token stands for, the oldest first.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn passkeys(&self, token: &str, now: Moment) -> Result<Vec<Passkey>, PeopleError> {
        let caller = self.caller(token, now)?;
        let rows = self.store.read(|view| view.passkeys_of(&caller.sign_in))?;
        let passkeys = rows.into_iter().map(|row| Passkey {
            number: number_of(&row.digest),
            name: row.name,
            added_at: row.added_at,
            used_at: row.used_at,
        });
        Ok(passkeys.collect())
    }

    /// Calls an own passkey by another name; one that is not there has none.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn rename_passkey(
        &self,
        token: &str,
        number: &str,
        name: &str,
        now: Moment,
    ) -> Result<(), PeopleError> {
        let (caller, name) = (self.caller(token, now)?, shortened(name));
        let own = self.own(&self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?);
        change(&mut self.writer(), Register::People, &own, now, |tx| {
            let Some(row) = own_passkey(tx, &caller.sign_in, number)? else {
                return Ok(((), Vec::new()));
            };
            let field = Field::changed("name of a passkey", row.name.clone(), name.clone());
            tx.upsert(&[PasskeyRow { name, ..row }])?;
            let fields: Vec<_> = field.into_iter().collect();
            let entry = entry(&caller.sign_in, ChangeKind::Changed, fields);
            Ok(((), if entry.fields.is_empty() { Vec::new() } else { vec![entry] }))
        })
    }

    /// Takes an own passkey away; one that is not there is gone already.
    ///
    /// # Errors
    /// [`PeopleError::LastFactor`] where a second factor is demanded and there is no other,
    /// [`PeopleError::NoSession`], or the database's.
    pub fn remove_passkey(
        &self,
        token: &str,
        number: &str,
        now: Moment,
    ) -> Result<(), PeopleError> {
        let caller = self.caller(token, now)?;
        let is_demanded = self.demands_factor(caller.standing);
        let cause = self.own(&self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?);
        change(&mut self.writer(), Register::People, &cause, now, |tx| {
            let person = tx.lock_person(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
            let Some(row) = own_passkey(tx, &caller.sign_in, number)? else {
                return Ok(((), Vec::new()));
            };
            if is_demanded && person.totp.is_none() && person.passkeys <= 1 {
                return Err(PeopleError::LastFactor);
            }
            tx.remove_passkeys(&[row.digest])?;
            let passkeys = person.passkeys.saturating_sub(1);
            tx.upsert(&[PersonRow { passkeys, ..person }])?;
            let field = Field::changed("passkey", number_of(&row.digest), String::new());
            let fields = field.into_iter().collect();
            Ok(((), vec![entry(&caller.sign_in, ChangeKind::Changed, fields)]))
        })
    }

    /// A passkey to be kept, if browser and authenticator say what they should.
    fn made(
        &self,
        name: &SignIn,
        token: &str,
        at: &RelyingParty,
        new: &NewPasskey,
        now: Moment,
    ) -> Option<PasskeyRow> {
        let challenge = challenge_of(&new.client, Ceremony::Create, at)?;
        let challenge_at = self.given_at(Some(token), Ceremony::Create, &challenge, now)?;
        let said = Said::read(&new.said, at)?;
        let algorithm = Algorithm::of(new.algorithm).filter(|it| it.takes(&new.key))?;
        let credential = said.id?.to_vec();
        Some(PasskeyRow {
            digest: sha256(&credential),
            sign_in: name.clone(),
            credential,
            name: shortened(&new.name),
            public_key: new.key.clone(),
            algorithm: algorithm.number(),
            uses: said.count.into(),
            challenge_at,
            added_at: now,
            used_at: None,
        })
    }

    /// The passkey that has signed, if it has.
    fn shown(
        &self,
        token: Option<&str>,
        at: &RelyingParty,
        signed: &Signed,
        now: Moment,
    ) -> Result<Option<Shown>, StorageError> {
        let digest = sha256(&signed.id);
        let Some(row) = self.store.read(|view| view.passkeys(&[digest]))?.pop() else {
            return Ok(None);
        };
        let checked = || {
            let challenge = challenge_of(&signed.client, Ceremony::Get, at)?;
            let challenge_at = self.given_at(token, Ceremony::Get, &challenge, now)?;
            let count = Said::read(&signed.said, at)?.count.into();
            let algorithm = Algorithm::of(row.algorithm)?;
            let holds = algorithm.verifies(
                &row.public_key,
                &signed.said,
                &signed.client,
                &signed.signature,
            );
            (holds && is_later(&row, count, challenge_at)).then_some((count, challenge_at))
        };
        Ok(checked().map(|(count, challenge_at)| Shown { row, count, challenge_at }))
    }

    /// Notes that a passkey has signed, and begins the session that follows from it.
    fn signed_in_by(
        &self,
        shown: &Shown,
        presented: Option<&str>,
        way: &WayIn,
        now: Moment,
    ) -> Result<String, PeopleError> {
        let name = &shown.row.sign_in;
        let (fresh, session) = opened(name, way, now, self.policy.session_hours)?;
        let presented: Vec<_> = presented.map(|it| sha256(it.as_bytes())).into_iter().collect();
        let begun = self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(person) = tx.lock_person(name)? else { return Ok::<_, StorageError>(false) };
            // Of two who bring one answer at a time, one comes first.
            let Some(row) = tx.passkeys(&[shown.row.digest])?.pop() else { return Ok(false) };
            if person.disabled || !is_later(&row, shown.count, shown.challenge_at) {
                return Ok(false);
            }
            let (count, challenge_at) = (shown.count, shown.challenge_at);
            let own = self.own(&person);
            tx.upsert(&[PasskeyRow { uses: count, challenge_at, used_at: Some(now), ..row }])?;
            tx.upsert(&[PersonRow { failures: 0, locked_until: None, ..person }])?;
            tx.end_sessions(&presented)?;
            tx.insert(std::slice::from_ref(&session))?;
            told(tx, revision, &own, name, [(SIGN_IN, "", way.told.as_str())], now)?;
            Ok(true)
        })?;
        if begun { Ok(fresh) } else { Err(PeopleError::Wrong) }
    }

    fn sealed(
        &self,
        token: Option<&str>,
        ceremony: Ceremony,
        now: Moment,
    ) -> Result<Vec<u8>, PeopleError> {
        Ok(self.keyring.seal_secret(&place(token, ceremony), &now.micros().to_be_bytes())?)
    }

    /// When a challenge was given for this, if it was, and not too long ago.
    fn given_at(
        &self,
        token: Option<&str>,
        ceremony: Ceremony,
        challenge: &[u8],
        now: Moment,
    ) -> Option<Moment> {
        let content = self.keyring.open_secret(&place(token, ceremony), challenge).ok()?;
        let at = Moment::from_micros(i64::from_be_bytes(content.try_into().ok()?));
        (now < at.plus_millis(GOOD_FOR_MS)).then_some(at)
    }
}

/// A passkey that has signed.
struct Shown {
    row: PasskeyRow,
    count: i64,
    challenge_at: Moment,
}

/// Whether an answer is newer than the last: a count that stands still is of a copy, a challenge that is not later
/// was answered before.
fn is_later(row: &PasskeyRow, count: i64, challenge_at: Moment) -> bool {
    let counts = row.uses > 0 || count > 0;
    challenge_at > row.challenge_at && (!counts || count > row.uses)
}

/// For what a challenge is sealed.
fn place(token: Option<&str>, ceremony: Ceremony) -> String {
    let session = token.map(|token| fingerprint(&sha256(token.as_bytes()))).unwrap_or_default();
    format!("passkey {} {session}", ceremony.kind())
}

fn shortened(name: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    if name.is_empty() { "passkey".to_owned() } else { name }
}

fn own_passkey(
    tx: &mut Tx<'_>,
    name: &SignIn,
    number: &str,
) -> Result<Option<PasskeyRow>, StorageError> {
    let rows = tx.passkeys_of(name)?.into_iter();
    Ok(rows.into_iter().find(|row| number_of(&row.digest) == number))
}
