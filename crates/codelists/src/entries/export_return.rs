//! How goods come back: under which mode, to which district, and what is no food.

use std::fmt;

use crate::cells::Cells;
use crate::pack::Table;
use crate::row::Entry;

/// A row of `return_modes`: the mode (监管方式) under which goods come back that left under another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnMode {
    /// The mode of the export declaration: `9610`.
    pub mode: Box<str>,
    /// The mode of its return: `9661`.
    pub returned: Box<str>,
    /// The Chinese name.
    pub zh: Box<str>,
}

impl Entry for ReturnMode {
    const TABLE: Table = Table::ReturnModes;
    const COLUMNS: &'static [&'static str] = &["mode", "returned", "zh"];
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.mode.clone()
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let mode = cells.parsed("mode", "four digits", |text| digits(text, 4..=4));
        let returned = cells.parsed("returned", "four digits", |text| digits(text, 4..=4));
        let zh = cells.text("zh");
        Some(Self { mode: mode?, returned: returned?, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        [&self.mode, &self.returned, &self.zh].map(|cell| cell.to_string()).to_vec()
    }
}

/// Which way goods went before they come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// They were imported.
    Import,
    /// They were exported.
    Export,
}

impl Flow {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

/// What a row of `return_districts` is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistrictKey {
    /// Which way the goods went.
    pub flow: Flow,
    /// The mode under which they went: `9610`.
    pub mode: Box<str>,
    /// The first two digits of an office's code (直属海关), or [`EVERY_DISTRICT`].
    pub district: Box<str>,
}

/// Stands for every district.
pub const EVERY_DISTRICT: &str = "*";

impl fmt::Display for DistrictKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.flow.word(), self.mode, self.district)
    }
}

/// A row of `return_districts` (跨关区退货): a district that goods may leave for another one of the table,
/// or come to from there, when they come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnDistrict {
    /// Flow, mode and district.
    pub key: DistrictKey,
    /// The district's Chinese name.
    pub zh: Box<str>,
}

impl Entry for ReturnDistrict {
    const TABLE: Table = Table::ReturnDistricts;
    const COLUMNS: &'static [&'static str] = &["flow", "mode", "district", "zh"];
    type Key = DistrictKey;

    fn key(&self) -> DistrictKey {
        self.key.clone()
    }

    fn slug(&self) -> String {
        let DistrictKey { flow, mode, district } = &self.key;
        let district = if **district == *EVERY_DISTRICT { "all" } else { district };
        format!("{}-{mode}-{district}", flow.word())
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let flow = cells.parsed("flow", "`import` or `export`", |word| {
            [Flow::Import, Flow::Export].into_iter().find(|flow| flow.word() == word)
        });
        let mode = cells.parsed("mode", "four digits", |text| digits(text, 4..=4));
        let district = cells.parsed("district", "two digits, or `*` for every district", |text| {
            if text == EVERY_DISTRICT { Some(text.into()) } else { digits(text, 2..=2) }
        });
        let zh = cells.text("zh");
        Some(Self { key: DistrictKey { flow: flow?, mode: mode?, district: district? }, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        let DistrictKey { flow, mode, district } = &self.key;
        vec![flow.word().to_owned(), mode.to_string(), district.to_string(), self.zh.to_string()]
    }
}

/// A class of goods that law names by a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GoodsClass {
    /// 食品.
    Food,
}

impl GoodsClass {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Food => "food",
        }
    }
}

/// A row of `goods_classes`: goods whose tariff code begins so are of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassedGoods {
    /// Two to ten digits.
    pub prefix: Box<str>,
    /// The class.
    pub class: GoodsClass,
    /// The Chinese name of the goods.
    pub zh: Box<str>,
}

impl Entry for ClassedGoods {
    const TABLE: Table = Table::GoodsClasses;
    const COLUMNS: &'static [&'static str] = &["prefix", "class", "zh"];
    const MANY: bool = true;
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.prefix.clone()
    }

    fn slug(&self) -> String {
        format!("{}-{}", self.prefix, self.class.word())
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let expected = "two to ten digits of a tariff code";
        let prefix = cells.parsed("prefix", expected, |text| digits(text, 2..=10));
        let class = cells.parsed("class", "`food`", |word| {
            [GoodsClass::Food].into_iter().find(|class| class.word() == word)
        });
        let zh = cells.text("zh");
        Some(Self { prefix: prefix?, class: class?, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.prefix.to_string(), self.class.word().to_owned(), self.zh.to_string()]
    }
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<Box<str>> {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.into())
}
