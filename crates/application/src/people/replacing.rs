//! Another authenticator in the place of one's own (更换验证器), by whoever shows the present one.

use tongguan_domain::time::Moment;
use tongguan_storage::seal::sealed_by;
use tongguan_storage::{PersonRow, Register};

use super::managing::entry;
use super::second_factor::step_of;
use super::session::{Caller, JUST_BEGUN_MS, WayIn, opened, unlocked};
use super::{People, PeopleError};
use crate::digest::sha256;
use crate::history::{ChangeKind, Field, change};

/// What replaces an authenticator.
#[derive(Debug, Clone, Copy)]
pub struct Replacing<'r> {
    /// A code of the present one; empty for whoever has just signed in by a passkey.
    pub present: &'r str,
    /// The secret of the next one, as [`People::begin_second_factor`] has sealed it.
    pub enrolled: &'r [u8],
    /// A code of the next one.
    pub code: &'r str,
}

impl People {
    /// Puts another authenticator in the place of the present one; all other sessions end. Gives the token that
    /// replaces the session's.
    ///
    /// The present one is shown by a code. Whoever has lost it and has a passkey shows that, by a session that began
    /// with a second factor within the last five minutes. What is wrong counts as a failure to sign in, so that nobody
    /// guesses it in a browser that was left open.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], also where there is no authenticator to replace, [`PeopleError::Locked`],
    /// [`PeopleError::NoSession`], or the database's.
    pub fn replace_second_factor(
        &self,
        token: &str,
        replacing: Replacing<'_>,
        now: Moment,
    ) -> Result<String, PeopleError> {
        let caller = self.caller(token, now)?;
        let row = self.row(&caller.sign_in)?.ok_or(PeopleError::NoSession)?;
        unlocked(&row, now)?;
        let Some(own) = row.totp.clone().filter(|_| caller.next.is_none()) else {
            return Err(PeopleError::Wrong);
        };
        let name = &caller.sign_in;
        let shown = match replacing.present.trim() {
            "" if row.passkeys > 0 && has_just_begun(&caller, now) => Some(row.totp_step),
            present => step_of(&self.keyring, name, &own, row.totp_step, present, now)?,
        };
        // A form may bring back anything: what does not open is a wrong code.
        let next = step_of(&self.keyring, name, replacing.enrolled, 0, replacing.code, now);
        let (Some(shown), Ok(Some(step))) = (shown, next) else {
            return Err(self.failed(name, "wrong code", now)?);
        };
        let kept = self.sealed_now(name, replacing.enrolled.to_vec())?;
        let way = WayIn::besides(&caller, "code");
        let (fresh, session) = opened(name, &way, now, self.policy.session_hours)?;
        let digest = sha256(token.as_bytes());
        let cause = self.own(&row);
        change(&mut self.writer(), Register::People, &cause, now, |tx| {
            let person = tx.lock_person(name)?.ok_or(PeopleError::NoSession)?;
            let is_strong = tx.session(&digest)?.ok_or(PeopleError::NoSession)?.is_strong;
            // Of two who bring one code at a time, one comes first.
            let is_fresh = person.totp_step < shown || replacing.present.trim().is_empty();
            if person.totp.as_ref() != Some(&own) || !is_fresh || !is_strong {
                return Err(PeopleError::Wrong);
            }
            tx.still_seal(&[sealed_by(&kept)?])?;
            let person = PersonRow { totp: Some(kept), totp_step: step, failures: 0, ..person };
            tx.upsert(&[person])?;
            let sessions = tx.sessions_of(name)?.into_iter();
            tx.end_sessions(&sessions.map(|session| session.digest).collect::<Vec<_>>())?;
            tx.insert(std::slice::from_ref(&session))?;
            let field = Field::changed("second factor", "kept".to_owned(), "replaced".to_owned());
            let fields = field.into_iter().collect();
            Ok((fresh, vec![entry(name, ChangeKind::Changed, fields)]))
        })
    }
}

/// Whether a session that was begun with a second factor is so young that whoever has begun it is still there.
fn has_just_begun(caller: &Caller, now: Moment) -> bool {
    now < caller.opened_at.plus_millis(JUST_BEGUN_MS)
}
