//! One party brought up to date with what it filed, in the transaction that approves it.

use jiff::civil::Date;
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::{Party, PartyCode, Roles, Standing};
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, StorageError, Tx};

use super::import::write;
use super::plan::Plan;
use super::registered::{Registered, registered};
use super::report::PartyReport;
use crate::history::{self, Cause, ChangeKind, Entry, Subject};

/// What was filed does not go with what is registered of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// A code is another party's.
    Code(PartyCode),
    /// A certificate is another party's own.
    Certificate,
}

/// Changes a party as `change` says; one that is not registered yet is new, under this number. The event is
/// written even where nothing differs.
///
/// # Errors
/// The database's; or a [`Conflict`], and nothing was changed but the revision, so the transaction must not be
/// committed.
pub(crate) fn amend<E: From<StorageError> + From<Conflict>>(
    tx: &mut Tx<'_>,
    party: PartyId,
    cause: &Cause,
    now: Moment,
    change: impl FnOnce(&mut Registered),
) -> Result<(), E> {
    history::along(tx, Register::Registry, cause, now, |tx| {
        let all = registered(tx)?;
        let before = all.iter().find(|one| one.party.id == party);
        let mut after = before.cloned().unwrap_or_else(|| nothing_of(party, now.china_day()));
        change(&mut after);
        if let Some(conflict) = conflict(&all, &after) {
            return Err(conflict.into());
        }
        let mut plan = Plan::default();
        plan.take(0, before, after);
        let report = write(tx, plan)?;
        let mut entries: Vec<_> = report.parties.iter().flat_map(PartyReport::entries).collect();
        if entries.is_empty() {
            let subject = Subject::Party(party);
            entries.push(Entry { subject, change: ChangeKind::Changed, fields: Vec::new() });
        }
        Ok(entries)
    })
}

/// What of a party that others have already forbids it.
pub(crate) fn conflict(all: &[Registered], after: &Registered) -> Option<Conflict> {
    let others = || all.iter().filter(|one| one.party.id != after.party.id);
    let is_taken = |code: &&PartyCode| others().any(|one| one.party.codes.contains(code));
    if let Some(code) = after.party.codes.iter().find(is_taken) {
        return Some(Conflict::Code(code.clone()));
    }
    let own = after.certificates.iter().filter(|row| !row.delegate);
    let mut taken = own.filter(|row| {
        let of_others = others().flat_map(|one| one.certificates.iter());
        of_others.clone().any(|other| !other.delegate && other.digest == row.digest)
    });
    taken.next().map(|_| Conflict::Certificate)
}

/// A party of which nothing is registered yet.
pub(crate) fn nothing_of(id: PartyId, valid_from: Date) -> Registered {
    let party = Party {
        id,
        name: String::new(),
        codes: Vec::new(),
        roles: Roles::default(),
        standing: Standing::Active,
        valid_from,
        valid_to: None,
        mailbox: None,
    };
    Registered { party, payment_url: None, certificates: Vec::new(), guarantee: None }
}
