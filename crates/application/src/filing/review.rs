//! What officers do with filings: take them up, give them back, decide.

use tongguan_domain::filing::{
    Act, Answer, FilingId, FilingState, Matter, NotAllowed, Officer, Review, Taken, Taking,
};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, Store, Tx};

use super::lodge::entry;
use super::{Filing, FilingError, effect};
use crate::history::{Cause, ChangeKind, Entry, Field, change};
use crate::review;

/// What an officer decides about a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which filing.
    pub filing: FilingId,
    /// What.
    pub act: Act,
    /// Who.
    pub officer: Officer,
    /// Who that is for audit events.
    pub cause: Cause,
    /// Why, as the enterprise reads it; empty where nothing needs a reason.
    pub reason: String,
    /// For how many minutes a filing is his who took it up.
    pub minutes: i64,
    /// Of which office the officer is; nothing for whoever decides for all.
    pub office: Option<OfficeCode>,
}

/// An officer takes a filing up, anew where he has it already. What a colleague took up lapses after so many
/// minutes.
///
/// # Errors
/// [`FilingError`].
pub fn take_up(
    store: &Store,
    id: FilingId,
    officer: Officer,
    cause: &Cause,
    taking: Taking,
    minutes: i64,
    now: Moment,
) -> Result<Filing, FilingError> {
    changed(store, id, cause, now, |filing| {
        let taken = Taken { by: officer, at: now };
        let state = filing.state.take_up(taken, taking, &filing.filed_by, minutes)?;
        Ok(Filing { state, ..filing })
    })
}

/// An officer gives a filing back. What a colleague has meanwhile stays the colleague's.
///
/// # Errors
/// [`FilingError`].
pub fn give_back(
    store: &Store,
    id: FilingId,
    sign_in: &str,
    cause: &Cause,
    now: Moment,
) -> Result<Filing, FilingError> {
    changed(store, id, cause, now, |filing| {
        let state = filing.state.give_back(sign_in);
        Ok(Filing { state, ..filing })
    })
}

/// Decides about a filing. What is approved is registered, and what it replaces is replaced, in the same
/// transaction; so is taken away what stands no more.
///
/// # Errors
/// [`FilingError`]; nothing was changed.
pub fn decide(store: &Store, decision: Decision, now: Moment) -> Result<Filing, FilingError> {
    let Decision { filing: id, act, officer, cause, reason, minutes, office } = decision;
    let reason = if reason.trim().is_empty() { String::new() } else { review::reason(&reason)? };
    change(&mut store.small_writer()?, Register::Filings, &cause, now, |tx| {
        let filing = load(tx, id)?;
        if office.is_some_and(|office| !filing.is_for(office)) {
            return Err(FilingError::Unknown(id));
        }
        let was = filing.stored_status();
        let act = with_term(act, &filing.matter);
        let review = Review {
            act,
            answer: Answer { by: officer, at: now, reason },
            filed_by: filing.filed_by.clone(),
            proposed_code: filing.matter.proposed_code().map(Into::into),
            minutes,
        };
        let fields = fields(&review);
        let before = filing.state.approval().cloned();
        let state = filing.state.review(review)?;
        let filing = Filing { state, changed_at: now, ..filing };
        let mut entries = vec![entry(&filing, kind(&filing.state), was, fields)];
        if matches!(filing.state, FilingState::Approved(_)) {
            // What stood before goes, unless this itself is let stand again: then nothing else may stand.
            let takes_over = before.is_none();
            entries.extend(replaced(tx, &filing, takes_over, now)?);
        }
        tx.upsert(&[filing.row()?])?;
        effect::register(tx, &filing, &cause, now)?;
        Ok((filing, entries))
    })
}

/// The filings of the same matter that stood, replaced by this one.
fn replaced(
    tx: &mut Tx<'_>,
    by: &Filing,
    takes_over: bool,
    now: Moment,
) -> Result<Vec<Entry>, FilingError> {
    let subject = by.matter.subject();
    let mut entries = Vec::new();
    for row in tx.filings_about(by.party, &[(by.matter.kind().name(), &subject)])? {
        let earlier = Filing::read(row)?;
        let stands = matches!(earlier.state, FilingState::Approved(_) | FilingState::Suspended(..));
        if earlier.id == by.id || !stands {
            continue;
        }
        if !takes_over {
            return Err(NotAllowed::OtherStands(earlier.id).into());
        }
        let was = earlier.stored_status();
        let state = earlier.state.replace(by.id, now)?;
        let earlier = Filing { state, changed_at: now, ..earlier };
        tx.upsert(&[earlier.row()?])?;
        let by = Field::changed("replaced by", String::new(), by.id.to_string());
        entries.push(entry(&earlier, ChangeKind::Ended, was, by.into_iter().collect()));
    }
    Ok(entries)
}

/// A certificate stands as long as it is valid itself.
fn with_term(act: Act, matter: &Matter) -> Act {
    let Matter::Certificate(certificate) = matter else { return act };
    let valid_to = Some(certificate.valid_to.china_day());
    match act {
        Act::Approve { hs_code, .. } => Act::Approve { hs_code, valid_to },
        Act::Reopen { .. } => Act::Reopen { valid_to },
        other => other,
    }
}

/// What an audit event says of a decision, besides where it leads.
fn fields(review: &Review) -> Vec<Field> {
    let proposed = review.proposed_code.as_deref().unwrap_or_default();
    let (code, valid_to) = match &review.act {
        Act::Approve { hs_code, valid_to } => (hs_code.as_deref(), *valid_to),
        Act::Reopen { valid_to } => (None, *valid_to),
        Act::Return | Act::Refuse | Act::Suspend | Act::End => (None, None),
    };
    let term = valid_to.map(|day| day.to_string()).unwrap_or_default();
    let fields = [
        Field::changed("gcode", proposed.to_owned(), code.unwrap_or(proposed).to_owned()),
        Field::changed("valid_to", String::new(), term),
        Field::changed("reason", String::new(), review.answer.reason.clone()),
    ];
    fields.into_iter().flatten().collect()
}

fn kind(state: &FilingState) -> ChangeKind {
    match state {
        FilingState::Refused(_) | FilingState::Ended(..) => ChangeKind::Ended,
        _ => ChangeKind::Changed,
    }
}

fn load(tx: &mut Tx<'_>, id: FilingId) -> Result<Filing, FilingError> {
    let row = tx.filings(&[id])?.pop().ok_or(FilingError::Unknown(id))?;
    Ok(Filing::read(row)?)
}

fn changed(
    store: &Store,
    id: FilingId,
    cause: &Cause,
    now: Moment,
    work: impl FnOnce(Filing) -> Result<Filing, NotAllowed>,
) -> Result<Filing, FilingError> {
    change(&mut store.small_writer()?, Register::Filings, cause, now, |tx| {
        let filing = load(tx, id)?;
        let (was, before) = (filing.stored_status(), filing.state.clone());
        let filing = work(filing)?;
        if filing.state == before {
            return Ok((filing, Vec::new()));
        }
        let filing = Filing { changed_at: now, ..filing };
        tx.upsert(&[filing.row()?])?;
        let holder = |state: &FilingState| match state {
            FilingState::TakenUp(taken) => taken.by.sign_in.clone(),
            _ => String::new(),
        };
        let field = Field::changed("officer", holder(&before), holder(&filing.state));
        let entry = entry(&filing, ChangeKind::Changed, was, field.into_iter().collect());
        Ok((filing, vec![entry]))
    })
}
