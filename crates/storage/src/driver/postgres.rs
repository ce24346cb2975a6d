//! PostgreSQL: the synchronous client, driven on the caller's thread.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::BytesMut;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Row, SimpleQueryMessage, Statement};

use super::{Access, Each, Grid, RowView};
use crate::cell::{Cell, ColumnType};
use crate::error::{DriverError, OpenError, StorageError};

/// A connection to a server, made again at the next transaction when it was lost.
pub(crate) struct PostgresLink {
    url: String,
    session: Session,
    connected: Option<Box<Connected>>,
}

struct Connected {
    client: Client,
    statements: HashMap<String, Statement>,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    Writer,
    /// With the longest time that a transaction may take.
    Reader(Duration),
    /// Reads and writes whole tables.
    Bulk,
}

/// The oldest major version that is tested.
const OLDEST: i64 = 15;
/// A server that does not answer within this is not there.
const PATIENCE: Duration = Duration::from_secs(10);
/// After so long without a word the server's host is asked whether it is still there, and again as often.
const ASKED_AFTER: Duration = Duration::from_secs(3);
/// What the client does where the URL does not say.
const NEVER_ASKED: Duration = Duration::from_secs(2 * 60 * 60);
/// A writer that says nothing for so long in a transaction has stopped: as long as the leases of processes last.
const STOPPED: Duration = Duration::from_secs(10);

impl Session {
    fn settings(self) -> String {
        match self {
            // Writers reach every row by its key. A plan made while a table was empty would scan it
            // whole, and would be kept until the statistics are gathered again.
            // One that stops in the midst of a transaction must not keep its locks from the others.
            Self::Writer => format!(
                "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET jit = off; SET idle_in_transaction_session_timeout = {}",
                STOPPED.as_millis()
            ),
            // Readers hold a snapshot, which holds back the clean-up of dead rows.
            Self::Reader(limit) => format!(
                "SET statement_timeout = {0}; SET idle_in_transaction_session_timeout = {0}; \
                 SET jit = off",
                limit.as_millis()
            ),
            Self::Bulk => "SET jit = off".to_owned(),
        }
    }
}

impl PostgresLink {
    pub(crate) fn new(url: &str, session: Session) -> Self {
        Self { url: url.to_owned(), session, connected: None }
    }

    /// Refuses a server that is too old, or that a crash would make forget what it acknowledged.
    pub(crate) fn check(&mut self, accept_data_loss: bool) -> Result<(), OpenError> {
        let version = self.setting("server_version_num")?;
        let version = version.parse::<i64>().unwrap_or(0) / 10_000;
        if version < OLDEST {
            return Err(OpenError::OldServer { found: version });
        }
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            if !accept_data_loss && self.setting(setting)? == "off" {
                return Err(OpenError::NotDurable { setting: setting.to_owned() });
            }
        }
        Ok(())
    }

    /// Whether the server only replays what another one writes.
    pub(crate) fn is_standby(&mut self) -> Result<bool, StorageError> {
        Ok(self.setting("in_hot_standby")? == "on")
    }

    /// Refuses a pooler that gives a connection another session at each transaction: what is set of a session would
    /// be set of somebody else's, and statements that one has prepared are unknown to the next.
    pub(crate) fn check_sessions(&mut self) -> Result<(), OpenError> {
        let mut other = Self::new(&self.url, Session::Bulk);
        for _ in 0..3 {
            // The pooler's latest session is the next one's.
            self.script("SET tongguan.session = 'mine'")?;
            let seen = other.said("SELECT current_setting('tongguan.session', true)")?;
            self.script("RESET tongguan.session")?;
            if seen.as_deref() == Some("mine") {
                return Err(OpenError::Pooled);
            }
        }
        Ok(())
    }

    /// Waits until something is told that this connection listens for, at most so long; gives whether something was.
    pub(crate) fn heard(&mut self, at_most: Duration) -> Result<bool, StorageError> {
        let failed = |error| classify(error, "LISTEN");
        // Not made again where it is lost: the new one would not listen.
        let Some(connected) = &mut self.connected else { return Err(StorageError::Doomed) };
        let mut told = connected.client.notifications();
        let heard = told.timeout_iter(at_most).next().map_err(failed)?.is_some();
        // What is told often is looked at once.
        while told.iter().next().map_err(failed)?.is_some() {}
        drop(told);
        if self.is_lost() { Err(StorageError::Doomed) } else { Ok(heard) }
    }

    /// What a query says that is not prepared.
    fn said(&mut self, text: &str) -> Result<Option<String>, StorageError> {
        let said = self.connected()?.client.simple_query(text);
        let said = said.map_err(|error| classify(error, text))?;
        Ok(said.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    fn setting(&mut self, name: &str) -> Result<String, StorageError> {
        let text = "SELECT current_setting($1)";
        let mut value = String::new();
        self.query(text, &[Cell::Text(name)], &mut |view| {
            value = view.columns("current_setting").next("value")?;
            Ok(())
        })?;
        Ok(value)
    }

    pub(crate) fn begin(&mut self, access: Access) -> Result<(), StorageError> {
        // Locks keep writers right at READ COMMITTED; readers see one state of all tables.
        let text = match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        let was_connected = self.connected.is_some();
        let begun = self.script(text);
        // One that has lain idle learns only now that its server has gone, and nothing was done on it yet.
        if was_connected && self.is_lost() {
            self.connected = None;
            return self.script(text);
        }
        begun
    }

    /// Whether it is to be connected, for the first time or anew.
    pub(crate) fn is_lost(&self) -> bool {
        self.connected.as_ref().is_none_or(|connected| connected.client.is_closed())
    }

    pub(crate) fn commit(&mut self) -> Result<(), StorageError> {
        let committed = self.connected()?.client.batch_execute("COMMIT").map_err(|error| {
            match error.as_db_error() {
                // Refused in so many words: not committed.
                Some(said) if said.severity() == "ERROR" => classify(error, "COMMIT"),
                _ => StorageError::CommitUnknown(error.into()),
            }
        });
        if committed.is_err() {
            self.roll_back();
        }
        committed
    }

    pub(crate) fn roll_back(&mut self) {
        let rolled_back = self
            .connected
            .as_mut()
            .is_some_and(|connected| connected.client.batch_execute("ROLLBACK").is_ok());
        if !rolled_back {
            self.connected = None;
        }
    }

    pub(crate) fn script(&mut self, text: &str) -> Result<(), StorageError> {
        self.connected()?.client.batch_execute(text).map_err(|error| classify(error, text))
    }

    pub(crate) fn query(
        &mut self,
        text: &str,
        values: &[Cell<'_>],
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        let values: Vec<_> = values.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect();
        self.connected()?.rows(text, &values, each)
    }

    pub(crate) fn run_set(&mut self, text: &str, grid: &Grid<'_>) -> Result<u64, StorageError> {
        let columns = columns(grid);
        let values: Vec<_> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        let connected = self.connected()?;
        let statement = connected.prepared(text)?;
        connected.client.execute(&statement, &values).map_err(|error| classify(error, text))
    }

    pub(crate) fn query_set(
        &mut self,
        text: &str,
        grid: &Grid<'_>,
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        let columns = columns(grid);
        let values: Vec<_> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        self.connected()?.rows(text, &values, each)
    }

    pub(crate) fn statements(&self) -> Vec<String> {
        let connected = self.connected.iter();
        let mut texts: Vec<_> =
            connected.flat_map(|it| it.statements.keys()).map(String::clone).collect();
        texts.sort();
        texts
    }

    /// Writes new rows by COPY, which is what the server takes many rows by.
    pub(crate) fn copy_in(
        &mut self,
        table: &str,
        columns: &str,
        types: &[ColumnType],
        rows: &[Vec<Cell<'_>>],
    ) -> Result<(), StorageError> {
        let text = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
        let failed = |error| classify(error, &text);
        let types: Vec<_> = types.iter().map(|of| wire_type(*of)).collect();
        let sink = self.connected()?.client.copy_in(&text).map_err(failed)?;
        let mut writer = BinaryCopyInWriter::new(sink, &types);
        for row in rows {
            let cells: Vec<_> = row.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect();
            writer.write(&cells).map_err(failed)?;
        }
        writer.finish().map_err(failed).map(drop)
    }

    /// Runs one query without holding what it gives in memory.
    pub(crate) fn scan(&mut self, text: &str, each: Each<'_>) -> Result<(), StorageError> {
        let failed = |error| classify(error, text);
        let none = std::iter::empty::<&(dyn ToSql + Sync)>();
        let mut rows = self.connected()?.client.query_raw(text, none).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(&RowView::Postgres(&row))?;
        }
        Ok(())
    }

    fn connected(&mut self) -> Result<&mut Connected, StorageError> {
        if self.connected.is_none() {
            let mut config: Config =
                self.url.parse().map_err(|error| classify(error, "CONNECT"))?;
            if config.get_connect_timeout().is_none() {
                config.connect_timeout(PATIENCE);
            }
            if config.get_tcp_user_timeout().is_none() {
                config.tcp_user_timeout(PATIENCE);
            }
            // Whoever waits for an answer sends nothing that could stay unacknowledged: a server whose host or
            // network has gone is missed by what is asked of it meanwhile. Two hours is the client's own choice.
            if config.get_keepalives_idle() == NEVER_ASKED {
                config.keepalives_idle(ASKED_AFTER);
                config.keepalives_interval(ASKED_AFTER);
            }
            let mut client = config.connect(NoTls).map_err(|error| classify(error, "CONNECT"))?;
            let settings = self.session.settings();
            client.batch_execute(&settings).map_err(|error| classify(error, &settings))?;
            self.connected = Some(Box::new(Connected { client, statements: HashMap::new() }));
        }
        // Just set where it was absent.
        self.connected.as_deref_mut().ok_or(StorageError::Doomed)
    }
}

impl Connected {
    fn prepared(&mut self, text: &str) -> Result<Statement, StorageError> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).map_err(|error| classify(error, text))?;
        match self.statements.entry(text.to_owned()) {
            Entry::Occupied(entry) => Ok(entry.get().clone()),
            Entry::Vacant(entry) => Ok(entry.insert(statement).clone()),
        }
    }

    fn rows(
        &mut self,
        text: &str,
        values: &[&(dyn ToSql + Sync)],
        each: Each<'_>,
    ) -> Result<(), StorageError> {
        let statement = self.prepared(text)?;
        let rows = self.client.query(&statement, values).map_err(|error| classify(error, text))?;
        rows.iter().try_for_each(|row| each(&RowView::Postgres(row)))
    }
}

impl fmt::Debug for PostgresLink {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresLink").field("connected", &self.connected.is_some()).finish()
    }
}

/// The grid turned: one array a column, as `UNNEST` takes them.
fn columns<'g>(grid: &'g Grid<'_>) -> Vec<Vec<Cell<'g>>> {
    let height = grid.rows().len();
    let mut columns: Vec<_> = grid.types.iter().map(|_| Vec::with_capacity(height)).collect();
    for row in grid.rows() {
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(*cell);
        }
    }
    columns
}

const fn wire_type(of: ColumnType) -> Type {
    match of {
        ColumnType::Integer => Type::INT8,
        ColumnType::Text => Type::TEXT,
        ColumnType::Bytes => Type::BYTEA,
    }
}

/// The value of a column.
pub(super) fn cell(row: &Row, index: usize, of: ColumnType) -> Result<Cell<'_>, String> {
    let cell = match of {
        ColumnType::Integer => row.try_get::<_, Option<i64>>(index).map(|v| v.map(Cell::Integer)),
        ColumnType::Text => row.try_get::<_, Option<&str>>(index).map(|v| v.map(Cell::Text)),
        ColumnType::Bytes => row.try_get::<_, Option<&[u8]>>(index).map(|v| v.map(Cell::Bytes)),
    };
    cell.map(|present| present.unwrap_or(Cell::Null)).map_err(|error| error.to_string())
}

impl ToSql for Cell<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(value) => value.to_sql(of, out),
            Self::Text(text) => text.to_sql(of, out),
            Self::Bytes(bytes) => bytes.to_sql(of, out),
        }
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::INT8 || *of == Type::TEXT || *of == Type::BYTEA
    }

    to_sql_checked!();
}

fn classify(error: postgres::Error, statement: &str) -> StorageError {
    let statement = || statement.to_owned();
    let Some(said) = error.as_db_error() else {
        // No word from the server: the connection is gone, or never was. What the client refuses to
        // encode is our own fault and will not get better.
        let ours = error.source().is_some_and(|source| !source.is::<std::io::Error>());
        return if ours && !error.is_closed() {
            StorageError::Refused { statement: statement(), source: error.into() }
        } else {
            StorageError::Transient(error.into())
        };
    };
    let code = said.code();
    if *code == SqlState::QUERY_CANCELED {
        return StorageError::TooSlow(error.into());
    }
    // The first two characters are the class (PostgreSQL documentation, appendix A).
    match code.code().get(..2) {
        // Connection lost; transaction rolled back (40001, 40P01); too many connections and lock not
        // available; the server is being stopped or started.
        _ if *code == SqlState::TOO_MANY_CONNECTIONS
            || *code == SqlState::LOCK_NOT_AVAILABLE
            || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT =>
        {
            StorageError::Transient(error.into())
        }
        Some("08" | "40" | "57") => StorageError::Transient(error.into()),
        Some("23") => StorageError::Constraint { statement: statement(), source: error.into() },
        Some("XX") if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED => {
            StorageError::Damaged { statement: statement(), source: error.into() }
        }
        // Out of disk or memory; input and output; broken inside; not allowed in; no such database.
        Some("53" | "58" | "XX" | "28" | "3D") => StorageError::Broken(error.into()),
        _ => StorageError::Refused { statement: statement(), source: error.into() },
    }
}

impl From<DriverError> for StorageError {
    /// For what fails before there is a statement: opening and setting up a connection.
    fn from(error: DriverError) -> Self {
        Self::Broken(error)
    }
}
