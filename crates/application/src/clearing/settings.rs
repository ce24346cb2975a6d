//! What an office has settled for itself (关区参数).

use std::collections::HashMap;

use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::Selectivity;

/// The settings of one customs office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeSettings {
    /// Days after which a declaration that still waits for documents is given up.
    pub waiting_days: i64,
    /// Whether a declaration that comes before its documents is refused instead of kept waiting.
    pub refuse_early: bool,
    /// Whether a stored declaration is declared when its waybill arrives.
    pub declare_on_waybill: bool,
    /// Days after release when a declaration is closed though nobody reported delivery.
    pub close_after_days: i64,
    /// Which year's allowance a parcel counts for.
    pub allowance_year: AllowanceYear,
    /// How declarations are selected for review and examination.
    pub selectivity: Selectivity,
}

/// Which year's allowance a parcel counts for (年度额度归属).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowanceYear {
    /// The year of its release: the default.
    Release,
    /// The year of its lodging.
    Lodging,
}

impl Default for OfficeSettings {
    fn default() -> Self {
        Self {
            waiting_days: 30,
            refuse_early: false,
            declare_on_waybill: false,
            close_after_days: 30,
            allowance_year: AllowanceYear::Release,
            selectivity: Selectivity::default(),
        }
    }
}

/// The settings of all offices; replaced whole.
#[derive(Debug, Default)]
pub struct Settings {
    /// Offices that have their own settings.
    pub offices: HashMap<OfficeCode, OfficeSettings>,
    /// All other offices.
    pub default_office: OfficeSettings,
}
