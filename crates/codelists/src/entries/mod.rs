//! The columns of each table as a type that cannot be wrong.

mod calendar;
mod cancellable;
mod export_measure;
mod export_return;
mod interception;
mod merging;
mod named;
mod parameter;
mod positive;
mod rate;
mod unit;
mod vehicle;

pub use calendar::{CalendarDay, DayKind};
pub use cancellable::{CancellableState, Direction};
pub use export_measure::{ExportControl, ExportMeasure};
pub use export_return::{
    ClassedGoods, DistrictKey, EVERY_DISTRICT, Flow, GoodsClass, ReturnDistrict, ReturnMode,
};
pub use interception::Interception;
pub use merging::{MergeKey, MergePart, MergeRule};
pub use named::{Country, Currency, HsName, ListItem, ModeRegime, Office, SupervisionMode};
pub use parameter::{Parameter, ParameterKind, ParameterValue};
pub use positive::{Control, PositiveLine};
pub use rate::{ConsumptionTax, CtRates, Per, ProvisionalDuty, Rate, Threshold, Vat};
pub use unit::{Dimension, Unit};
pub use vehicle::Vehicle;
