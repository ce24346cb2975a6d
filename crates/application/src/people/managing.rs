//! Who is let in: by an administrator, or by a command at the beginning.

use tongguan_domain::access::{Role, SignIn, Standing};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::random;
use tongguan_storage::{InvitationRow, PersonRow, Register, StorageError, Tx, View, Writer};

use super::session::unlocked;
use super::{BadPassword, Password, People, PeopleError, Person};
use crate::digest::sha256;
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::registry::fingerprint;

/// For how long an invitation is good.
const INVITED_FOR_DAYS: i64 = 3;
/// People read at a time.
const PAGE: i64 = 200;

/// Somebody who is to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The name to sign in with.
    pub sign_in: SignIn,
    /// The name that others see.
    pub name: String,
    /// For whom the person will act, and as what.
    pub standing: Standing,
}

/// A code with which a person chooses a password, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The code; told once.
    pub code: String,
    /// From when on it is good for nothing.
    pub expires_at: Moment,
}

/// Lets a person in, who then chooses a password with the invitation.
///
/// # Errors
/// [`PeopleError::Taken`], or the database's.
pub fn add(
    writer: &mut Writer,
    new: &NewPerson,
    cause: &Cause,
    now: Moment,
) -> Result<Invitation, PeopleError> {
    let row = PersonRow {
        sign_in: new.sign_in.clone(),
        name: new.name.clone(),
        role: new.standing.role().name().to_owned(),
        organisation: new.standing.organisation(),
        password: None,
        totp: None,
        totp_step: 0,
        passkeys: 0,
        accounts: 0,
        failures: 0,
        locked_until: None,
        disabled: false,
        added_at: now,
    };
    change(writer, Register::People, cause, now, |tx| {
        if tx.insert_absent(std::slice::from_ref(&row))? == 0 {
            return Err(PeopleError::Taken(row.sign_in.clone()));
        }
        let invitation = invitation(tx, &row.sign_in, now)?;
        let fields =
            [("name", &row.name), ("role", &row.role), ("organisation", &row.organisation)];
        let fields = fields
            .into_iter()
            .filter_map(|(name, after)| Field::changed(name, String::new(), after.clone()));
        Ok((invitation, vec![entry(&row.sign_in, ChangeKind::Added, fields.collect())]))
    })
}

/// Gives a person a new invitation: the password is chosen or an account linked anew, a second factor set up anew,
/// earlier invitations and all sessions end.
///
/// # Errors
/// [`PeopleError::Nobody`], or the database's.
pub fn invite(
    writer: &mut Writer,
    name: &SignIn,
    cause: &Cause,
    now: Moment,
) -> Result<Invitation, PeopleError> {
    not_oneself(cause, name)?;
    change(writer, Register::People, cause, now, |tx| {
        let row = tx.lock_person(name)?.ok_or_else(|| PeopleError::Nobody(name.clone()))?;
        let fields = [
            Field::changed("password", kept(row.password.is_some()), String::new()),
            Field::changed(
                "second factor",
                kept(row.totp.is_some() || row.passkeys > 0),
                String::new(),
            ),
            Field::changed("provider accounts", kept(row.accounts > 0), String::new()),
            Field::changed("invitation", String::new(), "given".to_owned()),
        ];
        let cleared = PersonRow {
            password: None,
            totp: None,
            passkeys: 0,
            accounts: 0,
            failures: 0,
            locked_until: None,
            ..row
        };
        tx.upsert(&[cleared])?;
        let passkeys: Vec<_> = tx.passkeys_of(name)?.into_iter().map(|row| row.digest).collect();
        tx.remove_passkeys(&passkeys)?;
        let accounts = tx.provider_accounts_of(name)?.into_iter();
        tx.remove_provider_accounts(&accounts.map(|row| row.digest).collect::<Vec<_>>())?;
        end_all_sessions(tx, name)?;
        let invitation = invitation(tx, name, now)?;
        let fields = fields.into_iter().flatten().collect();
        Ok((invitation, vec![entry(name, ChangeKind::Changed, fields)]))
    })
}

/// Changes for whom a person acts, and as what; sessions end.
///
/// # Errors
/// [`PeopleError::Nobody`], or the database's.
pub fn change_standing(
    writer: &mut Writer,
    name: &SignIn,
    standing: Standing,
    cause: &Cause,
    now: Moment,
) -> Result<(), PeopleError> {
    let (role, organisation) = (standing.role().name().to_owned(), standing.organisation());
    changed(writer, name, cause, now, |row| PersonRow { role, organisation, ..row })
}

/// Shuts a person out, or lets one in again; sessions end.
///
/// # Errors
/// [`PeopleError::Nobody`], or the database's.
pub fn shut_out(
    writer: &mut Writer,
    name: &SignIn,
    is_shut_out: bool,
    cause: &Cause,
    now: Moment,
) -> Result<(), PeopleError> {
    changed(writer, name, cause, now, |row| PersonRow { disabled: is_shut_out, ..row })
}

/// One person.
///
/// # Errors
/// [`PeopleError::Nobody`], or the database's.
pub fn person(view: &mut View<'_>, name: &SignIn) -> Result<Person, PeopleError> {
    let row = view.people(&[name])?.pop().ok_or_else(|| PeopleError::Nobody(name.clone()))?;
    Ok(Person::of(row)?)
}

/// People in order of their names behind `after`, at most `limit`; of one organisation where it is given.
///
/// # Errors
/// The database's.
pub fn people(
    view: &mut View<'_>,
    organisation: Option<&str>,
    after: &str,
    limit: i64,
) -> Result<Vec<Person>, PeopleError> {
    let rows = view.people_after(organisation, after, limit)?.into_iter();
    rows.map(|row| Ok(Person::of(row)?)).collect()
}

impl People {
    /// Whom an invitation is for, if it is still good.
    ///
    /// # Errors
    /// [`PeopleError::NoInvitation`], or the database's.
    pub fn invited(&self, code: &str, now: Moment) -> Result<Person, PeopleError> {
        let digest = sha256(code.trim().as_bytes());
        let row = self.store.read(|view| view.invitation(&digest))?;
        let row = row.filter(|row| now < row.expires_at).ok_or(PeopleError::NoInvitation)?;
        self.store.read(|view| person(view, &row.sign_in))
    }

    /// Uses an invitation up and keeps the password.
    ///
    /// # Errors
    /// [`PeopleError::NoInvitation`], [`PeopleError::Password`], or the database's.
    pub fn accept(&self, code: &str, password: &str, now: Moment) -> Result<Person, PeopleError> {
        let person = self.invited(code, now)?;
        let hash = Password::new(password, &person.sign_in)?.hashed()?;
        let digest = sha256(code.trim().as_bytes());
        let row = self.row(&person.sign_in)?.ok_or(PeopleError::NoInvitation)?;
        let own = self.own(&row);
        change(&mut self.writer(), Register::People, &own, now, |tx| {
            let row = tx.lock_person(&person.sign_in)?.ok_or(PeopleError::NoInvitation)?;
            if tx.use_invitations(&[digest])? == 0 {
                return Err(PeopleError::NoInvitation);
            }
            let before = kept(row.password.is_some());
            let password = Some(hash);
            tx.upsert(&[PersonRow { password, failures: 0, locked_until: None, ..row }])?;
            end_all_sessions(tx, &person.sign_in)?;
            Ok((person.clone(), vec![chosen(&person.sign_in, before)]))
        })
    }

    /// Changes the own password; all other sessions end. A wrong present one counts as a failure to sign in, so
    /// that nobody guesses it in a browser that was left open.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`] where the present one is not, [`PeopleError::Locked`] when it was tried too often,
    /// [`PeopleError::Password`], or the database's.
    pub fn change_password(
        &self,
        token: &str,
        present: &str,
        next: &str,
        now: Moment,
    ) -> Result<(), PeopleError> {
        let caller = self.caller(token, now)?;
        let row = self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
        unlocked(&row, now)?;
        if !super::password::fits(present, row.password.as_deref().unwrap_or_default()) {
            return Err(self.failed(&row.sign_in, "wrong password", now)?);
        }
        if present == next {
            return Err(BadPassword::Guessable.into());
        }
        let next = Password::new(next, &caller.sign_in)?.hashed()?;
        let own = sha256(token.as_bytes());
        let cause = self.own(&row);
        change(&mut self.writer(), Register::People, &cause, now, |tx| {
            let row = tx.lock_person(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
            let before = kept(row.password.is_some());
            tx.upsert(&[PersonRow { password: Some(next), ..row }])?;
            let sessions = tx.sessions_of(&caller.sign_in)?.into_iter();
            let others: Vec<_> =
                sessions.map(|session| session.digest).filter(|digest| *digest != own).collect();
            tx.end_sessions(&others)?;
            Ok(((), vec![chosen(&caller.sign_in, before)]))
        })
    }
}

/// A person has chosen a password.
fn chosen(name: &SignIn, before: String) -> Entry {
    let field = Field::changed("password", before, "chosen".to_owned());
    entry(name, ChangeKind::Changed, field.into_iter().collect())
}

fn changed(
    writer: &mut Writer,
    name: &SignIn,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(PersonRow) -> PersonRow,
) -> Result<(), PeopleError> {
    not_oneself(cause, name)?;
    change(writer, Register::People, cause, now, |tx| {
        let before = tx.lock_person(name)?.ok_or_else(|| PeopleError::Nobody(name.clone()))?;
        let after = work(before.clone());
        // Whoever works at the machine itself can let somebody in again.
        if matches!(cause, Cause::Person(_))
            && is_administrator(&before)
            && !still_is(&before, &after)
        {
            another_administrator(tx, &before)?;
        }
        let shut = |row: &PersonRow| (if row.disabled { "shut out" } else { "" }).to_owned();
        let fields = [
            Field::changed("role", before.role.clone(), after.role.clone()),
            Field::changed("organisation", before.organisation.clone(), after.organisation.clone()),
            Field::changed("access", shut(&before), shut(&after)),
        ];
        let fields: Vec<_> = fields.into_iter().flatten().collect();
        if fields.is_empty() {
            return Ok(((), Vec::new()));
        }
        tx.upsert(&[after])?;
        end_all_sessions(tx, name)?;
        Ok(((), vec![entry(name, ChangeKind::Changed, fields)]))
    })
}

fn not_oneself(cause: &Cause, name: &SignIn) -> Result<(), PeopleError> {
    match cause {
        Cause::Person(who) if who.name == name.as_str() => Err(PeopleError::Oneself),
        _ => Ok(()),
    }
}

fn is_administrator(row: &PersonRow) -> bool {
    let roles = [Role::EnterpriseAdministrator, Role::SystemAdministrator];
    !row.disabled && roles.iter().any(|role| role.name() == row.role)
}

fn still_is(before: &PersonRow, after: &PersonRow) -> bool {
    is_administrator(after)
        && after.organisation == before.organisation
        && after.role == before.role
}

/// Somebody else who is what this person is. The revision is locked: of two who leave at a time, one stays.
fn another_administrator(tx: &mut Tx<'_>, of: &PersonRow) -> Result<(), PeopleError> {
    let mut after = String::new();
    loop {
        let page = tx.people_after(Some(&of.organisation), &after, PAGE)?;
        let Some(last) = page.last() else {
            return Err(PeopleError::LastAdministrator(of.sign_in.clone()));
        };
        after = last.sign_in.to_string();
        let is_another = |row: &PersonRow| {
            row.sign_in != of.sign_in
                && row.role == of.role
                && !row.disabled
                && (row.password.is_some() || row.accounts > 0)
        };
        if page.iter().any(is_another) {
            return Ok(());
        }
    }
}

pub(super) fn entry(name: &SignIn, change: ChangeKind, fields: Vec<Field>) -> Entry {
    Entry { subject: Subject::Person(name.to_string()), change, fields }
}

fn kept(is_there: bool) -> String {
    (if is_there { "kept" } else { "" }).to_owned()
}

pub(super) fn end_all_sessions(tx: &mut Tx<'_>, name: &SignIn) -> Result<(), StorageError> {
    let sessions: Vec<_> =
        tx.sessions_of(name)?.into_iter().map(|session| session.digest).collect();
    tx.end_sessions(&sessions).map(drop)
}

/// A new invitation, in place of those that were given before.
fn invitation(tx: &mut Tx<'_>, name: &SignIn, now: Moment) -> Result<Invitation, PeopleError> {
    let earlier: Vec<_> =
        tx.invitations_of(name)?.into_iter().map(|invitation| invitation.digest).collect();
    tx.use_invitations(&earlier)?;
    let code = fingerprint(&random()?);
    let expires_at = now.plus_days(INVITED_FOR_DAYS);
    tx.insert(&[InvitationRow {
        digest: sha256(code.as_bytes()),
        sign_in: name.clone(),
        issued_at: now,
        expires_at,
    }])?;
    Ok(Invitation { code, expires_at })
}
