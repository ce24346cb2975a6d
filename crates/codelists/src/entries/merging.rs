//! What lines of export declarations must share to be consolidated into one (汇总申报).

use std::fmt;

use crate::cells::Cells;
use crate::pack::Table;
use crate::row::Entry;

macro_rules! merge_keys {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $part:ident;)*) => {
        /// One thing that must be the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MergeKey {
            $($(#[$doc])* $name,)*
        }

        impl MergeKey {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in files.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Of what it is a part.
            pub const fn part(self) -> MergePart {
                match self { $(Self::$name => MergePart::$part,)* }
            }
        }
    };
}

merge_keys! {
    /// 收发货人: the merchant.
    Merchant, "merchant", Head;
    /// 运输方式.
    TransportMode, "transport-mode", Head;
    /// 生产销售单位.
    Producer, "producer", Head;
    /// 运抵国.
    ArrivalCountry, "arrival-country", Head;
    /// 出境关别.
    ExitOffice, "exit-office", Head;
    /// 最终目的国.
    Destination, "destination", Line;
    /// 商品编码, ten digits.
    HsCode, "hs-code", Line;
    /// 币制.
    Currency, "currency", Line;
}

/// What a [`MergeKey`] tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergePart {
    /// Formal declarations.
    Head,
    /// Lines of one formal declaration.
    Line,
}

impl fmt::Display for MergeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A row of `merge_keys` (汇总申报的归并条件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRule {
    /// What must be the same.
    pub key: MergeKey,
    /// Its Chinese name.
    pub zh: Box<str>,
}

impl Entry for MergeRule {
    const TABLE: Table = Table::MergeKeys;
    const COLUMNS: &'static [&'static str] = &["key", "zh"];
    type Key = MergeKey;

    fn key(&self) -> MergeKey {
        self.key
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let key = cells.parsed("key", "the name of a key, such as `hs-code`", |word| {
            MergeKey::ALL.iter().copied().find(|key| key.word() == word)
        });
        let zh = cells.text("zh");
        Some(Self { key: key?, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.key.word().to_owned(), self.zh.to_string()]
    }
}
