//! Law applied to one declaration by itself: code tables, guarantor, positive list, tax.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use tongguan_codelists::entries::Dimension;
use tongguan_codelists::{HsCode, Pack};
use tongguan_domain::check::{CodeBook, DECLARATION_HS};
use tongguan_domain::declaration::{Assessed, ImportDeclaration};
use tongguan_domain::defect::{Defect, Rule};
use tongguan_domain::facts::{DeclarationFacts, DeclarationParties, ItemFacts};
use tongguan_domain::money::{Amount, Money, MoneyOverflow};
use tongguan_domain::positive_list;
use tongguan_domain::tax::{self, Basket, BasketItem, Regime};
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use tongguan_storage::planted::{Bug, planted};

use crate::clearing::incoming::Lodging;
use crate::ports::IdentityVerdict;

/// The buyer's name and number are not a true pair (订购人身份信息).
static IDENTITY_MISMATCH: Rule = Rule {
    code: "declaration-identity-mismatch",
    official: None,
    zh: "订购人姓名与证件号码不匹配",
    en: "the buyer's name and identity number do not belong together",
};

/// The guarantor is none of the parties of the declaration that may guarantee its tax.
static GUARANTOR_FOREIGN: Rule = Rule {
    code: "declaration-guarantor",
    official: None,
    zh: "担保企业编号[{found}]不是本清单的电商平台、电商企业、物流企业或申报企业",
    en: "guarantor {found} is not this declaration's platform, merchant, carrier or declarant",
};

/// The assessment could not be made or taxed at retail.
static NOT_ASSESSABLE: Rule = Rule {
    code: "declaration-not-assessable",
    official: None,
    zh: "清单无法计税：{found}",
    en: "the declaration cannot be assessed: {found}",
};

/// The code tables of a pack, as of a day.
pub struct Codes<'p> {
    /// The pack.
    pub pack: &'p Pack,
    /// The day.
    pub day: Date,
}

impl CodeBook for Codes<'_> {
    fn has_country(&self, code: &str) -> bool {
        self.pack.country(code, self.day).is_some()
    }

    fn has_unit(&self, code: &str) -> bool {
        self.pack.unit(code, self.day).is_some()
    }

    fn has_transport_mode(&self, code: &str) -> bool {
        self.pack.transport(code, self.day).is_some()
    }
}

/// The digest of a pack, as a declaration keeps it.
pub fn digest_of(pack: &Pack) -> [u8; 16] {
    let mut digest = [0; 16];
    digest.copy_from_slice(&pack.digest().bytes()[..16]);
    digest
}

/// Checks that the guarantor is one of the declaration's own parties.
pub fn check_guarantor(
    declaration: &ImportDeclaration,
    parties: &DeclarationParties,
    pointer: &str,
) -> Option<Defect> {
    let DeclarationParties { platform, merchant, carrier, declarant, guarantor } = *parties;
    let own = [platform, merchant, carrier, declarant].contains(&guarantor);
    let pointer = format!("{pointer}/InventoryHead/assureCode");
    (!own).then(|| Defect::at(&GUARANTOR_FOREIGN, pointer).found(&declaration.guarantor))
}

/// Judges a declaration by identity, positive list and tax.
///
/// # Errors
/// Everything for which it is refused.
pub fn lodging(
    facts: DeclarationFacts,
    identity: IdentityVerdict,
    pack: &Pack,
    pointer: &str,
) -> Result<Lodging, Vec<Defect>> {
    let mut defects = Vec::new();
    if identity == IdentityVerdict::Mismatch {
        let pointer = format!("{pointer}/InventoryHead/buyerName");
        defects.push(Defect::at(&IDENTITY_MISMATCH, pointer));
    }
    let day = facts.declared_on;
    let listing = positive_list::check(pack, facts.mode, day, &facts.items, pointer);
    defects.extend(listing.defects);
    let assessed = match assess(&facts, pack, pointer) {
        Ok(assessed) => assessed,
        Err(found) => {
            defects.extend(found);
            return Err(defects);
        }
    };
    if !defects.is_empty() {
        return Err(defects);
    }
    let (tax, dutiable) = assessed;
    let annual_limit = pack.limits(day).map(|limits| Money::round_half_up(limits.annual));
    let Some(Ok(annual_limit)) = annual_limit else {
        return Err(vec![Defect::at(&NOT_ASSESSABLE, pointer).found(day)]);
    };
    // A remark that a person has to read is a review, like a missing rate.
    let tax = tax.filter(|_| !listing.needs_review);
    let certified = identity == IdentityVerdict::Certified;
    Ok(Lodging {
        facts: Arc::new(facts),
        assessed: Assessed {
            tax,
            dutiable,
            annual_limit,
            quantities: listing.quantities,
            certified,
        },
        pack: digest_of(pack),
    })
}

/// Assesses a declaration by the law of its day; no tax where a line has no rate. The yearly limit is
/// judged later, when the buyer's allowance is known.
///
/// # Errors
/// Why it may not be imported at retail.
pub fn assess(
    facts: &DeclarationFacts,
    pack: &Pack,
    pointer: &str,
) -> Result<(Option<TaxDue>, Money), Vec<Defect>> {
    let basket = basket(facts, pack, pointer)?;
    let assessment = tax::assess(pack, &basket)?;
    match &assessment.regime {
        Regime::Refused(refusal) => return Err(vec![refusal.defect(pointer)]),
        Regime::Review(_) => return Ok((None, assessment.totals.dutiable)),
        Regime::Reduced | Regime::Full | Regime::General => {}
    }
    let lines = assessment.items.iter().zip(&facts.items).map(|(assessed, item)| TaxLine {
        number: item.number,
        hs_code: item.hs_code.clone(),
        dutiable: assessed.dutiable,
        duty: assessed.taxes.duty,
        vat: assessed.taxes.vat,
        consumption_tax: assessed.taxes.consumption_tax,
    });
    let tax = TaxDue::of(lines.collect())
        .map_err(|MoneyOverflow| vec![Defect::at(&NOT_ASSESSABLE, pointer).found(MoneyOverflow)])?;
    Ok((Some(tax), assessment.totals.dutiable))
}

fn basket(facts: &DeclarationFacts, pack: &Pack, pointer: &str) -> Result<Basket, Vec<Defect>> {
    let day = facts.declared_on;
    let items = facts
        .items
        .iter()
        .zip(1..)
        .map(|(item, position)| {
            let hs = item.hs_code.parse::<HsCode>().map_err(|_| {
                let pointer = format!("{pointer}/InventoryList[{position}]/gcode");
                vec![Defect::at(&DECLARATION_HS, pointer).found(&item.hs_code)]
            })?;
            let (net_weight_kg, volume_l) = measures(item, pack, day);
            Ok(BasketItem {
                line: item.number,
                hs,
                quantity: item.quantity,
                unit: item.unit.clone(),
                total_price: item.total_price,
                net_weight_kg,
                volume_l,
                rates: None,
            })
        })
        .collect::<Result<Vec<_>, Vec<Defect>>>()?;
    Ok(Basket {
        as_of: day,
        mode: facts.mode.to_wire().into(),
        annual_used: Money::ZERO,
        freight: if planted(Bug::ForgetsFreight) { Amount::ZERO } else { facts.freight },
        insurance: facts.insurance,
        items,
    })
}

/// Weight in kilograms and volume in litres of a line, as far as its quantities say: the statutory
/// units first, because they are what the tariff counts.
fn measures(item: &ItemFacts, pack: &Pack, day: Date) -> (Option<Decimal>, Option<Decimal>) {
    let second = item.second.as_ref().map(|(unit, quantity)| (&**unit, *quantity));
    let quantities = [
        Some((&*item.statutory_unit, item.statutory_quantity)),
        second,
        Some((&*item.unit, item.quantity)),
    ];
    let (mut weight, mut volume) = (None, None);
    for (unit, quantity) in quantities.into_iter().flatten() {
        match pack.unit(unit, day).map(|row| row.entry.dimension) {
            Some(Dimension::Mass(kg)) if weight.is_none() => weight = quantity.checked_mul(kg),
            Some(Dimension::Volume(l)) if volume.is_none() => volume = quantity.checked_mul(l),
            _ => {}
        }
    }
    (weight, volume)
}
