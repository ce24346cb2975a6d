//! Word from one process to the others that something was committed (`LISTEN`, `NOTIFY`).
//!
//! It carries nothing and may be lost: whoever hears it looks at once where it would have looked soon. It is told
//! after a commit and never in one: a server lets one transaction at a time commit that tells something.

use std::time::Duration;

use crate::driver::Link;
use crate::driver::postgres::{PostgresLink, Session};
use crate::error::StorageError;
use crate::store::{Store, Writer};

/// A connection that hears what other processes tell.
#[derive(Debug)]
pub struct Listener(PostgresLink);

impl Store {
    /// A connection that hears from now on what is told; nothing on SQLite, where one process has the file.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn listener(&self) -> Result<Option<Listener>, StorageError> {
        let Some(url) = self.url() else { return Ok(None) };
        let mut link = PostgresLink::new(url, Session::Bulk);
        link.script("LISTEN tongguan")?;
        Ok(Some(Listener(link)))
    }
}

impl Listener {
    /// Waits until something is told, at most so long; gives whether something was.
    ///
    /// # Errors
    /// [`StorageError`] where the connection is lost: another one has to listen.
    pub fn wait(&mut self, at_most: Duration) -> Result<bool, StorageError> {
        self.0.heard(at_most)
    }
}

impl Writer {
    /// Tells the others that something was committed; nothing on SQLite.
    ///
    /// # Errors
    /// [`StorageError`]; then they find it when they look.
    pub fn tell(&mut self) -> Result<(), StorageError> {
        match self.link() {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(link) => link.script("NOTIFY tongguan"),
        }
    }
}
