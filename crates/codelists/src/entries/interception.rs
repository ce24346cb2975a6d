//! Goods that are looked at by quarantine before they enter the supervised place.

use crate::cells::Cells;
use crate::pack::Table;
use crate::row::Entry;

/// A row of `interceptions` (检疫截留规则): goods whose tariff code begins so, for one country or for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interception {
    /// Two to ten digits.
    pub prefix: Box<str>,
    /// 最终目的国; any where absent.
    pub country: Option<Box<str>>,
    /// Why, in Chinese: what the declarant reads.
    pub zh: Box<str>,
}

impl Entry for Interception {
    const TABLE: Table = Table::Interceptions;
    const COLUMNS: &'static [&'static str] = &["prefix", "country", "zh"];
    const MANY: bool = true;
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.prefix.clone()
    }

    fn slug(&self) -> String {
        format!("{}-{}", self.prefix, self.country.as_deref().unwrap_or("any"))
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let prefix = cells.parsed("prefix", "two to ten digits of a tariff code", |text| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            ((2..=10).contains(&text.len()) && digits).then(|| text.into())
        });
        let country = cells.optional("country").map(Box::from);
        let zh = cells.text("zh");
        Some(Self { prefix: prefix?, country, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        let country = self.country.as_deref().unwrap_or_default();
        vec![self.prefix.to_string(), country.to_owned(), self.zh.to_string()]
    }
}
