//! A case (案件): a declaration with everything that an officer needs beside it to decide.

use tongguan_domain::allowance::{Allowance, AllowanceKey};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_storage::{Store, View};

use super::acts::{Act, acts};
use super::any::AnyDeclaration;
use super::decide::version;
use super::picture::{Picture, picture};
use super::{Particulars, ReviewError};
use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::record::{DeclarationRecord, ReturnRecord};
use crate::clearing::rows::{allowance_bucket, read_return};
use crate::export_returns;
use crate::numbering::partition_of;

/// A declaration with everything that an officer needs beside it.
#[derive(Debug)]
pub struct Case {
    /// The declaration.
    pub declaration: AnyDeclaration,
    /// Its documents, how they fit, and what was told.
    pub picture: Picture,
    /// What officers did about it, in order.
    pub acts: Vec<Act>,
    /// What can be decided where it stands.
    pub rulings: Vec<Ruling>,
    /// The place of the newest response: another one means that it has gone on.
    pub version: Option<i64>,
    /// What the buyer of an import has of the year's allowance.
    pub allowance: Option<Allowance>,
    /// Returns of its goods.
    pub returns: Returns,
}

/// Returns of the goods of a declaration.
#[derive(Debug)]
pub enum Returns {
    /// Of imported goods.
    Import(Vec<ReturnRecord>),
    /// Of exported goods.
    Export(Vec<ExportReturnRecord>),
}

impl Case {
    /// The tax of an import, line by line.
    pub const fn tax(&self) -> Option<&TaxDue> {
        match &self.picture.particulars {
            Particulars::Import { record, .. } => record.state.tax(),
            Particulars::Export { .. } => None,
        }
    }

    /// Whoever has kept the goods last (扣留), where somebody has.
    pub fn kept_by(&self) -> Option<&Act> {
        self.acts.iter().rfind(|act| act.keeps_goods())
    }
}

/// A case; `None` where there is no such declaration.
///
/// # Errors
/// [`ReviewError`].
pub fn case(store: &Store, id: DeclarationId) -> Result<Option<Case>, ReviewError> {
    // First what says where it stands: whatever comes meanwhile makes the case look older, never newer.
    let standing = store.read(|view| {
        let Some(declaration) = AnyDeclaration::of_id(view, id)? else { return Ok(None) };
        let version = version(view, &declaration)?;
        let beside = beside(view, &declaration)?;
        Ok::<_, ReviewError>(Some((declaration, version, beside)))
    })?;
    let Some((declaration, version, (allowance, returns))) = standing else { return Ok(None) };
    let Some(picture) = picture(store, id)? else { return Ok(None) };
    let acts = acts(store, id)?;
    let rulings = declaration.rulings();
    Ok(Some(Case { declaration, picture, acts, rulings, version, allowance, returns }))
}

fn beside(
    view: &mut View<'_>,
    declaration: &AnyDeclaration,
) -> Result<(Option<Allowance>, Returns), ReviewError> {
    let id = declaration.id();
    match declaration {
        AnyDeclaration::Import(record) => {
            let rows = view.returns_of(&[(partition_of(id.0), id)])?;
            let returns = rows.into_iter().map(read_return).collect::<Result<_, _>>()?;
            Ok((Some(allowance(view, record)?), Returns::Import(returns)))
        }
        AnyDeclaration::Export(_) => Ok((None, Returns::Export(export_returns::of(view, &[id])?))),
    }
}

fn allowance(view: &mut View<'_>, record: &DeclarationRecord) -> Result<Allowance, ReviewError> {
    let lodged = || AllowanceKey {
        person: record.facts.buyer.person,
        year: record.facts.declared_on.year(),
    };
    let key = record.state.reservation().map_or_else(lodged, |held| held.key);
    let row = (allowance_bucket(key), key.person.to_bytes(), i64::from(key.year));
    let stored = view.allowances(&[row])?.pop();
    Ok(stored.map_or_else(Allowance::default, |row| Allowance {
        reserved: row.reserved,
        used: row.used,
    }))
}
