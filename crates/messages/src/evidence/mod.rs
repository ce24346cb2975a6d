//! Payment evidence on the wire (支付相关原始数据实时获取; 公告2018年第179号): customs asks a platform, the platform
//! uploads.
//!
//! | module | |
//! |---|---|
//! | [`ask`] | `platDataOpen`: what customs asks, and what the platform says to that |
//! | [`upload`] | `realTimeDataUpload`: the envelope that a platform sends, and its signature |
//! | `content` | what the envelope holds, from its JSON to [`PaymentEvidence`] and back |
//! | [`answer`] | what the platform is told of its upload |
//!
//! It is JSON in one field of a form, signed over a text that is put together from its first level; the announcement's
//! own spellings (`initalRequest`) stay in here.
//!
//! [`PaymentEvidence`]: tongguan_domain::evidence::PaymentEvidence

pub mod answer;
pub mod ask;
mod content;
mod said;
pub mod upload;

pub use self::content::{FieldDefect, read, write};
