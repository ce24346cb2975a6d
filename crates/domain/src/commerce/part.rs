//! Documents that were too long for one message.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_one_to_their_number() {
        assert_eq!(Part::new(1, 1), Some(Part::WHOLE));
        assert_eq!(Part::new(2, 3).map(|part| (part.number(), part.of())), Some((2, 3)));
        for (number, of) in [(0, 1), (2, 1), (0, 0), (1, 0)] {
            assert_eq!(Part::new(number, of), None, "{number} of {of}");
        }
    }
}
