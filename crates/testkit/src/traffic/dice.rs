//! Chance that repeats itself: every parcel has a stream of its own, so what one parcel draws does not
//! move the others.

use tongguan_application::digest::sha256;

/// A stream of chance.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    stream: &'static str,
    number: u64,
    thrown: u64,
}

impl Dice {
    /// The stream of that name and number under a seed.
    pub const fn new(seed: u64, stream: &'static str, number: u64) -> Self {
        Self { seed, stream, number, thrown: 0 }
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        let text = format!("{}/{}/{}/{}", self.seed, self.stream, self.number, self.thrown);
        self.thrown += 1;
        let [a, b, c, d, e, f, g, h, ..] = sha256(text.as_bytes());
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// A number from 0 up to `end`, without it; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits().checked_rem(end).unwrap_or_default()
    }

    /// A number from `from` up to `to`, both included.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// True once in `n` throws.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of `choices`, of which there must be some.
    pub fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).unwrap_or_default()]
    }

    /// Puts `things` into another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for end in (1..things.len()).rev() {
            let other = self.below(end as u64 + 1);
            things.swap(end, usize::try_from(other).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_stream_throws_the_same_and_another_does_not() {
        let throw = |seed, number| Dice::new(seed, "test", number).bits();
        assert_eq!(throw(1, 1), throw(1, 1));
        assert_ne!(throw(1, 1), throw(2, 1));
        assert_ne!(throw(1, 1), throw(1, 2));
    }

    #[test]
    fn shuffling_keeps_everything() {
        let mut things: Vec<_> = (0..50).collect();
        Dice::new(1, "shuffle", 0).shuffle(&mut things);
        assert_ne!(things, (0..50).collect::<Vec<_>>());
        things.sort_unstable();
        assert_eq!(things, (0..50).collect::<Vec<_>>());
    }
}
