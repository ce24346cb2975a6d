//! The tax guarantee of a party (税款担保) and the account that keeps it.
//!
//! Released parcels hold their tax against it until the tax is paid. A declaration that finds too
//! little stays reviewed (399) and queues; while anything queues, later ones queue behind it, so
//! that releases follow the order of the queue when the guarantee is topped up.

use jiff::civil::Date;

use crate::money::{Money, MoneyOverflow};
use crate::party::Standing;
use crate::time::Moment;

/// The longest number of a guarantee document, in characters.
pub const LONGEST_REFERENCE: usize = 60;

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
    /// Whether customs has suspended it (暂停): what it holds stays, and nothing more is held.
    pub standing: Standing,
}

/// What customs grants and may change (担保内容); what is held and queues is no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The sum guaranteed (担保额度).
    pub granted: Money,
    /// The first day on which it counts.
    pub valid_from: Date,
    /// The last one; open-ended when absent.
    pub valid_to: Option<Date>,
    /// Whether it counts at all.
    pub standing: Standing,
    /// The number of the guarantee document (保函编号).
    pub reference: Option<String>,
}

/// Terms that a guarantee cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTerms {
    /// More is held against it than the sum.
    #[error("{held} is held against the guarantee, so its sum cannot be {granted}")]
    BelowHeld {
        /// The sum wanted.
        granted: Money,
        /// What is held.
        held: Money,
    },
    /// It would end before it begins.
    #[error("its last day {to} lies before its first day {from}")]
    Inverted {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// A day that no guarantee has.
    #[error("{0} is no day of a guarantee, which lies between 1900 and 2999")]
    Day(Date),
    /// The number of the document is no line of text, or too long.
    #[error(
        "the number of the guarantee document is a line of at most {LONGEST_REFERENCE} characters"
    )]
    Reference,
}

impl Terms {
    /// Whether a guarantee of which so much is held may have these terms.
    ///
    /// What is held is tax of goods that have left already, so the sum never falls below it: who wants nothing
    /// more to be held suspends the guarantee, or lets its term end.
    ///
    /// # Errors
    /// [`BadTerms`].
    pub fn check(&self, held: Money) -> Result<(), BadTerms> {
        let Self { granted, valid_from: from, valid_to, .. } = *self;
        if granted < held {
            return Err(BadTerms::BelowHeld { granted, held });
        }
        let mut days = [Some(from), valid_to].into_iter().flatten();
        if let Some(day) = days.find(|day| !(1900..=2999).contains(&day.year())) {
            return Err(BadTerms::Day(day));
        }
        if let Some(to) = valid_to.filter(|to| *to < from) {
            return Err(BadTerms::Inverted { from, to });
        }
        let is_line = |text: &str| {
            text.chars().count() <= LONGEST_REFERENCE && !text.chars().any(char::is_control)
        };
        match self.reference.as_deref().is_none_or(is_line) {
            true => Ok(()),
            false => Err(BadTerms::Reference),
        }
    }
}

impl Guarantee {
    /// Whether it counts at `at`: within its term, unless it is suspended.
    pub fn is_valid_at(self, at: Moment) -> bool {
        self.standing == Standing::Active
            && self.valid_from <= at
            && self.valid_to.is_none_or(|end| at < end)
    }

    /// What is left of it at `at`: nothing while it does not count.
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
            standing: Standing::Active,
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

    #[test]
    fn while_it_is_suspended_it_holds_nothing_more_and_keeps_what_it_holds() {
        let suspended = Guarantee { standing: Standing::Suspended, held: fen(40), ..granted(100) };
        assert!(!suspended.is_valid_at(from()));
        assert_eq!((suspended.hold(fen(1), from()), suspended.free(from())), (None, fen(0)));
        let queued = suspended.queue(fen(5)).unwrap();
        assert_eq!(queued.hold_first_in_queue(fen(5), from()), None);
        assert_eq!(queued.give_back(fen(40)).unwrap().held, fen(0));
        let reinstated = Guarantee { standing: Standing::Active, ..queued };
        assert_eq!(reinstated.hold_first_in_queue(fen(5), from()).unwrap().held, fen(45));
    }

    #[test]
    fn its_terms_cover_what_is_held_and_end_after_they_begin() {
        let day = |day| Date::constant(2026, 11, day);
        let terms = |granted, valid_to, reference: Option<&str>| Terms {
            granted: fen(granted),
            valid_from: day(2),
            valid_to,
            standing: Standing::Active,
            reference: reference.map(str::to_owned),
        };
        let below = BadTerms::BelowHeld { granted: fen(39), held: fen(40) };
        let inverted = BadTerms::Inverted { from: day(2), to: day(1) };
        let (long, longest) = ("9".repeat(61), "函".repeat(60));
        for (terms, expected) in [
            (terms(40, None, None), Ok(())),
            (terms(39, None, None), Err(below)),
            (terms(40, Some(day(2)), Some(&longest)), Ok(())),
            (terms(40, Some(day(1)), None), Err(inverted)),
            (terms(40, Some(Date::MAX), None), Err(BadTerms::Day(Date::MAX))),
            (terms(40, None, Some(&long)), Err(BadTerms::Reference)),
            (terms(40, None, Some("a\nb")), Err(BadTerms::Reference)),
        ] {
            assert_eq!(terms.check(fen(40)), expected, "{terms:?}");
        }
    }
}
