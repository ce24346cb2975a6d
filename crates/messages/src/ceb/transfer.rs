//! What follows the documents of every request: who transfers it, who else listens, what is added.

use crate::table::{
    Entity, Field, Form, Trailer, exactly, fields, filled, optional, required, up_to,
};

/// The transfer block (传输节点; `BaseTransfer`): whose mailbox sent the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// 传输企业代码 (`copCode`).
    pub code: Box<str>,
    /// 传输企业名称 (`copName`).
    pub name: Box<str>,
    /// 报文传输模式 (`dxpMode`): `DXP`.
    pub mode: Box<str>,
    /// 报文传输编号 (`dxpId`): the mailbox that responses go to.
    pub dxp_id: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}

/// A subscription of a third party (订阅节点; `BaseSubscribe`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// 用户订阅单证业务状态 (`status`): `ALL`, `DATA` or `RET`.
    pub status: Box<str>,
    /// 收发模式 (`dxpMode`): `DXP`.
    pub mode: Box<str>,
    /// 收发地址 (`dxpAddress`): the subscriber's mailbox.
    pub address: Box<str>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
}

impl Subscription {
    /// What the subscriber asks for; nothing when the status is not one of the standard's three.
    pub fn wants(&self) -> Option<Wanted> {
        match self.status.trim() {
            "ALL" => Some(Wanted::Everything),
            "DATA" => Some(Wanted::Documents),
            "RET" => Some(Wanted::Responses),
            _ => None,
        }
    }
}

/// What a subscriber receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Documents and responses (`ALL`).
    Everything,
    /// The documents alone (`DATA`).
    Documents,
    /// The responses alone (`RET`).
    Responses,
}

/// Local data beside the standard (扩展自定义数据实体; `ExtendMessage`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// 自定义报文名称 (`name`).
    pub name: Box<str>,
    /// 自定义报文版本 (`version`).
    pub version: Box<str>,
    /// What stands inside `Message`, as it was written.
    pub xml: Box<str>,
}

/// `BaseTransfer`.
pub static TRANSFER: Entity = Entity::new("BaseTransfer", "基础报文传输实体", TRANSFER_FIELDS);

/// `BaseTransfer` of export messages, which admits an empty code.
pub static EXPORT_TRANSFER: Entity =
    Entity::new("BaseTransfer", "基础报文传输实体", EXPORT_TRANSFER_FIELDS);

const TRANSFER_FIELDS: &[Field] = &transfer_fields(filled(18));
const EXPORT_TRANSFER_FIELDS: &[Field] = &transfer_fields(up_to(18));

const fn transfer_fields(code: Form) -> [Field; 5] {
    [
        required(
            "copCode",
            "传输企业代码",
            "customs code of the enterprise that transfers the message",
            code,
        ),
        required("copName", "传输企业名称", "its registered name", up_to(100)),
        required("dxpMode", "报文传输模式", "mode of transfer: DXP", exactly(3)),
        required("dxpId", "报文传输编号", "its mailbox on the exchange platform", up_to(30)),
        optional("note", "备注", "free text", up_to(1000)),
    ]
}

/// The transfer block of a message that ends so.
pub(crate) const fn transfer_of(trailer: Trailer) -> &'static Entity {
    match trailer {
        Trailer::None | Trailer::Import { .. } => &TRANSFER,
        Trailer::Export { .. } => &EXPORT_TRANSFER,
    }
}

/// `BaseSubscribe`.
pub static SUBSCRIBE: Entity = Entity::new("BaseSubscribe", "基础回执订阅实体", SUBSCRIBE_FIELDS);

const SUBSCRIBE_FIELDS: &[Field] = fields! {
    required("status", "订阅状态", "ALL: documents and responses, DATA: documents, RET: responses", up_to(100));
    required("dxpMode", "订阅方传输模式", "mode of transfer: DXP", exactly(3));
    required("dxpAddress", "订阅方传输地址", "the subscriber's mailbox", up_to(100));
    optional("note", "备注", "free text", up_to(1000));
};

/// The two texts of `ExtendMessage`; the element `Message` follows them.
pub static EXTEND: Entity = Entity::new("ExtendMessage", "扩展自定义数据实体", EXTEND_FIELDS);

const EXTEND_FIELDS: &[Field] = fields! {
    required("name", "自定义报文名称", "name of the local message", up_to(30));
    required("version", "自定义报文版本", "its version", up_to(30));
};
