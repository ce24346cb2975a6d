//! Movements: every change of what is on hand, and there is no other.

use super::stock::{Stock, StockQuantity, StockRefused};
use crate::time::Moment;

/// Why a stock changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MovementKind {
    /// 期初: what was there when the book was taken over.
    Opening,
    /// 入区: in by a bonded list with its gate pass.
    Inbound,
    /// 出区核扣: drawn by the release of a declaration.
    Drawn,
    /// 退货/撤销: given back by a return or a cancellation.
    GivenBack,
    /// 销毁: written off, destroyed.
    Destroyed,
    /// 退运出境: written off, shipped abroad.
    ShippedAbroad,
    /// 盘盈: found at a stock-take beyond the books.
    Surplus,
    /// 盘亏: found missing at a stock-take.
    Missing,
}

impl MovementKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Opening,
        Self::Inbound,
        Self::Drawn,
        Self::GivenBack,
        Self::Destroyed,
        Self::ShippedAbroad,
        Self::Surplus,
        Self::Missing,
    ];

    /// Whether it adds to the stock.
    pub const fn is_in(self) -> bool {
        matches!(self, Self::Opening | Self::Inbound | Self::GivenBack | Self::Surplus)
    }

    /// Its name in commands and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Inbound => "inbound",
            Self::Drawn => "drawn",
            Self::GivenBack => "given-back",
            Self::Destroyed => "destroyed",
            Self::ShippedAbroad => "shipped-abroad",
            Self::Surplus => "surplus",
            Self::Missing => "missing",
        }
    }

    /// The stock after so much was moved; only what was held is drawn.
    ///
    /// # Errors
    /// [`StockRefused`].
    pub fn apply(self, stock: Stock, quantity: StockQuantity) -> Result<Stock, StockRefused> {
        match self {
            Self::Drawn => stock.draw(quantity),
            kind if kind.is_in() => stock.take_in(quantity),
            _ => stock.take_out(quantity),
        }
    }
}

/// One movement of a stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Its place among the stock's movements, from 1 without gap.
    pub n: i64,
    /// Why.
    pub kind: MovementKind,
    /// How much, more than nothing.
    pub quantity: StockQuantity,
    /// When.
    pub at: Moment,
    /// The document that it follows from: a bonded list, a declaration, a decision, a stock-take.
    pub document: Box<str>,
}
