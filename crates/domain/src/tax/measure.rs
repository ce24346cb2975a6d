//! How much of something an item is, in what rates and thresholds count.

use rust_decimal::Decimal;
use tongguan_codelists::entries::{Dimension, Per, Unit};

use crate::tax::basket::BasketItem;

/// The amounts of one line, as far as its unit, weight and volume tell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measures {
    mass_kg: Option<Decimal>,
    volume_l: Option<Decimal>,
    pieces: Option<Decimal>,
    sheets: Option<Decimal>,
}

impl Measures {
    /// Weight and volume as given, otherwise as the quantity says when its unit is one.
    pub(super) fn of(item: &BasketItem, unit: &Unit) -> Self {
        let times = |factor: Decimal| item.quantity.checked_mul(factor);
        let (mut mass_kg, mut volume_l) = (item.net_weight_kg, item.volume_l);
        let (mut pieces, mut sheets) = (None, None);
        match unit.dimension {
            Dimension::Mass(factor) => mass_kg = mass_kg.or_else(|| times(factor)),
            Dimension::Volume(factor) => volume_l = volume_l.or_else(|| times(factor)),
            Dimension::Piece(factor) => pieces = times(factor),
            Dimension::Sheet(factor) => {
                pieces = times(factor);
                sheets = pieces;
            }
            Dimension::Other => {}
        }
        Self { mass_kg, volume_l, pieces, sheets }
    }

    /// Whether the line is one single piece (仅一件商品).
    pub(super) fn is_one_piece(&self) -> bool {
        self.pieces == Some(Decimal::ONE)
    }

    /// The amount counted in `per`. Weight and volume stand for each other where law fixes the
    /// litres of a tonne.
    pub(super) fn count(&self, per: Per, litres_per_tonne: Option<Decimal>) -> Option<Decimal> {
        let thousand = Decimal::ONE_THOUSAND;
        let kilograms = || {
            self.mass_kg
                .or_else(|| self.volume_l?.checked_mul(thousand)?.checked_div(litres_per_tonne?))
        };
        let litres = || {
            self.volume_l
                .or_else(|| self.mass_kg?.checked_mul(litres_per_tonne?)?.checked_div(thousand))
        };
        match per {
            Per::Gram => kilograms()?.checked_mul(thousand),
            Per::Kilogram => kilograms(),
            Per::Tonne => kilograms()?.checked_div(thousand),
            Per::Millilitre => litres()?.checked_mul(thousand),
            Per::Litre => litres(),
            Per::Piece => self.pieces,
            Per::Sheet => self.sheets,
        }
    }
}
