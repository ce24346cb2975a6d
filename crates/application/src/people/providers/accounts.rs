//! Accounts at providers: whose they are, and what their owners do with them.

use tongguan_domain::access::SignIn;
use tongguan_domain::time::Moment;
use tongguan_storage::{Backoff, PersonRow, ProviderAccountRow, Register, StorageError, Tx};

use super::Proven;
use crate::digest::sha256;
use crate::history::{ChangeKind, Field, change};
use crate::people::managing::{end_all_sessions, entry};
use crate::people::session::{SIGN_IN, WayIn, clear_ended, number_of, opened, told, unlocked};
use crate::people::{People, PeopleError, Person, SignedIn};
use crate::registry::fingerprint;

/// The most accounts of one person.
const MOST: i64 = 10;
/// Answers that are too old are forgotten so many at a time.
pub(super) const FORGOTTEN: i64 = 100;

/// An account at a provider, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAccount {
    /// What it is called here: the beginning of a digest.
    pub number: String,
    /// The provider's name in the settings, when it was linked.
    pub provider: String,
    /// When it was linked.
    pub linked_at: Moment,
    /// When it was last signed in by.
    pub used_at: Option<Moment>,
}

impl People {
    /// Begins a session by an account. `presented` is a token that the same browser has from before, which ends.
    ///
    /// # Errors
    /// [`PeopleError::NotLinked`] where it is nobody's, or of somebody who was shut out;
    /// [`PeopleError::AnswerUsed`], [`PeopleError::Locked`], or the database's.
    pub fn sign_in_by_provider(
        &self,
        proven: &Proven,
        presented: Option<&str>,
        now: Moment,
    ) -> Result<SignedIn, PeopleError> {
        let account = self.store.read(|view| view.provider_account(&proven.account))?;
        let name = account.ok_or(PeopleError::NotLinked)?.sign_in;
        let row = self.row(&name)?.ok_or(PeopleError::NotLinked)?;
        if row.disabled {
            return Err(self.turned_away(&name, proven, now)?);
        }
        unlocked(&row, now)?;
        let (token, session) = opened(&name, &proven.way_in(), now, self.policy.session_hours)?;
        let presented: Vec<_> = presented.map(|it| sha256(it.as_bytes())).into_iter().collect();
        let begun = self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(person) = tx.lock_person(&name)? else { return Ok::<_, StorageError>(None) };
            // Unlinked, or shut out, by somebody else at the same time.
            let Some(row) = own_account(tx, &name, |it| it.digest == proven.account)? else {
                return Ok(None);
            };
            if person.disabled || !tx.take_provider_answer(&proven.answer, now, FORGOTTEN)? {
                return Ok(None);
            }
            let own = self.own(&person);
            let has_factor = person.totp.is_some() || person.passkeys > 0;
            // As after a password: only a complete sign-in forgets failures.
            let person = match proven.is_strong || !has_factor {
                true => PersonRow { failures: 0, locked_until: None, ..person },
                false => person,
            };
            tx.upsert(&[ProviderAccountRow { used_at: Some(now), ..row }])?;
            tx.upsert(std::slice::from_ref(&person))?;
            clear_ended(tx, now)?;
            tx.end_sessions(&presented)?;
            tx.insert(std::slice::from_ref(&session))?;
            told(tx, revision, &own, &name, [(SIGN_IN, "", proven.way_in().told.as_str())], now)?;
            Ok(Some(person))
        })?;
        let person = Person::of(begun.ok_or(PeopleError::AnswerUsed)?)?;
        Ok(SignedIn { token, next: self.next_step(&person, proven.is_strong) })
    }

    /// Uses an invitation up, links the account instead of choosing a password, and begins a session. `presented` is a
    /// token that the same browser has from before, which ends.
    ///
    /// # Errors
    /// [`PeopleError::NoInvitation`], [`PeopleError::AccountTaken`], [`PeopleError::AnswerUsed`], or the database's.
    pub fn accept_by_provider(
        &self,
        code: &str,
        proven: &Proven,
        presented: Option<&str>,
        now: Moment,
    ) -> Result<SignedIn, PeopleError> {
        let name = self.invited(code, now)?.sign_in;
        let digest = sha256(code.trim().as_bytes());
        let own = self.own(&self.row(&name)?.ok_or(PeopleError::NoInvitation)?);
        let way = proven.way_in();
        let (token, session) = opened(&name, &way, now, self.policy.session_hours)?;
        let presented: Vec<_> = presented.map(|it| sha256(it.as_bytes())).into_iter().collect();
        let person = change(&mut self.writer(), Register::People, &own, now, |tx| {
            let person = tx.lock_person(&name)?.ok_or(PeopleError::NoInvitation)?;
            if person.disabled || tx.use_invitations(&[digest])? == 0 {
                return Err(PeopleError::NoInvitation);
            }
            let linked = link(tx, person, proven, now)?;
            let cleared = PersonRow { failures: 0, locked_until: None, ..linked };
            tx.upsert(std::slice::from_ref(&cleared))?;
            end_all_sessions(tx, &name)?;
            tx.end_sessions(&presented)?;
            tx.insert(std::slice::from_ref(&session))?;
            let fields = [
                Field::changed(ACCOUNT, String::new(), proven.named()),
                Field::changed(SIGN_IN, String::new(), way.told.clone()),
            ];
            let fields = fields.into_iter().flatten().collect();
            Ok((cleared, vec![entry(&name, ChangeKind::Changed, fields)]))
        })?;
        Ok(SignedIn { token, next: self.next_step(&Person::of(person)?, proven.is_strong) })
    }

    /// Whether whoever a token stands for may link an account now, as for a new passkey.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::SignInAgain`], [`PeopleError::Locked`], [`PeopleError::NoSession`], or
    /// the database's.
    pub fn may_link(&self, token: &str, present: &str, now: Moment) -> Result<(), PeopleError> {
        let (caller, _) = self.shown_again(token, present, now)?;
        if caller.next.is_none() { Ok(()) } else { Err(PeopleError::Wrong) }
    }

    /// Links an account to whoever a token stands for; `session` is the mark of the session that it was begun in.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`] where that is another one, [`PeopleError::AccountTaken`],
    /// [`PeopleError::TooManyAccounts`], [`PeopleError::AnswerUsed`], or the database's.
    pub fn link_account(
        &self,
        token: &str,
        session: &str,
        proven: &Proven,
        now: Moment,
    ) -> Result<(), PeopleError> {
        let caller = self.caller(token, now)?;
        if Self::session_mark(token) != session || caller.next.is_some() {
            return Err(PeopleError::NoSession);
        }
        let name = &caller.sign_in;
        let own = self.own(&self.row(name)?.ok_or(PeopleError::NoSession)?);
        change(&mut self.writer(), Register::People, &own, now, |tx| {
            let person = tx.lock_person(name)?.ok_or(PeopleError::NoSession)?;
            let linked = link(tx, person, proven, now)?;
            tx.upsert(&[linked])?;
            let field = Field::changed(ACCOUNT, String::new(), proven.named());
            let fields = field.into_iter().collect();
            Ok(((), vec![entry(name, ChangeKind::Changed, fields)]))
        })
    }

    /// The accounts of whoever a token stands for, the oldest first.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn accounts(&self, token: &str, now: Moment) -> Result<Vec<ProviderAccount>, PeopleError> {
        let caller = self.caller(token, now)?;
        let rows = self.store.read(|view| view.provider_accounts_of(&caller.sign_in))?;
        let accounts = rows.into_iter().map(|row| ProviderAccount {
            number: number_of(&row.digest),
            provider: row.provider,
            linked_at: row.linked_at,
            used_at: row.used_at,
        });
        Ok(accounts.collect())
    }

    /// Unlinks an own account; one that is not there is gone already.
    ///
    /// # Errors
    /// [`PeopleError::LastWayIn`] where there is neither a password nor another one, [`PeopleError::NoSession`], or
    /// the database's.
    pub fn unlink_account(
        &self,
        token: &str,
        number: &str,
        now: Moment,
    ) -> Result<(), PeopleError> {
        let name = self.caller(token, now)?.sign_in;
        let own = self.own(&self.row(&name)?.ok_or(PeopleError::NoSession)?);
        change(&mut self.writer(), Register::People, &own, now, |tx| {
            let person = tx.lock_person(&name)?.ok_or(PeopleError::NoSession)?;
            let Some(row) = own_account(tx, &name, |it| number_of(&it.digest) == number)? else {
                return Ok(((), Vec::new()));
            };
            if person.password.is_none() && person.accounts <= 1 {
                return Err(PeopleError::LastWayIn);
            }
            tx.remove_provider_accounts(&[row.digest])?;
            let accounts = person.accounts.saturating_sub(1);
            tx.upsert(&[PersonRow { accounts, ..person }])?;
            let field = Field::changed(ACCOUNT, named(&row.provider, &row.digest), String::new());
            let fields = field.into_iter().collect();
            Ok(((), vec![entry(&name, ChangeKind::Changed, fields)]))
        })
    }

    /// By which a session is known to what was begun in it, and from which its token does not follow.
    pub fn session_mark(token: &str) -> String {
        fingerprint(&sha256(token.as_bytes()))
    }

    /// Records that somebody who was shut out has come; gives what to tell, which is what strangers are told.
    fn turned_away(
        &self,
        name: &SignIn,
        proven: &Proven,
        now: Moment,
    ) -> Result<PeopleError, PeopleError> {
        let why = format!("shut out, by {}", proven.way_in().told);
        self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(row) = tx.lock_person(name)? else { return Ok(()) };
            told(tx, revision, &self.own(&row), name, [(SIGN_IN, "", why.as_str())], now)
        })?;
        Ok(PeopleError::NotLinked)
    }
}

/// The field of an event that names an account.
const ACCOUNT: &str = "provider account";

impl Proven {
    fn way_in(&self) -> WayIn {
        WayIn::of_provider(&self.provider, self.is_strong)
    }

    fn named(&self) -> String {
        named(&self.provider, &self.account)
    }
}

fn named(provider: &str, digest: &[u8; 32]) -> String {
    format!("{provider} {}", number_of(digest))
}

/// Makes an account a person's; gives the person with one more.
fn link(
    tx: &mut Tx<'_>,
    person: PersonRow,
    proven: &Proven,
    now: Moment,
) -> Result<PersonRow, PeopleError> {
    if person.accounts >= MOST {
        return Err(PeopleError::TooManyAccounts);
    }
    if !tx.take_provider_answer(&proven.answer, now, FORGOTTEN)? {
        return Err(PeopleError::AnswerUsed);
    }
    let account = ProviderAccountRow {
        digest: proven.account,
        sign_in: person.sign_in.clone(),
        provider: proven.provider.clone(),
        linked_at: now,
        used_at: None,
    };
    match tx.insert_absent(std::slice::from_ref(&account))? {
        0 => Err(PeopleError::AccountTaken),
        _ => Ok(PersonRow { accounts: person.accounts + 1, ..person }),
    }
}

pub(super) fn own_account(
    tx: &mut Tx<'_>,
    name: &SignIn,
    which: impl Fn(&ProviderAccountRow) -> bool,
) -> Result<Option<ProviderAccountRow>, StorageError> {
    Ok(tx.provider_accounts_of(name)?.into_iter().find(|row| which(row)))
}

#[cfg(test)]
mod tests;
