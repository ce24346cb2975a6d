//! Sessions: signing in, being known by a token, signing out.

use tongguan_domain::access::{Role, SignIn, Standing};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{random, sealed_by};
use tongguan_storage::{Backoff, PersonRow, Register, SessionRow, StorageError, Tx};

use super::second_factor::{Enrolment, place, step_of};
use super::{People, PeopleError, Person, password};
use crate::digest::sha256;
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, record};
use crate::registry::fingerprint;

/// How often it may go wrong before a name is locked.
const FREE_FAILURES: i64 = 5;
/// For how long at first; each failure more doubles it.
const FIRST_LOCK_MS: i64 = 60_000;
/// For how long at most.
const LONGEST_LOCK_MS: i64 = 15 * 60_000;
/// For how long a session has just begun.
pub(super) const JUST_BEGUN_MS: i64 = 5 * 60_000;
/// A session's use is noted once in so long.
const NOTE_EVERY_MS: i64 = 60_000;
/// The field of an event that says how somebody signed in, or what was wrong.
pub(super) const SIGN_IN: &str = "sign-in";
/// Sessions that are over are cleared away so many at a time.
const CLEARED: i64 = 100;

/// Somebody who has signed in (已登录人员).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name.
    pub sign_in: SignIn,
    /// The name that others see.
    pub name: String,
    /// For whom, and as what.
    pub standing: Standing,
    /// Proves that a form was given out in this session.
    pub form_token: String,
    /// What has to be done before anything else; nothing where the session is complete.
    pub next: Option<NextStep>,
    /// Whether codes of an authenticator are a second factor of the person.
    pub has_codes: bool,
    /// Whether the person has a password.
    pub has_password: bool,
    /// The provider by which the session began.
    pub(super) provider: Option<String>,
    /// When the session began.
    pub(super) opened_at: Moment,
}

/// What a person has to do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Show a code of the second factor.
    ShowCode,
    /// Set up a second factor.
    SetUpSecondFactor,
}

/// How somebody has come in (登录方式).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WayIn {
    /// What the event says of it.
    pub told: String,
    /// The provider, where one was the first factor.
    provider: Option<String>,
    /// Whether it counts as two factors.
    is_strong: bool,
}

impl WayIn {
    /// By password alone.
    fn password() -> Self {
        Self { told: "password".to_owned(), provider: None, is_strong: false }
    }

    /// By a passkey alone, which is two factors in one.
    pub(super) fn passkey() -> Self {
        Self { told: "passkey".to_owned(), provider: None, is_strong: true }
    }

    /// By a provider, and by its second factor where that counts.
    pub(super) fn of_provider(id: &str, is_strong: bool) -> Self {
        let told = match is_strong {
            true => format!("provider {id} and its second factor"),
            false => format!("provider {id}"),
        };
        Self { told, provider: Some(id.to_owned()), is_strong }
    }

    /// By a second factor besides the first one of this session.
    pub(super) fn besides(caller: &Caller, factor: &str) -> Self {
        let told = match &caller.provider {
            Some(id) => format!("provider {id} and {factor}"),
            None => format!("password and {factor}"),
        };
        Self { told, provider: caller.provider.clone(), is_strong: true }
    }
}

/// A session that has begun.
#[derive(Debug)]
pub struct SignedIn {
    /// What the session is known by; told once.
    pub token: String,
    /// What comes next.
    pub next: Option<NextStep>,
}

/// A session that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// What it is called: the beginning of its digest.
    pub number: String,
    /// Whether it is the one that asks.
    pub is_own: bool,
    /// When it began.
    pub opened_at: Moment,
    /// When it was last used, to the minute.
    pub seen_at: Moment,
}

impl People {
    /// Begins a session. `presented` is a token that the same browser has from before, which ends.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`] whether the name or the password is; [`PeopleError::Locked`] when it was tried
    /// too often; or the database's.
    pub fn sign_in(
        &self,
        name: &str,
        password: &str,
        presented: Option<&str>,
        now: Moment,
    ) -> Result<SignedIn, PeopleError> {
        let row = match SignIn::parse(name) {
            Ok(name) => self.row(&name)?,
            Err(_) => None,
        };
        let hash = row.as_ref().and_then(|row| row.password.as_deref());
        // As long for nobody as for somebody, and outside of any transaction.
        let fits = password::fits(password, hash.unwrap_or(&self.decoy)) && hash.is_some();
        let Some(row) = row else { return Err(PeopleError::Wrong) };
        unlocked(&row, now)?;
        if !fits || row.disabled {
            return Err(self.failed(&row.sign_in, "wrong password", now)?);
        }
        let person = Person::of(row)?;
        let token = self.begin(&person, presented, now)?;
        Ok(SignedIn { token, next: self.next_step(&person, false) })
    }

    /// Who a token stands for; notes that the session was used.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn caller(&self, token: &str, now: Moment) -> Result<Caller, PeopleError> {
        let digest = sha256(token.as_bytes());
        let found = self.store.read(|view| {
            let Some(session) = view.session(&digest)? else { return Ok(None) };
            let person = view.people(&[&session.sign_in])?.pop();
            Ok::<_, StorageError>(person.map(|person| (session, person)))
        })?;
        let (session, person) = found.ok_or(PeopleError::NoSession)?;
        let idle_since = session.seen_at.plus_millis(self.policy.idle_minutes * 60_000);
        if person.disabled || now >= session.expires_at || now >= idle_since {
            return Err(PeopleError::NoSession);
        }
        let (is_strong, opened_at) = (session.is_strong, session.opened_at);
        let (form_token, provider) = (session.form_token.clone(), session.provider.clone());
        if now >= session.seen_at.plus_millis(NOTE_EVERY_MS) {
            let seen = SessionRow { seen_at: now, ..session };
            self.writer().retried(Backoff::default(), |tx| match tx.session(&digest)? {
                Some(standing) => {
                    tx.upsert(&[SessionRow { is_strong: standing.is_strong, ..seen.clone() }])
                }
                // Ended meanwhile, and stays so.
                None => Ok(()),
            })?;
        }
        let person = Person::of(person)?;
        let next = self.next_step(&person, is_strong);
        let Person { sign_in, name, standing, has_codes, has_password, .. } = person;
        Ok(Caller {
            sign_in,
            name,
            standing,
            form_token,
            next,
            has_codes,
            has_password,
            provider,
            opened_at,
        })
    }

    /// Ends a session, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub fn sign_out(&self, token: &str, now: Moment) -> Result<(), PeopleError> {
        let digest = sha256(token.as_bytes());
        match self.store.read(|view| view.session(&digest))? {
            Some(session) => self.end_those(&session.sign_in, now, |row| row.digest == digest),
            None => Ok(()),
        }
    }

    /// The sessions of whoever a token stands for, the oldest first.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn sessions(&self, token: &str, now: Moment) -> Result<Vec<OpenSession>, PeopleError> {
        let caller = self.caller(token, now)?;
        let own = sha256(token.as_bytes());
        let rows = self.store.read(|view| view.sessions_of(&caller.sign_in))?.into_iter();
        let idle = self.policy.idle_minutes * 60_000;
        let lasting =
            rows.filter(|row| now < row.expires_at && now < row.seen_at.plus_millis(idle));
        let open = lasting.map(|row| OpenSession {
            number: number_of(&row.digest),
            is_own: row.digest == own,
            opened_at: row.opened_at,
            seen_at: row.seen_at,
        });
        Ok(open.collect())
    }

    /// Ends one of the sessions of whoever a token stands for; one that is not there is ended already.
    ///
    /// # Errors
    /// [`PeopleError::NoSession`], or the database's.
    pub fn end_session(&self, token: &str, number: &str, now: Moment) -> Result<(), PeopleError> {
        let name = self.caller(token, now)?.sign_in;
        self.end_those(&name, now, |row| number_of(&row.digest) == number)
    }

    /// Ends own sessions, and records that.
    fn end_those(
        &self,
        name: &SignIn,
        now: Moment,
        which: impl Fn(&SessionRow) -> bool,
    ) -> Result<(), PeopleError> {
        Ok(self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(person) = tx.lock_person(name)? else { return Ok(()) };
            let ended: Vec<_> = tx.sessions_of(name)?.into_iter().filter(|it| which(it)).collect();
            let digests: Vec<_> = ended.iter().map(|row| row.digest).collect();
            tx.end_sessions(&digests)?;
            let numbers: Vec<_> = digests.iter().map(number_of).collect();
            let fields = numbers.iter().map(|number| ("session", number.as_str(), "ended"));
            told(tx, revision, &self.own(&person), &person.sign_in, fields, now)
        })?)
    }

    /// A secret for a new second factor, which is kept when [`Self::confirm_second_factor`] was shown a code.
    ///
    /// # Errors
    /// [`PeopleError::Seal`].
    pub fn begin_second_factor(&self, name: &SignIn) -> Result<Enrolment, PeopleError> {
        Enrolment::begin(&self.keyring, name)
    }

    /// Takes a code: of the second factor that `enrolled` brings, which replaces none but a missing one, or
    /// of the one that is there. Gives the token that replaces the session's.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::Locked`], [`PeopleError::NoSession`], or the database's.
    pub fn confirm_second_factor(
        &self,
        token: &str,
        enrolled: Option<&[u8]>,
        code: &str,
        now: Moment,
    ) -> Result<String, PeopleError> {
        let caller = self.caller(token, now)?;
        let row = self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
        unlocked(&row, now)?;
        let sealed = match (&row.totp, enrolled) {
            (Some(own), None) => own.clone(),
            // Whoever has another factor shows that one first.
            (None, Some(new)) if caller.next != Some(NextStep::ShowCode) => new.to_vec(),
            // Another page has done it meanwhile, or there is none to show.
            (Some(_), Some(_)) | (None, _) => return Err(PeopleError::Wrong),
        };
        let step = step_of(&self.keyring, &row.sign_in, &sealed, row.totp_step, code, now);
        // A form may bring back anything: what does not open is a wrong code.
        let step = if enrolled.is_some() { step.unwrap_or(None) } else { step? };
        let Some(step) = step else {
            return Err(self.failed(&row.sign_in, "wrong code", now)?);
        };
        let kept = enrolled.map(|_| self.sealed_now(&row.sign_in, sealed)).transpose()?;
        let way = WayIn::besides(&caller, "code");
        let (fresh, session) = opened(&caller.sign_in, &way, now, self.policy.session_hours)?;
        let digest = sha256(token.as_bytes());
        let taken = self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(person) = tx.lock_person(&caller.sign_in)? else {
                return Ok::<_, StorageError>(false);
            };
            // Of two who bring one code at a time, one comes first.
            if person.totp_step >= step || person.totp.is_some() == enrolled.is_some() {
                return Ok(false);
            }
            let is_strong = tx.session(&digest)?.is_some_and(|session| session.is_strong);
            if enrolled.is_some() && person.passkeys > 0 && !is_strong {
                return Ok(false);
            }
            if let Some(kept) = &kept {
                tx.still_seal(&[sealed_by(kept)?])?;
            }
            let own = self.own(&person);
            // Who only shows a code keeps the secret as it is sealed by now.
            let totp = kept.clone().or(person.totp);
            tx.upsert(&[PersonRow { totp, totp_step: step, failures: 0, ..person }])?;
            tx.end_sessions(&[digest])?;
            tx.insert(std::slice::from_ref(&session))?;
            let set_up = enrolled.map(|_| ("second factor", "", "kept"));
            let fields = set_up.into_iter().chain([(SIGN_IN, "", way.told.as_str())]);
            told(tx, revision, &own, &caller.sign_in, fields, now)?;
            Ok(true)
        })?;
        if taken { Ok(fresh) } else { Err(PeopleError::Wrong) }
    }

    /// The secret of a second factor under the key that seals: a form may be older than that.
    pub(super) fn sealed_now(
        &self,
        name: &SignIn,
        sealed: Vec<u8>,
    ) -> Result<Vec<u8>, PeopleError> {
        Ok(self.keyring.reseal_secret(&place(name), &sealed)?.unwrap_or(sealed))
    }

    fn begin(
        &self,
        person: &Person,
        presented: Option<&str>,
        now: Moment,
    ) -> Result<String, PeopleError> {
        let way = WayIn::password();
        let (token, session) = opened(&person.sign_in, &way, now, self.policy.session_hours)?;
        let presented: Vec<_> =
            presented.map(|token| sha256(token.as_bytes())).into_iter().collect();
        self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(row) = tx.lock_person(&person.sign_in)? else {
                return Ok::<_, StorageError>(());
            };
            let own = self.own(&row);
            // A wrong second factor counts on: only a complete sign-in forgets failures.
            if !person.has_second_factor && row.failures > 0 {
                tx.upsert(&[PersonRow { failures: 0, locked_until: None, ..row }])?;
            }
            clear_ended(tx, now)?;
            tx.end_sessions(&presented)?;
            tx.insert(std::slice::from_ref(&session))?;
            told(tx, revision, &own, &person.sign_in, [(SIGN_IN, "", way.told.as_str())], now)
        })?;
        Ok(token)
    }

    /// Counts a failure and records it; gives what to tell. A name that is locked is not tried, so there are only
    /// so many.
    pub(super) fn failed(
        &self,
        name: &SignIn,
        why: &str,
        now: Moment,
    ) -> Result<PeopleError, PeopleError> {
        self.writer().retried(Backoff::default(), |tx| {
            let revision = tx.bump(Register::People)?;
            let Some(row) = tx.lock_person(name)? else { return Ok(()) };
            let own = self.own(&row);
            let failures = row.failures.saturating_add(1);
            let locked_until = lock_for(failures).map(|millis| now.plus_millis(millis));
            tx.upsert(&[PersonRow { failures, locked_until, ..row }])?;
            told(tx, revision, &own, name, [(SIGN_IN, "", why)], now)
        })?;
        Ok(PeopleError::Wrong)
    }

    /// Who a token stands for, after having proved again that it is them: by the password, and where there is none,
    /// by a session that has just begun. Whoever has another factor has to have shown it.
    pub(super) fn shown_again(
        &self,
        token: &str,
        present: &str,
        now: Moment,
    ) -> Result<(Caller, PersonRow), PeopleError> {
        let caller = self.caller(token, now)?;
        let row = self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
        unlocked(&row, now)?;
        if caller.next == Some(NextStep::ShowCode) {
            return Err(PeopleError::Wrong);
        }
        match &row.password {
            Some(hash) if password::fits(present, hash) => Ok((caller, row)),
            Some(_) => Err(self.failed(&row.sign_in, "wrong password", now)?),
            None if now < caller.opened_at.plus_millis(JUST_BEGUN_MS) => Ok((caller, row)),
            None => Err(PeopleError::SignInAgain),
        }
    }

    pub(super) fn next_step(&self, person: &Person, is_strong: bool) -> Option<NextStep> {
        match (is_strong, person.has_second_factor) {
            (true, _) => None,
            (false, true) => Some(NextStep::ShowCode),
            (false, false) => {
                self.demands_factor(person.standing).then_some(NextStep::SetUpSecondFactor)
            }
        }
    }

    /// Whether somebody must have a second factor.
    pub(super) fn demands_factor(&self, standing: Standing) -> bool {
        self.policy.second_factor_required && must_be_strong(standing)
    }
}

/// Records what somebody did to sign in.
pub(super) fn told<'t>(
    tx: &mut Tx<'_>,
    revision: i64,
    own: &Cause,
    name: &SignIn,
    fields: impl IntoIterator<Item = (&'t str, &'t str, &'t str)>,
    now: Moment,
) -> Result<(), StorageError> {
    let fields = fields
        .into_iter()
        .filter_map(|(name, before, after)| Field::changed(name, before.into(), after.into()));
    let fields: Vec<_> = fields.collect();
    if fields.is_empty() {
        return Ok(());
    }
    let subject = Subject::Person(name.to_string());
    let entry = Entry { subject, change: ChangeKind::Changed, fields };
    record(tx, (Register::People, revision), own, now, &[entry])
}

/// Whether a second factor is demanded where the policy demands any: of all who act for the public or can
/// let others in.
fn must_be_strong(standing: Standing) -> bool {
    !matches!(standing.role(), Role::Clerk | Role::Reader | Role::FacilityStaff)
}

/// For how long a name is locked after so many failures, in milliseconds.
fn lock_for(failures: i64) -> Option<i64> {
    let beyond = failures.checked_sub(FREE_FAILURES).filter(|beyond| *beyond >= 0)?;
    let doubled = u32::try_from(beyond).ok().and_then(|n| FIRST_LOCK_MS.checked_shl(n));
    Some(doubled.filter(|millis| *millis > 0).map_or(LONGEST_LOCK_MS, |ms| ms.min(LONGEST_LOCK_MS)))
}

pub(super) fn unlocked(row: &PersonRow, now: Moment) -> Result<(), PeopleError> {
    match row.locked_until {
        Some(until) if now < until => Err(PeopleError::Locked { until }),
        _ => Ok(()),
    }
}

/// Enough of a digest to tell the sessions, or the passkeys, of one person apart.
pub(super) fn number_of(digest: &[u8; 32]) -> String {
    let mut number = fingerprint(digest);
    number.truncate(12);
    number
}

/// A new session and its token.
pub(super) fn opened(
    name: &SignIn,
    way: &WayIn,
    now: Moment,
    hours: i64,
) -> Result<(String, SessionRow), PeopleError> {
    let token = fingerprint(&random()?);
    let session = SessionRow {
        digest: sha256(token.as_bytes()),
        sign_in: name.clone(),
        form_token: fingerprint(&random()?),
        is_strong: way.is_strong,
        provider: way.provider.clone(),
        opened_at: now,
        seen_at: now,
        expires_at: now.plus_millis(hours * 3_600_000),
    };
    Ok((token, session))
}

pub(super) fn clear_ended(tx: &mut Tx<'_>, now: Moment) -> Result<(), StorageError> {
    let ended: Vec<_> =
        tx.sessions_ended(now, CLEARED)?.into_iter().map(|session| session.digest).collect();
    tx.end_sessions(&ended).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_begin_after_five_failures_and_double_up_to_a_quarter_of_an_hour() {
        let minutes = |failures| lock_for(failures).map(|millis| millis / 60_000);
        assert_eq!(minutes(4), None);
        assert_eq!([5, 6, 7, 8, 9].map(minutes), [1, 2, 4, 8, 15].map(Some));
        assert_eq!(minutes(1000), Some(15));
    }
}
