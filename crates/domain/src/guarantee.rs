//! The tax guarantee of a party (税款担保) and the account that keeps it.
//!
//! Released parcels hold their tax against it until the tax is paid. A declaration that finds too
//! little stays reviewed (399) and queues; while anything queues, later ones queue behind it, so
//! that releases follow the order of the queue when the guarantee is topped up.

use crate::money::{Money, MoneyOverflow};
use crate::time::Moment;

/// What a guarantor has granted, and what is held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guarantee {
    /// The sum guaranteed.
    pub granted: Money,
    /// Tax of released parcels that is not yet paid.
    pub held: Money,
    /// Tax of reviewed declarations that wait for the guarantee.
    pub queued: Money,
    /// The first moment at which it counts.
    pub valid_from: Moment,
    /// The first moment at which it does not count any more; open-ended when absent.
    pub valid_to: Option<Moment>,
}

impl Guarantee {
    /// Whether it counts at `at`.
    pub fn is_valid_at(self, at: Moment) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }

    /// What is left of it at `at`: nothing outside of its term.
    pub fn free(self, at: Moment) -> Money {
        if self.is_valid_at(at) {
            Money::from_fen(self.granted.fen().saturating_sub(self.held.fen()))
        } else {
            Money::ZERO
        }
    }

    /// Holds `tax` at `at` if there is enough left and nothing queues before it; `None` otherwise.
    pub fn hold(self, tax: Money, at: Moment) -> Option<Self> {
        if self.queued > Money::ZERO {
            return None;
        }
        self.hold_out_of_turn(tax, at)
    }

    /// Holds the `tax` of a declaration that stood first in the queue; `None` if there is still too
    /// little.
    pub fn hold_first_in_queue(self, tax: Money, at: Moment) -> Option<Self> {
        let queued = self.queued.checked_sub(tax).ok()?;
        Some(Self { queued, ..self.hold_out_of_turn(tax, at)? })
    }

    /// Puts `tax` in the queue.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn queue(self, tax: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { queued: self.queued.checked_add(tax)?, ..self })
    }

    /// Takes `tax` out of the queue without holding it: its declaration ended otherwise.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn leave_queue(self, tax: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { queued: self.queued.checked_sub(tax)?, ..self })
    }

    /// Gives back the `tax` of goods that went back: it will not be paid.
    ///
    /// # Errors
    /// [`MoneyOverflow`].
    pub fn give_back(self, tax: Money) -> Result<Self, MoneyOverflow> {
        Ok(Self { held: self.held.checked_sub(tax)?, ..self })
    }

    fn hold_out_of_turn(self, tax: Money, at: Moment) -> Option<Self> {
        let held = self.held.checked_add(tax).ok()?;
        (tax <= self.free(at)).then_some(Self { held, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(fen: i64) -> Money {
        Money::from_fen(fen)
    }

    fn granted(granted: i64) -> Guarantee {
        Guarantee {
            granted: fen(granted),
            held: Money::ZERO,
            queued: Money::ZERO,
            valid_from: from(),
            valid_to: Some(from().plus_days(1)),
        }
    }

    /// The moment at which the guarantees of these tests begin to count.
    fn from() -> Moment {
        Moment::from_micros(0)
    }

    #[test]
    fn nobody_overtakes_the_queue() {
        let guarantee = granted(100).hold(fen(60), from()).unwrap();
        assert_eq!(guarantee.hold(fen(50), from()), None);
        let guarantee = guarantee.queue(fen(50)).unwrap();
        assert_eq!(guarantee.hold(fen(10), from()), None, "ten would fit, but fifty came first");
        let topped_up = Guarantee { granted: fen(120), ..guarantee };
        let topped_up = topped_up.hold_first_in_queue(fen(50), from()).unwrap();
        assert_eq!((topped_up.held, topped_up.queued), (fen(110), fen(0)));
        assert_eq!(topped_up.hold(fen(10), from()).unwrap().free(from()), fen(0));
    }

    #[test]
    fn outside_of_its_term_it_holds_nothing() {
        let (before, end) = (from().plus_millis(-1), from().plus_days(1));
        for (at, counts) in [(before, false), (from(), true), (end, false)] {
            assert_eq!(granted(100).is_valid_at(at), counts);
            assert_eq!(granted(100).hold(fen(1), at).is_some(), counts);
            assert_eq!(granted(100).free(at), fen(if counts { 100 } else { 0 }));
        }
    }
}
