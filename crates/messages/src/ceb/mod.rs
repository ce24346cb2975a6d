//! The CEB messages: which there are, and for each pair a file with its tables, mapping and writing.
//!
//! To add a message: its file with a [`Layout`] and what the message is, and its line in the table below.

pub mod ceb213;
pub mod ceb215;
pub mod ceb303;
pub mod ceb311;
pub mod ceb403;
pub mod ceb411;
pub mod ceb505;
pub mod ceb507;
pub mod ceb509;
pub mod ceb511;
pub mod ceb513;
pub mod ceb603;
pub mod ceb605;
pub mod ceb607;
pub mod ceb621;
pub mod ceb623;
pub mod ceb625;
pub mod ceb701;
pub mod ceb711;
pub mod ceb792;
pub mod ceb816;
pub mod ceb818;
pub mod ceb900;
mod declared;
mod definition;
mod transfer;

pub use ceb816::{TaxBill, TaxBillStatus, TaxLine};
pub use ceb818::TaxBillNotice;
pub use ceb900::FormatRefusal;
pub(crate) use definition::{Definition, Nature};
pub(crate) use transfer::transfer_of;
pub use transfer::{
    EXPORT_TRANSFER, EXTEND, Extension, SUBSCRIBE, Subscription, TRANSFER, Transfer, Wanted,
};

use crate::table::Layout;

/// Declares the messages, by number, each with what it is.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident = $number:literal: $definition:path;)+) => {
        /// The messages that Tongguan knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MessageType {
            $($(#[$doc])* $name = $number,)+
        }

        impl MessageType {
            /// Every message, by number.
            pub const ALL: [Self; [$($number),+].len()] = [$(Self::$name),+];

            /// What the message is.
            pub(crate) const fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$name => &$definition,)+
                }
            }
        }
    };
}

messages! {
    /// Requests to return exported goods (退货申请单).
    Ceb213 = 213: ceb213::REQUEST;
    /// Responses to requests to return exported goods (退货申请单回执).
    Ceb214 = 214: ceb213::RESPONSE;
    /// Tallies of returned exports (退货理货明细单).
    Ceb215 = 215: ceb215::REQUEST;
    /// Responses to tallies of returned exports (退货理货明细单回执).
    Ceb216 = 216: ceb215::RESPONSE;
    /// Export orders (电子订单).
    Ceb303 = 303: ceb303::REQUEST;
    /// Responses to export orders (电子订单回执).
    Ceb304 = 304: ceb303::RESPONSE;
    /// Import orders (电子订单).
    Ceb311 = 311: ceb311::REQUEST;
    /// Responses to orders (电子订单回执).
    Ceb312 = 312: ceb311::RESPONSE;
    /// Collections for export orders (收款单).
    Ceb403 = 403: ceb403::REQUEST;
    /// Responses to collections (收款单回执).
    Ceb404 = 404: ceb403::RESPONSE;
    /// Import payments (支付单).
    Ceb411 = 411: ceb411::REQUEST;
    /// Responses to payments (支付单回执).
    Ceb412 = 412: ceb411::RESPONSE;
    /// Export waybills (物流运单).
    Ceb505 = 505: ceb505::REQUEST;
    /// Responses to export waybills (物流运单回执).
    Ceb506 = 506: ceb505::RESPONSE;
    /// Arrival reports (运抵单).
    Ceb507 = 507: ceb507::REQUEST;
    /// Responses to arrival reports (运抵单回执).
    Ceb508 = 508: ceb507::RESPONSE;
    /// Departure reports (离境单).
    Ceb509 = 509: ceb509::REQUEST;
    /// Responses to departure reports (离境单回执).
    Ceb510 = 510: ceb509::RESPONSE;
    /// Import waybills (物流运单).
    Ceb511 = 511: ceb511::REQUEST;
    /// Responses to waybills (物流运单回执).
    Ceb512 = 512: ceb511::RESPONSE;
    /// Import waybill statuses (运单状态).
    Ceb513 = 513: ceb513::REQUEST;
    /// Responses to waybill statuses (运单状态回执).
    Ceb514 = 514: ceb513::RESPONSE;
    /// Export declarations (出口清单).
    Ceb603 = 603: ceb603::REQUEST;
    /// Responses to export declarations (出口清单回执).
    Ceb604 = 604: ceb603::RESPONSE;
    /// Cancellations of export declarations (撤销申请单).
    Ceb605 = 605: ceb605::REQUEST;
    /// Responses to cancellations of export declarations (撤销申请单回执).
    Ceb606 = 606: ceb605::RESPONSE;
    /// Master bill links (清单总分单).
    Ceb607 = 607: ceb607::REQUEST;
    /// Responses to master bill links (清单总分单回执).
    Ceb608 = 608: ceb607::RESPONSE;
    /// Import declarations (进口清单).
    Ceb621 = 621: ceb621::REQUEST;
    /// Responses to import declarations (进口清单回执).
    Ceb622 = 622: ceb621::RESPONSE;
    /// Requests to cancel import declarations (撤销申请单).
    Ceb623 = 623: ceb623::REQUEST;
    /// Responses to requests to cancel import declarations (撤销申请单回执).
    Ceb624 = 624: ceb623::RESPONSE;
    /// Requests to return imported goods (退货申请单).
    Ceb625 = 625: ceb625::REQUEST;
    /// Responses to requests to return imported goods (退货申请单回执).
    Ceb626 = 626: ceb625::RESPONSE;
    /// Requests to consolidate export declarations (汇总申请单).
    Ceb701 = 701: ceb701::REQUEST;
    /// Responses to requests to consolidate export declarations (汇总申请单回执).
    Ceb702 = 702: ceb701::RESPONSE;
    /// Warehouse entries (入库明细单).
    Ceb711 = 711: ceb711::REQUEST;
    /// Responses to warehouse entries (入库明细单回执).
    Ceb712 = 712: ceb711::RESPONSE;
    /// What export declarations were consolidated into (汇总结果单).
    Ceb792 = 792: ceb792::ISSUE;
    /// Tax bills (电子税单).
    Ceb816 = 816: ceb816::ISSUE;
    /// What became of tax bills (电子税单状态).
    Ceb818 = 818: ceb818::ISSUE;
    /// Refusal of a message that cannot be read (报文格式校验回执).
    Ceb900 = 900: ceb900::ISSUE;
}

impl MessageType {
    /// The message of that number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|message| message.number() == number)
    }

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

    /// The number: 311.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The code: `CEB311`.
    pub fn code(self) -> &'static str {
        self.root().trim_end_matches("Message")
    }

    /// The root element: `CEB311Message`.
    pub const fn root(self) -> &'static str {
        self.layout().root
    }

    /// The message that answers this one, for requests.
    pub const fn response(self) -> Option<Self> {
        match self.definition().nature {
            Nature::Request { response, .. } => Some(response),
            Nature::Response | Nature::Issue { .. } => None,
        }
    }

    /// Whether an enterprise sends it.
    pub const fn is_request(self) -> bool {
        self.response().is_some()
    }

    /// Whether customs answers documents with it.
    pub const fn is_response(self) -> bool {
        matches!(self.definition().nature, Nature::Response)
    }

    /// What the schema says of it.
    pub const fn layout(self) -> &'static Layout {
        self.definition().layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_stand_by_number_and_are_named_by_it() {
        assert!(MessageType::ALL.is_sorted());
        for message in MessageType::ALL {
            assert_eq!(message.code(), format!("CEB{}", message.number()));
            assert_eq!(message.root(), format!("CEB{}Message", message.number()));
            assert_eq!(MessageType::from_number(message.number()), Some(message));
        }
    }

    #[test]
    fn every_response_answers_one_request() {
        for message in MessageType::ALL {
            let answered = MessageType::ALL.iter().filter(|it| it.response() == Some(message));
            assert_eq!(answered.count(), usize::from(message.is_response()), "{message:?}");
        }
    }
}
