//! What exported goods are free of that come back (退运免税).
//!
//! Goods that pay export duty do not leave by list, so none is given back here; what was refunded of
//! domestic taxes is to be repaid first, which is not for customs to see.

use jiff::civil::Date;
use tongguan_codelists::Pack;
use tongguan_codelists::entries::GoodsClass;

use super::exported::ExportedGoods;
use crate::facts::{ExportMode, ExportReturnItemFacts};

/// Whether the goods of a return pay import taxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relief {
    /// They came in time and pay none, except for the food among them.
    Granted {
        /// The last day of the window.
        until: Date,
        /// The row of law.
        row: Box<str>,
        /// The lines that are food, by number.
        except: Vec<i32>,
    },
    /// They came after the window.
    Late {
        /// The last day of the window.
        until: Date,
        /// The row of law.
        row: Box<str>,
    },
    /// No notice speaks of goods that were exported on that day.
    NoNotice,
}

impl Relief {
    /// What goods are free of that came back on a day.
    ///
    /// The day of the release stands for that on which they were declared; goods of a zone leave it with
    /// their release, others leave with their departure.
    pub fn of(
        goods: &ExportedGoods<'_>,
        items: &[ExportReturnItemFacts],
        back_on: Date,
        pack: &Pack,
    ) -> Self {
        let left_on = match goods.mode {
            ExportMode::Zone => goods.released_on,
            _ => goods.left_on,
        };
        let Some((until, row)) = pack.export_return_relief(goods.released_on, left_on) else {
            return Self::NoNotice;
        };
        let row = row.as_str().into();
        if until < back_on {
            return Self::Late { until, row };
        }
        let is_food = |item: &&ExportReturnItemFacts| {
            pack.is_of_class(&item.hs_code, GoodsClass::Food, goods.released_on)
        };
        let except = items.iter().filter(is_food).map(|item| item.number).collect();
        Self::Granted { until, row, except }
    }

    /// What responses say of it.
    pub fn zh(&self) -> String {
        match self {
            Self::Granted { except, .. } if except.is_empty() => {
                "免征进口关税和进口环节税".to_owned()
            }
            Self::Granted { except, .. } => {
                let lines: Vec<_> = except.iter().map(ToString::to_string).collect();
                format!("免征进口关税和进口环节税，食品除外（第{}项）", lines.join("、"))
            }
            Self::Late { until, .. } => format!("已过免税退运期限{until}，照章征税"),
            Self::NoNotice => "不适用退运免税政策，照章征税".to_owned(),
        }
    }
}
