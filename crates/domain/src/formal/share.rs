//! Sharing a declaration's masses out over the formal declarations that its lines go into.

use rust_decimal::Decimal;

/// The places after the point of the standard's masses (`N19,5`): ten milligrams.
const PLACES: u32 = 5;

/// Shares `total` in the proportion of `values`, each share rounded down to ten milligrams and the
/// remainder on the last. The shares add up to `total` exactly; without any value to go by the last
/// one bears everything.
pub fn share(total: Decimal, values: &[Decimal]) -> Vec<Decimal> {
    let Some((_, all_but_last)) = values.split_last() else { return Vec::new() };
    let sum: Decimal = values.iter().sum();
    let mut shares: Vec<Decimal> = all_but_last
        .iter()
        .map(|value| part(total, *value, sum).unwrap_or_default().min(total))
        .collect();
    let mut left = total;
    for share in &mut shares {
        *share = (*share).min(left);
        left -= *share;
    }
    shares.push(left);
    shares
}

/// `None` where the numbers leave no room for the calculation: then the last share bears it.
fn part(total: Decimal, value: Decimal, sum: Decimal) -> Option<Decimal> {
    let ratio = value.checked_div(sum)?;
    Some(total.checked_mul(ratio)?.trunc_with_scale(PLACES))
}
