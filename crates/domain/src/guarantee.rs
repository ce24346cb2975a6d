//! The tax guarantee of a party (税款担保) and the account that keeps it.
//!
//! Released parcels hold their tax against it until the tax is paid. A declaration that finds too
//! little stays reviewed (399) and queues; while anything queues, later ones queue behind it, so
//! that releases follow the order of the queue when the guarantee is topped up.

use crate::money::{Money, MoneyOverflow};

/// What a guarantor has granted, and what is held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Guarantee {
    /// The sum guaranteed.
    pub granted: Money,
    /// Tax of released parcels that is not yet paid.
    pub held: Money,
    /// Tax of reviewed declarations that wait for the guarantee.
    pub queued: Money,
}

impl Guarantee {
    /// What is left.
    pub fn free(self) -> Money {
        Money::from_fen(self.granted.fen().saturating_sub(self.held.fen()))
    }

    /// Holds `tax` if there is enough left and nothing queues before it; `None` otherwise.
    pub fn hold(self, tax: Money) -> Option<Self> {
        if self.queued > Money::ZERO {
            return None;
        }
        self.hold_out_of_turn(tax)
    }

    /// Holds the `tax` of a declaration that stood first in the queue; `None` if there is still too
    /// little.
    pub fn hold_first_in_queue(self, tax: Money) -> Option<Self> {
        let queued = self.queued.checked_sub(tax).ok()?;
        Some(Self { queued, ..self.hold_out_of_turn(tax)? })
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

    fn hold_out_of_turn(self, tax: Money) -> Option<Self> {
        let held = self.held.checked_add(tax).ok()?;
        (held <= self.granted).then_some(Self { held, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(fen: i64) -> Money {
        Money::from_fen(fen)
    }

    #[test]
    fn nobody_overtakes_the_queue() {
        let guarantee = Guarantee { granted: fen(100), ..Guarantee::default() };
        let guarantee = guarantee.hold(fen(60)).unwrap();
        assert_eq!(guarantee.hold(fen(50)), None);
        let guarantee = guarantee.queue(fen(50)).unwrap();
        assert_eq!(guarantee.hold(fen(10)), None, "ten would fit, but fifty came first");
        let topped_up = Guarantee { granted: fen(120), ..guarantee };
        let topped_up = topped_up.hold_first_in_queue(fen(50)).unwrap();
        assert_eq!((topped_up.held, topped_up.queued), (fen(110), fen(0)));
        assert_eq!(topped_up.hold(fen(10)).unwrap().free(), fen(0));
    }
}
