//! What holds: the settings of an office, and where each comes from.

use tongguan_codelists::Pack;
use tongguan_domain::ids::OfficeCode;
use tongguan_storage::View;

use crate::settings::{self, SettingsError};

/// A setting as it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Which.
    pub name: &'static str,
    /// What it says; `law` leaves it to the dated rows.
    pub value: String,
    /// The own value of the scope that was asked for, where it has one.
    pub own: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The office has settled it for itself.
    Office,
    /// It was settled for all offices that have not.
    Everywhere,
    /// Nobody has settled it.
    BuiltIn,
}

/// Every setting of an office, or of all that have none of their own.
///
/// # Errors
/// [`SettingsError`].
pub fn in_force(
    view: &mut View<'_>,
    office: Option<OfficeCode>,
) -> Result<Vec<InForce>, SettingsError> {
    let rows = view.settings()?;
    let own = |scope: &str, name: &str| {
        let row = rows.iter().find(|row| row.scope == scope && row.name == name);
        row.map(|row| row.value.clone())
    };
    let (scope, everywhere) = (settings::scope(office), settings::scope(None));
    // What the law says is no matter of settings.
    let settings = settings::load(view, Pack::builtin())?;
    let held = office.map_or(&settings.default_office, |office| settings.office(office));
    let held = settings::values(held).into_iter();
    Ok(held
        .map(|(name, value)| {
            let own = own(&scope, name);
            let origin = match (&own, office) {
                (Some(_), Some(_)) => Origin::Office,
                (Some(_), None) => Origin::Everywhere,
                (None, _) if rows.iter().any(|it| it.scope == everywhere && it.name == name) => {
                    Origin::Everywhere
                }
                (None, _) => Origin::BuiltIn,
            };
            InForce { name, value, own, origin }
        })
        .collect())
}
