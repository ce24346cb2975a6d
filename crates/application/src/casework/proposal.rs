//! Proposals (复核): decisions that need a second officer, until one approves them or turns them down.

use tongguan_codelists::Pack;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::time::Moment;
use tongguan_storage::{ProposalRow, Register, StorageError, Store};

use crate::deciding::Decides;
use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};
use crate::review::{self, BadReason, DecideError, Decided, Decision, ReviewError};
use crate::unmasking::masked;

/// A decision that needs a second officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// About which declaration.
    pub declaration: DeclarationId,
    /// Which proposal about it, from 1.
    pub n: i64,
    /// 申报地海关 of the declaration.
    pub office: OfficeCode,
    /// What.
    pub ruling: Ruling,
    /// Why: a code of [`review::REASONS`], or words.
    pub reason: String,
    /// Who proposes it.
    pub officer: String,
    /// The status at which the declaration stood.
    pub status: i64,
    /// When.
    pub proposed_at: Moment,
    /// What became of it, once somebody has answered.
    pub answer: Option<Answer>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who has answered.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why it was turned down; absent where it was approved.
    pub refusal: Option<String>,
}

/// Nothing was proposed or answered.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// There is no such proposal that waits.
    #[error("no proposal about declaration {0} waits for an answer")]
    NoneWaits(DeclarationId),
    /// One waits already.
    #[error("a proposal about declaration {0} waits for an answer already")]
    OneWaits(DeclarationId),
    /// One officer may do it alone.
    #[error("this needs no second officer")]
    NotNeeded,
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// It could not be decided.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// What is stored does not read.
    #[error("proposal {n} about declaration {declaration} does not read")]
    Damaged {
        /// About which declaration.
        declaration: DeclarationId,
        /// Which.
        n: i64,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What is stored of the declaration could not be read.
    #[error(transparent)]
    Review(#[from] ReviewError),
}

impl Proposal {
    /// Whether it waits for an answer about a declaration that stands at this status.
    pub fn waits(&self, status: i32) -> bool {
        self.answer.is_none() && self.status == i64::from(status)
    }

    fn of(row: ProposalRow) -> Result<Self, ProposalError> {
        let (declaration, n) = (row.declaration_id, row.n);
        let damaged = || ProposalError::Damaged { declaration, n };
        Ok(Self {
            declaration,
            n,
            office: OfficeCode::parse(&row.office).map_err(|_| damaged())?,
            ruling: Ruling::named(&row.ruling).ok_or_else(damaged)?,
            reason: row.reason,
            officer: row.officer,
            status: row.status,
            proposed_at: row.proposed_at,
            answer: row.answered_by.zip(row.answered_at).map(|(by, at)| Answer {
                by,
                at,
                refusal: row.refusal,
            }),
        })
    }
}

/// Proposes a decision that needs a second officer. One that was made where the declaration stood before
/// waits no more.
///
/// # Errors
/// [`ProposalError`]. That the decision is possible where the declaration stands is found now; what the law of
/// the day says of it, when it is approved.
pub fn propose(
    store: &Store,
    decision: &Decision,
    cause: &Cause,
    now: Moment,
) -> Result<(), ProposalError> {
    let id = decision.declaration;
    let officer = review::officer(&decision.officer).map_err(DecideError::from)?.to_owned();
    let reason = review::reason(&decision.reason)?;
    let declaration = review::proposable(store, decision)?;
    let status = declaration.status();
    if !decision.ruling.needs_second(status) {
        return Err(ProposalError::NotNeeded);
    }
    let office = declaration.office().to_string();
    change(&mut store.writer()?, Register::Casework, cause, now, |tx| {
        let earlier = tx.proposals_of(id)?;
        let n = earlier.last().map_or(1, |last| last.n + 1);
        for last in earlier {
            if Proposal::of(last)?.waits(status.number()) {
                return Err(ProposalError::OneWaits(id));
            }
        }
        // Of two at a time the key lets one through.
        let row = ProposalRow {
            declaration_id: id,
            n,
            office,
            ruling: decision.ruling.name().to_owned(),
            reason: reason.clone(),
            officer,
            status: i64::from(status.number()),
            proposed_at: now,
            answered_by: None,
            answered_at: None,
            refusal: None,
        };
        match tx.insert_absent(&[row])? {
            0 => Err(ProposalError::OneWaits(id)),
            _ => {
                let proposed = ("proposal", "", decision.ruling.name());
                Ok(((), vec![told(id, ChangeKind::Added, proposed, &reason)]))
            }
        }
    })
}

/// What was proposed or answered, and why.
fn told(
    id: DeclarationId,
    change: ChangeKind,
    (name, before, after): (&str, &str, &str),
    reason: &str,
) -> Entry {
    let fields = [
        Field::changed(name, before.to_owned(), after.to_owned()),
        Field::changed("reason", String::new(), masked(reason)),
    ];
    let fields = fields.into_iter().flatten().collect();
    Entry { subject: Subject::Declaration(id), change, fields }
}

/// Approves the proposal that waits about a declaration, and decides so. Both names stand in the audit event.
///
/// # Errors
/// [`ProposalError`]; a proposal that could not be decided waits on.
pub fn approve(
    decides: &mut dyn Decides,
    pack: &Pack,
    declaration: DeclarationId,
    approver: &str,
    cause: &Cause,
    now: Moment,
) -> Result<Decided, ProposalError> {
    let store = decides.store().clone();
    let waiting = waiting(&store, declaration)?;
    let decision = Decision {
        declaration,
        ruling: waiting.ruling,
        officer: waiting.officer.clone(),
        reason: waiting.reason.clone(),
        approver: Some(approver.to_owned()),
        seen: None,
    };
    let decided = review::decide(decides, pack, &decision)?;
    answer(&store, &waiting, Answer { by: approver.to_owned(), at: now, refusal: None }, cause)?;
    Ok(decided)
}

/// Turns down the proposal that waits about a declaration, which stands as it stood.
///
/// # Errors
/// [`ProposalError`].
pub fn turn_down(
    store: &Store,
    declaration: DeclarationId,
    by: &str,
    why: &str,
    cause: &Cause,
    now: Moment,
) -> Result<(), ProposalError> {
    let refusal = Some(review::reason(why)?);
    let waiting = waiting(store, declaration)?;
    answer(store, &waiting, Answer { by: by.to_owned(), at: now, refusal }, cause)
}

/// Everything that was proposed about a declaration, in order.
///
/// # Errors
/// [`ProposalError`].
pub fn of(store: &Store, declaration: DeclarationId) -> Result<Vec<Proposal>, ProposalError> {
    let rows = store.read(|view| view.proposals_of(declaration))?;
    rows.into_iter().map(Proposal::of).collect()
}

/// What waits for an answer, of one office where one is given, the oldest first. What has been overtaken by
/// another decision is left out.
///
/// # Errors
/// [`ProposalError`].
pub fn open(store: &Store, office: Option<OfficeCode>) -> Result<Vec<Proposal>, ProposalError> {
    const MOST: i64 = 1_000;
    let rows = store.read(|view| view.open_proposals(MOST))?;
    let mut open = Vec::new();
    for row in rows {
        let proposal = Proposal::of(row)?;
        if office.is_some_and(|office| office != proposal.office) {
            continue;
        }
        let stands = review::status(store, proposal.declaration)?;
        if stands.is_some_and(|status| proposal.waits(status.number())) {
            open.push(proposal);
        }
    }
    Ok(open)
}

fn waiting(store: &Store, declaration: DeclarationId) -> Result<Proposal, ProposalError> {
    let none = || ProposalError::NoneWaits(declaration);
    let status = review::status(store, declaration)?.ok_or_else(none)?;
    let last = of(store, declaration)?.pop();
    last.filter(|last| last.waits(status.number())).ok_or_else(none)
}

fn answer(
    store: &Store,
    to: &Proposal,
    answer: Answer,
    cause: &Cause,
) -> Result<(), ProposalError> {
    change(&mut store.writer()?, Register::Casework, cause, answer.at, |tx| {
        let none = ProposalError::NoneWaits(to.declaration);
        let Some(row) = tx.lock_proposal(to.declaration, to.n)? else { return Err(none) };
        if row.answered_by.is_some() {
            return Err(none);
        }
        let (kind, answered) = match answer.refusal {
            Some(_) => (ChangeKind::Ended, "turned down"),
            None => (ChangeKind::Changed, "approved"),
        };
        let why = answer.refusal.as_deref().unwrap_or_default();
        let entry = told(to.declaration, kind, ("proposal", to.ruling.name(), answered), why);
        let answered = ProposalRow {
            answered_by: Some(answer.by),
            answered_at: Some(answer.at),
            refusal: answer.refusal,
            ..row
        };
        tx.upsert(&[answered])?;
        Ok(((), vec![entry]))
    })
}
