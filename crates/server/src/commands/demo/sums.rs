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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_currency_is_summed_by_itself() {
        let pack = Pack::builtin();
        let day = date(2026, 3, 2);
        let mut sums = Sums::default();
        for (fen, currency) in [(1050, "502"), (-50, "502"), (1, "142"), (7, "999")] {
            sums.add(Decimal::new(fen, 2), currency, &pack, day);
        }
        let mut twice = sums.clone();
        twice.add_all(&sums);
        assert_eq!(sums.to_string(), "999 0.07, CNY 0.01, USD 10.00");
        let json = serde_json::to_value(&twice).unwrap();
        assert_eq!(json, serde_json::json!({ "999": "0.14", "CNY": "0.02", "USD": "20.00" }));
        assert_eq!(Sums::default().to_string(), "");
    }
}
