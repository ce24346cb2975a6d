//! Bonded stock (保税库存): what lies in a bonded zone under an account book (账册), exact to the last unit.
//!
//! | file | what it holds |
//! |---|---|
//! | [`item`] | a registered kind of goods (料件): units, conversions, price range |
//! | [`stock`] | how much of it there is, and how much is held for declarations |
//! | [`movement`] | why that changed: the only ways in and out |
//! | [`report`] | opening, in, out, closing, from the movements alone |
//! | [`list`] | the bonded list (核注清单) by which goods come in, from lodging to stock |
//! | [`pass`] | the gate pass (核放单) with which its goods pass the gate |
//! | [`declared`] | both as enterprises declare them |
//! | [`review`] | what customs holds them to |

pub mod declared;
pub mod item;
pub mod list;
pub mod movement;
pub mod pass;
pub mod report;
pub mod review;
pub mod stock;

use jiff::civil::Date;

use crate::ids::{AccountBookNumber, AccountItemNumber, OfficeCode, PartyId};

/// An account book (账册; `emsNo`): the bonded goods of one enterprise in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBook {
    /// 账册编号.
    pub number: AccountBookNumber,
    /// 区内企业: whose goods they are.
    pub holder: PartyId,
    /// 主管海关.
    pub office: OfficeCode,
    /// The zone (特殊监管区域), by its name.
    pub zone: Box<str>,
    /// The first day in China on which goods may be moved under it.
    pub valid_from: Date,
    /// The first day on which they may not any more; open-ended when absent.
    pub valid_to: Option<Date>,
}

impl AccountBook {
    /// Whether goods may be moved under it on that day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|end| day < end)
    }
}

/// Which stock: a registered kind of goods of an account book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StockKey {
    /// 账册编号 (`emsNo`).
    pub book: AccountBookNumber,
    /// 账册备案料号 (`itemRecordNo`).
    pub item: AccountItemNumber,
}

/// What one declaration holds of a stock, or has drawn from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Which stock.
    pub key: StockKey,
    /// How much, in the item's unit.
    pub quantity: stock::StockQuantity,
}
