//! Declared goods held against those that their merchant has registered (商品备案比对), where the office wants that.
//!
//! They are held against them when the declaration is entered, as bonded stock is: what counts is what is registered
//! then, so that goods may still be registered while a declaration waits for its documents.

use tongguan_domain::defect::Defect;
use tongguan_domain::facts::{DeclarationFacts, ExportFacts};
use tongguan_domain::filing::declared::{DeclaredGoods, hold_against};
use tongguan_domain::ids::{OfficeCode, PartyId};

use super::Circumstances;
use crate::clearing::settings::GoodsCheck;
use crate::clearing::working_set::Draft;

/// The remark with which an import goes to an officer, empty where there is nothing to say of its goods. Those of an
/// account book that is kept here are registered by it, and were held against it.
///
/// # Errors
/// Why it is refused.
pub fn of_import(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    facts: &DeclarationFacts,
    is_of_book: bool,
) -> Result<String, Vec<Defect>> {
    if is_of_book {
        return Ok(String::new());
    }
    let lines = lines_of_import(facts);
    held(draft, circumstances, (facts.office, facts.merchant), lines)
}

/// The same of an export.
///
/// # Errors
/// Why it is refused.
pub fn of_export(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    facts: &ExportFacts,
) -> Result<String, Vec<Defect>> {
    held(draft, circumstances, (facts.office, facts.parties.merchant), lines_of_export(facts))
}

/// The lines of an import.
pub fn lines_of_import(facts: &DeclarationFacts) -> impl Iterator<Item = DeclaredGoods<'_>> {
    facts
        .items
        .iter()
        .map(|item| DeclaredGoods { item_no: item.item_no.as_deref(), hs_code: &item.hs_code })
}

/// The lines of an export.
pub fn lines_of_export(facts: &ExportFacts) -> impl Iterator<Item = DeclaredGoods<'_>> {
    facts
        .items
        .iter()
        .map(|item| DeclaredGoods { item_no: Some(&item.item_no), hs_code: &item.hs_code })
}

fn held<'d>(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    (office, merchant): (OfficeCode, PartyId),
    lines: impl Iterator<Item = DeclaredGoods<'d>>,
) -> Result<String, Vec<Defect>> {
    let wanted = circumstances.office(office).registered_goods;
    if wanted == GoodsCheck::Off {
        return Ok(String::new());
    }
    let register = |item: &str| draft.registered_goods(merchant, item);
    let defects = hold_against(lines, register, circumstances.at.china_day());
    if wanted == GoodsCheck::Demand && !defects.is_empty() {
        return Err(defects);
    }
    Ok(defects.iter().map(|defect| format!("; {}", defect.message_zh())).collect())
}
