//! What customs answers to one document, and what the answer quotes of it.

use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;

use crate::ceb::{MessageType, ceb311, ceb411, ceb511, ceb513, ceb621};
use crate::read::place::Place;
use crate::read::rules;
use crate::table::{Body, Entity, Faults, Layout, Occurs, Trailer};
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

/// What a response must quote of the document it answers, as it was written; empty where the document
/// lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quote {
    /// Of an order.
    Order {
        /// `guid`.
        guid: Box<str>,
        /// `ebpCode`.
        platform: Box<str>,
        /// `ebcCode`.
        merchant: Box<str>,
        /// `orderNo`.
        order_no: Box<str>,
    },
    /// Of a payment.
    Payment {
        /// `guid`.
        guid: Box<str>,
        /// `payCode`.
        institution: Box<str>,
        /// `payTransactionId`.
        transaction: Box<str>,
    },
    /// Of a waybill.
    Waybill {
        /// `guid`.
        guid: Box<str>,
        /// `logisticsCode`.
        carrier: Box<str>,
        /// `logisticsNo`.
        number: Box<str>,
    },
    /// Of a waybill status.
    Delivery {
        /// `guid`.
        guid: Box<str>,
        /// `logisticsCode`.
        carrier: Box<str>,
        /// `logisticsNo`.
        number: Box<str>,
        /// `logisticsStatus`.
        status: Box<str>,
    },
    /// Of an import declaration.
    Declaration {
        /// `guid`.
        guid: Box<str>,
        /// `customsCode`.
        office: Box<str>,
        /// `ebpCode`.
        platform: Box<str>,
        /// `ebcCode`.
        merchant: Box<str>,
        /// `agentCode`.
        declarant: Box<str>,
        /// `copNo`; a response to a declaration without one quotes `preNo` instead.
        reference: Box<str>,
        /// `preNo`: given by the port on first sight, so that every response carries it.
        provisional_no: Box<str>,
        /// `invtNo`: given by customs once the declaration is accepted.
        declaration_no: Box<str>,
    },
}

impl Quote {
    /// The message that answers such a document.
    pub const fn answered_by(&self) -> MessageType {
        match self {
            Self::Order { .. } => MessageType::Ceb312,
            Self::Payment { .. } => MessageType::Ceb412,
            Self::Waybill { .. } => MessageType::Ceb512,
            Self::Delivery { .. } => MessageType::Ceb514,
            Self::Declaration { .. } => MessageType::Ceb622,
        }
    }

    /// The same, with the numbers that port and customs gave: only responses to declarations quote them.
    #[must_use]
    pub fn numbered(mut self, provisional: &str, declaration: &str) -> Self {
        if let Self::Declaration { provisional_no, declaration_no, .. } = &mut self {
            *provisional_no = provisional.into();
            *declaration_no = declaration.into();
        }
        self
    }

    /// The number by which its sender knows the document; its guid where it has none.
    pub fn name(&self) -> &str {
        let number = match self {
            Self::Order { order_no, .. } => order_no,
            Self::Payment { transaction, .. } => transaction,
            Self::Waybill { number, .. } | Self::Delivery { number, .. } => number,
            Self::Declaration { reference, .. } => reference,
        };
        if number.is_empty() { self.guid() } else { number }
    }

    /// The document's own number, as it was written.
    pub const fn guid(&self) -> &str {
        match self {
            Self::Order { guid, .. }
            | Self::Payment { guid, .. }
            | Self::Waybill { guid, .. }
            | Self::Delivery { guid, .. }
            | Self::Declaration { guid, .. } => guid,
        }
    }
}

/// Writes one message of responses: `message` is CEB312, 412, 512, 514 or 622, and every response
/// answers a document of its kind.
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
        if response.quote.answered_by() != message {
            writer.refuse(
                Defect::at(&rules::RESPONSE_OF_ANOTHER_KIND, place.to_string())
                    .found(response.quote.answered_by().code())
                    .expected(message.code()),
            );
            continue;
        }
        let mut row = writer.entity(layout.body.head(), place);
        match response.quote {
            Quote::Order { .. } => ceb311::write_response(&mut row, response),
            Quote::Payment { .. } => ceb411::write_response(&mut row, response),
            Quote::Waybill { .. } => ceb511::write_response(&mut row, response),
            Quote::Delivery { .. } => ceb513::write_response(&mut row, response),
            Quote::Declaration { .. } => ceb621::write_response(&mut row, response),
        }
        row.end();
    }
    writer.finish(responses.len())
}

/// The layout of a message of responses, up to a hundred of them: root, Chinese and English name, and
/// the entity that one response is.
pub(crate) const fn layout(names: [&'static str; 3], response: &'static Entity) -> Layout {
    let [root, zh, en] = names;
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

/// The three elements that every response ends with.
pub(crate) fn write_result(row: &mut EntityWriter<'_>, status: usize, response: &Response) {
    row.display(status, response.status);
    row.millis(status + 1, response.at);
    row.text_cut(status + 2, &response.text);
}
