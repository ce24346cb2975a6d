//! Lists of declarations whose persons are to be seen: one officer asks, another one approves.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, Tx, UnmaskingRow};

use super::{Persons, Reason, UnmaskError, Unmasking, shown};
use crate::history::{Actor, Cause, ChangeKind, Entry, Field, Subject, change};
use crate::review;

/// The most declarations of one request.
pub const MOST_AT_ONCE: usize = 30;
/// For how long an approval is good.
pub const APPROVED_FOR_HOURS: i64 = 24;
/// Requests that are listed.
const LISTED: i64 = 50;

/// A request to see the persons of many declarations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: i64,
    /// Of which declarations.
    pub declarations: Vec<DeclarationId>,
    /// Why.
    pub reason: Reason,
    /// Who asks.
    pub officer: String,
    /// When.
    pub proposed_at: Moment,
    /// What became of it, once somebody has answered.
    pub answer: Option<Answer>,
    /// When the persons were shown.
    pub seen_at: Option<Moment>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who has answered.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why it was turned down; absent where it was approved.
    pub refusal: Option<String>,
}

impl Request {
    /// Whether whoever has asked may see the persons now.
    pub fn is_open(&self, now: Moment) -> bool {
        let until = |at: Moment| at.plus_millis(APPROVED_FOR_HOURS * 3_600_000);
        let answer = self.answer.as_ref().filter(|answer| answer.refusal.is_none());
        self.seen_at.is_none() && answer.is_some_and(|answer| now < until(answer.at))
    }

    fn of(row: UnmaskingRow) -> Result<Self, UnmaskError> {
        let damaged = || UnmaskError::Damaged(row.number);
        let declarations = row.declarations.split(' ').map(|id| id.parse().map(DeclarationId));
        Ok(Self {
            number: row.number,
            declarations: declarations.collect::<Result<_, _>>().map_err(|_| damaged())?,
            reason: Reason::new(&row.reason, &row.words).map_err(|_| damaged())?,
            officer: row.officer,
            proposed_at: row.proposed_at,
            answer: row.answered_by.zip(row.answered_at).map(|(by, at)| Answer {
                by,
                at,
                refusal: row.refusal,
            }),
            seen_at: row.seen_at,
        })
    }
}

impl Unmasking {
    /// Asks for the persons of a list of declarations; gives the number of the request.
    ///
    /// # Errors
    /// [`UnmaskError`].
    pub fn propose(
        &self,
        reach: Reach,
        declarations: &[DeclarationId],
        reason: &Reason,
        actor: &Actor,
        now: Moment,
    ) -> Result<i64, UnmaskError> {
        let Reach::Office(office) = reach else { return Err(UnmaskError::Unknown) };
        let mut wanted = declarations.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        if !(1..=MOST_AT_ONCE).contains(&wanted.len()) {
            return Err(UnmaskError::BadList);
        }
        if self.enquiries.declarations(reach, &wanted)?.len() < wanted.len() {
            return Err(UnmaskError::Unknown);
        }
        let ids: Vec<_> = wanted.iter().map(ToString::to_string).collect();
        let declarations = ids.join(" ");
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |tx| {
            let number = tx.revision(Register::Unmasking)?;
            tx.insert(&[UnmaskingRow {
                number,
                office: office.to_string(),
                declarations: declarations.clone(),
                reason: reason.code().to_owned(),
                words: reason.words().to_owned(),
                officer: actor.name.clone(),
                proposed_at: now,
                answered_by: None,
                answered_at: None,
                refusal: None,
                seen_at: None,
            }])?;
            let fields = [
                ("declarations", declarations),
                ("reason", reason.code().to_owned()),
                ("words", reason.words().to_owned()),
            ];
            Ok((number, vec![entry(number, ChangeKind::Added, fields)]))
        })
    }

    /// The requests of the office that is reached, the newest first.
    ///
    /// # Errors
    /// [`UnmaskError`].
    pub fn requests(&self, reach: Reach) -> Result<Vec<Request>, UnmaskError> {
        let Reach::Office(office) = reach else { return Ok(Vec::new()) };
        let office = office.to_string();
        let rows = self.enquiries.store().read(|view| view.unmaskings_of(&office, LISTED))?;
        rows.into_iter().map(Request::of).collect()
    }

    /// Approves a request of a colleague, or turns it down where a reason is given.
    ///
    /// # Errors
    /// [`UnmaskError`].
    pub fn answer(
        &self,
        reach: Reach,
        number: i64,
        refusal: Option<&str>,
        actor: &Actor,
        now: Moment,
    ) -> Result<(), UnmaskError> {
        let Reach::Office(office) = reach else { return Err(UnmaskError::Unknown) };
        let refusal = refusal.map(review::reason).transpose()?;
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |tx| {
            let row = locked(tx, office, number)?;
            if row.answered_by.is_some() {
                return Err(UnmaskError::Answered);
            }
            if row.officer == actor.name && refusal.is_none() {
                return Err(UnmaskError::OwnRequest);
            }
            let event = match &refusal {
                None => entry(number, ChangeKind::Changed, [("answer", "approved".to_owned())]),
                Some(why) => entry(number, ChangeKind::Refused, [("refusal", why.clone())]),
            };
            let (answered_by, answered_at) = (Some(actor.name.clone()), Some(now));
            tx.upsert(&[UnmaskingRow { answered_by, answered_at, refusal, ..row }])?;
            Ok(((), vec![event]))
        })
    }

    /// The persons of a request that was approved, once, for whoever has asked.
    ///
    /// # Errors
    /// [`UnmaskError`]; nothing was shown.
    pub fn see_all(
        &self,
        reach: Reach,
        number: i64,
        actor: &Actor,
        now: Moment,
    ) -> Result<Vec<Persons>, UnmaskError> {
        let Reach::Office(office) = reach else { return Err(UnmaskError::Unknown) };
        let requests = self.requests(reach)?;
        let request =
            requests.into_iter().find(|it| it.number == number && it.officer == actor.name);
        let request = request.ok_or(UnmaskError::Unknown)?;
        if !request.is_open(now) {
            return Err(UnmaskError::NotOpen);
        }
        let mut archive = self.archive();
        let persons = request.declarations.iter().map(|id| {
            self.reached(reach, *id)?;
            self.open(&mut archive, *id)
        });
        let persons = persons.collect::<Result<Vec<_>, _>>()?;
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        change(&mut writer, Register::Unmasking, &cause, now, |tx| {
            let row = locked(tx, office, number)?;
            if !Request::of(row.clone())?.is_open(now) {
                return Err(UnmaskError::NotOpen);
            }
            tx.upsert(&[UnmaskingRow { seen_at: Some(now), ..row }])?;
            let events = persons.iter().map(|one| shown(one, &request.reason, Some(number)));
            Ok(((), events.collect()))
        })?;
        Ok(persons)
    }
}

fn locked(tx: &mut Tx<'_>, office: OfficeCode, number: i64) -> Result<UnmaskingRow, UnmaskError> {
    let row = tx.lock_unmasking(number)?;
    row.filter(|row| row.office == office.to_string()).ok_or(UnmaskError::Unknown)
}

fn entry<const N: usize>(number: i64, change: ChangeKind, fields: [(&str, String); N]) -> Entry {
    let fields = fields.into_iter();
    let fields = fields.filter_map(|(name, text)| Field::changed(name, String::new(), text));
    Entry { subject: Subject::Unmasking(number), change, fields: fields.collect() }
}
