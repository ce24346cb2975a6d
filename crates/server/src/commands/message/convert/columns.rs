//! Which elements the columns of a CSV file of order lines fill.

use csv::StringRecord;
use tongguan_domain::defect::{Defect, Rule};
use tongguan_messages::ceb::TRANSFER;
use tongguan_messages::table::{Entity, Layout};

/// A header that is no element of the message.
static COLUMN_UNKNOWN: Rule = Rule {
    code: "column-unknown",
    official: None,
    zh: "报文没有该元素[{found}]",
    en: "the message has no element [{found}]; name it as on the wire, such as qty or OrderHead/note",
};

/// Two headers for one element.
static COLUMN_REPEATED: Rule = Rule {
    code: "column-repeated",
    official: None,
    zh: "元素[{found}]有多列",
    en: "another column fills [{found}] already",
};

/// No header for the order number.
static COLUMN_MISSING: Rule = Rule {
    code: "column-missing",
    official: None,
    zh: "缺少列[{expected}]",
    en: "there is no column {expected}",
};

/// What is said by `--set` is not understood.
static SETTING_UNKNOWN: Rule = Rule {
    code: "setting-unknown",
    official: None,
    zh: "--set {found}：应为NAME=VALUE，NAME为报文元素",
    en: "--set {found}: NAME=VALUE is expected, NAME an element of the message",
};

/// Where the elements of an order stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elements {
    /// The head of an order.
    pub head: &'static Entity,
    /// A line of an order.
    pub line: &'static Entity,
}

/// The elements that a column fills: at the same time in head and line where both have one of its
/// name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its position in the head.
    pub head: Option<usize>,
    /// Its position in the line.
    pub line: Option<usize>,
    /// Its position in the transfer block.
    pub transfer: Option<usize>,
}

/// The header of a file, and what was said once for all lines.
pub struct Columns {
    elements: Elements,
    columns: Vec<(String, Target)>,
    given: Vec<(Target, String)>,
}

impl Elements {
    /// Those of a message of orders.
    pub fn of(layout: &'static Layout) -> Option<Self> {
        Some(Self { head: layout.body.head(), line: layout.body.line()? })
    }

    /// What a name stands for: `qty`, `OrderHead/note`, `BaseTransfer/dxpId`.
    fn find(self, name: &str) -> Option<Target> {
        let nothing = Target { head: None, line: None, transfer: None };
        let target = match name.split_once('/') {
            None => Target { head: self.head.find(name), line: self.line.find(name), ..nothing },
            Some((entity, name)) if entity == self.head.name => {
                Target { head: self.head.find(name), ..nothing }
            }
            Some((entity, name)) if entity == self.line.name => {
                Target { line: self.line.find(name), ..nothing }
            }
            Some((entity, name)) if entity == TRANSFER.name => {
                Target { transfer: TRANSFER.find(name), ..nothing }
            }
            Some(_) => nothing,
        };
        (target != nothing).then_some(target)
    }
}

impl Columns {
    /// Reads the header and what was said by `--set`.
    ///
    /// # Errors
    /// Every column and setting that is not known, and a missing order number.
    pub fn read(
        elements: Elements,
        header: &StringRecord,
        set: &[String],
    ) -> Result<Self, Vec<Defect>> {
        let mut defects = Vec::new();
        let mut columns = Vec::<(String, Target)>::new();
        for (index, name) in header.iter().map(str::trim).enumerate() {
            let pointer = || format!("line 1, column {}", index + 1);
            let target = elements.find(name).filter(|target| target.transfer.is_none());
            let Some(target) = target else {
                defects.push(Defect::at(&COLUMN_UNKNOWN, pointer()).found(name));
                continue;
            };
            let fills = |(_, other): &(String, Target)| {
                target.head.is_some() && target.head == other.head
                    || target.line.is_some() && target.line == other.line
            };
            if columns.iter().any(fills) {
                defects.push(Defect::at(&COLUMN_REPEATED, pointer()).found(name));
            }
            columns.push((name.to_owned(), target));
        }
        let number = elements.head.find("orderNo");
        if defects.is_empty() && !columns.iter().any(|(_, target)| target.head == number) {
            defects.push(Defect::at(&COLUMN_MISSING, "line 1").expected("orderNo"));
        }
        let mut given = Vec::new();
        for text in set {
            let known = text.split_once('=').and_then(|(name, value)| {
                elements.find(name.trim()).map(|target| (target, value.to_owned()))
            });
            match known {
                Some(known) => given.push(known),
                None => defects.push(Defect::at(&SETTING_UNKNOWN, "--set").found(text)),
            }
        }
        if defects.is_empty() { Ok(Self { elements, columns, given }) } else { Err(defects) }
    }

    /// The elements that the columns are about.
    pub const fn elements(&self) -> Elements {
        self.elements
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Each column's target, in order.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        self.columns.iter().map(|(_, target)| *target)
    }

    /// What was said once for all lines.
    pub fn given(&self) -> impl Iterator<Item = (Target, &str)> {
        self.given.iter().map(|(target, text)| (*target, text.as_str()))
    }

    /// The place of what fills an element: `line 3, column 5 (qty)`; without the column where none
    /// does.
    pub fn place(&self, row: u64, name: &str, fills: impl Fn(Target) -> bool) -> String {
        match self.columns.iter().position(|(_, target)| fills(*target)) {
            Some(index) => format!("line {row}, column {} ({name})", index + 1),
            None if name.is_empty() => format!("line {row}"),
            None => format!("line {row} ({name})"),
        }
    }
}
