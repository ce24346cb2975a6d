//! Registers: what changes rarely and is kept in memory, with the revisions that tell when to read it
//! again.

use crate::error::StorageError;
use crate::tx::{Tx, View};

/// What changes rarely, is kept in memory by those who clear, and is told apart by a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// Parties, codes, certificates, guarantees as they were granted.
    Registry,
    /// Settings.
    Settings,
    /// Code tables.
    Codes,
}

/// How often each register was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// Of [`Register::Registry`].
    pub registry: i64,
    /// Of [`Register::Settings`].
    pub settings: i64,
    /// Of [`Register::Codes`].
    pub codes: i64,
}

row! {
    /// How often a register was changed.
    pub struct Revision in "revision", key 1 {
        /// [`Register::name`].
        name: String,
        /// Grows by one with every change.
        n: i64,
    }
}

impl Register {
    /// Its name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Settings => "settings",
            Self::Codes => "codes",
        }
    }
}

impl View<'_> {
    /// How often `register` was changed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn revision(&mut self, register: Register) -> Result<i64, StorageError> {
        let rows = self.load::<Revision, _>(&[(register.name(),)])?;
        Ok(rows.first().map_or(0, |row| row.n))
    }

    /// How often each register was changed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn revisions(&mut self) -> Result<Revisions, StorageError> {
        let rows = self.select::<Revision>("ORDER BY name", &[])?;
        let of = |register: Register| {
            rows.iter().find(|row| row.name == register.name()).map_or(0, |row| row.n)
        };
        Ok(Revisions {
            registry: of(Register::Registry),
            settings: of(Register::Settings),
            codes: of(Register::Codes),
        })
    }
}

impl Tx<'_> {
    /// Begins a change of `register`, in the transaction that changes it; gives the revision that the
    /// change makes. To be called before anything is read: of two changes at a time the second waits
    /// here, and then sees what the first did.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bump(&mut self, register: Register) -> Result<i64, StorageError> {
        let bumped = self.each(
            "UPDATE revision SET n = revision.n + 1 FROM {rows} WHERE revision.name = k.name",
            &["name"],
            &[(register.name(),)],
        )?;
        self.all_there("revision", 1, bumped)?;
        self.revision(register)
    }
}
