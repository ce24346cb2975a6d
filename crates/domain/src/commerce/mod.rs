//! The trade documents that a declaration rests on: order, payment, waybill and its delivery.

mod delivery;
mod filing;
mod order;
mod payment;
mod waybill;

pub use delivery::DeliveryStatus;
pub use filing::{Action, Filing, Stage};
pub use order::{Order, OrderLine, PaymentReference};
pub use payment::Payment;
pub use waybill::Waybill;
