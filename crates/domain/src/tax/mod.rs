//! What an import pays: the rules of tax on retail import, and of general trade beside it.
//!
//! [`assess`] takes a [`Basket`] and a pack of dated rules and gives an [`Assessment`]: the regime
//! (reduced, full, general, refused, or manual review where the pack has no rate), the dutiable
//! value and the taxes of each item, and the names of the rows that were used. Everything is exact;
//! each tax of each item is rounded half-up to 分 once, and totals are sums of rounded amounts.
//!
//! | file | what it decides |
//! |---|---|
//! | `basket` | what may be priced at all |
//! | `apportion` | how freight and insurance are shared out |
//! | `regime` | by the limits: reduced, full or refused |
//! | `rates` | which rows hold for an item on the day |
//! | `measure` | how many grams, litres or pieces an item is |
//! | `formula` | duty, consumption tax, value-added tax |
//! | `terms` | when tax is due, until when goods may come back, what lateness costs |
//!
//! Sources: 财关税〔2016〕18号, 财关税〔2018〕49号, 关税法, 消费税暂行条例, 增值税法, 海关总署公告2018年第194号.

mod apportion;
mod assess;
mod basket;
mod formula;
mod measure;
mod rates;
mod reason;
mod regime;
mod terms;
#[cfg(test)]
mod tests;

pub use apportion::apportion;
pub use assess::{AssessedItem, Assessment, Totals, assess};
pub use basket::{Basket, BasketItem, RateOverride};
pub use formula::{AppliedRates, Taxes, goods_tax};
pub use rates::{Gap, GapKind};
pub use reason::Reason;
pub use regime::{Refusal, Regime};
pub use terms::{ImportTerms, goods_payment_due, import_terms, late_fee};
