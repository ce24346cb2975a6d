//! Account books of bonded goods, the lists and gate passes by which goods come in.

use tongguan_domain::access::Reach;
use tongguan_domain::bonded::AccountBook;
use tongguan_domain::ids::{AccountBookNumber, AccountItemNumber, GatePassNumber};
use tongguan_domain::month::Month;

use super::Enquiries;
use crate::bonded::{self, ItemReport, ListError, ListRecord, PassRecord, ReportError};
use crate::clearing::rows::{RowError, read_book};

impl Enquiries {
    /// The account books of a holder, of an office, or all.
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn books(&self, reach: Reach) -> Result<Vec<AccountBook>, ReportError> {
        let rows = self.store.read(|view| view.all_account_books())?;
        let books = rows.into_iter().map(read_book).collect::<Result<Vec<_>, RowError>>()?;
        Ok(books.into_iter().filter(|book| is_reached(reach, book)).collect())
    }

    /// The book of that number, if it is reached.
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn book(&self, reach: Reach, number: &str) -> Result<Option<AccountBook>, ReportError> {
        let Ok(number) = AccountBookNumber::parse(number) else { return Ok(None) };
        Ok(self.books(reach)?.into_iter().find(|book| book.number == number))
    }

    /// What moved in a book, of one item or of all, in a month or from the beginning.
    ///
    /// # Errors
    /// [`ReportError`].
    pub fn movements(
        &self,
        book: &AccountBook,
        item: Option<&AccountItemNumber>,
        month: Option<Month>,
    ) -> Result<Vec<ItemReport>, ReportError> {
        let term = (month.map(Month::start), month.map(Month::end));
        self.store.read(|view| bonded::report(view, &book.number, item, term))
    }

    /// The bonded lists of a book, and the gate passes that name them.
    ///
    /// # Errors
    /// [`ListError`].
    pub fn bonded_lists(
        &self,
        book: &AccountBook,
    ) -> Result<(Vec<ListRecord>, Vec<PassRecord>), ListError> {
        self.store.read(|view| {
            let lists = bonded::bonded_lists(view, &book.number)?;
            let passes = bonded::passes_of_lists(view, &lists)?;
            Ok((lists, passes))
        })
    }

    /// A gate pass that names a list of a book which is reached.
    ///
    /// # Errors
    /// [`ListError`], or [`ReportError`] in it.
    pub fn gate_pass(&self, reach: Reach, number: &str) -> Result<Option<PassRecord>, ListError> {
        let Ok(number) = GatePassNumber::parse(number) else { return Ok(None) };
        let pass = match self.store.read(|view| bonded::gate_pass(view, &number)) {
            Ok(pass) => pass,
            Err(ListError::UnknownPass(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let rows = self.store.read(|view| view.all_account_books())?;
        for row in rows {
            let book = read_book(row)?;
            let names_it = pass.lists.iter().any(|list| list.book == book.number);
            if names_it && is_reached(reach, &book) {
                return Ok(Some(pass));
            }
        }
        Ok(None)
    }
}

fn is_reached(reach: Reach, book: &AccountBook) -> bool {
    match reach {
        Reach::Everybody => true,
        Reach::Office(office) => book.office == office,
        Reach::Party(party) => book.holder == party,
        Reach::Nobody => false,
    }
}
