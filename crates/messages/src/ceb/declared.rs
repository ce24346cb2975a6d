//! What a cancellation (CEB623) and a return (CEB625) say in the same words: the parcel that was
//! declared, the request's own numbers, and the numbers that its response quotes.

use tongguan_domain::declaration::DeclaredParcel;
use tongguan_domain::ids::{DeclarationNumber, OrderNumber, WaybillNumber};

use crate::read::{Cells, built};
use crate::table::{Entity, Field, at, exactly, fields, filled, optional, required, up_to};
use crate::write::EntityWriter;

/// The fields of both heads.
pub(super) const FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new; a return also 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", filled(3));
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    required("orderNo", "订单编号", "the order that was declared", filled(60));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform", filled(18));
    required("ebpName", "电商平台名称", "the platform's registered name", filled(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", filled(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", filled(100));
    required("logisticsNo", "物流运单编号", "the waybill number", filled(60));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", filled(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", filled(100));
    optional("copNo", "企业内部编号", "the declarant's own number for the request, its key", up_to(20));
    optional("preNo", "预录入编号", "number that the port gave to the request", up_to(18));
    required("invtNo", "清单编号", "number that customs gave to the declaration", filled(18));
    required("buyerIdType", "订购人证件类型", "1 resident identity card, 2 other", exactly(1));
    required("buyerIdNumber", "订购人证件号码", "the number of the buyer's document", filled(60)).personal();
    required("buyerName", "订购人姓名", "the buyer's real name", filled(60)).personal();
    required("buyerTelephone", "订购人电话", "the buyer's telephone", filled(30)).personal();
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", filled(18));
    required("agentName", "申报企业名称", "the declarant's registered name", filled(100));
    required("reason", "原因", "why, in words", filled(1000));
    optional("note", "备注", "free text", up_to(1000));
};

/// The fields of both responses.
pub(super) const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the request's document", exactly(36));
    optional("customsCode", "申报海关代码", "customs office of declaration", exactly(4));
    optional("agentCode", "申报企业代码", "the declarant, as on the request", filled(18));
    optional("ebpCode", "电商平台代码", "the platform, as on the request", filled(18));
    optional("ebcCode", "电商企业代码", "the merchant, as on the request", filled(18));
    required("copNo", "企业内部编号", "the declarant's own number for the request", filled(20));
    required("preNo", "预录入编号", "number that the port gave to the request", exactly(18));
    optional("invtNo", "清单编号", "number that customs gave to the declaration", exactly(18));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", filled(1000));
};

/// The head of either: positions are the same in both.
pub(super) static HEAD: Entity = Entity::new("InvtCancel", "撤销申请单", FIELDS);

/// The parcel, from the wire.
pub(super) fn parcel(head: &mut Cells<'_, '_>) -> Option<DeclaredParcel> {
    built!(DeclaredParcel {
        office: head.office(at!(HEAD, "customsCode")),
        order_no: head.id(at!(HEAD, "orderNo"), OrderNumber::parse),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        waybill_no: head.id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        declaration_no: head.id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        buyer: head.identity(
            at!(HEAD, "buyerIdType"),
            at!(HEAD, "buyerIdNumber"),
            at!(HEAD, "buyerName"),
        ),
        buyer_telephone: head.text(at!(HEAD, "buyerTelephone")),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
    })
}

/// What stands of the parcel before the request's own numbers.
pub(super) fn write_order(head: &mut EntityWriter<'_>, parcel: &DeclaredParcel) {
    head.display(at!(HEAD, "customsCode"), parcel.office);
    head.text(at!(HEAD, "orderNo"), parcel.order_no.as_str());
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &parcel.platform);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &parcel.merchant);
    head.text(at!(HEAD, "logisticsNo"), parcel.waybill_no.as_str());
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &parcel.carrier);
}

/// What stands of the parcel after them.
pub(super) fn write_declaration(head: &mut EntityWriter<'_>, parcel: &DeclaredParcel) {
    head.text(at!(HEAD, "invtNo"), parcel.declaration_no.as_str());
    head.text(at!(HEAD, "buyerIdType"), &parcel.buyer.id_type);
    head.text(at!(HEAD, "buyerIdNumber"), &parcel.buyer.number);
    head.text(at!(HEAD, "buyerName"), &parcel.buyer.name);
    head.text(at!(HEAD, "buyerTelephone"), &parcel.buyer_telephone);
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &parcel.declarant);
}
