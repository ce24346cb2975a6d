//! Saved views (常用筛选): filters of lists that somebody keeps under a name. They are the person's own; nobody else
//! sees them, and they give no right: what a filter lists is looked for within the reach of whoever opens it.

use tongguan_domain::access::SignIn;
use tongguan_domain::time::Moment;
use tongguan_storage::{SavedViewRow, StorageError, Tx};

use super::People;

/// The most views of a person.
pub const MOST: usize = 20;
/// The longest name of one, in characters.
pub const LONGEST_NAME: usize = 40;
/// The longest filter, in bytes.
const LONGEST_FILTER: usize = 1_000;

/// A filter that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// What its owner calls it.
    pub name: String,
    /// The filter, as the query of the list's address.
    pub filter: String,
}

/// A view was not kept, called otherwise or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The name is empty, too long or unprintable, or the filter too long.
    #[error("a view has a name of 1 to {LONGEST_NAME} characters")]
    BadName,
    /// There are as many as there may be.
    #[error("somebody has at most {MOST} views")]
    TooMany,
    /// Another view has that name.
    #[error("another view has that name")]
    Taken,
    /// There is no view of that name.
    #[error("there is no view of that name")]
    Unknown,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl People {
    /// The views of a person, in order of their names.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn views(&self, who: &SignIn) -> Result<Vec<SavedView>, StorageError> {
        let rows = self.store.read(|view| view.saved_views_of(who))?;
        Ok(rows.into_iter().map(|row| SavedView { name: row.name, filter: row.filter }).collect())
    }

    /// Keeps a filter under a name; the one that had the name is replaced.
    ///
    /// # Errors
    /// [`ViewError`]; nothing was kept.
    pub fn keep_view(
        &self,
        who: &SignIn,
        name: &str,
        filter: &str,
        now: Moment,
    ) -> Result<(), ViewError> {
        let name = called(name)?;
        if filter.len() > LONGEST_FILTER {
            return Err(ViewError::BadName);
        }
        self.writer().transaction(|tx| {
            let known = locked(tx, who)?;
            if known.len() >= MOST && !known.iter().any(|view| view.name == name) {
                return Err(ViewError::TooMany);
            }
            Ok(tx.upsert(&[row(who, name, filter, now)])?)
        })
    }

    /// Calls a view otherwise.
    ///
    /// # Errors
    /// [`ViewError`]; it is called as before.
    pub fn rename_view(&self, who: &SignIn, name: &str, to: &str) -> Result<(), ViewError> {
        let to = called(to)?;
        self.writer().transaction(|tx| {
            let known = locked(tx, who)?;
            let view = known.iter().find(|view| view.name == name).ok_or(ViewError::Unknown)?;
            if to == name {
                return Ok(());
            }
            if known.iter().any(|view| view.name == to) {
                return Err(ViewError::Taken);
            }
            tx.remove_saved_view(who, name)?;
            Ok(tx.insert(&[row(who, to, &view.filter, view.saved_at)])?)
        })
    }

    /// Deletes a view.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn remove_view(&self, who: &SignIn, name: &str) -> Result<(), ViewError> {
        let removed = self.writer().transaction(|tx| tx.remove_saved_view(who, name))?;
        if removed == 0 { Err(ViewError::Unknown) } else { Ok(()) }
    }
}

/// The views of a person, who is kept from other writers: of two that are kept at a time both are counted.
fn locked(tx: &mut Tx<'_>, who: &SignIn) -> Result<Vec<SavedViewRow>, StorageError> {
    tx.lock_person(who)?;
    tx.saved_views_of(who)
}

fn called(name: &str) -> Result<&str, ViewError> {
    let name = name.trim();
    let is_one =
        (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    is_one.then_some(name).ok_or(ViewError::BadName)
}

fn row(who: &SignIn, name: &str, filter: &str, saved_at: Moment) -> SavedViewRow {
    let (name, filter) = (name.to_owned(), filter.to_owned());
    SavedViewRow { sign_in: who.clone(), name, filter, saved_at }
}
