//! What can go wrong between a use case and its rows, sorted by what the caller does about it.

/// What the caller of a failed transaction does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing was written: run the whole transaction again after a pause.
    Retry,
    /// Nothing was written and a repetition fails alike: find the culprit.
    Bisect,
    /// Nothing was written and no document is to blame (the disk is full, the memory is gone, the key
    /// file is the wrong one): stop taking work and tell an operator.
    Stop,
    /// It is not known whether the transaction was committed: read the partition's sequence again.
    Resolve,
    /// Nothing was written; another one has taken over: drop all that is in memory.
    Drop,
}

/// A storage operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database was busy, broke a deadlock or lost the connection before the commit.
    #[error("the database could not run the transaction now")]
    Transient(#[source] DriverError),
    /// The database's surroundings failed: disk full, input or output error, damaged file.
    #[error("the database cannot work")]
    Broken(#[source] DriverError),
    /// A page that a statement reads is damaged: it does not have its checksum, or is no page at all. Others may be
    /// whole, and what does not read this one goes on.
    #[error("the database is damaged where `{statement}` reads")]
    Damaged {
        /// The statement, without its values.
        statement: String,
        /// Why, with the page where the database names it.
        #[source]
        source: DriverError,
    },
    /// A statement failed, and will fail again.
    #[error("the database refused `{statement}`")]
    Refused {
        /// The statement, without its values.
        statement: String,
        /// Why.
        #[source]
        source: DriverError,
    },
    /// The `CHECK` of a balance or a unique key refused a row: the last guard behind the decision.
    #[error("a constraint refused a row of `{statement}`")]
    Constraint {
        /// The statement, without its values.
        statement: String,
        /// Why.
        #[source]
        source: DriverError,
    },
    /// A read took longer than readers may ([`crate::READ_LIMIT`]).
    #[error("the read took too long and was stopped")]
    TooSlow(#[source] DriverError),
    /// The connection was lost, or the disk failed, while the commit was under way.
    #[error("it is not known whether the transaction was committed")]
    CommitUnknown(#[source] DriverError),
    /// A statement failed and the transaction went on; it was rolled back.
    #[error("a statement failed earlier in this transaction, so it was rolled back")]
    Doomed,
    /// This process was away for longer than its lease, and its place was taken from it.
    #[error("this process was away for too long, and lost its place among those that write")]
    Fenced,
    /// A newer version has changed what this program uses.
    #[error(
        "a newer version has brought this database to schema {found}, beside which this program, of schema {known}, \
         cannot work: start the newer one in its place"
    )]
    Outgrown {
        /// In the database.
        found: i64,
        /// In this program.
        known: i64,
    },
    /// The server is a standby, from which one can only read.
    #[error("this PostgreSQL server is a standby, which takes nothing: name the primary")]
    Standby,
    /// As many processes work on this database as can at a time.
    #[error("no place is free among the processes that write to this database")]
    NoPlace,
    /// A follower's cursor was moved by another one.
    #[error("the cursor of `{consumer}` was moved by another follower")]
    CursorMoved {
        /// Whose cursor.
        consumer: String,
    },
    /// A row that a transaction looked for in vain was written by another one before it could do so.
    #[error("a row of `{table}` that was not there was written by somebody else meanwhile")]
    WrittenMeanwhile {
        /// The table.
        table: &'static str,
    },
    /// A row that had to be there is not.
    #[error("{missing} rows of `{table}` are missing")]
    Missing {
        /// The table.
        table: &'static str,
        /// How many.
        missing: u64,
    },
    /// A row does not decode.
    #[error("column `{column}` of `{table}` does not decode: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Why.
        reason: String,
    },
    /// Sealing or opening failed.
    #[error("sealed bytes could not be used")]
    Seal(#[from] crate::seal::SealError),
}

impl StorageError {
    /// What to do about it.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::Transient(_) | Self::WrittenMeanwhile { .. } => Remedy::Retry,
            Self::CommitUnknown(_) => Remedy::Resolve,
            Self::Fenced | Self::CursorMoved { .. } => Remedy::Drop,
            Self::Broken(_)
            | Self::Seal(_)
            | Self::Standby
            | Self::NoPlace
            | Self::Outgrown { .. } => Remedy::Stop,
            Self::Damaged { .. }
            | Self::Refused { .. }
            | Self::Constraint { .. }
            | Self::TooSlow(_)
            | Self::Doomed
            | Self::Missing { .. }
            | Self::Corrupt { .. } => Remedy::Bisect,
        }
    }
}

/// An error of a transaction, which may be the database's.
pub trait OfTransaction: From<StorageError> {
    /// The database's error, where that is what stood in the way.
    fn of_database(&self) -> Option<&StorageError>;
}

impl OfTransaction for StorageError {
    fn of_database(&self) -> Option<&StorageError> {
        Some(self)
    }
}

/// What the database's client said. Shown without the values of rows: they are personal data.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// SQLite.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// PostgreSQL.
    #[error("PostgreSQL: {}", server_words(.0))]
    Postgres(postgres::Error),
}

// Not `#[from]`: that would make the client's error the source, and a log of the chain would print the
// server's detail.
impl From<rusqlite::Error> for DriverError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<postgres::Error> for DriverError {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

/// The server's message and code; its detail would quote the row.
fn server_words(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(
        || error.to_string(),
        |said| format!("{} ({})", said.message(), said.code().code()),
    )
}

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it could not be used.
    #[error("`{path}` could not be used")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database could not be reached or set up.
    #[error("the database could not be opened")]
    Driver(#[source] DriverError),
    /// A statement of the set-up failed.
    #[error("the database could not be set up")]
    Storage(#[from] StorageError),
    /// The schema was written by a newer version of Tongguan.
    #[error("the schema is version {found}, this program knows {known}: use the newer program")]
    NewerSchema {
        /// In the database.
        found: i64,
        /// In this program.
        known: i64,
    },
    /// A step of the schema has to wait for processes of an older version.
    #[error(
        "step {version} of the schema takes away what an older version uses, and one of it works here: end it \
         first: {names}"
    )]
    OlderProcesses {
        /// Which step.
        version: i64,
        /// Who they are.
        names: String,
    },
    /// A migration that was applied is not the one in this program.
    #[error("migration {version} was applied with other contents than this program has")]
    ChangedMigration {
        /// Which.
        version: i64,
    },
    /// Its rows are being moved to a server, or from elsewhere to here.
    #[error(
        "this database is being moved: finish with `tongguan migrate --to`, or give it up with \
         `tongguan migrate --give-up`"
    )]
    Moving,
    /// All of it was moved to a server.
    #[error("this database was moved to a server, which has gone on since: use that one")]
    Moved,
    /// The server is too old.
    #[error("the PostgreSQL server is version {found}, at least 15 is needed")]
    OldServer {
        /// Its number.
        found: i64,
    },
    /// A pooler in between pools by the transaction.
    #[error(
        "a pooler between here and the PostgreSQL server gives each transaction another session: let it pool by the \
         session (PgBouncer: `pool_mode = session`), or name the server itself"
    )]
    Pooled,
    /// The schema of a standby is older than this program.
    #[error(
        "this PostgreSQL server is a standby, and its database is older than this program: open the primary with \
         this program first"
    )]
    StandbyUnprepared,
    /// Standbys of a SQLite database.
    #[error(
        "only a PostgreSQL database has standbys to read from, and this one lies in a directory: name no standby, or \
         name the database of a server"
    )]
    StandbyOfFile,
    /// What names a standby is no connection string.
    #[error("standby {n} is not named as a database is")]
    StandbyUrl {
        /// Which of them, from 1.
        n: usize,
        /// Why.
        #[source]
        source: DriverError,
    },
    /// Two of the standbys are one.
    #[error("the standby {name} is named twice: take one away")]
    StandbyTwice {
        /// Its host, port and database.
        name: String,
    },
    /// The server would acknowledge commits that a crash can undo.
    #[error(
        "`{setting}` is off on the PostgreSQL server, so a crash could lose acknowledged messages: \
         switch it on, or allow it in the settings"
    )]
    NotDurable {
        /// `fsync`, `synchronous_commit` or `full_page_writes`.
        setting: String,
    },
}
