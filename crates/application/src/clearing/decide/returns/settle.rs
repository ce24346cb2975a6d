//! What follows when returned goods were found in order: the tax is not collected, and the allowance is
//! restored (海关总署公告2020年第45号).

use tongguan_domain::declaration::{ImportState, Release};
use tongguan_domain::returns::ReturnedLine;
use tongguan_domain::settlement::{quantity_of, rest};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::tax_bill::TaxDue;
use tongguan_messages::ceb::TaxBillStatus;
use tongguan_storage::planted::{Bug, planted};

use super::{ReturnCase, completed};
use crate::clearing::decide::case::Case;
use crate::clearing::decide::{Circumstances, Undecidable, allowance, stock};
use crate::clearing::outcome::{Account, Bill, Cause};
use crate::clearing::record::DeclarationRecord;
use crate::clearing::working_set::Draft;

/// Settles a return: tells its end (399, 800), cancels the tax bill (818), bills what is left (816), and
/// gives back what the goods took of allowance and guarantee.
pub fn settle(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ReturnCase,
    cause: Cause,
) -> Result<(), Undecidable> {
    let id = case.record.declaration;
    let declaration = draft.declaration(id).cloned().ok_or(Undecidable::NoSuchDeclaration(id))?;
    let earlier = completed(draft, &case.record);
    let before: Vec<_> = earlier.iter().flat_map(|other| other.lines.iter().copied()).collect();
    let (release, closed) = match &declaration.state {
        ImportState::Released(release) => (release, false),
        ImportState::Closed(release) => (release, true),
        _ => return Err(Undecidable::NoSuchDeclaration(id)),
    };
    let items = &declaration.facts.items;
    let left = rest(release, items, &before, &case.record.lines)?;
    let mut declared = Case::reopen(draft, circumstances, &declaration)
        .ok_or(Undecidable::NoSuchDeclaration(id))?;
    give_back(draft, &declared, release, &left)?;
    case.replying.say(ReturnStatus::Reviewed, "审结");
    case.replying.say(ReturnStatus::Released, "[Code:2600;Desc:放行]");
    let whole = is_whole(&declaration, &before, &case.record.lines);
    let rest = (!whole).then_some(&left.tax);
    bill(case, release, rest, earlier.len());
    let back = stock::drawn_by(draft, &declared.record, &case.record.lines, whole);
    stock::give_back(draft, &mut declared.record, &back, case.record.provisional_no.as_str())?;
    declared.move_to(match closed {
        true => ImportState::Closed(left),
        false => ImportState::Released(left),
    })?;
    declared.close(draft, cause);
    Ok(())
}

/// Gives back the difference between two releases, with its postings.
fn give_back(
    draft: &mut Draft<'_>,
    declared: &Case,
    release: &Release,
    left: &Release,
) -> Result<(), Undecidable> {
    allowance::restore(draft, &release.used, &left.used)?;
    let key = release.used.key;
    let amount = release.used.amount.checked_sub(left.used.amount)?;
    declared.post(draft, Account::AllowanceFree(key), Account::AllowanceUsed(key), amount);
    if planted(Bug::KeepsGuarantee) {
        return Ok(());
    }
    let tax = release.tax.total.checked_sub(left.tax.total)?;
    let guarantor = declared.record.facts.guarantor;
    let id = declared.record.id;
    let guarantee = draft.guarantee(guarantor).ok_or(Undecidable::NoGuarantee(id))?;
    draft.set_guarantee(guarantor, guarantee.give_back(tax)?);
    let (free, held) = (Account::GuaranteeFree(guarantor), Account::GuaranteeHeld(guarantor));
    declared.post(draft, free, held, tax);
    Ok(())
}

/// The bill that stood is cancelled, and what is left of it is billed anew. The standard has a status for
/// the one and no message for a changed bill, so that the other follows is an inference.
fn bill(case: &mut ReturnCase, release: &Release, rest: Option<&TaxDue>, earlier: usize) {
    let declaration = case.record.declaration;
    let place = u32::try_from(earlier).unwrap_or(u32::MAX / 4);
    let name = |counter: u32| format!("{}_{counter}", release.number);
    let tax = release.tax.clone();
    let (n, number) = (2 * place + 2, name(place));
    let status = TaxBillStatus::Cancelled;
    case.replying.bill(|at| Bill { declaration, n, number, status, at, tax });
    if let Some(rest) = rest {
        let (n, number) = (2 * place + 3, name(place + 1));
        let (status, tax) = (TaxBillStatus::Issued, rest.clone());
        case.replying.bill(|at| Bill { declaration, n, number, status, at, tax });
    }
}

/// Whether nothing of the declaration is left.
fn is_whole(
    declaration: &DeclarationRecord,
    before: &[ReturnedLine],
    now: &[ReturnedLine],
) -> bool {
    let mut items = declaration.facts.items.iter();
    items.all(|item| quantity_of(item.number, &[before, now]) >= item.quantity)
}
