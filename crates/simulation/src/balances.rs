//! Balances against what the parties heard, by plain sums.

use std::collections::BTreeMap;

use crate::SimulationError;
use crate::officers::return_guid;
use crate::simulation::Simulation;
use crate::trade::{ANNUAL_LIMIT, Trade};

impl Simulation {
    /// What buyers have used and what the guarantor vouches for is what was released and has not gone back.
    pub(crate) fn check_balances(&self) -> Result<(), SimulationError> {
        let kept = || self.trades.iter().enumerate().filter(|it| self.is_kept(it.0, it.1));
        let held = kept().map(|(_, trade)| trade.tax()).sum();
        self.check_allowances(kept().map(|(_, trade)| trade))?;
        for (what, sql, expected) in [
            ("reserved of allowances", "SELECT COALESCE(SUM(reserved), 0) FROM allowance", 0),
            (
                "held of the guarantee",
                "SELECT COALESCE(SUM(held), 0) - (SELECT COALESCE(SUM(free), 0) FROM guarantee_slice) \
                 FROM guarantee",
                held,
            ),
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
            let stands: Vec<i64> = self.column(sql)?;
            if stands != [expected] {
                self.is_wrong(format!("{what} are {stands:?} fen and should be {expected}"));
            }
        }
        Ok(())
    }

    fn check_allowances<'t>(
        &self,
        kept: impl Iterator<Item = &'t Trade>,
    ) -> Result<(), SimulationError> {
        let mut used: BTreeMap<(Box<str>, String), i64> = BTreeMap::new();
        for trade in kept {
            let heard = self.heard.borrow();
            let released = heard.of(trade.guid()).and_then(|told| told.told_at(800));
            let (year, rest) = released.and_then(|at| at.split_at_checked(4)).unwrap_or_default();
            if rest.starts_with("0101000000") {
                // It may have been released in the year before and told so a millisecond later.
                return Ok(());
            }
            let buyer = trade.parcel.order.buyer.number.clone();
            *used.entry((buyer, year.to_owned())).or_default() += trade.dutiable;
        }
        let mut used: Vec<i64> = used.into_values().collect();
        used.sort_unstable();
        if used.last().is_some_and(|most| *most > ANNUAL_LIMIT) {
            self.is_wrong(format!("a buyer has used {used:?} of {ANNUAL_LIMIT} in a year"));
        }
        // Whose they are is known to the product alone, which keeps marks and not persons.
        let sql = "SELECT used FROM allowance WHERE used > 0 ORDER BY used";
        let stored: Vec<i64> = self.column(sql)?;
        if stored != used {
            self.is_wrong(format!("buyers have used {used:?}, and {stored:?} stands there"));
        }
        Ok(())
    }

    /// Whether a trade was released and its goods have not gone back.
    fn is_kept(&self, place: usize, trade: &Trade) -> bool {
        let heard = self.heard.borrow();
        let was = |guid: &str| heard.of(guid).is_some_and(|told| told.has(800));
        was(trade.guid()) && !was(&return_guid(place))
    }
}
