//! The CEB messages: which there are, and for each pair a file with its tables, mapping and writing.
//!
//! To add a message: its file with a [`Layout`], a variant of [`MessageType`], and its arms below.

pub mod ceb311;
pub mod ceb411;
pub mod ceb511;
pub mod ceb513;
pub mod ceb621;
pub mod ceb816;
pub mod ceb900;
mod transfer;

use tongguan_domain::defect::Defect;

pub use ceb816::{TaxBill, TaxBillStatus, TaxLine};
pub use ceb900::FormatRefusal;
pub use transfer::{EXTEND, Extension, SUBSCRIBE, Subscription, TRANSFER, Transfer, Wanted};

use crate::read::place::Place;
use crate::read::{Answer, Cells, Document, Rows};
use crate::response::{Quote, Response};
use crate::table::Layout;

/// The messages that Tongguan knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageType {
    /// Import orders (电子订单).
    Ceb311,
    /// Responses to orders (电子订单回执).
    Ceb312,
    /// Import payments (支付单).
    Ceb411,
    /// Responses to payments (支付单回执).
    Ceb412,
    /// Import waybills (物流运单).
    Ceb511,
    /// Responses to waybills (物流运单回执).
    Ceb512,
    /// Import waybill statuses (运单状态).
    Ceb513,
    /// Responses to waybill statuses (运单状态回执).
    Ceb514,
    /// Import declarations (进口清单).
    Ceb621,
    /// Responses to import declarations (进口清单回执).
    Ceb622,
    /// Tax bills (电子税单).
    Ceb816,
    /// Refusal of a message that cannot be read (报文格式校验回执).
    Ceb900,
}

impl MessageType {
    /// Every message, by number.
    pub const ALL: [Self; 12] = [
        Self::Ceb311,
        Self::Ceb312,
        Self::Ceb411,
        Self::Ceb412,
        Self::Ceb511,
        Self::Ceb512,
        Self::Ceb513,
        Self::Ceb514,
        Self::Ceb621,
        Self::Ceb622,
        Self::Ceb816,
        Self::Ceb900,
    ];

    /// The message with that root element.
    pub fn from_root(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|message| message.root() == name)
    }

    /// The message of that code, in any case: `CEB311`, `ceb311`, `CEB311Message`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|message| {
            message.code().eq_ignore_ascii_case(code) || message.root().eq_ignore_ascii_case(code)
        })
    }

    /// The code: `CEB311`.
    pub fn code(self) -> &'static str {
        self.root().trim_end_matches("Message")
    }

    /// The root element: `CEB311Message`.
    pub fn root(self) -> &'static str {
        self.layout().root
    }

    /// The message that answers this one, for requests.
    pub const fn response(self) -> Option<Self> {
        match self {
            Self::Ceb311 => Some(Self::Ceb312),
            Self::Ceb411 => Some(Self::Ceb412),
            Self::Ceb511 => Some(Self::Ceb512),
            Self::Ceb513 => Some(Self::Ceb514),
            Self::Ceb621 => Some(Self::Ceb622),
            Self::Ceb312
            | Self::Ceb412
            | Self::Ceb512
            | Self::Ceb514
            | Self::Ceb622
            | Self::Ceb816
            | Self::Ceb900 => None,
        }
    }

    /// Whether an enterprise sends it.
    pub const fn is_request(self) -> bool {
        self.response().is_some()
    }

    /// What the schema says of it.
    pub fn layout(self) -> &'static Layout {
        match self {
            Self::Ceb311 => &ceb311::ORDERS,
            Self::Ceb312 => &ceb311::RESPONSES,
            Self::Ceb411 => &ceb411::PAYMENTS,
            Self::Ceb412 => &ceb411::RESPONSES,
            Self::Ceb511 => &ceb511::WAYBILLS,
            Self::Ceb512 => &ceb511::RESPONSES,
            Self::Ceb513 => &ceb513::DELIVERIES,
            Self::Ceb514 => &ceb513::RESPONSES,
            Self::Ceb621 => &ceb621::DECLARATIONS,
            Self::Ceb622 => &ceb621::RESPONSES,
            Self::Ceb816 => &ceb816::TAX_BILLS,
            Self::Ceb900 => &ceb900::FORMAT_REFUSAL,
        }
    }

    /// What a response to a document of this message must quote; nothing for other messages.
    pub(crate) fn quote(self, rows: &Rows<'_>) -> Option<Quote> {
        match self {
            Self::Ceb311 => Some(ceb311::quote(&rows.head)),
            Self::Ceb411 => Some(ceb411::quote(&rows.head)),
            Self::Ceb511 => Some(ceb511::quote(&rows.head)),
            Self::Ceb513 => Some(ceb513::quote(&rows.head)),
            Self::Ceb621 => Some(ceb621::quote(&rows.head)),
            Self::Ceb312
            | Self::Ceb412
            | Self::Ceb512
            | Self::Ceb514
            | Self::Ceb622
            | Self::Ceb816
            | Self::Ceb900 => None,
        }
    }

    /// A document of this message; nothing, and findings, when it cannot be used.
    pub(crate) fn document(
        self,
        rows: &Rows<'_>,
        place: &Place<'_>,
        findings: &mut Vec<Defect>,
    ) -> Option<Document> {
        match self {
            Self::Ceb311 => ceb311::order(rows, place, findings).map(Box::new).map(Document::Order),
            Self::Ceb411 => {
                ceb411::payment(rows, place, findings).map(Box::new).map(Document::Payment)
            }
            Self::Ceb511 => {
                ceb511::waybill(rows, place, findings).map(Box::new).map(Document::Waybill)
            }
            Self::Ceb513 => {
                ceb513::delivery(rows, place, findings).map(Box::new).map(Document::Delivery)
            }
            Self::Ceb621 => {
                ceb621::declaration(rows, place, findings).map(Box::new).map(Document::Declaration)
            }
            Self::Ceb312
            | Self::Ceb412
            | Self::Ceb512
            | Self::Ceb514
            | Self::Ceb622
            | Self::Ceb816
            | Self::Ceb900 => None,
        }
    }

    /// An entry of a message from customs; nothing, and findings, when it cannot be used.
    pub(crate) fn answer(
        self,
        rows: &Rows<'_>,
        place: &Place<'_>,
        findings: &mut Vec<Defect>,
    ) -> Option<Answer> {
        let mut response = |read: fn(&mut Cells<'_, '_>) -> Option<Response>| {
            let rule = self.layout().faults.parameter;
            let mut cells = Cells::new(&rows.head, *place, rule, findings);
            read(&mut cells).map(Box::new).map(Answer::Response)
        };
        match self {
            Self::Ceb312 => response(ceb311::response),
            Self::Ceb412 => response(ceb411::response),
            Self::Ceb512 => response(ceb511::response),
            Self::Ceb514 => response(ceb513::response),
            Self::Ceb622 => response(ceb621::response),
            Self::Ceb816 => {
                ceb816::tax_bill(rows, place, findings).map(Box::new).map(Answer::TaxBill)
            }
            Self::Ceb900 => ceb900::format_refusal(rows, place, findings)
                .map(Box::new)
                .map(Answer::FormatRefusal),
            Self::Ceb311 | Self::Ceb411 | Self::Ceb511 | Self::Ceb513 | Self::Ceb621 => None,
        }
    }
}
