//! Casework (办件): which officer has taken a declaration on (认领), and decisions that wait for a second
//! officer (复核).
//!
//! Neither decides anything: a case that somebody has taken on can be decided by others who take it over, and
//! a proposal becomes a decision when it is approved ([`review::decide`](crate::review::decide())).

mod proposal;

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_storage::{AssignmentRow, Register, StorageError, Store};

use crate::history::{Cause, ChangeKind, Entry, Field, Subject, change};

pub use proposal::{Answer, Proposal, ProposalError, approve, of, open, propose, turn_down};

/// An officer, as colleagues see who works on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// The name to sign in with, which audit events have.
    pub sign_in: String,
    /// The name that others see.
    pub name: String,
}

/// That an officer works on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Which declaration.
    pub declaration: DeclarationId,
    /// Who.
    pub officer: Officer,
    /// Since when.
    pub taken_at: Moment,
}

/// What happens where somebody else has the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// It stays with him.
    IfFree,
    /// It is taken over.
    Over,
}

/// A case was not taken on.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// Somebody else has it.
    #[error("`{}` has the case since {}", .0.officer.sign_in, .0.taken_at)]
    Taken(Assignment),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Assignment {
    /// Whether it still counts: it lapses after so many minutes.
    pub fn stands(&self, minutes: i64, now: Moment) -> bool {
        now < self.taken_at.plus_millis(minutes * 60_000)
    }

    fn of(row: AssignmentRow) -> Self {
        let officer = Officer { sign_in: row.officer, name: row.name };
        Self { declaration: row.declaration_id, officer, taken_at: row.taken_at }
    }
}

/// An officer takes a case on, anew where he has it already. What another took on lapses after so many
/// minutes.
///
/// # Errors
/// [`CaseworkError`].
pub fn take(
    store: &Store,
    declaration: DeclarationId,
    officer: &Officer,
    cause: &Cause,
    taking: Taking,
    minutes: i64,
    now: Moment,
) -> Result<(), CaseworkError> {
    let row = AssignmentRow {
        declaration_id: declaration,
        officer: officer.sign_in.clone(),
        name: officer.name.clone(),
        taken_at: now,
    };
    change(&mut store.writer()?, Register::Casework, cause, now, |tx| {
        let entries = |before| vec![held(declaration, before, officer.sign_in.clone())];
        if tx.insert_absent(std::slice::from_ref(&row))? > 0 {
            return Ok(((), entries(String::new())));
        }
        let mut before = String::new();
        if let Some(standing) = tx.lock_assignment(declaration)?.map(Assignment::of) {
            let is_anothers = standing.officer.sign_in != officer.sign_in;
            if is_anothers && taking == Taking::IfFree && standing.stands(minutes, now) {
                return Err(CaseworkError::Taken(standing));
            }
            before = standing.officer.sign_in;
        }
        tx.upsert(&[row])?;
        Ok(((), entries(before)))
    })
}

/// In whose hands a case is now.
fn held(declaration: DeclarationId, before: String, after: String) -> Entry {
    let fields = Field::changed("officer", before, after).into_iter().collect();
    Entry { subject: Subject::Declaration(declaration), change: ChangeKind::Changed, fields }
}

/// An officer gives a case back. What somebody else has meanwhile stays his.
///
/// # Errors
/// [`StorageError`].
pub fn give_back(
    store: &Store,
    declaration: DeclarationId,
    sign_in: &str,
    cause: &Cause,
    now: Moment,
) -> Result<(), StorageError> {
    change(&mut store.writer()?, Register::Casework, cause, now, |tx| {
        match tx.lock_assignment(declaration)? {
            Some(row) if row.officer == sign_in => {
                tx.end_assignment(declaration)?;
                Ok(((), vec![held(declaration, row.officer, String::new())]))
            }
            _ => Ok(((), Vec::new())),
        }
    })
}

/// Nobody has a case any more that was decided, whoever had it.
///
/// # Errors
/// [`StorageError`].
pub fn conclude(
    store: &Store,
    declaration: DeclarationId,
    cause: &Cause,
    now: Moment,
) -> Result<(), StorageError> {
    change(&mut store.writer()?, Register::Casework, cause, now, |tx| {
        let Some(row) = tx.lock_assignment(declaration)? else { return Ok(((), Vec::new())) };
        tx.end_assignment(declaration)?;
        Ok(((), vec![held(declaration, row.officer, String::new())]))
    })
}

/// Who has these cases, whether or not that has lapsed.
///
/// # Errors
/// [`StorageError`].
pub fn assignments(
    store: &Store,
    declarations: &[DeclarationId],
) -> Result<Vec<Assignment>, StorageError> {
    let rows = store.read(|view| view.assignments(declarations))?;
    Ok(rows.into_iter().map(Assignment::of).collect())
}

/// The cases that an officer took on after `since`, the oldest first.
///
/// # Errors
/// [`StorageError`].
pub fn cases_of(
    store: &Store,
    sign_in: &str,
    since: Moment,
) -> Result<Vec<Assignment>, StorageError> {
    const MOST: i64 = 200;
    let rows = store.read(|view| view.assignments_of(sign_in, since, MOST))?;
    Ok(rows.into_iter().map(Assignment::of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Desk, noon};
    use crate::history::{About, Actor, events};

    const CASE: DeclarationId = DeclarationId(7);

    on_both_engines! {
        a_case_is_one_officers_until_it_lapses_or_is_taken_over,
    }

    fn a_case_is_one_officers_until_it_lapses_or_is_taken_over(desk: &Desk) {
        let store = &desk.store;
        let [zhang, li] = ["zhang", "li"]
            .map(|sign_in| Officer { sign_in: sign_in.to_owned(), name: sign_in.to_uppercase() });
        let minute = |n: i64| noon(1).plus_millis(n * 60_000);
        let holder = || assignments(store, &[CASE]).unwrap().pop().map(|it| it.officer.sign_in);
        let by = |officer: &Officer| {
            Cause::Person(Actor { name: officer.sign_in.clone(), ..Actor::default() })
        };
        let attempt = |officer: &Officer, how, at| {
            take(store, CASE, officer, &by(officer), how, 30, minute(at))
        };

        attempt(&zhang, Taking::IfFree, 0).unwrap();
        let refused = attempt(&li, Taking::IfFree, 29);
        assert!(matches!(refused, Err(CaseworkError::Taken(by)) if by.officer == zhang));
        attempt(&zhang, Taking::IfFree, 29).unwrap();
        assert!(attempt(&li, Taking::IfFree, 31).is_err(), "who goes on keeps it");
        attempt(&li, Taking::Over, 31).unwrap();
        assert_eq!(holder().as_deref(), Some("li"));
        let give_back = |officer: &Officer, at| {
            give_back(store, CASE, &officer.sign_in, &by(officer), minute(at)).unwrap();
        };
        give_back(&zhang, 32);
        assert_eq!(holder().as_deref(), Some("li"), "it is his no more");
        attempt(&zhang, Taking::IfFree, 61).unwrap();
        assert_eq!(cases_of(store, "zhang", minute(30)).unwrap().len(), 1);
        give_back(&zhang, 62);
        assert_eq!(holder(), None);
        let told = store.read(|view| {
            events(view, Register::Casework, About::Subject("7/declaration"), None, 9)
        });
        let hands = told.unwrap().into_iter().map(|event| {
            let field = event.entry.fields.into_iter().next();
            field.map_or_else(String::new, |it| format!("{} -> {}", it.before, it.after))
        });
        let hands: Vec<_> = hands.collect();
        assert_eq!(hands, ["zhang -> ", "li -> zhang", "zhang -> li", "", " -> zhang"]);
    }
}
