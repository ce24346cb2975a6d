//! Code lists that are little more than a code and its names.

use crate::cells::Cells;
use crate::hs::HsCode;
use crate::pack::Table;
use crate::row::Entry;

/// How a supervision mode is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeRegime {
    /// Retail import: limits, reduced tax.
    Retail,
    /// General trade: taxed in full, no limits.
    General,
    /// Not an import that is taxed here: export, returns.
    Other,
}

/// A row of `modes` (监管方式; `tradeMode`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupervisionMode {
    /// Four digits.
    pub code: Box<str>,
    /// The Chinese name.
    pub zh: Box<str>,
    /// The English name.
    pub en: Box<str>,
    /// How it is taxed.
    pub regime: ModeRegime,
}

impl ModeRegime {
    const fn word(self) -> &'static str {
        match self {
            Self::Retail => "retail",
            Self::General => "general",
            Self::Other => "other",
        }
    }
}

impl Entry for SupervisionMode {
    const TABLE: Table = Table::Modes;
    const COLUMNS: &'static [&'static str] = &["code", "zh", "en", "regime"];
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.code.clone()
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let code = read_code(cells, 4, is_digit, "four digits");
        let zh = cells.text("zh");
        let regime = cells.parsed("regime", "`retail`, `general` or `other`", |word| {
            [ModeRegime::Retail, ModeRegime::General, ModeRegime::Other]
                .into_iter()
                .find(|regime| regime.word() == word)
        });
        Some(Self {
            code: code?,
            zh: zh?,
            en: cells.optional("en").unwrap_or_default().into(),
            regime: regime?,
        })
    }

    fn write(&self) -> Vec<String> {
        let regime = self.regime.word().to_owned();
        vec![self.code.to_string(), self.zh.to_string(), self.en.to_string(), regime]
    }
}

macro_rules! code_and_names {
    ($(#[$doc:meta])* $name:ident, $table:ident, $length:literal, $allowed:ident,
     $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// The code.
            pub code: Box<str>,
            /// The Chinese name.
            pub zh: Box<str>,
            /// The English name.
            pub en: Box<str>,
        }

        impl Entry for $name {
            const TABLE: Table = Table::$table;
            const COLUMNS: &'static [&'static str] = &["code", "zh", "en"];
            type Key = Box<str>;

            fn key(&self) -> Box<str> {
                self.code.clone()
            }

            fn read(cells: &mut Cells<'_>) -> Option<Self> {
                let code = read_code(cells, $length, $allowed, $expected);
                let zh = cells.text("zh");
                let en = cells.optional("en").unwrap_or_default().into();
                Some(Self { code: code?, zh: zh?, en })
            }

            fn write(&self) -> Vec<String> {
                vec![self.code.to_string(), self.zh.to_string(), self.en.to_string()]
            }
        }
    };
}

code_and_names!(
    /// A row of `countries` (国别地区; `country`, `tradeCountry`).
    Country, Countries, 3, is_digit, "three digits"
);
code_and_names!(
    /// A row of `offices` (关区; `customsCode`, `portCode`).
    Office, Offices, 4, is_capital_or_digit, "four capital letters or digits"
);

/// A row of `currencies` (币制; `currency`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    /// Three digits: `142`.
    pub code: Box<str>,
    /// ISO 4217: `CNY`.
    pub iso: Box<str>,
    /// The Chinese name.
    pub zh: Box<str>,
    /// The English name.
    pub en: Box<str>,
}

impl Entry for Currency {
    const TABLE: Table = Table::Currencies;
    const COLUMNS: &'static [&'static str] = &["code", "iso", "zh", "en"];
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.code.clone()
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let code = read_code(cells, 3, is_digit, "three digits");
        let iso = cells.parsed("iso", "three capital letters", |text| {
            (text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())).then(|| text.into())
        });
        let zh = cells.text("zh");
        let en = cells.optional("en").unwrap_or_default().into();
        Some(Self { code: code?, iso: iso?, zh: zh?, en })
    }

    fn write(&self) -> Vec<String> {
        let Self { code, iso, zh, en } = self;
        [code, iso, zh, en].map(|cell| cell.to_string()).to_vec()
    }
}

/// A row of `hs_codes`: a tariff code with its name and statutory units (法定计量单位).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HsName {
    /// 商品编码.
    pub hs: HsCode,
    /// 商品名称.
    pub zh: Box<str>,
    /// The English name.
    pub en: Box<str>,
    /// 法定计量单位 (`unit1`).
    pub unit1: Box<str>,
    /// 法定第二计量单位 (`unit2`), where there is one.
    pub unit2: Option<Box<str>>,
}

impl Entry for HsName {
    const TABLE: Table = Table::HsCodes;
    const COLUMNS: &'static [&'static str] = &["hs", "zh", "en", "unit1", "unit2"];
    type Key = HsCode;

    fn key(&self) -> HsCode {
        self.hs
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let hs = cells.parsed("hs", "a tariff code of ten digits", |text| text.parse().ok());
        let zh = cells.text("zh");
        let unit1 = cells.text("unit1");
        let en = cells.optional("en").unwrap_or_default().into();
        let unit2 = cells.optional("unit2").map(Box::from);
        Some(Self { hs: hs?, zh: zh?, en, unit1: unit1?, unit2 })
    }

    fn write(&self) -> Vec<String> {
        vec![
            self.hs.to_string(),
            self.zh.to_string(),
            self.en.to_string(),
            self.unit1.to_string(),
            self.unit2.as_deref().unwrap_or_default().to_owned(),
        ]
    }
}

/// A row of `small_lists`: one value of a short list that the standard itself defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListItem {
    /// The wire name of the field: `trafMode`, `wrapType`.
    pub list: Box<str>,
    /// The value.
    pub code: Box<str>,
    /// The Chinese name.
    pub zh: Box<str>,
    /// The English name.
    pub en: Box<str>,
}

impl Entry for ListItem {
    const TABLE: Table = Table::SmallLists;
    const COLUMNS: &'static [&'static str] = &["list", "code", "zh", "en"];
    /// `trafMode:5`.
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        Self::key_of(&self.list, &self.code)
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let list = cells.text("list");
        let code = cells.text("code");
        let zh = cells.text("zh");
        let en = cells.optional("en").unwrap_or_default().into();
        Some(Self { list: list?, code: code?, zh: zh?, en })
    }

    fn write(&self) -> Vec<String> {
        let Self { list, code, zh, en } = self;
        [list, code, zh, en].map(|cell| cell.to_string()).to_vec()
    }
}

impl ListItem {
    /// The key of a value: `trafMode:5`.
    pub fn key_of(list: &str, code: &str) -> Box<str> {
        format!("{list}:{code}").into()
    }
}

fn read_code(
    cells: &mut Cells<'_>,
    length: usize,
    allowed: fn(u8) -> bool,
    expected: &'static str,
) -> Option<Box<str>> {
    cells.parsed("code", expected, |text| {
        (text.len() == length && text.bytes().all(allowed)).then(|| text.into())
    })
}

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

const fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}
