//! Formal declarations (报关单), which many closed export declarations are consolidated into
//! (清单核放、汇总申报).

mod closed;
mod merge;
mod share;

#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

use crate::ids::{DeclarationNumber, OfficeCode, PartyId};
use crate::money::Amount;

pub use merge::{Merging, merge};

/// What consolidation needs of a closed export declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedDeclaration {
    /// 清单编号.
    pub number: DeclarationNumber,
    /// What formal declarations are told apart by.
    pub head: Head,
    /// 毛重, kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重, kilograms.
    pub net_weight_kg: Decimal,
    /// The goods.
    pub lines: Vec<ClosedLine>,
}

/// What formal declarations are told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// 收发货人: the merchant.
    pub merchant: PartyId,
    /// 生产销售单位 (`ownerCode`): a code, or `NO` for one that is not registered.
    pub producer: Box<str>,
    /// 运输方式 (`trafMode`).
    pub transport_mode: Box<str>,
    /// 运抵国 (`country` of the head).
    pub arrival_country: Box<str>,
    /// 出境关别 (`portCode`).
    pub exit_office: OfficeCode,
}

/// One line of a closed export declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedLine {
    /// 商品序号.
    pub number: i32,
    /// What lines of a formal declaration are told apart by.
    pub goods: Goods,
    /// In the declared unit.
    pub declared: Measured,
    /// In the first statutory unit.
    pub statutory: Measured,
    /// In the second statutory unit, where the tariff has one.
    pub second: Option<Measured>,
    /// 总价, in the line's currency.
    pub value: Amount,
}

/// What lines of a formal declaration are told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    /// 商品编码.
    pub hs_code: Box<str>,
    /// 商品名称.
    pub name: Box<str>,
    /// 企业商品名称, where given.
    pub item_name: Option<Box<str>>,
    /// 最终目的国 (`country` of the line).
    pub destination: Box<str>,
    /// 币制.
    pub currency: Box<str>,
}

/// A quantity with its unit of measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// How many.
    pub quantity: Decimal,
    /// 计量单位: three digits.
    pub unit: Box<str>,
}

/// A formal declaration (报关单), before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormalDeclaration {
    /// What all its declarations share; of what they need not share, the first one's.
    pub head: Head,
    /// 毛重, kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重, kilograms.
    pub net_weight_kg: Decimal,
    /// Its lines, as many as a form holds.
    pub lines: Vec<FormalLine>,
}

/// One line of a formal declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormalLine {
    /// What all its lines share; of what they need not share, the first one's.
    pub goods: Goods,
    /// In the declared unit, or in the first statutory unit where the lines declare in several.
    pub declared: Measured,
    /// In the first statutory unit.
    pub statutory: Measured,
    /// In the second statutory unit.
    pub second: Option<Measured>,
    /// 总价, in the line's currency.
    pub value: Amount,
    /// The lines that it was made of (汇总结果单表体), in order of their declarations.
    pub sources: Vec<LineOf>,
}

/// A line of an export declaration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineOf {
    /// 清单编号.
    pub declaration: DeclarationNumber,
    /// 商品序号.
    pub line: i32,
}
