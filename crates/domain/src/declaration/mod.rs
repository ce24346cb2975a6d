//! Declarations of goods (申报清单).

mod export;
mod export_state;
mod import;
mod parcel;
mod review;
mod state;
mod ways;

pub use export::{Charge, ChargeFlag, ExportDeclaration, ExportItem, StatisticsFlag};
pub use export_state::{ExportEntry, ExportRelease, ExportState, ExportStep, StepRefused};
pub use import::{BondedStock, GoodsItem, ImportDeclaration, Transport};
pub use parcel::DeclaredParcel;
pub use review::{GoodsSeen, NotAllowed, Ruled, Ruling};
pub use state::{Assessed, Detention, Entered, ImportState, Lodged, Release, Reservation};
pub use ways::NotCancellable;
