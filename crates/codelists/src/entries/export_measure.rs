//! What keeps goods from leaving by list alone.

use crate::cells::Cells;
use crate::pack::Table;
use crate::row::Entry;

/// What the goods need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportMeasure {
    /// They pay export duty (出口关税), so they go by formal declaration.
    Duty,
    /// They need an export licence (出口许可证).
    Licence,
}

impl ExportMeasure {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Licence => "licence",
        }
    }
}

/// A row of `export_measures`: goods whose tariff code begins so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportControl {
    /// Four to ten digits.
    pub prefix: Box<str>,
    /// What they need.
    pub measure: ExportMeasure,
    /// The Chinese name of the goods.
    pub zh: Box<str>,
}

impl Entry for ExportControl {
    const TABLE: Table = Table::ExportMeasures;
    const COLUMNS: &'static [&'static str] = &["prefix", "measure", "zh"];
    const MANY: bool = true;
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.prefix.clone()
    }

    fn slug(&self) -> String {
        format!("{}-{}", self.prefix, self.measure.word())
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let prefix = cells.parsed("prefix", "four to ten digits of a tariff code", |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            ((4..=10).contains(&text.len()) && digits).then(|| text.into())
        });
        let measure = cells.parsed("measure", "`duty` or `licence`", |word| {
            [ExportMeasure::Duty, ExportMeasure::Licence]
                .into_iter()
                .find(|measure| measure.word() == word)
        });
        let zh = cells.text("zh");
        Some(Self { prefix: prefix?, measure: measure?, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.prefix.to_string(), self.measure.word().to_owned(), self.zh.to_string()]
    }
}
