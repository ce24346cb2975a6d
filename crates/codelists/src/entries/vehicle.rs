//! Vehicles that may carry goods under customs seal.

use crate::cells::Cells;
use crate::pack::Table;
use crate::row::Entry;

/// A row of `vehicles` (境内公路运输企业车辆备案): a vehicle that is registered with customs.
///
/// None is built in: which are registered, an office knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vehicle {
    /// 车牌号.
    pub plate: Box<str>,
    /// 运输企业: who runs it.
    pub zh: Box<str>,
}

impl Entry for Vehicle {
    const TABLE: Table = Table::Vehicles;
    const COLUMNS: &'static [&'static str] = &["plate", "zh"];
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.plate.clone()
    }

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let (plate, zh) = (cells.text("plate"), cells.text("zh"));
        Some(Self { plate: plate?, zh: zh? })
    }

    fn write(&self) -> Vec<String> {
        vec![self.plate.to_string(), self.zh.to_string()]
    }
}
