//! Who is registered, and what is the parties' own.

use tongguan_domain::access::Reach;
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::ids::DxpId;
use tongguan_storage::StorageError;

use super::Enquiries;
use crate::access::{self, AccessKey};
use crate::bonded::{self, ItemReport, ReportError};
use crate::clearing::rows::{RowError, read_book};
use crate::history::{About, Event, Register, events};
use crate::people::{self, PeopleError, Person};
use crate::registry::{Registered, registered};

impl Enquiries {
    /// Registered parties, by number: an enterprise its own, an office and an auditor all.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parties(&self, reach: Reach) -> Result<Vec<Registered>, StorageError> {
        let all = self.store.read(registered)?;
        Ok(match reach {
            Reach::Office(_) | Reach::Everybody => all,
            Reach::Party(own) => all.into_iter().filter(|one| one.party.id == own).collect(),
            Reach::Nobody => Vec::new(),
        })
    }

    /// The account books of a holder, of an office, or all.
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn books(&self, reach: Reach) -> Result<Vec<AccountBook>, ReportError> {
        let rows = self.store.read(|view| view.all_account_books())?;
        let books = rows.into_iter().map(read_book).collect::<Result<Vec<_>, RowError>>()?;
        let is_reached = |book: &AccountBook| match reach {
            Reach::Everybody => true,
            Reach::Office(office) => book.office == office,
            Reach::Party(party) => book.holder == party,
            Reach::Nobody => false,
        };
        Ok(books.into_iter().filter(is_reached).collect())
    }

    /// Everything that moved in a book; `None` where there is none of that number within reach.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn book(&self, reach: Reach, number: &str) -> Result<Option<Vec<ItemReport>>, ReportError> {
        let books = self.books(reach)?;
        let Some(book) = books.iter().find(|book| book.number.as_str() == number) else {
            return Ok(None);
        };
        let whole = (None, None);
        self.store.read(|view| bonded::report(view, &book.number, None, whole)).map(Some)
    }

    /// People behind `after` in order of their names, of an organisation or all, at most `limit`.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn people(
        &self,
        organisation: Option<&str>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Person>, PeopleError> {
        self.store.read(|view| people::people(view, organisation, after, limit))
    }

    /// The keys that were given for a mailbox.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn keys_of(&self, mailbox: &DxpId) -> Result<Vec<AccessKey>, StorageError> {
        self.store.read(|view| access::keys_of(view, mailbox))
    }

    /// What was changed of a register before a place, the newest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn changes(
        &self,
        register: Register,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<Event>, StorageError> {
        self.store.read(|view| events(view, register, About::Everything, before, limit))
    }
}
