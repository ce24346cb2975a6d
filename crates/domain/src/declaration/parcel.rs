//! A parcel that was declared, as later requests name it.

use crate::ids::{DeclarationNumber, OfficeCode, OrderNumber, WaybillNumber};
use crate::party::NamedParty;
use crate::person::Identity;

/// A parcel whose declaration a request is about: what CEB623 and CEB625 say of it in the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredParcel {
    /// 申报地海关 (`customsCode`).
    pub office: OfficeCode,
    /// 订单编号 (`orderNo`).
    pub order_no: OrderNumber,
    /// 电商平台 (`ebp…`).
    pub platform: NamedParty,
    /// 电商企业 (`ebc…`).
    pub merchant: NamedParty,
    /// 物流运单编号 (`logisticsNo`).
    pub waybill_no: WaybillNumber,
    /// 物流企业 (`logistics…`).
    pub carrier: NamedParty,
    /// 清单编号 (`invtNo`): the declaration.
    pub declaration_no: DeclarationNumber,
    /// 订购人 (`buyerIdType`, `buyerIdNumber`, `buyerName`).
    pub buyer: Identity,
    /// 订购人电话 (`buyerTelephone`).
    pub buyer_telephone: Box<str>,
    /// 申报企业 (`agent…`).
    pub declarant: NamedParty,
}
