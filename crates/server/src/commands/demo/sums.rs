//! Sums of money in several currencies.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use tongguan_codelists::Pack;

/// Sums by currency: by its three letters, or its three digits where the tables have no such currency.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sums(BTreeMap<Box<str>, Decimal>);

impl Sums {
    /// Adds an amount in a currency (币制), which `pack` knows on `day`.
    pub fn add(&mut self, amount: Decimal, currency: &str, pack: &Pack, day: Date) {
        let known = pack.currency(currency, day);
        let name = known.map_or(currency, |currency| &*currency.entry.iso);
        *self.0.entry(name.into()).or_default() += amount;
    }

    /// Adds other sums.
    pub fn add_all(&mut self, others: &Self) {
        for (currency, amount) in &others.0 {
            *self.0.entry(currency.clone()).or_default() += *amount;
        }
    }
}

impl Serialize for Sums {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sums = self.0.iter();
        serializer.collect_map(sums.map(|(currency, amount)| (currency, format!("{amount:.2}"))))
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (currency, amount)) in self.0.iter().enumerate() {
            let between = if place == 0 { "" } else { ", " };
            write!(f, "{between}{currency} {amount:.2}")?;
        }
        Ok(())
    }
}
