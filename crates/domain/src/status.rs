//! What a response says: a status and a text (回执; `returnStatus`, `returnInfo`).

use crate::defect::{Defect, Official, Rule};
use std::fmt;

/// A response's status (回执状态; `returnStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReturnStatus {
    /// Stored at the port, not declared (电子口岸已暂存). [1]
    Stored,
    /// Accepted, being declared (申报中). [2]
    Accepted,
    /// Sent to customs (发送海关成功). [3]
    Sent,
    /// Not sent to customs (发送海关失败). [4]
    NotSent,
    /// Refused by customs (海关退单). [100]
    Refused,
    /// Entered by customs, logic checked (海关入库). [120]
    Entered,
    /// In manual review (人工审核). [300]
    InReview,
    /// Review finished (海关审结). [399]
    Reviewed,
    /// Under examination (查验). [500]
    Examined,
    /// Detained, handed to clearance (扣留移送通关). [501]
    DetainedForClearance,
    /// Detained, handed to the anti-smuggling bureau (扣留移送缉私). [502]
    DetainedForInvestigation,
    /// Detained, handed to the legal department (扣留移送法规). [503]
    DetainedForLegal,
    /// Detained otherwise (其它扣留). [599]
    DetainedOtherwise,
    /// Suspended (挂起). [600]
    Suspended,
    /// Shipped back (退运). [700]
    ShippedBack,
    /// Released (放行). [800]
    Released,
    /// Closed (结关). [899]
    Closed,
    /// A processing error: the official number, negative on the wire.
    Error(i32),
}

impl ReturnStatus {
    /// What it is called, in Chinese as the authorities do, and in English.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Stored => ("电子口岸已暂存", "stored, not declared"),
            Self::Accepted => ("电子口岸申报中", "being declared"),
            Self::Sent => ("发送海关成功", "sent to customs"),
            Self::NotSent => ("发送海关失败", "not sent to customs"),
            Self::Refused => ("海关退单", "refused"),
            Self::Entered => ("海关入库", "entered"),
            Self::InReview => ("人工审核", "in review"),
            Self::Reviewed => ("海关审结", "reviewed"),
            Self::Examined => ("查验", "under examination"),
            Self::DetainedForClearance => ("扣留移送通关", "detained: clearance"),
            Self::DetainedForInvestigation => ("扣留移送缉私", "detained: anti-smuggling"),
            Self::DetainedForLegal => ("扣留移送法规", "detained: legal department"),
            Self::DetainedOtherwise => ("其它扣留", "detained otherwise"),
            Self::Suspended => ("挂起", "suspended"),
            Self::ShippedBack => ("退运", "shipped back"),
            Self::Released => ("放行", "released"),
            Self::Closed => ("结关", "closed"),
            Self::Error(_) => ("处理失败", "failed"),
        }
    }

    /// Whether customs keeps the goods (扣留).
    pub const fn is_detained(self) -> bool {
        matches!(
            self,
            Self::DetainedForClearance
                | Self::DetainedForInvestigation
                | Self::DetainedForLegal
                | Self::DetainedOtherwise
        )
    }

    /// The number on the wire.
    pub const fn number(self) -> i32 {
        match self {
            Self::Stored => 1,
            Self::Accepted => 2,
            Self::Sent => 3,
            Self::NotSent => 4,
            Self::Refused => 100,
            Self::Entered => 120,
            Self::InReview => 300,
            Self::Reviewed => 399,
            Self::Examined => 500,
            Self::DetainedForClearance => 501,
            Self::DetainedForInvestigation => 502,
            Self::DetainedForLegal => 503,
            Self::DetainedOtherwise => 599,
            Self::Suspended => 600,
            Self::ShippedBack => 700,
            Self::Released => 800,
            Self::Closed => 899,
            Self::Error(number) => number,
        }
    }

    /// The status of that number; `None` where the standard knows none.
    pub const fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            1 => Self::Stored,
            2 => Self::Accepted,
            3 => Self::Sent,
            4 => Self::NotSent,
            100 => Self::Refused,
            120 => Self::Entered,
            300 => Self::InReview,
            399 => Self::Reviewed,
            500 => Self::Examined,
            501 => Self::DetainedForClearance,
            502 => Self::DetainedForInvestigation,
            503 => Self::DetainedForLegal,
            599 => Self::DetainedOtherwise,
            600 => Self::Suspended,
            700 => Self::ShippedBack,
            800 => Self::Released,
            899 => Self::Closed,
            number if number < 0 => Self::Error(number),
            _ => return None,
        })
    }
}

impl fmt::Display for ReturnStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// One answer to a document; a decision gives a run of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// 回执状态.
    pub status: ReturnStatus,
    /// 回执信息, at most 1,000 characters.
    pub text: String,
}

impl Reply {
    /// A status with its text.
    pub fn new(status: ReturnStatus, text: impl Into<String>) -> Self {
        Self { status, text: bounded(text.into()) }
    }

    /// The answer to a document with these defects: the first one's official number decides the
    /// status, the text names them all. A customs code is a refusal (100) with `[Code:…;Desc:…]`.
    pub fn refusing(defects: &[Defect]) -> Self {
        let status = match defects.first().and_then(|defect| defect.rule.official) {
            Some(Official::Business(number)) => ReturnStatus::Error(number),
            Some(Official::Exchange(number)) => ReturnStatus::Error(-i32::from(number)),
            Some(Official::Customs(_)) | None => ReturnStatus::Refused,
        };
        let texts: Vec<String> = defects.iter().map(refusal_text).collect();
        Self::new(status, texts.join("; "))
    }
}

/// The rule of `rules` that a reply names first, of one that refuses; nothing where it names none of them.
///
/// A number names it. Rules without one, and those of which several have one number, are told apart by their wording.
pub fn told_by(
    status: ReturnStatus,
    text: &str,
    rules: impl Iterator<Item = &'static Rule>,
) -> Option<&'static Rule> {
    let coded = text.strip_prefix("[Code:").and_then(|it| it.split_once(";Desc:"));
    let (number, words) = match (status, coded) {
        (ReturnStatus::Error(number), _) => (Some(number.unsigned_abs()), text),
        (ReturnStatus::Refused, Some((number, words))) => (Some(number.parse().ok()?), words),
        (ReturnStatus::Refused, None) => (None, text),
        _ => return None,
    };
    let is_named = |rule: &&Rule| match (status, rule.official) {
        (ReturnStatus::Error(_), Some(Official::Business(it))) => Some(it.unsigned_abs()) == number,
        (ReturnStatus::Error(_), Some(Official::Exchange(it))) => Some(u32::from(it)) == number,
        (ReturnStatus::Refused, Some(Official::Customs(it))) => Some(it) == number,
        (ReturnStatus::Refused, None) => number.is_none(),
        _ => false,
    };
    let named: Vec<_> = rules.filter(is_named).collect();
    let said = named.iter().filter_map(|rule| Some((worded(words, rule.zh)?, *rule)));
    let said = said.max_by_key(|(letters, _)| *letters).map(|(_, rule)| rule);
    said.or_else(|| named.first().copied().filter(|_| number.is_some()))
}

/// How much of the first thing that is said is the wording of a template, in bytes; nothing where it is another one.
fn worded(words: &str, template: &str) -> Option<usize> {
    let mut rest = words.split("; ").next()?;
    let mut letters = 0;
    for (n, piece) in template.split('{').enumerate() {
        let piece = if n == 0 { piece } else { piece.split_once('}')?.1 };
        let at = rest.find(piece).filter(|at| n > 0 || *at == 0)?;
        rest = rest.get(at + piece.len()..)?;
        letters += piece.len();
    }
    (letters > 0).then_some(letters)
}

/// The official wording, a customs code in its brackets. What the wording does not quote follows in
/// brackets, as in real customs answers: the two sides of a comparison, which name their elements
/// (`[OrderHead.acturalPaid:561.89,PaymentHead.amountPaid:3197.95]`), or one value. A fault of a
/// document by itself names its element in any case.
fn refusal_text(defect: &Defect) -> String {
    let text = match defect.rule.official {
        Some(Official::Customs(code)) => format!("[Code:{code};Desc:{}]", defect.message_zh()),
        _ => defect.message_zh(),
    };
    let by_itself = matches!(defect.rule.official, Some(Official::Business(_)));
    let place = place(&defect.pointer).filter(|_| by_itself);
    let found = defect.found.as_deref().filter(|_| !defect.rule.zh.contains("{found}"));
    match (found, &defect.expected, place) {
        (Some(found), Some(expected), None) => format!("{text},[{expected},{found}]"),
        (Some(found), Some(expected), Some(place)) => {
            format!("{text},[{place}:{found},{expected}]")
        }
        (Some(found), None, Some(place)) => format!("{text},[{place}:{found}]"),
        (Some(found), None, None) => format!("{text},[{found}]"),
        (None, _, Some(place)) => format!("{text}({place})"),
        (None, _, None) => text,
    }
}

/// The element that a pointer ends in, with the line of goods that it stands in: `表体第2项qty`.
fn place(pointer: &str) -> Option<String> {
    let mut segments = pointer.rsplit('/').filter(|segment| !segment.is_empty());
    let last = segments.next()?;
    match (line(last), segments.next().and_then(line)) {
        (Some(line), _) => Some(format!("表体第{line}项")),
        (None, Some(line)) => Some(format!("表体第{line}项{last}")),
        (None, None) => Some(last.to_owned()),
    }
}

/// The number of the line that a segment such as `InventoryList[2]` names.
fn line(segment: &str) -> Option<&str> {
    let (name, number) = segment.strip_suffix(']')?.split_once('[')?;
    name.ends_with("List").then_some(number)
}

/// `returnInfo` holds at most 1,000 characters; what is cut is marked.
fn bounded(text: String) -> String {
    const LONGEST: usize = 1000;
    if text.len() <= LONGEST {
        return text;
    }
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some(_) => text.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defect::Rule;

    static DUPLICATE: Rule =
        Rule {
            code: "a", official: Some(Official::Business(-301010)), zh: "已存在", en: "exists"
        };
    static AMOUNT: Rule =
        Rule { code: "b", official: Some(Official::Customs(1332)), zh: "不一致", en: "differ" };

    #[test]
    fn the_first_defect_decides_the_status_and_all_are_named() {
        let defects = [Defect::at(&AMOUNT, "/a"), Defect::at(&DUPLICATE, "")];
        let reply = Reply::refusing(&defects);
        assert_eq!(reply.status, ReturnStatus::Refused);
        assert_eq!(reply.text, "[Code:1332;Desc:不一致]; 已存在");
        assert_eq!(Reply::refusing(&defects[1..]).status.number(), -301010);
    }

    #[test]
    fn a_refusal_says_where_and_which_value() {
        let text = |defect: Defect| Reply::refusing(&[defect]).text;
        let (order, payment) = ("OrderHead.acturalPaid:2", "PaymentHead.amountPaid:1");
        let amount = Defect::at(&AMOUNT, "/a").found(payment).expected(order);
        let both = "[Code:1332;Desc:不一致],[OrderHead.acturalPaid:2,PaymentHead.amountPaid:1]";
        assert_eq!(text(amount), both);
        let at = |pointer| Defect::at(&DUPLICATE, pointer);
        assert_eq!(text(at("/M/Order[1]/OrderHead/ebcCode").found(7)), "已存在,[ebcCode:7]");
        assert_eq!(text(at("/M/Order[1]/OrderList[12]/qty").found(7)), "已存在,[表体第12项qty:7]");
        assert_eq!(text(at("/M/Order[1]/OrderList[3]")), "已存在(表体第3项)");
        assert_eq!(text(at("ebcCode").found(7).expected("应为8")), "已存在,[ebcCode:7,应为8]");
        assert_eq!(text(at("").found(7)), "已存在,[7]");
    }

    #[test]
    fn texts_fit_the_element() {
        let reply = Reply::new(ReturnStatus::Refused, "错".repeat(2000));
        assert_eq!(reply.text.chars().count(), 1000);
        assert!(reply.text.ends_with('…'));
    }

    #[test]
    fn numbers_go_there_and_back() {
        for number in [-1, 1, 2, 3, 100, 120, 300, 399, 500, 501, 502, 503, 599, 600, 700, 800, 899]
        {
            assert_eq!(ReturnStatus::from_number(number).unwrap().number(), number);
        }
        assert_eq!(ReturnStatus::from_number(4711), None);
    }
}
