//! Writing requests: what goes out can be read again, or does not go out.

use tongguan_domain::bonded::declared::{Binding, DeclaredGoods, DeclaredList, DeclaredPass};
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::BondedListNumber;

use super::{ZoneEnvelope, ZoneMessage, list, pass};
use crate::read::place::Place;
use crate::read::row::check;
use crate::table::Entity;
use crate::write::{Markup, Style};

/// Writes a bonded list (INV101), without a signature.
///
/// # Errors
/// Everything that cannot stand in such a message.
pub fn write_list(
    envelope: &ZoneEnvelope,
    list: &DeclaredList,
    style: Style,
) -> Result<String, Vec<Defect>> {
    written(envelope, ZoneMessage::Inv101, "InvtMessage", style, |writer| {
        writer.row(&list::HEAD, 1, &list_texts(list));
        for (n, goods) in (1..).zip(&list.lines) {
            writer.row(&list::LINE, n, &goods_texts(goods));
        }
        writer.markup.text("OperCusRegCode", list.parties.declarant.code.as_str());
    })
}

/// Writes a gate pass (SAS121), without a signature.
///
/// # Errors
/// Everything that cannot stand in such a message.
pub fn write_pass(
    envelope: &ZoneEnvelope,
    pass: &DeclaredPass,
    style: Style,
) -> Result<String, Vec<Defect>> {
    written(envelope, ZoneMessage::Sas121, "PassPortMessage", style, |writer| {
        writer.row(&pass::HEAD, 1, &pass_texts(pass));
        for (n, goods) in (1..).zip(&pass.goods) {
            let unit = goods.unit.as_ref().map(ToString::to_string).unwrap_or_default();
            let texts = [
                ("PassPortSeqNo", goods.number.to_string()),
                ("GdsMtno", goods.item.to_string()),
                ("DclUnitcd", unit),
                ("DclQty", goods.quantity.normalize().to_string()),
            ];
            writer.row(&pass::LINE, n, &texts);
        }
        for (n, list) in (1..).zip(&pass.lists) {
            let texts =
                [("RtlBillTypecd", pass.names.to_string()), ("RtlBillNo", list.to_string())];
            writer.row(&pass::NAMED, n, &texts);
        }
        writer.markup.text("OperCusRegCode", pass.parties.declarant.code.as_str());
    })
}

type Texts = Vec<(&'static str, String)>;

fn list_texts(list: &DeclaredList) -> Texts {
    let (holder, declarant) = (&list.parties.holder, &list.parties.declarant);
    let formally = if list.is_declared_formally { "1" } else { "2" };
    let number = list.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let text = str::to_owned;
    vec![
        ("BondInvtNo", number),
        ("ChgTmsCnt", text("0")),
        ("PutrecNo", list.book.to_string()),
        ("InvtType", text("8")),
        ("EtpsInnerInvtNo", list.reference.to_string()),
        ("BizopEtpsno", holder.code.to_string()),
        ("BizopEtpsNm", holder.name.clone()),
        ("RcvgdEtpsno", holder.code.to_string()),
        ("RcvgdEtpsNm", holder.name.clone()),
        ("DclEtpsno", declarant.code.to_string()),
        ("DclEtpsNm", declarant.name.clone()),
        ("ImpexpPortcd", list.port.to_string()),
        ("DclPlcCuscd", list.office.to_string()),
        ("ImpexpMarkcd", text(list.direction.to_wire())),
        ("MtpckEndprdMarkcd", text("I")),
        ("SupvModecd", list.mode.to_string()),
        ("DclcusFlag", text(formally)),
        ("DclTypecd", text(list.action.to_wire())),
        ("GenDecFlag", text(formally)),
    ]
}

fn goods_texts(line: &DeclaredGoods) -> Texts {
    let goods = &line.goods;
    let item = goods.account_item.as_ref().map(ToString::to_string).unwrap_or_default();
    let (unit, quantity) = match &goods.second {
        Some((unit, quantity)) => (unit.to_string(), quantity.normalize().to_string()),
        None => (String::new(), String::new()),
    };
    vec![
        ("GdsSeqno", goods.number.to_string()),
        ("GdsMtno", item),
        ("Gdecd", goods.hs_code.to_string()),
        ("GdsNm", goods.name.to_string()),
        ("DclUnitcd", goods.unit.to_string()),
        ("LawfUnitcd", goods.statutory_unit.to_string()),
        ("SecdLawfUnitcd", unit),
        ("Natcd", line.origin.to_string()),
        ("DclUprcAmt", goods.price.to_string()),
        ("DclTotalAmt", goods.total_price.to_string()),
        ("DclCurrcd", line.currency.to_string()),
        ("LawfQty", goods.statutory_quantity.normalize().to_string()),
        ("SecdLawfQty", quantity),
        ("DclQty", goods.quantity.normalize().to_string()),
        ("ModfMarkcd", "3".to_owned()),
    ]
}

fn pass_texts(pass: &DeclaredPass) -> Texts {
    let (holder, declarant) = (&pass.parties.holder, &pass.parties.declarant);
    let lists: Vec<_> = pass.lists.iter().map(BondedListNumber::as_str).collect();
    vec![
        ("PassportNo", pass.number.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("PassportTypecd", pass.kind.to_string()),
        ("MasterCuscd", pass.office.to_string()),
        ("DclTypecd", pass.action.to_wire().to_owned()),
        ("IoTypecd", pass.direction.to_wire().to_owned()),
        ("BindTypecd", pass.binding.map(Binding::to_wire).unwrap_or_default().to_owned()),
        ("RltTbTypecd", pass.names.to_string()),
        ("RltNo", lists.join("\\")),
        ("AreainEtpsno", holder.code.to_string()),
        ("AreainEtpsNm", holder.name.clone()),
        ("VehicleNo", pass.vehicle.to_string()),
        ("VehicleWt", pass.vehicle_kg.normalize().to_string()),
        ("TotalWt", pass.total_kg.normalize().to_string()),
        ("TotalGrossWt", pass.gross_kg.normalize().to_string()),
        ("TotalNetWt", pass.net_kg.normalize().to_string()),
        ("DclErConc", pass.applicant.to_string()),
        ("DclEtpsno", declarant.code.to_string()),
        ("DclEtpsNm", declarant.name.clone()),
        ("EtpsPreentNo", pass.reference.to_string()),
    ]
}

struct ZoneWriter<'w> {
    markup: Markup,
    document: Place<'w>,
    defects: Vec<Defect>,
}

impl ZoneWriter<'_> {
    /// Writes the fields of the `n`th such entity, in the order of its table; empty ones are left out.
    fn row(&mut self, entity: &'static Entity, n: usize, texts: &[(&'static str, String)]) {
        let place = self.document.nth(entity.name, n);
        self.markup.open(entity.name);
        for field in entity.fields {
            let text = texts.iter().find(|(name, _)| *name == field.name);
            let text = text.map(|(_, text)| text.as_str()).unwrap_or_default();
            if let Err(fault) = check(text, field)
                && (field.required || !text.is_empty())
            {
                let defect = Defect::at(fault.rule(), place.child(field.name).to_string());
                self.defects.push(defect.expected(field.form));
            }
            if !text.is_empty() {
                self.markup.text(field.name, text);
            }
        }
        self.markup.close(entity.name);
    }
}

fn written(
    envelope: &ZoneEnvelope,
    message: ZoneMessage,
    element: &'static str,
    style: Style,
    write: impl FnOnce(&mut ZoneWriter<'_>),
) -> Result<String, Vec<Defect>> {
    let mut markup = Markup::plain("Signature", style);
    markup.end_attributes();
    markup.open("Object");
    markup.open("Package");
    markup.open("EnvelopInfo");
    markup.text("version", "1.0");
    markup.text("message_id", &envelope.number);
    markup.text("file_name", &envelope.file);
    markup.text("message_type", message.code());
    markup.text("sender_id", &envelope.sender);
    markup.text("receiver_id", &envelope.receiver);
    markup.text("send_time", &envelope.sent_at);
    markup.close("EnvelopInfo");
    markup.open("DataInfo");
    markup.open("PocketInfo");
    markup.text("pocket_id", &envelope.number);
    markup.text("total_pocket_qty", "1");
    markup.text("cur_pocket_no", "1");
    markup.text("is_unstructured", "");
    markup.close("PocketInfo");
    markup.open("BussinessData");
    // Declared, not only stored.
    markup.text("DelcareFlag", "1");
    markup.open(element);
    let mut writer = ZoneWriter { markup, document: Place::root(element), defects: Vec::new() };
    write(&mut writer);
    let ZoneWriter { mut markup, defects, .. } = writer;
    for element in [element, "BussinessData", "DataInfo", "Package", "Object"] {
        markup.close(element);
    }
    let text = markup.finish("Signature");
    if defects.is_empty() { Ok(text) } else { Err(defects) }
}
