//! Units of measure, and what they measure.

use rust_decimal::Decimal;

use crate::cells::{Cells, decimal};
use crate::pack::Table;
use crate::row::Entry;

/// What a unit measures, and how many base units it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Kilograms.
    Mass(Decimal),
    /// Litres.
    Volume(Decimal),
    /// Pieces.
    Piece(Decimal),
    /// Pieces of goods that are sold by the sheet (片、张).
    Sheet(Decimal),
    /// Length, area, power, cases of unknown content and whatever else no tax counts.
    Other,
}

/// A row of `units` (计量单位; `unit`, `unit1`, `unit2`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Three digits.
    pub code: Box<str>,
    /// The Chinese name.
    pub zh: Box<str>,
    /// The English name.
    pub en: Box<str>,
    /// What it measures.
    pub dimension: Dimension,
}

impl Entry for Unit {
    const TABLE: Table = Table::Units;
    const COLUMNS: &'static [&'static str] = &["code", "zh", "en", "dimension", "factor"];
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.code.clone()
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let code = cells.parsed("code", "three digits", |text| {
            (text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.into())
        });
        let zh = cells.text("zh");
        let dimension = read_dimension(cells);
        Some(Self {
            code: code?,
            zh: zh?,
            en: cells.optional("en").unwrap_or_default().into(),
            dimension: dimension?,
        })
    }

    fn write(&self) -> Vec<String> {
        let (word, factor) = match self.dimension {
            Dimension::Mass(factor) => ("mass", Some(factor)),
            Dimension::Volume(factor) => ("volume", Some(factor)),
            Dimension::Piece(factor) => ("piece", Some(factor)),
            Dimension::Sheet(factor) => ("sheet", Some(factor)),
            Dimension::Other => ("other", None),
        };
        vec![
            self.code.to_string(),
            self.zh.to_string(),
            self.en.to_string(),
            word.to_owned(),
            factor.map(|factor| factor.to_string()).unwrap_or_default(),
        ]
    }
}

fn read_dimension(cells: &mut Cells<'_>) -> Option<Dimension> {
    let dimension: fn(Decimal) -> Dimension = match cells.optional("dimension") {
        None | Some("other") => return Some(Dimension::Other),
        Some("mass") => Dimension::Mass,
        Some("volume") => Dimension::Volume,
        Some("piece") => Dimension::Piece,
        Some("sheet") => Dimension::Sheet,
        Some(_) => {
            cells.note("dimension", "`mass`, `volume`, `piece`, `sheet`, `other` or nothing");
            return None;
        }
    };
    cells
        .parsed("factor", "kilograms, litres or pieces in one unit", |text| {
            decimal(text).filter(|factor| !factor.is_zero())
        })
        .map(dimension)
}
