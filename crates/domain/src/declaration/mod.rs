//! Declarations of goods (申报清单).

mod import;

pub use import::{BondedStock, GoodsItem, ImportDeclaration, Transport};
