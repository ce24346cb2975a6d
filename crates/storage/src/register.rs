//! Registers: what changes rarely and is kept in memory, with the revisions that tell when to read it
//! again, and the audit events that tell what was changed.

use tongguan_domain::time::Moment;

use crate::cell::ToCell;
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
    /// People who sign in, and what they may do.
    People,
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

row! {
    /// An audit event: what one change did to one thing in a register. Written once.
    pub struct RegisterEvent in "register_event", key 3 {
        /// [`Register::name`].
        register: String,
        /// The revision that the change made; without gaps, because the change holds the revision's
        /// row until it is committed.
        revision: i64,
        /// Which event of the change, from 0.
        n: i64,
        /// When.
        at: Moment,
        /// What was changed, to be found by: a group, `/`, and what it is in the group.
        subject: String,
        /// The version of the encoding.
        version: i64,
        /// The event, canonically encoded.
        body: Vec<u8>,
    }
}

/// Which events of a register are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// All.
    Everything,
    /// Those whose subject belongs to this group.
    Group(&'a str),
    /// Those of this subject.
    Subject(&'a str),
}

impl Register {
    /// Its name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Settings => "settings",
            Self::Codes => "codes",
            Self::People => "people",
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

    /// The events of a register, the newest first, at most `limit`; those before revision and `n` of
    /// `before`, if one is given.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn register_events(
        &mut self,
        register: Register,
        about: About<'_>,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<RegisterEvent>, StorageError> {
        let (revision, n) = before.unwrap_or((i64::MAX, i64::MAX));
        // `0` follows `/`: texts are compared byte by byte.
        let (first, end) = match about {
            About::Everything => (String::new(), String::new()),
            About::Group(group) => (format!("{group}/"), format!("{group}0")),
            About::Subject(subject) => (subject.to_owned(), String::new()),
        };
        let name = register.name();
        let mut values =
            vec![name.cell(), revision.cell(), n.cell(), limit.cell(), first.cell(), end.cell()];
        let (condition, parameters) = match about {
            About::Everything => ("", 4),
            About::Subject(_) => ("AND subject = $5 ", 5),
            About::Group(_) => ("AND subject >= $5 AND subject < $6 ", 6),
        };
        values.truncate(parameters);
        let tail = format!(
            "WHERE register = $1 AND (revision, n) < ($2, $3) {condition}\
             ORDER BY revision DESC, n DESC LIMIT $4"
        );
        self.select(&tail, &values)
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
