//! Payment evidence (支付相关原始数据): what a platform and a payment institution said to each other when an order
//! was paid, which customs may ask the platform for (公告2018年第165号、第179号).
//!
//! [`PaymentEvidence`] is what a platform hands over, [`compare`] holds it against order and payment, [`rules`]
//! are the findings that this and silence lead to.

mod address;
mod compare;
mod payer;
pub mod rules;

use std::fmt;

use crate::ids::{OrderNumber, PaymentTransaction};
use crate::money::Amount;
use crate::party::PartyCode;
use crate::time::Moment;

pub use self::address::PlatformAddress;
pub use self::compare::{Comparison, Documents, Named, TIME_TOLERANCE_MINUTES, compare};
pub use self::payer::PayerSaid;

/// What a platform hands over of a payment (`payExInfoStr`).
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentEvidence {
    /// The platform's number for it (`guid`).
    pub guid: Box<str>,
    /// 原始请求: what the platform asked of the institution, as it was sent (`initalRequest`). Personal data.
    pub request: Box<str>,
    /// 原始响应: what the institution answered (`initalResponse`). Personal data.
    pub response: Box<str>,
    /// 电商平台代码 (`ebpCode`).
    pub platform: PartyCode,
    /// 支付企业代码 (`payCode`).
    pub institution: PartyCode,
    /// 交易流水号 (`payTransactionId`).
    pub transaction: PaymentTransaction,
    /// 交易金额: of all its orders together (`totalAmount`).
    pub amount: Amount,
    /// 币制, customs' code (`currency`).
    pub currency: Box<str>,
    /// 验核机构 (`verDept`).
    pub verified_by: Network,
    /// 支付类型 (`payType`).
    pub channel: Option<Channel>,
    /// 交易成功时间 (`tradingTime`).
    pub traded_at: Moment,
    /// Every order that the payment was for (`payExchangeInfoLists`).
    pub orders: Vec<EvidenceOrder>,
}

/// An order that a payment was for.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceOrder {
    /// 订单编号 (`orderNo`).
    pub order_no: OrderNumber,
    /// 商品 (`goodsInfo`).
    pub goods: Vec<EvidenceGoods>,
    /// 收款账号 (`recpAccount`). It may be a person's.
    pub payee_account: Box<str>,
    /// 收款企业代码: the credit code of a domestic one (`recpCode`).
    pub payee_code: Option<Box<str>>,
    /// 收款企业名称 (`recpName`). It may be a person's.
    pub payee_name: Box<str>,
}

/// Goods as the platform sold them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceGoods {
    /// 商品名称 (`gname`).
    pub name: Box<str>,
    /// 商品展示链接: where they were shown (`itemLink`, parted by `;`).
    pub links: Vec<Box<str>>,
}

/// Who verified the payment (验核机构; `verDept`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// 银联. [1]
    UnionPay,
    /// 网联. [2]
    NetsUnion,
    /// 其他. [3]
    Other,
}

/// By what it was paid (支付类型; `payType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// An app. [1]
    App,
    /// A computer. [2]
    Computer,
    /// A code that was scanned (扫码). [3]
    Scan,
    /// Something else. [4]
    Other,
}

impl Network {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::UnionPay),
            "2" => Some(Self::NetsUnion),
            "3" => Some(Self::Other),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::UnionPay => "1",
            Self::NetsUnion => "2",
            Self::Other => "3",
        }
    }

    /// Its name for people, in Chinese and English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::UnionPay => ("银联", "UnionPay"),
            Self::NetsUnion => ("网联", "NetsUnion"),
            Self::Other => ("其他", "another"),
        }
    }
}

impl Channel {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::App),
            "2" => Some(Self::Computer),
            "3" => Some(Self::Scan),
            "4" => Some(Self::Other),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::App => "1",
            Self::Computer => "2",
            Self::Scan => "3",
            Self::Other => "4",
        }
    }
}

impl fmt::Debug for PaymentEvidence {
    /// Without what platform and institution said: personal data must not reach a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentEvidence({}, {} orders)", self.transaction, self.orders.len())
    }
}

impl fmt::Debug for EvidenceOrder {
    /// Without the payee.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvidenceOrder({}, {:?})", self.order_no, self.goods)
    }
}
