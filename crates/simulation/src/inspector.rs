//! What a simulation asks of the database past the product, what it throws, and what it notes.

use rusqlite::Connection;
use tongguan_application::ports::Clock as _;
use tongguan_storage::Target;
use tongguan_testkit::traffic::Dice;

use crate::Tally;
use crate::simulation::Simulation;

impl Simulation {
    pub(crate) fn target(&self) -> Target {
        Target::Sqlite(self.disk.path().to_owned())
    }

    /// A number out of the database, past the product.
    pub(crate) fn number(
        &self,
        sql: &str,
        with: impl rusqlite::types::ToSql + Copy,
    ) -> Result<i64, rusqlite::Error> {
        self.inspect(|connection| connection.query_row(sql, [with], |row| row.get(0)))
    }

    /// Looks into the database, past the product.
    pub(crate) fn inspect<T>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        let mut inspector = self.inspector.borrow_mut();
        match &*inspector {
            Some(connection) => look(connection),
            None => look(inspector.insert(Connection::open(self.disk.database())?)),
        }
    }

    /// A column out of the database, past the product.
    pub(crate) fn column<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
    ) -> Result<Vec<T>, rusqlite::Error> {
        self.inspect(|connection| {
            let mut rows = connection.prepare(sql)?;
            rows.query_map([], |row| row.get(0))?.collect()
        })
    }

    pub(crate) fn note(&self, line: &str) {
        self.trace.borrow_mut().note(self.clock.now().micros(), line);
    }

    pub(crate) fn is_wrong(&self, what: String) {
        self.note(&format!("WRONG: {what}"));
        self.wrong.borrow_mut().insert(what);
    }

    pub(crate) fn throw<T>(&self, throw: impl FnOnce(&mut Dice) -> T) -> T {
        throw(&mut self.dice.borrow_mut())
    }

    pub(crate) fn between(&self, from: u64, to: u64) -> i64 {
        i64::try_from(self.throw(|dice| dice.between(from, to))).unwrap_or_default()
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        count(&mut tally);
        self.tally.set(tally);
    }
}
