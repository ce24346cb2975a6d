//! The trade documents that a declaration rests on: order, payment, waybill and its delivery; in export
//! order, collection and waybill.

mod collection;
mod delivery;
mod export_order;
mod export_waybill;
mod filing;
mod order;
mod part;
mod payment;
mod waybill;

pub use collection::Collection;
pub use delivery::DeliveryStatus;
pub use export_order::{ExportOrder, ExportOrderLine, ExportOrderType};
pub use export_waybill::ExportWaybill;
pub use filing::{Action, Filing, Stage};
pub use order::{Order, OrderLine, PaymentReference};
pub use part::{Part, Parts};
pub use payment::Payment;
pub use waybill::Waybill;
