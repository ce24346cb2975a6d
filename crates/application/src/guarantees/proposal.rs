//! A change of a guarantee (担保更改): one officer proposes it, another one approves it or turns it down.
//!
//! What was approved holds at once. The proposal is answered, the guarantee changed and both told in the audit in
//! one transaction, in which the guarantee is locked as clearing locks it.

use tongguan_domain::guarantee::{BadTerms, Terms};
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;
use tongguan_storage::{
    Guarantee, GuaranteeProposalRow, Partition, Register, StorageError, Tx, Writer,
};

use super::proposed::read;
use super::{terms, with};
use crate::history::{self, Actor, Cause, ChangeKind, Entry, Field, Subject};
use crate::registry::standing_name;
use crate::review::{BadReason, reason};
use crate::unmasking::masked;

/// Nothing was proposed or answered.
#[derive(Debug, thiserror::Error)]
pub enum GuaranteeError {
    /// There is no such proposal.
    #[error("there is no proposal {0}")]
    Unknown(i64),
    /// The party has no guarantee.
    #[error("party {0} has no guarantee")]
    NoGuarantee(PartyId),
    /// It was answered already.
    #[error("proposal {0} does not wait for an answer any more")]
    Answered(i64),
    /// One waits already.
    #[error("proposal {0} about this guarantee waits already; have it answered first")]
    OneWaits(i64),
    /// The same person proposes and approves.
    #[error("`{0}` has proposed it; somebody else has to approve it")]
    SamePerson(String),
    /// It is so already.
    #[error("this is how it is already")]
    NoChange,
    /// The guarantee was changed since, such as by an import.
    #[error(
        "the guarantee was changed since it was proposed; turn it down and have it proposed anew"
    )]
    MovedOn,
    /// A guarantee cannot have these terms.
    #[error(transparent)]
    BadTerms(#[from] BadTerms),
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Proposes other terms of a party's guarantee; gives the proposal's number. `change` makes them of those that
/// hold.
///
/// # Errors
/// [`GuaranteeError`].
pub fn propose(
    writer: &mut Writer,
    party: PartyId,
    change: impl FnOnce(Terms) -> Terms,
    why: &str,
    by: &Actor,
    now: Moment,
) -> Result<i64, GuaranteeError> {
    let why = reason(why)?;
    let cause = Cause::Person(by.clone());
    history::change(writer, Register::Casework, &cause, now, |tx| {
        let standing = guarantee(tx, party)?;
        let before = terms(&standing);
        let after = change(before.clone());
        after.check(standing.held)?;
        if after == before {
            return Err(GuaranteeError::NoChange);
        }
        if let Some(last) = tx.guarantee_proposals_of(party, 1)?.pop()
            && last.answered_by.is_none()
        {
            return Err(GuaranteeError::OneWaits(last.n));
        }
        // The register is locked, so nobody counts beside.
        let last = tx.guarantee_proposals(i64::MAX, 1)?.pop();
        let n = last.map_or(1, |last| last.n + 1);
        let wanted = with(standing.clone(), &after);
        let row = GuaranteeProposalRow {
            n,
            party_id: party,
            granted: wanted.granted,
            valid_from: wanted.valid_from,
            valid_to: wanted.valid_to,
            reference: wanted.reference,
            suspended: wanted.suspended,
            was_granted: standing.granted,
            was_valid_from: standing.valid_from,
            was_valid_to: standing.valid_to,
            was_reference: standing.reference,
            was_suspended: standing.suspended,
            reason: why,
            proposed_by: by.name.clone(),
            proposed_at: now,
            answered_by: None,
            answered_at: None,
            refusal: None,
        };
        tx.insert(std::slice::from_ref(&row))?;
        let mut entry = told(party, n, ChangeKind::Added, ("", "proposed"), &row.reason);
        entry.fields.extend(differences(&before, &after));
        Ok((n, vec![entry]))
    })
}

/// Approves a proposal: from now on the guarantee has the terms that it names.
///
/// # Errors
/// [`GuaranteeError`]. One that has become impossible waits on, and can be turned down.
pub fn approve(writer: &mut Writer, n: i64, by: &Actor, now: Moment) -> Result<(), GuaranteeError> {
    let cause = Cause::Person(by.clone());
    history::change(writer, Register::Casework, &cause, now, |tx| {
        let row = waiting(tx, n)?;
        if row.proposed_by == by.name {
            return Err(GuaranteeError::SamePerson(by.name.clone()));
        }
        let proposal = read(row.clone());
        let both = Actor {
            standing: by.standing.clone(),
            origin: by.origin.clone(),
            ..Actor::of_two(&row.proposed_by, &by.name)
        };
        // Casework first, the registry second: of all who take both.
        history::along(tx, Register::Registry, &Cause::Person(both), now, |tx| {
            let standing = guarantee(tx, row.party_id)?;
            if terms(&standing) != proposal.before {
                return Err(GuaranteeError::MovedOn);
            }
            proposal.after.check(standing.held)?;
            tx.grant(&[with(standing, &proposal.after)])?;
            let subject = Subject::Guarantee(row.party_id);
            let fields = differences(&proposal.before, &proposal.after);
            Ok(vec![Entry { subject, change: ChangeKind::Changed, fields }])
        })?;
        answered(tx, row, (by, now), None)
    })
}

/// Turns a proposal down; whoever has proposed it may do so too.
///
/// # Errors
/// [`GuaranteeError`].
pub fn turn_down(
    writer: &mut Writer,
    n: i64,
    by: &Actor,
    why: &str,
    now: Moment,
) -> Result<(), GuaranteeError> {
    let refusal = reason(why)?;
    let cause = Cause::Person(by.clone());
    history::change(writer, Register::Casework, &cause, now, |tx| {
        let row = waiting(tx, n)?;
        answered(tx, row, (by, now), Some(refusal))
    })
}

/// The guarantee of a party, locked as clearing locks it: nothing is held of it meanwhile.
fn guarantee(tx: &mut Tx<'_>, party: PartyId) -> Result<Guarantee, GuaranteeError> {
    let locked = tx.lock_guarantees(&[(Partition::of_party(party), party)])?;
    locked.into_iter().next().ok_or(GuaranteeError::NoGuarantee(party))
}

fn waiting(tx: &mut Tx<'_>, n: i64) -> Result<GuaranteeProposalRow, GuaranteeError> {
    let row = tx.lock_guarantee_proposal(n)?.ok_or(GuaranteeError::Unknown(n))?;
    if row.answered_by.is_some() { Err(GuaranteeError::Answered(n)) } else { Ok(row) }
}

/// Writes the answer, with what is told of it.
fn answered(
    tx: &mut Tx<'_>,
    row: GuaranteeProposalRow,
    (by, at): (&Actor, Moment),
    refusal: Option<String>,
) -> Result<((), Vec<Entry>), GuaranteeError> {
    let (change, answer) = match refusal {
        Some(_) => (ChangeKind::Ended, "turned down"),
        None => (ChangeKind::Changed, "approved"),
    };
    let why = refusal.as_deref().unwrap_or_default();
    let entry = told(row.party_id, row.n, change, ("proposed", answer), why);
    let row = GuaranteeProposalRow {
        answered_by: Some(by.name.clone()),
        answered_at: Some(at),
        refusal,
        ..row
    };
    tx.upsert(&[row])?;
    Ok(((), vec![entry]))
}

/// What was proposed or answered, and why.
fn told(
    party: PartyId,
    n: i64,
    change: ChangeKind,
    (before, after): (&str, &str),
    why: &str,
) -> Entry {
    let fields = [
        Field::changed("number", String::new(), n.to_string()),
        Field::changed("proposal", before.to_owned(), after.to_owned()),
        Field::changed("reason", String::new(), masked(why)),
    ];
    let fields = fields.into_iter().flatten().collect();
    Entry { subject: Subject::Guarantee(party), change, fields }
}

/// The fields that are other than before, as a registry file names them.
fn differences(before: &Terms, after: &Terms) -> Vec<Field> {
    let pairs = shown(before).into_iter().zip(shown(after));
    pairs.filter_map(|((name, was), (_, is))| Field::changed(name, was, is)).collect()
}

fn shown(terms: &Terms) -> [(&'static str, String); 5] {
    [
        ("granted", terms.granted.to_string()),
        ("valid_from", terms.valid_from.to_string()),
        ("valid_to", terms.valid_to.map(|day| day.to_string()).unwrap_or_default()),
        ("reference", terms.reference.clone().unwrap_or_default()),
        ("standing", standing_name(terms.standing).to_owned()),
    ]
}
