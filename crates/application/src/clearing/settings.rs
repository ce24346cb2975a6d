//! What an office has settled for itself (关区参数).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use tongguan_codelists::{AllowanceYear, Pack};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::lane::Selectivity;
use tongguan_domain::registry::Delegates;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;

/// The settings of one customs office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeSettings {
    /// Days after which a declaration that still waits for documents is given up.
    pub waiting_days: i64,
    /// Whether a declaration that comes before its documents is refused instead of kept waiting.
    pub refuse_early: bool,
    /// Whether a stored declaration is declared when its waybill arrives, where its declarant or merchant
    /// has a delegate.
    pub declare_on_waybill: bool,
    /// Whether a parcel of direct purchase is released only after it entered a supervised place (711).
    pub release_after_entry: bool,
    /// Whether bonded goods must be under an account book that is registered here; otherwise one that is not
    /// is nobody's business here.
    pub demand_account_book: bool,
    /// What becomes of declared goods that their merchant has not registered.
    pub registered_goods: GoodsCheck,
    /// Days after release when a declaration is closed though nobody reported delivery, if other than
    /// the law's.
    pub close_after_days: Option<i64>,
    /// Which year's allowance a parcel counts for (年度额度归属), if other than the law's.
    pub allowance_year: Option<AllowanceYear>,
    /// Days after release when an export that has not left is reported, for its withdrawal (退关).
    pub not_departed_days: i64,
    /// Whether exports that are selected for it are examined at the supervised place before they are
    /// loaded (先查验后装运).
    pub examine_before_loading: bool,
    /// Whether an officer decides about requests to cancel a declaration, which are decided at once
    /// otherwise.
    pub review_cancellations: bool,
    /// Minutes after which a case that an officer has taken on is free again.
    pub case_minutes: i64,
    /// Hours after which what waits in a queue is marked as waiting too long.
    pub late_after_hours: i64,
    /// Of how many different declarations a day an officer sees the persons without a second officer.
    pub unmask_per_day: i64,
    /// How declarations are selected for review and examination.
    pub selectivity: Selectivity,
    /// Of 10,000 exported parcels, how many quarantine looks at by chance.
    pub quarantine_per_10_000: u16,
    /// Of 10,000 imports, of how many the platform is asked by chance for the payment evidence.
    pub evidence_per_10_000: u16,
    /// Whether those are reviewed by an officer before they are released.
    pub evidence_review: bool,
    /// Minutes that a platform has to hand it over.
    pub evidence_minutes: i64,
    /// Days for which what was found about a platform's payments has its imports reviewed by an officer; none where it
    /// is 0.
    pub evidence_finding_days: i64,
    /// Which messages are decided upstream.
    pub relay: Relaying,
}

/// What becomes of a declaration of goods that are not registered so (商品备案比对).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GoodsCheck {
    /// Nothing: nobody looks.
    #[default]
    Off,
    /// An officer reviews it (人工审核).
    Review,
    /// It is refused (退单).
    Demand,
}

/// Which messages are checked here and decided by another window (转发).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Relaying {
    /// None.
    #[default]
    Nothing,
    /// All.
    Everything,
    /// Those of these types.
    Only(BTreeSet<MessageType>),
}

impl Relaying {
    /// Whether messages of a type are decided upstream.
    pub fn covers(&self, message: MessageType) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Only(types) => types.contains(&message),
        }
    }
}

impl Default for OfficeSettings {
    fn default() -> Self {
        Self {
            waiting_days: 30,
            refuse_early: false,
            declare_on_waybill: false,
            release_after_entry: false,
            demand_account_book: false,
            registered_goods: GoodsCheck::default(),
            close_after_days: None,
            allowance_year: None,
            not_departed_days: 30,
            examine_before_loading: false,
            review_cancellations: false,
            case_minutes: 30,
            late_after_hours: 24,
            unmask_per_day: 20,
            selectivity: Selectivity::default(),
            quarantine_per_10_000: 0,
            evidence_per_10_000: 0,
            evidence_review: false,
            evidence_minutes: 30,
            evidence_finding_days: 0,
            relay: Relaying::default(),
        }
    }
}

/// The settings of all offices; replaced whole.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Offices that have their own settings.
    pub offices: HashMap<OfficeCode, OfficeSettings>,
    /// All other offices.
    pub default_office: OfficeSettings,
    /// The law, whose dated rows say what an office has not settled for itself.
    pub law: Arc<Pack>,
    /// Under whose certificates, all of them trusted, stored declarations are declared without their
    /// declarants.
    pub delegates: Delegates,
}

impl Default for Settings {
    fn default() -> Self {
        let (offices, default_office) = Default::default();
        Self { offices, default_office, law: Pack::builtin(), delegates: Delegates::default() }
    }
}

impl Settings {
    /// The settings of an office.
    pub fn office(&self, office: OfficeCode) -> &OfficeSettings {
        self.offices.get(&office).unwrap_or(&self.default_office)
    }

    /// Whether any office holds declared goods against registered ones: where none does, nobody looks them up.
    pub fn check_goods_somewhere(&self) -> bool {
        let mut all = self.offices.values().chain([&self.default_office]);
        all.any(|office| office.registered_goods != GoodsCheck::Off)
    }

    /// Whether any office reviews for what was found about payments: where none does, nobody looks it up.
    pub fn reviews_findings_somewhere(&self) -> bool {
        let mut all = self.offices.values().chain([&self.default_office]);
        all.any(|office| office.evidence_finding_days > 0)
    }

    /// The certificate under which a stored declaration of these parties is declared at that moment because
    /// its waybill is there; none where the office does not want it, or nobody was charged with it.
    pub fn declares_under(
        &self,
        office: OfficeCode,
        parties: [PartyId; 2],
        at: Moment,
    ) -> Option<[u8; 32]> {
        self.delegates.at(&parties, at).filter(|_| self.office(office).declare_on_waybill)
    }

    /// How many days after a release of that day an office closes a declaration though nobody reported
    /// delivery; none where only a delivery closes it.
    pub fn close_after_days(&self, office: OfficeCode, released_on: Date) -> Option<i64> {
        self.office(office).close_after_days.or_else(|| self.law.close_after_days(released_on))
    }

    /// Which year's allowance a parcel counts for that was declared on that day.
    pub fn allowance_year(&self, office: OfficeCode, declared_on: Date) -> AllowanceYear {
        let own = self.office(office).allowance_year;
        own.unwrap_or_else(|| self.law.allowance_year(declared_on))
    }
}
