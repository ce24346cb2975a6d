//! The columns of each table as a type that cannot be wrong.

mod named;
mod parameter;
mod positive;
mod rate;
mod unit;

pub use named::{Country, Currency, HsName, ListItem, ModeRegime, Office, SupervisionMode};
pub use parameter::{Parameter, ParameterKind, ParameterValue};
pub use positive::{Control, PositiveLine};
pub use rate::{ConsumptionTax, CtRates, Per, ProvisionalDuty, Rate, Threshold, Vat};
pub use unit::{Dimension, Unit};
