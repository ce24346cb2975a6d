//! The rules that need what is stored and that the official catalogue does not word.

use tongguan_domain::defect::{Official, Rule};
use tongguan_domain::official::export;

use crate::clearing::record::DocumentKind;

/// Every rule of this file.
pub static ALL: &[&Rule] = &[
    &WAYBILL_OF_OTHER_DECLARATION,
    &DOCUMENTS_MISSING,
    &GUARANTEE_MISSING,
    &PART_REPEATED,
    &PART_COUNT_DIFFERS,
    &ORDER_GUID_REUSED,
    &PAYMENT_GUID_REUSED,
    &WAYBILL_GUID_REUSED,
    &DELIVERY_GUID_REUSED,
    &DECLARATION_GUID_REUSED,
    &CANCELLATION_GUID_REUSED,
    &RETURN_GUID_REUSED,
    &EXPORT_TO_CANCEL_MISSING,
    &EXPORT_CANCELLATION_DIFFERS,
    &EXPORT_CANCELLATION_NOT_ALLOWED,
    &super::consolidation::NOTHING,
    &ACCOUNT_BOOK_UNKNOWN,
    &ACCOUNT_BOOK_OF_OTHER,
    &ACCOUNT_ITEM_UNKNOWN,
    &STOCK_SHORT,
    &ENTRY_GUID_REUSED,
    &ENTRY_ORIGINAL_MISSING,
    &ENTRY_FIXED,
];

/// Another live declaration names the waybill.
pub static WAYBILL_OF_OTHER_DECLARATION: Rule = Rule {
    code: "declaration-waybill-used",
    official: None,
    zh: "运单[{waybill}]已被其它清单使用",
    en: "another declaration uses waybill [{waybill}]",
};

/// A document did not come in time, or the office does not wait for it.
pub static DOCUMENTS_MISSING: Rule = Rule {
    code: "declaration-documents-missing",
    official: None,
    zh: "{cause}",
    en: "the declaration's documents are missing: {cause}",
};

/// The guarantor has given no guarantee, or its term is over.
pub static GUARANTEE_MISSING: Rule = Rule {
    code: "declaration-guarantee-missing",
    official: None,
    zh: "担保企业[{guarantor}]没有有效的税款担保",
    en: "guarantor [{guarantor}] has no guarantee in force",
};

/// The export declaration that is to be cancelled does not exist.
pub static EXPORT_TO_CANCEL_MISSING: Rule = Rule {
    code: "export-cancellation-declaration-missing",
    official: None,
    zh: "系统中不存在清单编号为[{declaration}]的出口清单",
    en: "no export declaration of number [{declaration}] exists",
};

/// The request names another office or another party than the export declaration does.
pub static EXPORT_CANCELLATION_DIFFERS: Rule = Rule {
    code: "export-cancellation-differs",
    official: None,
    zh: "出口撤销申请单校验失败[{cause}]",
    en: "the request to cancel is not valid [{cause}]",
};

/// After the release, goods that stay are taken back by an officer (退关) instead.
pub static EXPORT_CANCELLATION_NOT_ALLOWED: Rule = Rule {
    code: "export-cancellation-not-allowed",
    official: None,
    zh: "出口清单[{declaration}]的状态不符合撤单申报要求，放行后未离境的应办理退关",
    en: "the state of export declaration [{declaration}] does not allow a cancellation; after its \
         release goods that stay are taken back by an officer",
};

/// A part of a split report came before, with other content.
pub static PART_REPEATED: Rule = Rule {
    code: "report-part-repeated",
    official: None,
    zh: "报文序号{found}已接收，内容不同的分报文不予接收",
    en: "part {found} has come before with other content",
};

/// Parts of one report do not agree on how many they are.
pub static PART_COUNT_DIFFERS: Rule = Rule {
    code: "report-part-count",
    official: None,
    zh: "报文总数{found}与已接收的分报文不一致，应为{expected}",
    en: "other parts of the report count {expected} parts, not {found}",
};

/// The account book is not registered at an office that demands one, or its term is over.
pub static ACCOUNT_BOOK_UNKNOWN: Rule = Rule {
    code: "declaration-account-book-unknown",
    official: None,
    zh: "账册[{book}]未备案或已失效",
    en: "account book [{book}] is not registered, or its term is over",
};

/// The account book is kept by another office.
pub static ACCOUNT_BOOK_OF_OTHER: Rule = Rule {
    code: "declaration-account-book-of-other-office",
    official: None,
    zh: "账册[{book}]的主管海关为[{office}]",
    en: "account book [{book}] is kept by office [{office}]",
};

/// The account book holds no such goods.
pub static ACCOUNT_ITEM_UNKNOWN: Rule = Rule {
    code: "declaration-account-item-unknown",
    official: None,
    zh: "账册[{book}]无备案料号[{item}]",
    en: "account book [{book}] holds no item [{item}]",
};

/// There is less of the goods than is declared and held.
pub static STOCK_SHORT: Rule = Rule {
    code: "declaration-stock-short",
    official: None,
    zh: "账册[{book}]料号[{item}]库存不足：申报{wanted}，可用{available}",
    en: "account book [{book}] has too little of item [{item}]: {wanted} declared, {available} left",
};

/// There is no warehouse entry to change or delete.
pub static ENTRY_ORIGINAL_MISSING: Rule = Rule {
    code: "warehouse-entry-original-missing",
    official: Some(Official::Business(-800_001)),
    zh: "校验不通过，报送类型(appType)不正确，未找到要操作的入库明细单",
    en: "appType is wrong: the warehouse entry to work on does not exist",
};

/// What has entered has entered.
pub static ENTRY_FIXED: Rule = Rule {
    code: "warehouse-entry-fixed",
    official: Some(Official::Business(-800_001)),
    zh: "校验不通过，已入库的明细单不允许变更或删除",
    en: "the parcels have entered, so the warehouse entry cannot be changed or deleted",
};

macro_rules! guid_reused {
    ($($name:ident, $number:literal, $code:literal, $prefix:literal;)*) => {
        $(
            /// The document's number names other content already.
            static $name: Rule = Rule {
                code: $code,
                official: Some(Official::Business($number)),
                zh: concat!($prefix, "guid[{guid}]已用于内容不同的报文"),
                en: "guid [{guid}] names other content already",
            };
        )*
    };
}

guid_reused! {
    ORDER_GUID_REUSED, -301_008, "order-guid-reused", "参数校验不通过，";
    PAYMENT_GUID_REUSED, -401_009, "payment-guid-reused", "参数校验不通过，";
    WAYBILL_GUID_REUSED, -504_011, "waybill-guid-reused", "参数校验不通过，";
    DELIVERY_GUID_REUSED, -505_011, "delivery-guid-reused", "参数校验不通过，";
    DECLARATION_GUID_REUSED, -621_001, "declaration-guid-reused", "清单报文校验失败，";
    CANCELLATION_GUID_REUSED, -623_001, "cancellation-guid-reused", "报文校验失败，";
    RETURN_GUID_REUSED, -625_001, "return-guid-reused", "退货申请单报文校验失败，";
    ENTRY_GUID_REUSED, -800_001, "warehouse-entry-guid-reused", "校验不通过，";
}

/// The rule against a number that names other content, in the words of a kind of document.
pub fn guid_reused(kind: DocumentKind) -> &'static Rule {
    match kind {
        DocumentKind::Order => &ORDER_GUID_REUSED,
        DocumentKind::Payment => &PAYMENT_GUID_REUSED,
        DocumentKind::Waybill => &WAYBILL_GUID_REUSED,
        DocumentKind::Delivery => &DELIVERY_GUID_REUSED,
        DocumentKind::Declaration => &DECLARATION_GUID_REUSED,
        DocumentKind::ExportOrder => &export::ORDER.guid_reused,
        DocumentKind::Collection => &export::COLLECTION.guid_reused,
        DocumentKind::ExportWaybill => &export::WAYBILL.guid_reused,
        DocumentKind::Export => &export::DECLARATION.guid_reused,
        DocumentKind::Arrival => &export::ARRIVAL.guid_reused,
        DocumentKind::Departure => &export::DEPARTURE.guid_reused,
        DocumentKind::ExportReturn => &export::RETURN.guid_reused,
        DocumentKind::ReturnTally => &export::TALLY.guid_reused,
        DocumentKind::Cancellation => &CANCELLATION_GUID_REUSED,
        DocumentKind::Return => &RETURN_GUID_REUSED,
        DocumentKind::ExportCancellation => &export::CANCELLATION.guid_reused,
        DocumentKind::MasterBill => &export::MASTER_BILL_LINK.guid_reused,
        DocumentKind::Consolidation => &export::CONSOLIDATION.guid_reused,
        DocumentKind::WarehouseEntry => &ENTRY_GUID_REUSED,
    }
}
