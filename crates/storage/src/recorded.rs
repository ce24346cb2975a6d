//! The rows that clearing has written, taken out of one database to be put into another one as they are: a benchmark
//! compares clearing with nothing but that.

use crate::balance::Allowance;
use crate::cell::Cell;
use crate::claim::Claim;
use crate::declaration::Declaration;
use crate::document::Document;
use crate::driver::Access;
use crate::error::StorageError;
use crate::ledger::{Event, Posting, TaxBill};
use crate::message::{Message, MessageBundle};
use crate::response::Response;
use crate::row::Row;
use crate::store::{Store, Writer};
use crate::tx::{Tx, View};

/// All rows of the tables that clearing an import inserts into, in the order in which they were inserted, as far as
/// they tell it.
#[derive(Debug)]
pub struct Recorded {
    messages: Vec<Message>,
    bundles: Vec<MessageBundle>,
    documents: Vec<Document>,
    declarations: Vec<Declaration>,
    claims: Vec<Claim>,
    allowances: Vec<Allowance>,
    responses: Vec<Response>,
    bills: Vec<TaxBill>,
    postings: Vec<Posting>,
    events: Vec<Event>,
}

/// By what rows are put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutBy {
    /// The statements that clearing inserts by.
    Statements,
    /// COPY; on SQLite, which has none, the statements.
    Copy,
}

/// Which of several parts of equal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which, from 0.
    pub n: usize,
    /// Of how many.
    pub of: usize,
}

/// How many rows, and how many bytes of values are in them; an integer counts as eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Recorded {
    /// Reads them out of a SQLite database, whose rows lie in the order of time. All are in memory then.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn read(store: &Store) -> Result<Self, StorageError> {
        let mut link = store.scanning_link()?;
        let mut view = View::begin(&mut link, Access::Read)?;
        Ok(Self {
            messages: view.select("", &[])?,
            bundles: view.select("", &[])?,
            documents: view.select("", &[])?,
            declarations: view.select("", &[])?,
            claims: view.select("ORDER BY claimed_at, number", &[])?,
            allowances: view.select("", &[])?,
            responses: view.select("", &[])?,
            bills: view.select("", &[])?,
            postings: view.select("", &[])?,
            events: view.select("", &[])?,
        })
    }

    /// How much they are.
    pub fn amount(&self) -> Amount {
        let mut amount = Amount::default();
        amount.add(&self.messages);
        amount.add(&self.bundles);
        amount.add(&self.documents);
        amount.add(&self.declarations);
        amount.add(&self.claims);
        amount.add(&self.allowances);
        amount.add(&self.responses);
        amount.add(&self.bills);
        amount.add(&self.postings);
        amount.add(&self.events);
        amount
    }

    /// Puts a part of them into a database that does not hold them, in one transaction.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn put(&self, writer: &mut Writer, part: Part, by: PutBy) -> Result<(), StorageError> {
        writer.transaction(|tx| {
            part.put(tx, &self.messages, by)?;
            part.put(tx, &self.bundles, by)?;
            part.put(tx, &self.documents, by)?;
            part.put(tx, &self.declarations, by)?;
            part.put(tx, &self.claims, by)?;
            part.put(tx, &self.allowances, by)?;
            part.put(tx, &self.responses, by)?;
            part.put(tx, &self.bills, by)?;
            part.put(tx, &self.postings, by)?;
            part.put(tx, &self.events, by)
        })
    }
}

impl Part {
    fn put<R: Row>(self, tx: &mut Tx<'_>, rows: &[R], by: PutBy) -> Result<(), StorageError> {
        let border = |n: usize| rows.len() * n.min(self.of) / self.of.max(1);
        let rows = rows.get(border(self.n)..border(self.n + 1)).unwrap_or_default();
        match by {
            PutBy::Statements => tx.insert(rows),
            PutBy::Copy => tx.copy_in(rows),
        }
    }
}

impl Amount {
    fn add<R: Row>(&mut self, rows: &[R]) {
        let mut cells = Vec::new();
        for row in rows {
            cells.clear();
            row.push(&mut cells);
            self.bytes += cells.iter().map(bytes_of).sum::<u64>();
        }
        self.rows += rows.len() as u64;
    }
}

const fn bytes_of(cell: &Cell<'_>) -> u64 {
    match cell {
        Cell::Null => 0,
        Cell::Integer(_) => 8,
        Cell::Text(text) => text.len() as u64,
        Cell::Bytes(bytes) => bytes.len() as u64,
    }
}
