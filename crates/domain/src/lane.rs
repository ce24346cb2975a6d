//! Selectivity (布控): which lane a declaration takes.
//!
//! A small seam: a random rate for each lane and a hit list. Chance comes in as a [`Draw`], so the
//! choice can be replayed.

use crate::ids::PartyId;

/// The lane (通道) of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// No intervention.
    Green,
    /// Documents are reviewed (人工审核).
    Yellow,
    /// Goods are examined (查验).
    Red,
}

/// Sixteen uniformly distributed bits, fixed for a declaration and unpredictable outside: the head of
/// HMAC(office secret, declaration id).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw(pub u16);

impl Draw {
    /// Where it lies on the scale of 10,000, without bias worth mentioning (1 in 65,536).
    pub fn position(self) -> u32 {
        u32::from(self.0) * 10_000 / 65_536
    }
}

/// How declarations are selected at one office.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selectivity {
    /// Of 10,000 declarations, how many are examined by chance.
    pub red_per_10_000: u16,
    /// Of 10,000 declarations, how many are reviewed by chance.
    pub yellow_per_10_000: u16,
    /// Goods and merchants that take a lane always.
    pub hits: Vec<Hit>,
}

/// An entry of the hit list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What is hit.
    pub on: Target,
    /// The lane it takes at least.
    pub lane: Lane,
}

/// What a hit is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// HS codes that begin so.
    HsPrefix(Box<str>),
    /// A merchant.
    Merchant(PartyId),
}

impl Selectivity {
    /// The lane of a declaration: the strictest that chance or a hit demands.
    pub fn select<'h>(
        &self,
        merchant: PartyId,
        hs_codes: impl Iterator<Item = &'h str> + Clone,
        draw: Draw,
    ) -> Lane {
        let hit = self
            .hits
            .iter()
            .filter(|hit| match &hit.on {
                Target::HsPrefix(prefix) => hs_codes.clone().any(|hs| hs.starts_with(&**prefix)),
                Target::Merchant(id) => *id == merchant,
            })
            .map(|hit| hit.lane)
            .max()
            .unwrap_or(Lane::Green);
        hit.max(self.by_chance(draw))
    }

    fn by_chance(&self, draw: Draw) -> Lane {
        let position = draw.position();
        let red = u32::from(self.red_per_10_000);
        if position < red {
            Lane::Red
        } else if position < red + u32::from(self.yellow_per_10_000) {
            Lane::Yellow
        } else {
            Lane::Green
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_demand_wins() {
        let selectivity = Selectivity {
            red_per_10_000: 100,
            yellow_per_10_000: 400,
            hits: vec![
                Hit { on: Target::HsPrefix("2208".into()), lane: Lane::Yellow },
                Hit { on: Target::Merchant(PartyId(7)), lane: Lane::Red },
            ],
        };
        let lane = |merchant, hs: &'static str, draw| {
            selectivity.select(PartyId(merchant), [hs].into_iter(), Draw(draw))
        };
        assert_eq!(lane(1, "3304990029", u16::MAX), Lane::Green);
        assert_eq!(lane(1, "2208300000", u16::MAX), Lane::Yellow);
        assert_eq!(lane(7, "2208300000", u16::MAX), Lane::Red);
        assert_eq!(lane(1, "3304990029", 0), Lane::Red);
        assert_eq!(lane(1, "3304990029", 656), Lane::Yellow);
    }

    #[test]
    fn chance_keeps_its_rates() {
        let selectivity =
            Selectivity { red_per_10_000: 100, yellow_per_10_000: 400, ..Selectivity::default() };
        let mut counts = [0; 3];
        for draw in 0..=u16::MAX {
            counts[selectivity.by_chance(Draw(draw)) as usize] += 1;
        }
        assert_eq!(counts, [62259, 2621, 656]);
    }
}
