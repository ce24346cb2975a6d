//! Typed questions to a pack, each "as of" a day.

use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;

use crate::entries::{
    CancellableState, Country, Currency, DayKind, Direction, ExportControl, ExportMeasure, HsName,
    Interception, ListItem, MergeKey, Office, Parameter, ParameterKind, ParameterValue,
    PositiveLine, ProvisionalDuty, Rate, SupervisionMode, Unit, Vehicle,
};
use crate::entries::{ModeRegime, Vat};
use crate::hs::HsCode;
use crate::pack::Pack;
use crate::row::{Dated, RowId};

/// What one person may buy at reduced tax (限值), both ends included, CNY of dutiable value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// In one order (单次交易限值).
    pub single: Decimal,
    /// In one calendar year (年度交易限值).
    pub annual: Decimal,
    /// The rows that say so.
    pub rows: [RowId; 2],
}

/// Which event's calendar year bears a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowanceYear {
    /// The year of release.
    Release,
    /// The year of lodging.
    Lodging,
}

/// The digits of a heading (品目).
const HEADING: usize = 4;

impl Pack {
    /// The row of a parameter.
    pub fn parameter(&self, kind: ParameterKind, day: Date) -> Option<&Dated<Parameter>> {
        self.parameters.latest(&kind, day)
    }

    /// Every row of a parameter, whenever it holds.
    pub fn parameters(&self, kind: ParameterKind) -> impl Iterator<Item = &Dated<Parameter>> {
        self.parameters.of(&kind)
    }

    /// The value of a parameter that is a number.
    pub fn number(&self, kind: ParameterKind, day: Date) -> Option<Decimal> {
        self.parameter(kind, day)?.entry.number()
    }

    /// The value of a parameter that is a day.
    pub fn day(&self, kind: ParameterKind, on: Date) -> Option<Date> {
        match self.parameter(kind, on)?.entry.value {
            ParameterValue::Day(day) => Some(day),
            _ => None,
        }
    }

    /// The limits of retail import; none before there were any.
    pub fn limits(&self, day: Date) -> Option<Limits> {
        let single = self.parameter(ParameterKind::SingleTransactionLimit, day)?;
        let annual = self.parameter(ParameterKind::AnnualLimit, day)?;
        Some(Limits {
            single: single.entry.number()?,
            annual: annual.entry.number()?,
            rows: [single.id.clone(), annual.id.clone()],
        })
    }

    /// The share of value-added and consumption tax that a mode pays within the limits, with the
    /// row that says so; 1 for general trade, none where the mode is not taxed on that day.
    pub fn factor(&self, mode: &str, day: Date) -> Option<(Decimal, Option<&RowId>)> {
        match self.mode(mode, day)?.entry.regime {
            ModeRegime::Retail => {
                let share = self.parameter(ParameterKind::PayableShare, day)?;
                Some((share.entry.number()?, Some(&share.id)))
            }
            ModeRegime::General => Some((Decimal::ONE, None)),
            ModeRegime::Other => None,
        }
    }

    /// Whether one single item above the single limit may pass, fully taxed; with the row.
    pub fn full_tax_single_item(&self, day: Date) -> Option<&RowId> {
        let row = self.parameter(ParameterKind::FullTaxSingleItem, day)?;
        (row.entry.value == ParameterValue::Word("yes")).then_some(&row.id)
    }

    /// Whether a collection (收款单) must stand behind an export list of that day.
    pub fn export_needs_collection(&self, day: Date) -> bool {
        let row = self.parameter(ParameterKind::ExportCollection, day);
        row.is_some_and(|row| row.entry.value == ParameterValue::Word("yes"))
    }

    /// How many days after a release of that day an import is closed though nobody reported delivery;
    /// none where only a delivery closes it.
    pub fn close_after_days(&self, released_on: Date) -> Option<i64> {
        self.parameter(ParameterKind::CloseAfterDays, released_on)?.entry.count()
    }

    /// Which event's year bears a purchase; release where nothing is set.
    pub fn allowance_year(&self, day: Date) -> AllowanceYear {
        match self.parameter(ParameterKind::AllowanceYear, day).map(|row| &row.entry.value) {
            Some(ParameterValue::Word("lodging")) => AllowanceYear::Lodging,
            _ => AllowanceYear::Release,
        }
    }

    /// Whether offices work on a day: what the calendar says, else from Monday to Friday.
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.calendar.latest(&day, day) {
            Some(row) => row.entry.kind == DayKind::Work,
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// Why quarantine looks at goods that go to a country, by their tariff code. Of a code of which only
    /// the heading is known (the first four digits), whatever is looked at of that heading.
    pub fn interception(&self, digits: &str, country: &str, day: Date) -> Option<&Interception> {
        let heading_alone = digits.len() == HEADING;
        let hits = |prefix: &str| {
            digits.starts_with(prefix) || heading_alone && prefix.starts_with(digits)
        };
        let rows = self.interceptions.range("").flat_map(|(_, rows)| rows);
        rows.filter(|row| row.validity.covers(day) && hits(&row.entry.prefix))
            .map(|row| &row.entry)
            .find(|row| row.country.as_deref().is_none_or(|wanted| wanted == country))
    }

    /// The registration of a vehicle with customs, by its number plate.
    pub fn vehicle(&self, plate: &str, day: Date) -> Option<&Vehicle> {
        self.vehicles.latest(plate, day).map(|row| &row.entry)
    }

    /// The last day on which what was closed in a month is to be consolidated: the day of the next
    /// month that the law names, or the first working day after it. The law of the month's last day
    /// holds; none before there was any.
    pub fn consolidation_deadline(&self, month: Date) -> Option<Date> {
        let end = month.last_of_month();
        let day = self.parameter(ParameterKind::ConsolidationDay, end)?.entry.count()?;
        let next = end.tomorrow().ok()?;
        let day = i8::try_from(day).ok()?.clamp(1, next.days_in_month());
        let mut deadline = next.with().day(day).build().ok()?;
        while !self.is_working_day(deadline) {
            deadline = deadline.tomorrow().ok()?;
        }
        Some(deadline)
    }

    /// Whether a declaration at an official status may be cancelled on request on that day.
    pub fn is_cancellable(&self, direction: Direction, status: i32, day: Date) -> bool {
        self.cancellable_states.latest(&CancellableState { direction, status }, day).is_some()
    }

    /// What lines must share to be consolidated on that day, by key.
    pub fn merge_keys(&self, day: Date) -> impl Iterator<Item = MergeKey> {
        let keys = MergeKey::ALL.iter().copied();
        keys.filter(move |key| self.merge_keys.latest(key, day).is_some())
    }

    /// What goods of a tariff code need to be exported, the longest prefix first. Of a code of which
    /// only the heading is known (the first four digits), whatever goods of that heading need.
    pub fn export_measures<'p>(
        &'p self,
        digits: &'p str,
        day: Date,
    ) -> impl Iterator<Item = &'p Dated<ExportControl>> {
        let heading_alone = digits.len() == HEADING;
        let below = self
            .export_measures
            .range(digits)
            .take_while(move |(prefix, _)| heading_alone && prefix.starts_with(digits));
        let above = (HEADING..=digits.len())
            .rev()
            .filter(move |_| !heading_alone)
            .filter_map(|length| digits.get(..length))
            .filter_map(|prefix| self.export_measures.entry(prefix));
        below.chain(above).flat_map(|(_, rows)| rows).filter(move |row| row.validity.covers(day))
    }

    /// Whether goods of a tariff code need something to be exported, of which only the heading may be
    /// known.
    pub fn needs_to_be_exported(&self, digits: &str, measure: ExportMeasure, day: Date) -> bool {
        self.export_measures(digits, day).any(|row| row.entry.measure == measure)
    }

    /// The taxes on a tariff code; none means manual review, never 0 %.
    pub fn rates(&self, hs: HsCode, day: Date) -> Option<&Dated<Rate>> {
        self.rates.latest(&hs, day)
    }

    /// The provisional duty on a tariff code, where one is valid.
    pub fn provisional_duty(&self, hs: HsCode, day: Date) -> Option<&Dated<ProvisionalDuty>> {
        self.provisional_duties.latest(&hs, day)
    }

    /// The rate of value-added tax, with the row that fixes the class's rate on that day.
    pub fn vat(&self, vat: Vat, day: Date) -> Option<(Decimal, Option<&RowId>)> {
        let kind = match vat {
            Vat::Fixed(rate) => return Some((rate, None)),
            Vat::Standard => ParameterKind::VatStandard,
            Vat::Reduced => ParameterKind::VatReduced,
        };
        let row = self.parameter(kind, day)?;
        Some((row.entry.number()?, Some(&row.id)))
    }

    /// The lines of the positive list for a tariff code, one for each remark; none: not on it.
    pub fn positive(&self, hs: HsCode, day: Date) -> impl Iterator<Item = &Dated<PositiveLine>> {
        self.positive_list.in_force(&hs.line(), day)
    }

    /// The name and statutory units of a tariff code.
    pub fn hs_name(&self, hs: HsCode, day: Date) -> Option<&Dated<HsName>> {
        self.hs_codes.latest(&hs, day)
    }

    /// A supervision mode (监管方式).
    pub fn mode(&self, code: &str, day: Date) -> Option<&Dated<SupervisionMode>> {
        self.modes.latest(code, day)
    }

    /// A unit of measure (计量单位).
    pub fn unit(&self, code: &str, day: Date) -> Option<&Dated<Unit>> {
        self.units.latest(code, day)
    }

    /// A currency (币制).
    pub fn currency(&self, code: &str, day: Date) -> Option<&Dated<Currency>> {
        self.currencies.latest(code, day)
    }

    /// A country or area (国别地区).
    pub fn country(&self, code: &str, day: Date) -> Option<&Dated<Country>> {
        self.countries.latest(code, day)
    }

    /// A customs office (关区).
    pub fn office(&self, code: &str, day: Date) -> Option<&Dated<Office>> {
        self.offices.latest(code, day)
    }

    /// A mode of transport (运输方式; `trafMode`).
    pub fn transport(&self, code: &str, day: Date) -> Option<&Dated<ListItem>> {
        self.list_item("trafMode", code, day)
    }

    /// A value of one of the short lists of the standard, by the wire name of its field.
    pub fn list_item(&self, list: &str, code: &str, day: Date) -> Option<&Dated<ListItem>> {
        self.small_lists.latest(&*ListItem::key_of(list, code), day)
    }
}
