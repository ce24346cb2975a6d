//! What became of tax bills (电子税单状态; CEB818).

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationNumber, Guid};
use tongguan_domain::party::PartyCode;
use tongguan_domain::time::Moment;

use super::ceb816::TaxBillStatus;
use crate::ceb::Definition;
use crate::read::place::Place;
use crate::read::{Answer, Cells, Rows, built, rules};
use crate::response;
use crate::table::{
    Body, Entity, Field, Layout, Occurs, Trailer, at, exactly, fields, filled, optional, required,
    up_to,
};
use crate::write::{Style, Writer};

/// That a tax bill has another status (电子税单状态; `TaxHeadStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxBillNotice {
    /// 系统唯一序号 (`guid`).
    pub guid: Guid,
    /// 回执时间 (`returnTime`), to the millisecond.
    pub issued_at: Moment,
    /// 清单编号 (`invtNo`): the declaration that is taxed.
    pub declaration_no: DeclarationNumber,
    /// 电子税单编号 (`taxNo`).
    pub number: Box<str>,
    /// 税单状态 (`status`).
    pub status: TaxBillStatus,
    /// 缴款书编号 (`entDutyNo`), once the bill is summed into one.
    pub payment_book: Option<Box<str>>,
    /// 担保企业代码 (`assureCode`).
    pub guarantor: Option<PartyCode>,
}

/// CEB818.
pub static TAX_BILL_NOTICES: Layout = Layout {
    root: "CEB818Message",
    zh: "电子税单状态",
    en: "statuses of tax bills",
    document: "Tax",
    documents: Occurs::SOME,
    body: Body::Head(&HEAD),
    trailer: Trailer::None,
    faults: response::FAULTS,
};

pub(super) static ISSUE: Definition =
    Definition::issue(&TAX_BILL_NOTICES, |rows, place, findings| {
        notice(rows, place, findings).map(Box::new).map(Answer::TaxBillNotice)
    });

/// `TaxHeadStatus`.
pub static HEAD: Entity = Entity::new("TaxHeadStatus", "电子税单状态表头", HEAD_FIELDS);

const HEAD_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "unique number of the status's document", exactly(36));
    required("returnTime", "回执时间", "time of the status, YYYYMMDDhhmmssSSS", exactly(17));
    required("invtNo", "清单编号", "the declaration that is taxed", filled(18));
    required("taxNo", "电子税单编号", "number of the bill", filled(50));
    required("status", "税单状态", "1 issued, 2 summed, 3 cancelled", exactly(1));
    optional("entDutyNo", "缴款书编号", "the payment book that the bill was summed into", up_to(50));
    optional("assureCode", "担保企业代码", "who guarantees the tax", up_to(64));
};

/// Writes a message of statuses of tax bills.
///
/// # Errors
/// Everything that the schema would refuse.
pub fn write(guid: &str, notices: &[TaxBillNotice], style: Style) -> Result<String, Vec<Defect>> {
    let mut writer = Writer::answer(&TAX_BILL_NOTICES, guid, style);
    let root = Place::root(TAX_BILL_NOTICES.root);
    for (index, notice) in notices.iter().enumerate() {
        let place = root.nth(TAX_BILL_NOTICES.document, index + 1);
        writer.open(TAX_BILL_NOTICES.document);
        let mut head = writer.entity(&HEAD, place.child(HEAD.name));
        head.text(at!(HEAD, "guid"), notice.guid.as_str());
        head.millis(at!(HEAD, "returnTime"), notice.issued_at);
        head.text(at!(HEAD, "invtNo"), notice.declaration_no.as_str());
        head.text(at!(HEAD, "taxNo"), &notice.number);
        head.text(at!(HEAD, "status"), notice.status.to_wire());
        head.optional(at!(HEAD, "entDutyNo"), notice.payment_book.as_deref());
        head.optional(at!(HEAD, "assureCode"), notice.guarantor.as_ref().map(PartyCode::as_str));
        head.end();
        writer.close(TAX_BILL_NOTICES.document);
    }
    writer.finish(notices.len())
}

/// From the wire.
fn notice(rows: &Rows<'_>, place: &Place<'_>, findings: &mut Vec<Defect>) -> Option<TaxBillNotice> {
    let place = place.child(HEAD.name);
    let mut head = Cells::new(&rows.head, place, &rules::VALUE_MEANINGLESS, findings);
    built!(TaxBillNotice {
        guid: head.id(at!(HEAD, "guid"), Guid::parse),
        issued_at: head.moment_millis(at!(HEAD, "returnTime")),
        declaration_no: head.id(at!(HEAD, "invtNo"), DeclarationNumber::parse),
        number: head.text(at!(HEAD, "taxNo")),
        status: head.one_of(at!(HEAD, "status"), TaxBillStatus::from_wire, "1|2|3"),
        payment_book: head.optional(at!(HEAD, "entDutyNo")),
        guarantor: head.optional_id(at!(HEAD, "assureCode"), PartyCode::parse),
    })
}
