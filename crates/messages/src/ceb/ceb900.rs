//! The refusal of a message that cannot be read (报文格式校验回执; CEB900).

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;

use crate::ceb::Definition;
use crate::read::place::Place;
use crate::read::{Answer, Cells, Rows, built, rules};
use crate::response;
use crate::table::{
    Body, Entity, Field, Layout, Occurs, Trailer, at, exactly, fields, filled, required, up_to,
};
use crate::write::{Style, Writer};

/// What is answered to a message that breaks the format (报文格式校验回执; `MessageReturn`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatRefusal {
    /// 系统唯一序号 (`guid`): 36 characters.
    pub guid: Box<str>,
    /// 回执状态 (`returnStatus`): negative.
    pub status: i32,
    /// 回执信息 (`returnInfo`): at most 5,000 characters are sent.
    pub text: String,
    /// 回执时间 (`returnTime`), to the millisecond.
    pub at: Moment,
    /// 原始报文CopMsgId (`oriCopMsgId`): the envelope's number, or a bare file's name; at most 255
    /// characters are sent.
    pub original_id: String,
    /// 原始报文类型 (`oriMessageType`): the root element, or `Unknown`; at most 15 characters are sent.
    pub original_type: String,
    /// 原始报文内容 (`oriBizMessage`): the message as received. Bytes that are no text, and characters
    /// that XML cannot hold, are sent as U+FFFD.
    pub original: String,
}

/// CEB900.
pub static FORMAT_REFUSAL: Layout = Layout {
    root: "CEB900Message",
    zh: "报文格式校验回执",
    en: "refusal of a message that cannot be read",
    document: "MessageReturn",
    documents: Occurs::up_to(1),
    body: Body::Flat(&RETURN),
    trailer: Trailer::None,
    faults: response::FAULTS,
};

pub(super) static ISSUE: Definition =
    Definition::issue(&FORMAT_REFUSAL, |rows, place, findings| {
        format_refusal(rows, place, findings).map(Box::new).map(Answer::FormatRefusal)
    });

/// `MessageReturn`.
pub static RETURN: Entity = Entity::new("MessageReturn", "报文格式校验回执", RETURN_FIELDS);

const RETURN_FIELDS: &[Field] = fields! {
    required("guid", "系统唯一序号", "unique number of the refusal", exactly(36));
    required("returnStatus", "回执状态", "negative error number", filled(10));
    required("returnInfo", "回执信息", "what is wrong, in words", up_to(5000));
    required("returnTime", "回执时间", "time of the refusal, YYYYMMDDhhmmssSSS", exactly(17));
    required("oriCopMsgId", "原始报文CopMsgId", "number of the envelope that brought the message", up_to(255));
    required("oriMessageType", "原始报文类型", "root element of the message; Unknown when there is none", up_to(15));
    required("oriBizMessage", "原始报文内容", "the message itself", up_to(usize::MAX));
};

/// Writes a refusal. Texts that are too long are cut.
///
/// # Errors
/// A guid that is not 36 characters long.
pub fn write(refusal: &FormatRefusal, style: Style) -> Result<String, Vec<Defect>> {
    let mut writer = Writer::answer(&FORMAT_REFUSAL, &refusal.guid, style);
    let root = Place::root(FORMAT_REFUSAL.root);
    let mut row = writer.entity(&RETURN, root.child(RETURN.name));
    row.text(at!(RETURN, "guid"), &refusal.guid);
    row.display(at!(RETURN, "returnStatus"), refusal.status);
    row.text_cut(at!(RETURN, "returnInfo"), &refusal.text);
    row.millis(at!(RETURN, "returnTime"), refusal.at);
    row.text_cut(at!(RETURN, "oriCopMsgId"), &refusal.original_id);
    row.text_cut(at!(RETURN, "oriMessageType"), &refusal.original_type);
    row.cdata(at!(RETURN, "oriBizMessage"), &refusal.original);
    row.end();
    writer.finish(1)
}

/// From the wire.
fn format_refusal(
    rows: &Rows<'_>,
    place: &Place<'_>,
    findings: &mut Vec<Defect>,
) -> Option<FormatRefusal> {
    let mut row = Cells::new(&rows.head, *place, &rules::VALUE_MEANINGLESS, findings);
    built!(FormatRefusal {
        guid: row.text(at!(RETURN, "guid")),
        status: row.status(at!(RETURN, "returnStatus")),
        text: row.text(at!(RETURN, "returnInfo")).map(String::from),
        at: row.moment_millis(at!(RETURN, "returnTime")),
        original_id: row.text(at!(RETURN, "oriCopMsgId")).map(String::from),
        original_type: row.text(at!(RETURN, "oriMessageType")).map(String::from),
        original: row.text(at!(RETURN, "oriBizMessage")).map(String::from),
    })
}
