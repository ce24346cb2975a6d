//! Tests of the tax rules: published facts, the decision table, thresholds, terms, and laws.

mod facts;
mod laws;
mod limits;
mod published;
mod rates;
mod terms;

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::Pack;

use crate::money::{Amount, Money};
use crate::tax::{Assessment, Basket, BasketItem, RateOverride, Regime, assess};

const TODAY: &str = "2026-11-22";
/// Diapers: no consumption tax, 13 %.
const PLAIN: &str = "9619001100";

fn pack() -> Arc<Pack> {
    Pack::builtin()
}

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn yuan(text: &str) -> Money {
    Money::round_half_up(d(text)).unwrap()
}

fn item(hs: &str, quantity: &str, unit: &str, price: &str) -> BasketItem {
    BasketItem {
        line: 1,
        hs: hs.parse().unwrap(),
        quantity: d(quantity),
        unit: unit.into(),
        total_price: Amount::new(d(price)),
        net_weight_kg: None,
        volume_l: None,
        rates: None,
    }
}

/// So many pieces.
fn pieces(hs: &str, quantity: &str, price: &str) -> BasketItem {
    item(hs, quantity, "011", price)
}

impl BasketItem {
    fn litres(mut self, litres: &str) -> Self {
        self.volume_l = Some(d(litres));
        self
    }

    fn kilograms(mut self, kilograms: &str) -> Self {
        self.net_weight_kg = Some(d(kilograms));
        self
    }

    fn rated(mut self, rates: RateOverride) -> Self {
        self.rates = Some(rates);
        self
    }
}

/// A direct-mail order of today, nothing used of the year, no freight.
fn basket(items: impl IntoIterator<Item = BasketItem>) -> Basket {
    let numbered = items.into_iter().zip(1..).map(|(item, line)| BasketItem { line, ..item });
    Basket {
        as_of: day(TODAY),
        mode: "9610".into(),
        annual_used: Money::ZERO,
        freight: Amount::ZERO,
        insurance: Amount::ZERO,
        items: numbered.collect(),
    }
}

impl Basket {
    fn on(mut self, on: &str) -> Self {
        self.as_of = day(on);
        self
    }

    fn under(mut self, mode: &str) -> Self {
        self.mode = mode.into();
        self
    }

    fn used(mut self, annual: &str) -> Self {
        self.annual_used = yuan(annual);
        self
    }

    fn freight(mut self, freight: &str, insurance: &str) -> Self {
        self.freight = Amount::new(d(freight));
        self.insurance = Amount::new(d(insurance));
        self
    }

    fn assessed(&self) -> Assessment {
        assess(&pack(), self).unwrap()
    }
}

impl Assessment {
    /// Duty, consumption tax, value-added tax and their sum.
    fn paid(&self) -> [String; 4] {
        let taxes = self.totals.taxes;
        [taxes.duty, taxes.consumption_tax, taxes.vat, self.totals.tax].map(|tax| tax.to_string())
    }

    fn code(&self) -> &'static str {
        self.regime.reason().code
    }

    fn is_reduced(&self) -> bool {
        self.regime == Regime::Reduced
    }
}
