//! What customs answers in a bonded zone.
//!
//! A request is first answered by a technical receipt (`CommonResponeMessage`), then by what came of its
//! review, later by what came of it at the gate.

use tongguan_domain::bonded::declared::{DeclaredList, DeclaredPass};
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::ZoneProvisionalNumber;
use tongguan_domain::time::Moment;

use super::ZoneMessage;
use crate::DSIG_NAMESPACE;
use crate::write::{Markup, Style};

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneAnswer {
    /// Whether a request could be read and is new (`CommonResponeMessage`).
    Receipt(Receipt),
    /// What came of it (`HdeApprResult`; INV201, SAS221, SAS223).
    Review(Review),
    /// The formal declaration that follows from a bonded list (`InvApprResult`; INV202).
    Formal(FormalResult),
}

/// A technical receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// 预录入统一编号 (`SeqNo`), where one was given.
    pub provisional_no: Option<ZoneProvisionalNumber>,
    /// 企业内部编号 (`EtpsPreentNo`), as it was written.
    pub reference: Box<str>,
    /// 响应信息 (`CheckInfo`).
    pub text: String,
    /// Whether it was taken in (`DealFlag`).
    pub outcome: Intake,
}

/// Whether a request was taken in (`DealFlag`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// It was. [0]
    Taken,
    /// It was not. [-1]
    Refused,
}

/// What came of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Which message tells it.
    pub message: ZoneMessage,
    /// 预录入统一编号 (`etpsPreentNo`).
    pub provisional_no: ZoneProvisionalNumber,
    /// The number that customs gave (`businessId`), where it did.
    pub number: Option<Box<str>>,
    /// 申报类型 (`typecd`).
    pub action: Action,
    /// 处理结果 (`manageResult`).
    pub result: ReviewResult,
    /// 处理日期 (`manageDate`).
    pub at: Moment,
    /// Why it was refused, or goes to an officer (`CheckInfo`).
    pub notes: Vec<Box<str>>,
    /// What the answer repeats of the document, element by element (`BondInvtBsc`, `SasPassportBsc`); nothing
    /// of one that was refused.
    pub standing: Vec<(Box<str>, Box<str>)>,
}

/// 处理结果 (`manageResult`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewResult {
    /// In order. Of a list [5], whose goods are not stock yet; of a gate pass [1].
    Passed,
    /// An officer decides. [2]
    ForAnOfficer,
    /// Refused. [3]
    Refused,
    /// Of a list: its goods are stock (核扣). [1]
    Drawn,
}

impl ReviewResult {
    /// Every result.
    pub const ALL: [Self; 4] = [Self::Passed, Self::ForAnOfficer, Self::Refused, Self::Drawn];

    /// As `message` writes it.
    pub const fn to_wire(self, message: ZoneMessage) -> &'static str {
        match self {
            Self::Passed if matches!(message, ZoneMessage::Inv201) => "5",
            Self::Passed | Self::Drawn => "1",
            Self::ForAnOfficer => "2",
            Self::Refused => "3",
        }
    }
}

/// That a formal declaration (报关单) was made from a bonded list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormalResult {
    /// 预录入统一编号 of the list (`invPreentNo`).
    pub provisional_no: ZoneProvisionalNumber,
    /// 清单编号 (`businessId`).
    pub number: Box<str>,
    /// 报关单统一编号 (`entrySeqNo`).
    pub formal_no: Box<str>,
    /// 生成日期 (`createDate`).
    pub at: Moment,
}

/// Where an answer goes.
#[derive(Debug, Clone, Copy)]
pub struct Address<'a> {
    /// The answer's own number (`message_id`).
    pub number: &'a str,
    /// The mailbox that receives it (`receiver_id`); empty when none is known.
    pub receiver: &'a str,
    /// When it was made (`send_time`).
    pub at: Moment,
}

/// Who sends answers (`sender_id`): what real ones say.
const SENDER: &str = "CUS0000";

impl ZoneAnswer {
    /// What it is called: `INV201`, or `CommonResponeMessage`, which has no code.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Receipt(_) => RECEIPT,
            Self::Review(review) => review.message.code(),
            Self::Formal(_) => ZoneMessage::Inv202.code(),
        }
    }
}

const RECEIPT: &str = "CommonResponeMessage";

/// Writes an answer.
pub fn write_answer(answer: &ZoneAnswer, address: &Address<'_>, style: Style) -> String {
    match answer {
        ZoneAnswer::Receipt(receipt) => write_receipt(receipt, style),
        ZoneAnswer::Review(review) => {
            let pocket = review.number.as_deref().unwrap_or(review.provisional_no.as_str());
            packaged(review.message, address, pocket, style, |markup| write_review(markup, review))
        }
        ZoneAnswer::Formal(formal) => {
            packaged(ZoneMessage::Inv202, address, &formal.number, style, |markup| {
                markup.open("InvApprResult");
                markup.text("invPreentNo", formal.provisional_no.as_str());
                markup.text("businessId", &formal.number);
                markup.text("entrySeqNo", &formal.formal_no);
                markup.text("manageResult", "1");
                markup.text("createDate", &to_the_second(formal.at));
                markup.text("reason", "");
                markup.close("InvApprResult");
            })
        }
    }
}

/// What an answer repeats of a list: its parties and numbers, whether its goods are stock (`vrfdedMarkcd`),
/// and where it stands (`invtStucd`).
pub fn list_standing(
    list: &DeclaredList,
    numbers: (&str, &ZoneProvisionalNumber),
    (drawn, state): (&str, &str),
) -> Vec<(Box<str>, Box<str>)> {
    let parties = &list.parties;
    elements([
        ("bondInvtNo", numbers.0),
        ("chgTmsCnt", "0"),
        ("invtPreentNo", numbers.1.as_str()),
        ("putrecNo", list.book.as_str()),
        ("etpsInnerInvtNo", list.reference.as_str()),
        ("bizopEtpsno", parties.holder.code.as_str()),
        ("bizopEtpsNm", &parties.holder.name),
        ("dclEtpsno", parties.declarant.code.as_str()),
        ("dclEtpsNm", &parties.declarant.name),
        ("impexpPortcd", &list.port.to_string()),
        ("dclPlcCuscd", &list.office.to_string()),
        ("impexpMarkcd", list.direction.to_wire()),
        ("supvModecd", &list.mode),
        ("dclcusFlag", if list.is_declared_formally { "1" } else { "2" }),
        ("vrfdedMarkcd", drawn),
        ("invtStucd", state),
        ("dclTypecd", list.action.to_wire()),
    ])
}

/// What an answer repeats of a gate pass, `state` being its `stucd`.
pub fn pass_standing(
    pass: &DeclaredPass,
    numbers: (&str, &ZoneProvisionalNumber),
    state: &str,
) -> Vec<(Box<str>, Box<str>)> {
    let (parties, lists) = (&pass.parties, pass.lists.iter().map(|list| list.as_str()));
    elements([
        ("passportNo", numbers.0),
        ("chgTmsCnt", "0"),
        ("passportTypecd", &pass.kind),
        ("sasPassportPreentNo", numbers.1.as_str()),
        ("dclTypecd", pass.action.to_wire()),
        ("ioTypecd", pass.direction.to_wire()),
        ("bindTypecd", pass.binding.map_or("", |binding| binding.to_wire())),
        ("masterCuscd", &pass.office.to_string()),
        ("rltTbTypecd", &pass.names),
        ("rltNo", &lists.collect::<Vec<_>>().join("\\")),
        ("areainEtpsno", parties.holder.code.as_str()),
        ("areainEtpsNm", &parties.holder.name),
        ("vehicleNo", pass.vehicle.as_str()),
        ("vehicleWt", &pass.vehicle_kg.normalize().to_string()),
        ("totalWt", &pass.total_kg.normalize().to_string()),
        ("totalGrossWt", &pass.gross_kg.normalize().to_string()),
        ("totalNetWt", &pass.net_kg.normalize().to_string()),
        ("stucd", state),
    ])
}

fn elements<'e>(of: impl IntoIterator<Item = (&'e str, &'e str)>) -> Vec<(Box<str>, Box<str>)> {
    of.into_iter().map(|(name, text)| (name.into(), text.into())).collect()
}

fn write_receipt(receipt: &Receipt, style: Style) -> String {
    let mut markup = Markup::plain(RECEIPT, style);
    markup.end_attributes();
    if let Some(number) = &receipt.provisional_no {
        markup.text("SeqNo", number.as_str());
    }
    markup.text("EtpsPreentNo", &receipt.reference);
    markup.text("CheckInfo", &receipt.text);
    let flag = match receipt.outcome {
        Intake::Taken => "0",
        Intake::Refused => "-1",
    };
    markup.text("DealFlag", flag);
    markup.finish(RECEIPT)
}

fn write_review(markup: &mut Markup, review: &Review) {
    markup.open("HdeApprResult");
    markup.text("etpsPreentNo", review.provisional_no.as_str());
    markup.text("businessId", review.number.as_deref().unwrap_or_default());
    markup.text("tmsCnt", "0");
    markup.text("typecd", review.action.to_wire());
    markup.text("manageResult", review.result.to_wire(review.message));
    markup.text("manageDate", &to_the_second(review.at));
    markup.text("rmk", "");
    markup.close("HdeApprResult");
    for note in &review.notes {
        markup.open("CheckInfo");
        markup.text("note", note);
        markup.close("CheckInfo");
    }
    if review.standing.is_empty() {
        return;
    }
    let basics = match review.message {
        ZoneMessage::Inv201 => "BondInvtBsc",
        _ => "SasPassportBsc",
    };
    markup.open(basics);
    for (name, text) in &review.standing {
        markup.text(name, text);
    }
    markup.close(basics);
}

/// The envelope of an answer. Those about lists stand in the namespace of signatures, those about gate passes
/// in none, as real ones do.
fn packaged(
    message: ZoneMessage,
    address: &Address<'_>,
    pocket: &str,
    style: Style,
    write: impl FnOnce(&mut Markup),
) -> String {
    let mut markup = Markup::plain("Package", style);
    let ending = match message {
        ZoneMessage::Inv101 | ZoneMessage::Inv201 | ZoneMessage::Inv202 => {
            markup.attribute("xmlns", DSIG_NAMESPACE);
            "INV"
        }
        ZoneMessage::Sas121 | ZoneMessage::Sas221 | ZoneMessage::Sas223 => "SAS",
    };
    markup.end_attributes();
    markup.open("EnvelopInfo");
    markup.text("version", "1.0");
    markup.text("message_id", address.number);
    markup.text("file_name", &format!("{}.{ending}", address.number));
    markup.text("message_type", message.code());
    markup.text("sender_id", SENDER);
    markup.text("receiver_id", address.receiver);
    markup.text("send_time", &to_the_second(address.at).replace(' ', "T"));
    markup.close("EnvelopInfo");
    markup.open("DataInfo");
    markup.open("PocketInfo");
    markup.text("pocket_id", &format!("{pocket}-{}", address.number));
    markup.text("total_pocket_qty", "1");
    markup.text("cur_pocket_no", "1");
    markup.text("is_unstructured", "");
    markup.close("PocketInfo");
    markup.open("BussinessData");
    markup.open(message.code());
    write(&mut markup);
    markup.close(message.code());
    markup.close("BussinessData");
    markup.close("DataInfo");
    markup.finish("Package")
}

/// `YYYY-MM-DD hh:mm:ss` in China.
fn to_the_second(at: Moment) -> String {
    let digits = at.to_wire_seconds();
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    let (day, hour) =
        ([part(0..4), part(4..6), part(6..8)], [part(8..10), part(10..12), part(12..14)]);
    format!("{} {}", day.join("-"), hour.join(":"))
}
