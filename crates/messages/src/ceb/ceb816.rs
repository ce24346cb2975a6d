//! Tax bills (电子税单; CEB816).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationNumber, Guid, OfficeCode, OrderNumber, WaybillNumber};
use tongguan_domain::money::Amount;
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;

use crate::ceb::Definition;
use crate::read::place::Place;
use crate::read::{Answer, Cells, Rows, built, rules};
use crate::response;
use crate::table::{
    Body, Entity, Field, INT, Layout, N19_5, Occurs, Trailer, at, exactly, fields, filled,
    optional, required, up_to,
};
use crate::write::{Style, Writer};

/// A tax bill for one declaration (电子税单; `Tax`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxBill {
    /// 系统唯一序号 (`guid`).
    pub guid: Guid,
    /// 回执时间 (`returnTime`), to the millisecond.
    pub issued_at: Moment,
    /// 清单编号 (`invtNo`): the declaration that is taxed.
    pub declaration_no: DeclarationNumber,
    /// 电子税单编号 (`taxNo`).
    pub number: Box<str>,
    /// 应征关税 (`customsTax`).
    pub duty: Amount,
    /// 应征增值税 (`valueAddedTax`).
    pub value_added_tax: Amount,
    /// 应征消费税 (`consumptionTax`).
    pub consumption_tax: Amount,
    /// 税单状态 (`status`).
    pub status: TaxBillStatus,
    /// 缴款书编号 (`entDutyNo`), once the bill is summed into one.
    pub payment_book: Option<Box<str>>,
    /// 备注 (`note`).
    pub note: Option<Box<str>>,
    /// 担保企业代码 (`assureCode`).
    pub guarantor: Option<PartyCode>,
    /// 电商企业代码 (`ebcCode`).
    pub merchant: Option<PartyCode>,
    /// 物流企业代码 (`logisticsCode`).
    pub carrier: Option<PartyCode>,
    /// 申报单位代码 (`agentCode`).
    pub declarant: Option<PartyCode>,
    /// 关区 (`customsCode`).
    pub office: Option<OfficeCode>,
    /// 订单编号 (`orderNo`): not in the standard, but in real bills.
    pub order_no: Option<OrderNumber>,
    /// 物流运单编号 (`logisticsNo`): not in the standard, but in real bills.
    pub waybill_no: Option<WaybillNumber>,
    /// The goods, in the order of the declaration.
    pub lines: Vec<TaxLine>,
}

/// Where a tax bill stands (税单状态; `status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxBillStatus {
    /// 已生成. [1]
    Issued,
    /// 已汇总. [2]
    Summed,
    /// 作废. [3]
    Cancelled,
}

impl TaxBillStatus {
    /// From the wire's digit.
    pub fn from_wire(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::Issued),
            "2" => Some(Self::Summed),
            "3" => Some(Self::Cancelled),
            _ => None,
        }
    }

    /// The wire's digit.
    pub const fn to_wire(self) -> &'static str {
        match self {
            Self::Issued => "1",
            Self::Summed => "2",
            Self::Cancelled => "3",
        }
    }
}

/// The tax on one line of goods (`TaxListRd`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// 商品项号 (`gnum`), from 1.
    pub number: i32,
    /// 海关商品编码 (`gcode`): ten digits.
    pub hs_code: Box<str>,
    /// 完税总价格 (`taxPrice`).
    pub dutiable: Amount,
    /// 应征关税 (`customsTax`).
    pub duty: Amount,
    /// 应征增值税 (`valueAddedTax`).
    pub value_added_tax: Amount,
    /// 应征消费税 (`consumptionTax`).
    pub consumption_tax: Amount,
}

/// CEB816.
pub static TAX_BILLS: Layout = Layout {
    root: "CEB816Message",
    zh: "电子税单",
    en: "tax bills",
    document: "Tax",
    documents: Occurs::up_to(usize::MAX),
    body: Body::HeadAndLines { head: &HEAD, line: &LINE, lines: Occurs::up_to(99) },
    trailer: Trailer::None,
    faults: response::FAULTS,
};

pub(super) static ISSUE: Definition = Definition::issue(&TAX_BILLS, |rows, place, findings| {
    tax_bill(rows, place, findings).map(Box::new).map(Answer::TaxBill)
});

/// `TaxHeadRd`, with the two numbers that real bills add.
pub static HEAD: Entity = Entity {
    unofficial: UNOFFICIAL_FIELDS,
    ..Entity::new("TaxHeadRd", "电子税单表头", HEAD_FIELDS)
};

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "unique number of the bill's document", exactly(36));
    required("returnTime", "回执时间", "time of the bill, YYYYMMDDhhmmssSSS", exactly(17));
    required("invtNo", "清单编号", "the declaration that is taxed", filled(18));
    required("taxNo", "电子税单编号", "number of the bill", filled(50));
    required("customsTax", "应征关税", "duty", N19_5);
    required("valueAddedTax", "应征增值税", "value-added tax", N19_5);
    required("consumptionTax", "应征消费税", "consumption tax", N19_5);
    required("status", "税单状态", "1 issued, 2 summed, 3 cancelled", exactly(1));
    optional("entDutyNo", "缴款书编号", "the payment book that the bill was summed into", up_to(50));
    optional("note", "备注", "free text", up_to(1000));
    optional("assureCode", "担保企业代码", "who guarantees the tax", up_to(64));
    optional("ebcCode", "电商企业代码", "the merchant", up_to(64));
    optional("logisticsCode", "物流企业代码", "the carrier", up_to(64));
    optional("agentCode", "申报单位代码", "the declarant", filled(18));
    optional("customsCode", "关区", "customs office", exactly(4));
};

const UNOFFICIAL_FIELDS: &[Field] = fields! {
    optional("orderNo", "订单编号", "the order that was declared", up_to(60));
    optional("logisticsNo", "物流运单编号", "the waybill number", up_to(60));
};

/// `TaxListRd`.
pub static LINE: Entity = Entity::new("TaxListRd", "电子税单表体", LINE_FIELDS);

const LINE_FIELDS: &[Field] = fields! {
    required("gnum", "商品项号", "line number, from 1", INT);
    required("gcode", "海关商品编码", "ten-digit code of the tariff", exactly(10));
    required("taxPrice", "完税总价格", "dutiable value of the line", N19_5);
    required("customsTax", "应征关税", "duty", N19_5);
    required("valueAddedTax", "应征增值税", "value-added tax", N19_5);
    required("consumptionTax", "应征消费税", "consumption tax", N19_5);
};

/// How tax bills are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxBillForm {
    /// With the order and waybill numbers that real bills carry and the schema refuses.
    pub unofficial_numbers: bool,
    /// The layout.
    pub style: Style,
}

/// Writes a message of tax bills.
///
/// # Errors
/// Everything that the schema would refuse, the unofficial numbers apart.
pub fn write(guid: &str, bills: &[TaxBill], form: TaxBillForm) -> Result<String, Vec<Defect>> {
    let mut writer = Writer::answer(&TAX_BILLS, guid, form.style);
    let root = Place::root(TAX_BILLS.root);
    for (index, bill) in bills.iter().enumerate() {
        let place = root.nth(TAX_BILLS.document, index + 1);
        writer.open(TAX_BILLS.document);
        write_head(&mut writer, &place, bill, form);
        for (index, line) in bill.lines.iter().enumerate() {
            write_line(&mut writer, place.nth(LINE.name, index + 1), line);
        }
        writer.hold_lines(bill.lines.len(), &place);
        writer.close(TAX_BILLS.document);
    }
    writer.finish(bills.len())
}

/// From the wire.
fn tax_bill(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<TaxBill> {
    let lines = rows.lines(&LINE, place, &rules::VALUE_MEANINGLESS, findings, line);
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &rules::VALUE_MEANINGLESS, findings);
    built!(TaxBill {
        guid: head.id(at!(HEAD, "guid"), Guid::parse),
        issued_at: head.moment_millis(at!(HEAD, "returnTime")),
        declaration_no: head.id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        number: head.text(at!(HEAD, "taxNo")),
        duty: head.amount(at!(HEAD, "customsTax")),
        value_added_tax: head.amount(at!(HEAD, "valueAddedTax")),
        consumption_tax: head.amount(at!(HEAD, "consumptionTax")),
        status: head.one_of(at!(HEAD, "status"), TaxBillStatus::from_wire, "1|2|3"),
        payment_book: head.optional(at!(HEAD, "entDutyNo")),
        note: head.optional(at!(HEAD, "note")),
        guarantor: head.optional_id(at!(HEAD, "assureCode"), PartyCode::parse),
        merchant: head.optional_id(at!(HEAD, "ebcCode"), PartyCode::parse),
        carrier: head.optional_id(at!(HEAD, "logisticsCode"), PartyCode::parse),
        declarant: head.optional_id(at!(HEAD, "agentCode"), PartyCode::parse),
        office: head.optional_id(at!(HEAD, "customsCode"), OfficeCode::parse),
        order_no: head.optional_id(at!(HEAD, "orderNo"), OrderNumber::parse),
        waybill_no: head.optional_id(at!(HEAD, "logisticsNo"), WaybillNumber::parse),
        lines: lines,
    })
}

fn line(line: &mut Cells<'_, '_>) -> Option<TaxLine> {
    built!(TaxLine {
        number: line.integer(at!(LINE, "gnum")),
        hs_code: line.text(at!(LINE, "gcode")),
        dutiable: line.amount(at!(LINE, "taxPrice")),
        duty: line.amount(at!(LINE, "customsTax")),
        value_added_tax: line.amount(at!(LINE, "valueAddedTax")),
        consumption_tax: line.amount(at!(LINE, "consumptionTax")),
    })
}

fn write_head(writer: &mut Writer, place: &Place<'_>, bill: &TaxBill, form: TaxBillForm) {
    let mut head = writer.entity(&HEAD, place.child(HEAD.name));
    head.text(at!(HEAD, "guid"), bill.guid.as_str());
    head.millis(at!(HEAD, "returnTime"), bill.issued_at);
    head.text(at!(HEAD, "invtNo"), bill.declaration_no.as_str());
    head.text(at!(HEAD, "taxNo"), &bill.number);
    head.display(at!(HEAD, "customsTax"), bill.duty);
    head.display(at!(HEAD, "valueAddedTax"), bill.value_added_tax);
    head.display(at!(HEAD, "consumptionTax"), bill.consumption_tax);
    head.text(at!(HEAD, "status"), bill.status.to_wire());
    head.optional(at!(HEAD, "entDutyNo"), bill.payment_book.as_deref());
    head.optional(at!(HEAD, "note"), bill.note.as_deref());
    head.optional(at!(HEAD, "assureCode"), bill.guarantor.as_ref().map(PartyCode::as_str));
    head.optional(at!(HEAD, "ebcCode"), bill.merchant.as_ref().map(PartyCode::as_str));
    head.optional(at!(HEAD, "logisticsCode"), bill.carrier.as_ref().map(PartyCode::as_str));
    head.optional(at!(HEAD, "agentCode"), bill.declarant.as_ref().map(PartyCode::as_str));
    head.optional_display(at!(HEAD, "customsCode"), bill.office);
    if form.unofficial_numbers {
        head.optional(at!(HEAD, "orderNo"), bill.order_no.as_ref().map(OrderNumber::as_str));
        let waybill_no = bill.waybill_no.as_ref().map(WaybillNumber::as_str);
        head.optional(at!(HEAD, "logisticsNo"), waybill_no);
    }
    head.end();
}

fn write_line(writer: &mut Writer, place: Place<'_>, line: &TaxLine) {
    let mut row = writer.entity(&LINE, place);
    row.display(at!(LINE, "gnum"), line.number);
    row.text(at!(LINE, "gcode"), &line.hs_code);
    row.display(at!(LINE, "taxPrice"), line.dutiable);
    row.display(at!(LINE, "customsTax"), line.duty);
    row.display(at!(LINE, "valueAddedTax"), line.value_added_tax);
    row.display(at!(LINE, "consumptionTax"), line.consumption_tax);
    row.end();
}
