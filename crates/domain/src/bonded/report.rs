//! The report of a stock (账册库存报表): opening, in, out, closing, from the movements alone.

use super::movement::Movement;
use super::stock::{StockQuantity, StockRefused};
use crate::time::Moment;

/// What became of one stock in a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockReport {
    /// What was there before.
    pub opening: StockQuantity,
    /// What came in, by document, in order.
    pub received: Vec<Movement>,
    /// What went out, by document, in order.
    pub issued: Vec<Movement>,
    /// What is there afterwards.
    pub closing: StockQuantity,
}

/// The movements of a stock do not add up: one is missing, stands twice, or takes more than there was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexplained {
    /// They are not numbered from 1 without gap.
    #[error("movement {expected} is missing; {found} stands there")]
    Gap {
        /// The number that should stand there.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// More went out than there was.
    #[error("movement {n} cannot be: {why}")]
    Impossible {
        /// Which.
        n: i64,
        /// Why.
        why: StockRefused,
    },
}

impl StockReport {
    /// The report of all `movements` of a stock, in order, on the term from `from` up to and without `to`.
    ///
    /// # Errors
    /// [`Unexplained`].
    pub fn of(
        movements: Vec<Movement>,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<Self, Unexplained> {
        let mut report = Self {
            opening: StockQuantity::ZERO,
            received: Vec::new(),
            issued: Vec::new(),
            closing: StockQuantity::ZERO,
        };
        for (movement, expected) in movements.into_iter().zip(1..) {
            let Movement { n, at, quantity, .. } = movement;
            if n != expected {
                return Err(Unexplained::Gap { expected, found: n });
            }
            if to.is_some_and(|to| at >= to) {
                continue;
            }
            let moved = match movement.kind.is_in() {
                true => report.closing.plus(quantity),
                false => report.closing.minus(quantity),
            };
            report.closing = moved.map_err(|why| Unexplained::Impossible { n, why })?;
            if from.is_some_and(|from| at < from) {
                report.opening = report.closing;
            } else if movement.kind.is_in() {
                report.received.push(movement);
            } else {
                report.issued.push(movement);
            }
        }
        Ok(report)
    }

    /// What came in, altogether.
    ///
    /// # Errors
    /// [`StockRefused::Overflow`].
    pub fn total_received(&self) -> Result<StockQuantity, StockRefused> {
        total(&self.received)
    }

    /// What went out, altogether.
    ///
    /// # Errors
    /// [`StockRefused::Overflow`].
    pub fn total_issued(&self) -> Result<StockQuantity, StockRefused> {
        total(&self.issued)
    }
}

fn total(movements: &[Movement]) -> Result<StockQuantity, StockRefused> {
    movements.iter().try_fold(StockQuantity::ZERO, |sum, movement| sum.plus(movement.quantity))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bonded::movement::MovementKind;
    use crate::bonded::stock::Stock;

    fn quantity(parts: i64) -> StockQuantity {
        StockQuantity::from_parts(parts).unwrap()
    }

    fn at(second: i64) -> Moment {
        Moment::from_micros(second * 1_000_000)
    }

    /// Tries the moves one after the other; what the stock refuses does not happen.
    fn happened(moves: &[(usize, i64, i64)]) -> (Stock, Vec<Movement>) {
        let (mut stock, mut movements, mut now) = (Stock::default(), Vec::new(), 0);
        for &(kind, parts, later) in moves {
            let (kind, quantity) = (MovementKind::ALL[kind], quantity(parts));
            let ready = match kind {
                MovementKind::Drawn => stock.hold(quantity),
                _ => Ok(stock),
            };
            now += later;
            let Ok(moved) = ready.and_then(|stock| kind.apply(stock, quantity)) else { continue };
            stock = moved;
            let n = i64::try_from(movements.len()).unwrap() + 1;
            let document = format!("document {n}").into();
            movements.push(Movement { n, kind, quantity, at: at(now), document });
        }
        (stock, movements)
    }

    proptest! {
        #[test]
        fn every_unit_is_explained_in_any_term(
            moves in prop::collection::vec((0..8_usize, 1..1000_i64, 0..10_i64), 0..60),
            (from, length) in (0..300_i64, 0..300_i64),
        ) {
            let (stock, movements) = happened(&moves);
            let whole = StockReport::of(movements.clone(), None, None).unwrap();
            prop_assert_eq!(whole.opening, StockQuantity::ZERO);
            prop_assert_eq!(whole.closing, stock.on_hand());
            let (from, to) = (at(from), at(from + length));
            let before = StockReport::of(movements.clone(), None, Some(from)).unwrap();
            let within = StockReport::of(movements.clone(), Some(from), Some(to)).unwrap();
            let after = StockReport::of(movements.clone(), Some(to), None).unwrap();
            prop_assert_eq!((before.closing, within.closing), (within.opening, after.opening));
            prop_assert_eq!(after.closing, stock.on_hand());
            for report in [&before, &within, &after] {
                let received = report.opening.plus(report.total_received().unwrap()).unwrap();
                prop_assert_eq!(received.minus(report.total_issued().unwrap()), Ok(report.closing));
            }
            let told = [&before, &within, &after].map(|it| it.received.len() + it.issued.len());
            prop_assert_eq!(told.iter().sum::<usize>(), movements.len());
        }
    }

    #[test]
    fn a_movement_that_is_missing_is_found() {
        let (_, mut movements) = happened(&[(0, 5, 1), (1, 5, 1), (4, 5, 1)]);
        movements.remove(1);
        let gap = Unexplained::Gap { expected: 2, found: 3 };
        assert_eq!(StockReport::of(movements, None, None), Err(gap));
    }
}
