//! What customs answers to one document, and what the answer quotes of it.

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;

use crate::ceb::{MessageType, ceb311, ceb621, ceb701};
use crate::read::place::Place;
use crate::read::row::Row;
use crate::read::{Cells, rules};
use crate::table::{Body, Entity, Faults, Field, Layout, Occurs, Trailer};
use crate::write::{EntityWriter, Style, Writer};

/// A response to one document (回执; `…Return`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Which document it answers.
    pub quote: Quote,
    /// 回执状态 (`returnStatus`): a positive status, or a negative error number.
    pub status: i32,
    /// 回执时间 (`returnTime`), to the millisecond: of several responses the latest counts.
    pub at: Moment,
    /// 回执信息 (`returnInfo`): at most 1,000 characters are sent.
    pub text: String,
}

/// What a response must quote of the document it answers, as it was written: one text for each element
/// that the response's table puts before the status, empty where the document lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    answered_by: MessageType,
    texts: Box<[Box<str>]>,
}

/// An element that responses quote, by its name on the wire.
///
/// Each is looked up in a table when it is compiled, so none is misspelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted(&'static str);

impl Quoted {
    /// 系统唯一序号 (`guid`).
    pub const GUID: Self = Self::of(&ceb621::RETURN, "guid");
    /// 申报海关代码 (`customsCode`).
    pub const OFFICE: Self = Self::of(&ceb621::RETURN, "customsCode");
    /// 电商平台代码 (`ebpCode`).
    pub const PLATFORM: Self = Self::of(&ceb621::RETURN, "ebpCode");
    /// 电商企业代码 (`ebcCode`).
    pub const MERCHANT: Self = Self::of(&ceb621::RETURN, "ebcCode");
    /// 申报企业代码 (`agentCode`).
    pub const DECLARANT: Self = Self::of(&ceb621::RETURN, "agentCode");
    /// 订单编号 (`orderNo`).
    pub const ORDER_NO: Self = Self::of(&ceb311::RETURN, "orderNo");
    /// 企业内部编号 (`copNo`).
    pub const REFERENCE: Self = Self::of(&ceb621::RETURN, "copNo");
    /// 预录入编号 (`preNo`): given by the port on first sight.
    pub const PROVISIONAL_NO: Self = Self::of(&ceb621::RETURN, "preNo");
    /// 清单编号 (`invtNo`): given by customs once the declaration is accepted.
    pub const DECLARATION_NO: Self = Self::of(&ceb621::RETURN, "invtNo");

    /// 汇总申请编号 (`sumNo`): given by customs to a request to consolidate.
    pub const CONSOLIDATION_NO: Self = Self::of(&ceb701::RETURN, "sumNo");

    const fn of(table: &'static Entity, name: &str) -> Self {
        Self(table.field(table.position(name)).name)
    }
}

/// By which number a sender knows its document: the first of these that the response quotes.
const NAMES: [&str; 5] = ["copNo", "coElNo", "payTransactionId", "orderNo", "logisticsNo"];

impl Quote {
    /// What `answered_by` quotes, a text for each element by `text`.
    pub fn new(answered_by: MessageType, mut text: impl FnMut(&'static Field) -> Box<str>) -> Self {
        Self { answered_by, texts: quoted_fields(answered_by).iter().map(&mut text).collect() }
    }

    /// What `answered_by` quotes, one text for each element in order; nothing unless there are as many
    /// texts as elements.
    pub fn from_texts(answered_by: MessageType, texts: Vec<Box<str>>) -> Option<Self> {
        (texts.len() == quoted_fields(answered_by).len())
            .then(|| Self { answered_by, texts: texts.into() })
    }

    /// What `answered_by` quotes of a document with that head: the elements of the same names.
    ///
    /// Port and customs give the numbers that a document need not carry, so what it says of them is
    /// not quoted.
    pub(crate) fn of(answered_by: MessageType, head: &Row<'_>) -> Self {
        Self::new(answered_by, |field| {
            let found = head.position(field.name);
            let is_given =
                [Quoted::PROVISIONAL_NO.0, Quoted::DECLARATION_NO.0].contains(&field.name);
            match found {
                Some(position) if head.field(position).required || !is_given => {
                    head.quoted(position)
                }
                _ => "".into(),
            }
        })
    }

    /// The message that answers such a document.
    pub const fn answered_by(&self) -> MessageType {
        self.answered_by
    }

    /// The texts, in the order of the response's elements.
    pub fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Whether the response quotes that element.
    pub fn has(&self, element: Quoted) -> bool {
        self.position(element.0).is_some()
    }

    /// The text of an element; empty where the document lacks it or the response does not quote it.
    pub fn get(&self, element: Quoted) -> &str {
        self.text(element.0).unwrap_or_default()
    }

    /// The same, with another text for an element, where the response quotes it.
    #[must_use]
    pub fn with(mut self, element: Quoted, text: &str) -> Self {
        if let Some(place) = self.position(element.0).and_then(|at| self.texts.get_mut(at)) {
            *place = text.into();
        }
        self
    }

    /// The same, with the numbers that port and customs gave, where the response quotes them; empty
    /// ones leave what is there.
    #[must_use]
    pub fn numbered(mut self, provisional: &str, declaration: &str) -> Self {
        let given = [(Quoted::PROVISIONAL_NO, provisional), (Quoted::DECLARATION_NO, declaration)];
        for (element, number) in given.into_iter().filter(|(_, number)| !number.is_empty()) {
            self = self.with(element, number);
        }
        self
    }

    /// The number by which its sender knows the document; its guid where it has none.
    pub fn name(&self) -> &str {
        let number = NAMES.iter().find_map(|name| self.text(name)).unwrap_or_default();
        if number.is_empty() { self.guid() } else { number }
    }

    /// The document's own number, as it was written.
    pub fn guid(&self) -> &str {
        self.get(Quoted::GUID)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(self.position(name)?).map(|text| &**text)
    }

    fn position(&self, name: &str) -> Option<usize> {
        quoted_fields(self.answered_by).iter().position(|field| field.name == name)
    }
}

/// Writes one message of responses: every one answers a document that `message` answers.
///
/// # Errors
/// Everything that the schema would refuse: a guid that is not 36 characters long, a key without the
/// values that a response must quote, a response of another kind.
pub fn write_responses(
    message: MessageType,
    guid: &str,
    responses: &[Response],
    style: Style,
) -> Result<String, Vec<Defect>> {
    let layout = message.layout();
    let mut writer = Writer::answer(layout, guid, style);
    let root = Place::root(layout.root);
    for (index, response) in responses.iter().enumerate() {
        let place = root.nth(layout.document, index + 1);
        if response.quote.answered_by != message {
            writer.refuse(
                Defect::at(&rules::RESPONSE_OF_ANOTHER_KIND, place.to_string())
                    .found(response.quote.answered_by.code())
                    .expected(message.code()),
            );
            continue;
        }
        let mut row = writer.entity(layout.body.head(), place);
        write_response(&mut row, response);
        row.end();
    }
    writer.finish(responses.len())
}

/// From a response on the wire.
pub(crate) fn read_response(message: MessageType, row: &mut Cells<'_, '_>) -> Option<Response> {
    let fields = quoted_fields(message);
    let texts = (0..fields.len()).map(|position| row.quoted(position)).collect();
    let status = row.status(fields.len());
    let at = row.moment_millis(fields.len() + 1);
    let text = row.text(fields.len() + 2);
    let quote = Quote { answered_by: message, texts };
    Some(Response { quote, status: status?, at: at?, text: text?.into() })
}

/// To a response on the wire. Optional values that the document got wrong are left out, and a document
/// without a number of its own is answered under the port's.
fn write_response(row: &mut EntityWriter<'_>, response: &Response) {
    let quote = &response.quote;
    let fields = quoted_fields(quote.answered_by);
    for (position, (field, text)) in fields.iter().zip(&quote.texts).enumerate() {
        if field.name == Quoted::REFERENCE.0 && text.trim().is_empty() {
            row.text(position, quote.get(Quoted::PROVISIONAL_NO));
        } else if field.required {
            row.text(position, text);
        } else {
            row.if_admitted(position, text);
        }
    }
    row.display(fields.len(), response.status);
    row.millis(fields.len() + 1, response.at);
    row.text_cut(fields.len() + 2, &response.text);
}

/// The elements of a response that quote its document: all but status, time and text at its end.
fn quoted_fields(message: MessageType) -> &'static [Field] {
    debug_assert!(message.is_response(), "{message:?} answers nothing");
    let fields = message.layout().body.head().fields;
    fields.get(..fields.len() - RESULT.len()).unwrap_or_default()
}

/// The elements that every response ends with.
const RESULT: [&str; 3] = ["returnStatus", "returnTime", "returnInfo"];

/// The layout of a message of responses, up to a hundred of them: root, Chinese and English name, and
/// the entity that one response is.
pub(crate) const fn layout(names: [&'static str; 3], response: &'static Entity) -> Layout {
    let [root, zh, en] = names;
    let [status, ..] = RESULT;
    assert!(response.position(status) + RESULT.len() == response.len(), "responses end so");
    Layout {
        root,
        zh,
        en,
        document: response.name,
        documents: Occurs::up_to(100),
        body: Body::Flat(response),
        trailer: Trailer::None,
        faults: FAULTS,
    }
}

/// The rules of messages that customs sends: no official numbers exist for them.
pub(crate) const FAULTS: Faults = Faults {
    empty: &rules::NO_RESPONSES,
    too_many: &rules::TOO_MANY_RESPONSES,
    no_lines: &rules::NO_LINES,
    parameter: &rules::VALUE_MEANINGLESS,
};
