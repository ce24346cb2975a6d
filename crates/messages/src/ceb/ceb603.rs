//! Export declarations (出口清单; CEB603) and the responses to them (CEB604).

use tongguan_domain::declaration::{
    BondedStock, Charge, ChargeFlag, ExportDeclaration, ExportItem, StatisticsFlag, Transport,
};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{
    DeclarationNumber, FunctionalReference, OrderNumber, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::official::export::DECLARATION as OFFICIAL;
use tongguan_domain::party::PartyCode;

use crate::ceb::{Definition, MessageType};
use crate::read::place::Place;
use crate::read::{Cells, Document, Rows, built};
use crate::response;
use crate::table::{
    Body, Entity, Faults, Field, Form, Layout, N5, N9, N19_5, Occurs, Trailer, at, exactly, fields,
    filled, optional, required, up_to,
};
use crate::write::{EntityWriter, Envelope, Writer, write_request};

/// CEB603.
pub static DECLARATIONS: Layout = Layout {
    root: "CEB603Message",
    zh: "出口清单",
    en: "export declarations",
    document: "Inventory",
    documents: Occurs::up_to(100),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(100) },
    trailer: Trailer::Export { signature_required: false },
    faults: Faults::unnumbered(&OFFICIAL),
};

/// CEB604.
pub static RESPONSES: Layout = response::layout(
    ["CEB604Message", "出口清单回执", "responses to export declarations"],
    &RETURN,
);

pub(super) static REQUEST: Definition =
    Definition::request(&DECLARATIONS, MessageType::Ceb604, |rows, place, findings| {
        declaration(rows, place, findings).map(Box::new).map(Document::ExportDeclaration)
    });

pub(super) static RESPONSE: Definition = Definition::response(&RESPONSES);

/// `InventoryHead`.
pub static HEAD: Entity = Entity::new("InventoryHead", "清单表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the sender's unique number for the document", exactly(36));
    required("appType", "报送类型", "1 new, 2 change, 3 delete", exactly(1));
    required("appTime", "报送时间", "time of sending, YYYYMMDDhhmmss", exactly(14));
    required("appStatus", "业务状态", "1 stored only, 2 declared", exactly(1));
    required("customsCode", "申报海关代码", "customs office of declaration, four digits", exactly(4));
    required("ebpCode", "电商平台代码", "customs code or credit code of the platform; 无 for a foreign one", up_to(18));
    required("ebpName", "电商平台名称", "the platform's registered name", up_to(100));
    required("orderNo", "订单编号", "the order that is declared, or the booking of a warehouse", up_to(60));
    required("logisticsCode", "物流企业代码", "customs code or credit code of the carrier", up_to(18));
    required("logisticsName", "物流企业名称", "the carrier's registered name", up_to(100));
    required("logisticsNo", "物流运单编号", "the waybill number", up_to(32));
    required("copNo", "企业内部编号", "the declarant's own number, its key", up_to(30));
    optional("preNo", "预录入编号", "number given by the port: B, day, nine digits", exactly(18));
    optional("invtNo", "清单编号", "number given by customs: office, year, E, nine to eleven digits", up_to(20));
    required("ieFlag", "进出口标记", "E: export", exactly(1));
    required("portCode", "口岸海关代码", "customs office of exit, four digits", exactly(4));
    required("ieDate", "出口日期", "day of export, YYYYMMDD", exactly(8));
    required("statisticsFlag", "申报业务类型", "A: simplified, B: merged into a formal declaration", exactly(1));
    required("agentCode", "申报企业代码", "customs code or credit code of the declarant", up_to(18));
    required("agentName", "申报企业名称", "the declarant's registered name", up_to(100));
    required("ebcCode", "电商企业代码", "customs code or credit code of the merchant", up_to(18));
    required("ebcName", "电商企业名称", "the merchant's registered name", up_to(100));
    required("ownerCode", "生产销售企业代码", "who made or sold the goods; NO when not registered", up_to(18));
    required("ownerName", "生产销售企业名称", "its name", up_to(100));
    optional("iacCode", "区内企业代码", "the bonded warehouse, for 1210", up_to(18));
    optional("iacName", "区内企业名称", "its name, for 1210", up_to(100));
    optional("emsNo", "账册编号", "bonded account book, for 1210", up_to(30));
    required("tradeMode", "贸易方式", "9610 retail, 1210 bonded, 9710 to an enterprise, 9810 overseas warehouse", exactly(4));
    required("trafMode", "运输方式", "mode of transport, one character", exactly(1)).collapsed();
    optional("trafName", "运输工具名称", "vehicle, vessel or flight; may come later, with the master bill", up_to(100));
    optional("voyageNo", "航班航次号", "voyage or flight number; may come later", up_to(32));
    optional("billNo", "提运单号", "bill of lading, air waybill or truck manifest; may come later", up_to(37));
    optional("totalPackageNo", "总包号", "bag or pallet within the bill; may come later", up_to(37));
    optional("loctNo", "监管场所代码", "supervised place, where the office has several", up_to(10));
    optional("licenseNo", "许可证件号", "licence", up_to(19));
    required("country", "运抵国", "customs country code of arrival", exactly(3));
    required("POD", "指运港", "port of destination", Form::Text { min: 3, max: 4 }).collapsed();
    required("freight", "运费", "freight; 0 if none", N19_5);
    required("fCurrency", "运费币制", "customs currency code of the freight", exactly(3));
    required("fFlag", "运费标志", "3: a total; an empty element stands for it", exactly(1)).fixed("3");
    required("insuredFee", "保费", "insurance; 0 if none", N19_5);
    required("iCurrency", "保费币制", "customs currency code of the insurance", exactly(3));
    required("iFlag", "保费标志", "3: a total; an empty element stands for it", exactly(1)).fixed("3");
    required("wrapType", "包装种类代码", "kind of packing", exactly(1)).collapsed();
    required("packNo", "件数", "number of parcels", N9);
    required("grossWeight", "毛重", "kilograms with packing", N19_5);
    required("netWeight", "净重", "kilograms without packing", N19_5);
    optional("note", "备注", "free text", up_to(1000));
};

/// `InventoryList`.
pub static LINE: Entity = Entity::new("InventoryList", "清单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品序号", "line number, from 1; pairs with the order's line", N5);
    required("itemNo", "企业商品货号", "the seller's number for the goods", up_to(20));
    optional("itemRecordNo", "账册备案料号", "item of the account book, for 1210", up_to(30));
    optional("itemName", "企业商品品名", "the seller's name for the goods, under which tax is refunded", up_to(250));
    required("gcode", "商品编码", "ten-digit code of the tariff; simplified declarations need four of them", exactly(10));
    required("gname", "商品名称", "the name declared", up_to(250));
    required("gmodel", "商品规格型号", "brand, model, composition …: enough to classify and value", up_to(250)).collapsed();
    required("barCode", "条码", "bar code; 无 when there is none", up_to(50)).collapsed();
    required("country", "最终目的国", "customs country code of the final destination", exactly(3));
    required("currency", "币制", "customs currency code", exactly(3));
    required("qty", "数量", "quantity in the declared unit", N19_5);
    required("qty1", "法定数量", "quantity in the first statutory unit", N19_5);
    optional("qty2", "第二数量", "quantity in the second statutory unit", N19_5);
    required("unit", "计量单位", "customs unit code", exactly(3));
    required("unit1", "法定计量单位", "first statutory unit", exactly(3));
    optional("unit2", "第二计量单位", "second statutory unit", up_to(3));
    required("price", "单价", "price of one unit, free on board", N19_5);
    required("totalPrice", "总价", "price times quantity", N19_5);
    optional("note", "备注", "free text", up_to(1000));
};

/// `InventoryReturn`.
pub static RETURN: Entity = Entity::new("InventoryReturn", "清单回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "the number of the declaration's document", exactly(36));
    required("agentCode", "申报企业代码", "the declarant, as declared", up_to(18));
    required("copNo", "企业内部编号", "the declarant's own number", up_to(30));
    required("preNo", "预录入编号", "number given by the port", exactly(18));
    required("invtNo", "清单编号", "number given by customs; empty before that", up_to(20));
    required("ebcCode", "电商企业代码", "the merchant, as declared", up_to(18));
    required("ebpCode", "电商平台代码", "the platform, as declared", up_to(18));
    required("orderNo", "订单编号", "the order that is declared", up_to(60));
    required("statisticsFlag", "申报业务类型", "as declared", exactly(1));
    required("returnStatus", "回执状态", "status, or a negative error number", filled(10));
    required("returnTime", "回执时间", "time of the response, YYYYMMDDhhmmssSSS", exactly(17));
    required("returnInfo", "回执信息", "what the status means in words", up_to(1000));
};

/// Writes a message of export declarations, without a signature.
///
/// # Errors
/// Everything that the schema would refuse, such as a declaration without lines.
pub fn write<'d>(
    envelope: &Envelope<'_>,
    declarations: impl IntoIterator<Item = &'d ExportDeclaration>,
) -> Result<String, Vec<Defect>> {
    write_request(&DECLARATIONS, envelope, declarations, |writer, place, declaration| {
        writer.document(place, declaration, &declaration.items, write_head, write_item);
    })
}

/// From the wire to the domain.
fn declaration(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<ExportDeclaration> {
    let items = rows.lines(&LINE, place, &OFFICIAL.parameter, findings, item);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &OFFICIAL.parameter, findings);
    built!(ExportDeclaration {
        filing: head.filing(),
        office: head.office(at!(HEAD, "customsCode")),
        platform: head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName")),
        order_no: head.id(at!(HEAD, "orderNo"), OrderNumber::parse),
        carrier: head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName")),
        waybill_no: head.id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        reference: head.id(at!(HEAD, "copNo"), FunctionalReference::parse),
        provisional_no: head.optional_id(at!(HEAD, "preNo"), ProvisionalNumber::parse),
        declaration_no: head.optional_id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        direction: head.text(at!(HEAD, "ieFlag")),
        port: head.office(at!(HEAD, "portCode")),
        exported_on: head.day(at!(HEAD, "ieDate")),
        statistics: head.one_of(at!(HEAD, "statisticsFlag"), StatisticsFlag::from_wire, "A|B"),
        declarant: head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName")),
        merchant: head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName")),
        producer: head.party(at!(HEAD, "ownerCode"), at!(HEAD, "ownerName")),
        bonded: bonded(&mut head),
        mode: head.text(at!(HEAD, "tradeMode")),
        transport: transport(&mut head),
        bag_no: head.optional(at!(HEAD, "totalPackageNo")),
        facility: head.optional(at!(HEAD, "loctNo")),
        licence: head.optional(at!(HEAD, "licenseNo")),
        destination_country: head.text(at!(HEAD, "country")),
        destination_port: head.text(at!(HEAD, "POD")),
        freight: charge(&mut head, at!(HEAD, "freight")),
        insurance: charge(&mut head, at!(HEAD, "insuredFee")),
        packaging: head.text(at!(HEAD, "wrapType")),
        packages: head.integer(at!(HEAD, "packNo")).map(i64::from),
        gross_weight_kg: head.decimal(at!(HEAD, "grossWeight")),
        net_weight_kg: head.decimal(at!(HEAD, "netWeight")),
        note: head.optional(at!(HEAD, "note")),
        items: items,
    })
}

fn bonded(head: &mut Cells<'_, '_>) -> Option<BondedStock> {
    built!(BondedStock {
        account_book: head.optional(at!(HEAD, "emsNo")),
        warehouse: head.optional_id(at!(HEAD, "iacCode"), PartyCode::parse),
        warehouse_name: head.optional(at!(HEAD, "iacName")),
    })
}

fn transport(head: &mut Cells<'_, '_>) -> Option<Transport> {
    built!(Transport {
        mode: head.text(at!(HEAD, "trafMode")),
        vehicle: head.optional(at!(HEAD, "trafName")),
        voyage: head.optional(at!(HEAD, "voyageNo")),
        bill_no: head.optional(at!(HEAD, "billNo")),
    })
}

/// A charge: amount, currency and flag stand one after the other.
fn charge(head: &mut Cells<'_, '_>, amount: usize) -> Option<Charge> {
    built!(Charge {
        amount: head.amount(amount),
        currency: head.text(amount + 1),
        flag: head.one_of(amount + 2, ChargeFlag::from_wire, "3"),
    })
}

fn item(line: &mut Cells<'_, '_>) -> Option<ExportItem> {
    built!(ExportItem {
        number: line.integer(at!(LINE, "gnum")),
        item_no: line.text(at!(LINE, "itemNo")),
        account_item: line.optional(at!(LINE, "itemRecordNo")),
        item_name: line.optional(at!(LINE, "itemName")),
        hs_code: line.text(at!(LINE, "gcode")),
        name: line.text(at!(LINE, "gname")),
        specification: line.text(at!(LINE, "gmodel")),
        barcode: line.text(at!(LINE, "barCode")),
        destination_country: line.text(at!(LINE, "country")),
        currency: line.text(at!(LINE, "currency")),
        quantity: line.decimal(at!(LINE, "qty")),
        statutory_quantity: line.decimal(at!(LINE, "qty1")),
        second_quantity: line.optional_decimal(at!(LINE, "qty2")),
        unit: line.text(at!(LINE, "unit")),
        statutory_unit: line.text(at!(LINE, "unit1")),
        second_unit: line.optional(at!(LINE, "unit2")),
        price: line.amount(at!(LINE, "price")),
        total_price: line.amount(at!(LINE, "totalPrice")),
        note: line.optional(at!(LINE, "note")),
    })
}

fn write_head(head: &mut EntityWriter<'_>, declaration: &ExportDeclaration) {
    write_parties(head, declaration);
    write_consignment(head, declaration);
}

fn write_parties(head: &mut EntityWriter<'_>, declaration: &ExportDeclaration) {
    head.filing(&declaration.filing);
    head.display(at!(HEAD, "customsCode"), declaration.office);
    head.party(at!(HEAD, "ebpCode"), at!(HEAD, "ebpName"), &declaration.platform);
    head.text(at!(HEAD, "orderNo"), declaration.order_no.as_str());
    head.party(at!(HEAD, "logisticsCode"), at!(HEAD, "logisticsName"), &declaration.carrier);
    head.text(at!(HEAD, "logisticsNo"), declaration.waybill_no.as_str());
    head.text(at!(HEAD, "copNo"), declaration.reference.as_str());
    let provisional = declaration.provisional_no.as_ref().map(ProvisionalNumber::as_str);
    head.optional(at!(HEAD, "preNo"), provisional);
    let number = declaration.declaration_no.as_ref().map(DeclarationNumber::as_str);
    head.optional(at!(HEAD, "invtNo"), number);
    head.text(at!(HEAD, "ieFlag"), &declaration.direction);
    head.display(at!(HEAD, "portCode"), declaration.port);
    head.day(at!(HEAD, "ieDate"), declaration.exported_on);
    head.text(at!(HEAD, "statisticsFlag"), declaration.statistics.to_wire());
    head.party(at!(HEAD, "agentCode"), at!(HEAD, "agentName"), &declaration.declarant);
    head.party(at!(HEAD, "ebcCode"), at!(HEAD, "ebcName"), &declaration.merchant);
    head.party(at!(HEAD, "ownerCode"), at!(HEAD, "ownerName"), &declaration.producer);
}

fn write_consignment(head: &mut EntityWriter<'_>, declaration: &ExportDeclaration) {
    let (bonded, transport) = (&declaration.bonded, &declaration.transport);
    head.optional(at!(HEAD, "iacCode"), bonded.warehouse.as_ref().map(PartyCode::as_str));
    head.optional(at!(HEAD, "iacName"), bonded.warehouse_name.as_deref());
    head.optional(at!(HEAD, "emsNo"), bonded.account_book.as_deref());
    head.text(at!(HEAD, "tradeMode"), &declaration.mode);
    head.text(at!(HEAD, "trafMode"), &transport.mode);
    head.optional(at!(HEAD, "trafName"), transport.vehicle.as_deref());
    head.optional(at!(HEAD, "voyageNo"), transport.voyage.as_deref());
    head.optional(at!(HEAD, "billNo"), transport.bill_no.as_deref());
    head.optional(at!(HEAD, "totalPackageNo"), declaration.bag_no.as_deref());
    head.optional(at!(HEAD, "loctNo"), declaration.facility.as_deref());
    head.optional(at!(HEAD, "licenseNo"), declaration.licence.as_deref());
    head.text(at!(HEAD, "country"), &declaration.destination_country);
    head.text(at!(HEAD, "POD"), &declaration.destination_port);
    write_charge(head, at!(HEAD, "freight"), &declaration.freight);
    write_charge(head, at!(HEAD, "insuredFee"), &declaration.insurance);
    head.text(at!(HEAD, "wrapType"), &declaration.packaging);
    head.display(at!(HEAD, "packNo"), declaration.packages);
    head.number(at!(HEAD, "grossWeight"), declaration.gross_weight_kg);
    head.number(at!(HEAD, "netWeight"), declaration.net_weight_kg);
    head.optional(at!(HEAD, "note"), declaration.note.as_deref());
}

fn write_charge(head: &mut EntityWriter<'_>, amount: usize, charge: &Charge) {
    head.display(amount, charge.amount);
    head.text(amount + 1, &charge.currency);
    head.text(amount + 2, charge.flag.to_wire());
}

fn write_item(writer: &mut Writer, place: Place<'_>, item: &ExportItem) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), item.number);
    row.text(at!(LINE, "itemNo"), &item.item_no);
    row.optional(at!(LINE, "itemRecordNo"), item.account_item.as_deref());
    row.optional(at!(LINE, "itemName"), item.item_name.as_deref());
    row.text(at!(LINE, "gcode"), &item.hs_code);
    row.text(at!(LINE, "gname"), &item.name);
    row.text(at!(LINE, "gmodel"), &item.specification);
    row.text(at!(LINE, "barCode"), &item.barcode);
    row.text(at!(LINE, "country"), &item.destination_country);
    row.text(at!(LINE, "currency"), &item.currency);
    row.number(at!(LINE, "qty"), item.quantity);
    row.number(at!(LINE, "qty1"), item.statutory_quantity);
    if let Some(quantity) = item.second_quantity {
        row.number(at!(LINE, "qty2"), quantity);
    }
    row.text(at!(LINE, "unit"), &item.unit);
    row.text(at!(LINE, "unit1"), &item.statutory_unit);
    row.optional(at!(LINE, "unit2"), item.second_unit.as_deref());
    row.display(at!(LINE, "price"), item.price);
    row.display(at!(LINE, "totalPrice"), item.total_price);
    row.optional(at!(LINE, "note"), item.note.as_deref());
    row.end();
}
