//! Balances against what the parties heard, by plain sums.

use std::collections::BTreeMap;

use crate::SimulationError;
use crate::officers::return_guid;
use crate::simulation::Simulation;
use crate::trade::{ANNUAL_LIMIT, Trade};

impl Simulation {
    /// What buyers have used and what the guarantor vouches for is what was released and has not gone back.
    pub(crate) fn check_balances(&self) -> Result<(), SimulationError> {
        let mut used: BTreeMap<String, i64> = BTreeMap::new();
        let mut held = 0;
        for (_, trade) in self.trades.iter().enumerate().filter(|it| self.is_kept(it.0, it.1)) {
            *used.entry(trade.parcel.order.buyer.number.to_string()).or_default() += trade.dutiable;
            held += trade.tax();
        }
        let mut used: Vec<i64> = used.into_values().collect();
        used.sort_unstable();
        if used.last().is_some_and(|most| *most > ANNUAL_LIMIT) {
            self.is_wrong(format!("a buyer has used {used:?} of {ANNUAL_LIMIT}"));
        }
        // Whose they are is known to the product alone, which keeps marks and not persons.
        let stored = self.numbers("SELECT used FROM allowance WHERE used > 0 ORDER BY used")?;
        if stored != used {
            self.is_wrong(format!("buyers have used {used:?}, and {stored:?} stands there"));
        }
        for (what, sql, expected) in [
            ("reserved of allowances", "SELECT COALESCE(SUM(reserved), 0) FROM allowance", 0),
            ("held of the guarantee", "SELECT COALESCE(SUM(held), 0) FROM guarantee", held),
            ("queued for the guarantee", "SELECT COALESCE(SUM(queued), 0) FROM guarantee", 0),
            (
                "posted to the guarantee",
                "SELECT COALESCE(SUM(CASE WHEN debit LIKE 'guarantee/%/held' THEN amount ELSE 0 END \
                 - CASE WHEN credit LIKE 'guarantee/%/held' THEN amount ELSE 0 END), 0) FROM posting",
                held,
            ),
            (
                "moved by the guarantee's movements",
                "SELECT COALESCE(SUM(CASE kind WHEN 1 THEN amount ELSE -amount END), 0) \
                 FROM guarantee_movement",
                held,
            ),
        ] {
            let stands = self.numbers(sql)?;
            if stands != [expected] {
                self.is_wrong(format!("{what} are {stands:?} fen and should be {expected}"));
            }
        }
        Ok(())
    }

    /// Whether a trade was released and its goods have not gone back.
    fn is_kept(&self, place: usize, trade: &Trade) -> bool {
        let heard = self.heard.borrow();
        let was = |guid: &str| heard.of(guid).is_some_and(|told| told.has(800));
        was(trade.guid()) && !was(&return_guid(place))
    }

    fn numbers(&self, sql: &str) -> Result<Vec<i64>, rusqlite::Error> {
        self.inspect(|connection| {
            let mut numbers = connection.prepare(sql)?;
            numbers.query_map([], |row| row.get(0))?.collect()
        })
    }
}
