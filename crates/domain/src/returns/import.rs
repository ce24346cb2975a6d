//! What a declarant says who wants imported goods to come back.

use crate::commerce::Filing;
use crate::declaration::DeclaredParcel;
use crate::ids::{FunctionalReference, ProvisionalNumber};
use rust_decimal::Decimal;

/// A request to return imported goods, whole or in part (退货申请单; CEB625 `InvtRefund`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRequest {
    /// Number, action, time, stage.
    pub filing: Filing,
    /// What comes back, in whole or in part.
    pub parcel: DeclaredParcel,
    /// 企业内部编号 (`copNo`): the request's own.
    pub reference: Option<FunctionalReference>,
    /// 预录入编号 (`preNo`): the request's own, once the port has given it.
    pub provisional_no: Option<ProvisionalNumber>,
    /// 退货原因 (`reason`).
    pub reason: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// The goods that come back, in the order of the document.
    pub items: Vec<ReturnItem>,
}

/// One line of goods that come back (`InvtRefundList`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnItem {
    /// 商品序号 (`gnum`): the line of the declaration.
    pub number: i32,
    /// 商品编码 (`gcode`): ten digits.
    pub hs_code: Box<str>,
    /// 商品名称 (`gname`).
    pub name: Box<str>,
    /// 数量 (`qty`), in `unit`; at most what was declared.
    pub quantity: Decimal,
    /// 计量单位 (`unit`).
    pub unit: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}

/// Some goods of one line of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnedLine {
    /// 商品序号 (`gnum`): the line of the declaration.
    pub number: i32,
    /// 数量 (`qty`), in the declared unit.
    pub quantity: Decimal,
}
