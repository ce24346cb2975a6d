//! The positive list: what may be bought at retail across the border, and under which remark.

use rust_decimal::Decimal;

use crate::cells::{Cells, decimal};
use crate::hs::HsLine;
use crate::pack::Table;
use crate::row::Entry;

/// What a remark of the list demands (备注).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Nothing further.
    None,
    /// Goods of the line that belong to this class are not on the list (…除外), by keyword:
    /// `endangered-species`, `special-food`, `dual-use`.
    Exclude(Box<str>),
    /// Only under this supervision mode (仅限网购保税商品).
    Mode(Box<str>),
    /// Only goods whose name holds one of these words (仅限…).
    Name(Vec<Box<str>>),
    /// At most so much for one person in a calendar year.
    Quantity {
        /// How much.
        limit: Decimal,
        /// In which unit of measure (three digits).
        unit: Box<str>,
    },
    /// A remark that none of these expresses: a person reads it and decides.
    Manual,
}

/// A row of `positive_list` (跨境电子商务零售进口商品清单): a line, with one of its remarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositiveLine {
    /// 税则号列.
    pub line: HsLine,
    /// 商品名称.
    pub zh: Box<str>,
    /// The English name.
    pub en: Box<str>,
    /// What the remark demands.
    pub control: Control,
    /// The remark as published.
    pub remark: Box<str>,
}

impl Control {
    const fn word(&self) -> &'static str {
        match self {
            Self::None => "",
            Self::Exclude(_) => "exclude",
            Self::Mode(_) => "mode",
            Self::Name(_) => "name",
            Self::Quantity { .. } => "quantity",
            Self::Manual => "manual",
        }
    }
}

impl Entry for PositiveLine {
    const TABLE: Table = Table::PositiveList;
    const COLUMNS: &'static [&'static str] =
        &["hs8", "zh", "en", "control", "value", "unit", "remark"];
    const MANY: bool = true;
    type Key = HsLine;

    fn key(&self) -> HsLine {
        self.line
    }

    fn slug(&self) -> String {
        match self.control.word() {
            "" => self.line.to_string(),
            word => format!("{}-{word}", self.line),
        }
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let line = cells.parsed("hs8", "a tariff line of eight digits", |text| text.parse().ok());
        let zh = cells.text("zh");
        let control = read_control(cells);
        Some(Self {
            line: line?,
            zh: zh?,
            en: cells.optional("en").unwrap_or_default().into(),
            control: control?,
            remark: cells.optional("remark").unwrap_or_default().into(),
        })
    }

    fn write(&self) -> Vec<String> {
        let (value, unit) = match &self.control {
            Control::None | Control::Manual => (String::new(), ""),
            Control::Exclude(value) | Control::Mode(value) => (value.to_string(), ""),
            Control::Name(words) => (words.join("|"), ""),
            Control::Quantity { limit, unit } => (limit.to_string(), unit.as_ref()),
        };
        vec![
            self.line.to_string(),
            self.zh.to_string(),
            self.en.to_string(),
            self.control.word().to_owned(),
            value,
            unit.to_owned(),
            self.remark.to_string(),
        ]
    }
}

fn read_control(cells: &mut Cells<'_>) -> Option<Control> {
    match cells.optional("control") {
        // A remark must not be lost because nobody has read it yet.
        None if cells.optional("remark").is_some() => Some(Control::Manual),
        None => Some(Control::None),
        Some("manual") => Some(Control::Manual),
        Some("exclude") => cells.text("value").map(Control::Exclude),
        Some("mode") => cells.text("value").map(Control::Mode),
        Some("name") => cells
            .parsed("value", "words separated by `|`", |text| {
                let words: Vec<Box<str>> = text.split('|').map(|word| word.trim().into()).collect();
                words.iter().all(|word| !word.is_empty()).then_some(words)
            })
            .map(Control::Name),
        Some("quantity") => {
            let limit = cells.parsed("value", "a quantity", decimal);
            let unit = cells.text("unit");
            Some(Control::Quantity { limit: limit?, unit: unit? })
        }
        Some(_) => {
            cells.note("control", "`exclude`, `mode`, `name`, `quantity`, `manual` or nothing");
            None
        }
    }
}
