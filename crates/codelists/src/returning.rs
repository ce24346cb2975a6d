//! What law says of goods that come back: until when, under which mode, where, and free of what.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::entries::{
    DistrictKey, EVERY_DISTRICT, Flow, GoodsClass, ParameterKind, ReturnDistrict, ReturnMode,
};
use crate::pack::Pack;
use crate::row::{Dated, RowId};

impl Pack {
    /// The last day on which goods may be back that were released for export on a day, by the law of that
    /// day; none where it let none come back.
    pub fn export_return_deadline(&self, released_on: Date) -> Option<Date> {
        self.months_after(ParameterKind::ExportReturnMonths, released_on, released_on)
            .map(|(day, _)| day)
    }

    /// The last day on which goods come back free of import taxes that were declared for export on one day
    /// and left on another, with the notice that says so; none where no notice speaks of that export.
    pub fn export_return_relief(&self, declared_on: Date, left_on: Date) -> Option<(Date, &RowId)> {
        self.months_after(ParameterKind::ExportReturnReliefMonths, declared_on, left_on)
    }

    /// The mode under which goods come back that left under `mode`; none where they cannot by list.
    pub fn return_mode(&self, mode: &str, day: Date) -> Option<&Dated<ReturnMode>> {
        self.return_modes.latest(mode, day)
    }

    /// Whether goods that went under `mode` at an office may come back at another, both given by their
    /// districts (直属海关): within one district always, from one to another where the table has every
    /// district, or both of them.
    pub fn may_return_across(
        &self,
        flow: Flow,
        mode: &str,
        from: &str,
        to: &str,
        day: Date,
    ) -> bool {
        let listed = |district: &str| -> Option<&Dated<ReturnDistrict>> {
            let key = DistrictKey { flow, mode: mode.into(), district: district.into() };
            self.return_districts.latest(&key, day)
        };
        let both = || listed(from).is_some() && listed(to).is_some();
        from == to || listed(EVERY_DISTRICT).is_some() || both()
    }

    /// Whether goods of a tariff code are of a class.
    pub fn is_of_class(&self, digits: &str, class: GoodsClass, day: Date) -> bool {
        let prefixes = (2..=digits.len()).filter_map(|length| digits.get(..length));
        prefixes
            .flat_map(|prefix| self.goods_classes.in_force(prefix, day))
            .any(|row| row.entry.class == class)
    }

    /// So many months after `from` as the parameter says on `day`, with its row.
    fn months_after(&self, kind: ParameterKind, day: Date, from: Date) -> Option<(Date, &RowId)> {
        let row = self.parameter(kind, day)?;
        let months = row.entry.count()?;
        Some((from.checked_add(months.months()).ok()?, &row.id))
    }
}
