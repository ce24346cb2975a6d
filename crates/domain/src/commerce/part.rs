//! Documents that were too long for one message.

use std::fmt;

/// Which part of how many a document is (报文序号, 报文总数; `msgSeqNo`, `msgCount`): 1 of 1 when it
/// was not split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    number: u32,
    of: u32,
}

impl Part {
    /// A document that was not split.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Part `number` of `of`, from 1; nothing when there is no such part.
    pub const fn new(number: u32, of: u32) -> Option<Self> {
        if 1 <= number && number <= of { Some(Self { number, of }) } else { None }
    }

    /// Which part, from 1.
    pub const fn number(self) -> u32 {
        self.number
    }

    /// How many parts there are.
    pub const fn of(self) -> u32 {
        self.of
    }
}

/// How many parts of a split document have come, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    come: u32,
    of: u32,
}

impl Parts {
    /// So many of so many; nothing when there are not so many.
    pub const fn new(come: u32, of: u32) -> Option<Self> {
        if come <= of && 1 <= of { Some(Self { come, of }) } else { None }
    }

    /// One more has come; nothing when all have.
    pub const fn and_one(self) -> Option<Self> {
        Self::new(self.come.saturating_add(1), self.of)
    }

    /// One was taken back; nothing when none is left, so that the document may be split anew.
    pub const fn less_one(self) -> Option<Self> {
        if self.come <= 1 { None } else { Some(Self { come: self.come - 1, of: self.of }) }
    }

    /// How many have come.
    pub const fn come(self) -> u32 {
        self.come
    }

    /// How many there are.
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Whether all have come.
    pub const fn is_complete(self) -> bool {
        self.come == self.of
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.come, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_one_by_one_until_all_are_there() {
        let mut parts = Parts::new(0, 2).unwrap();
        assert_eq!((parts.to_string(), parts.is_complete()), ("0/2".to_owned(), false));
        parts = parts.and_one().and_then(Parts::and_one).unwrap();
        assert_eq!((parts.to_string(), parts.is_complete()), ("2/2".to_owned(), true));
        assert_eq!(parts.and_one(), None);
        assert_eq!(parts.less_one().and_then(Parts::less_one), None);
        assert_eq!((Parts::new(0, 0), Parts::new(3, 2)), (None, None));
    }

    #[test]
    fn parts_are_counted_from_one_to_their_number() {
        assert_eq!(Part::new(1, 1), Some(Part::WHOLE));
        assert_eq!(Part::new(2, 3).map(|part| (part.number(), part.of())), Some((2, 3)));
        for (number, of) in [(0, 1), (2, 1), (0, 0), (1, 0)] {
            assert_eq!(Part::new(number, of), None, "{number} of {of}");
        }
    }
}
