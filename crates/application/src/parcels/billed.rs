//! The tax bills of a party's parcels (电子税单).

use std::collections::HashMap;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::money::Money;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::TaxBill;

use super::{Parcel, ParcelFilter, ParcelsError};
use crate::enquiry::Enquiries;
use crate::numbering::partition_of;
use crate::review::Direction;

/// A parcel and the bills that were made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    /// The parcel.
    pub parcel: Parcel,
    /// Its bills, in order; a void one is said again as void.
    pub bills: Vec<Bill>,
}

/// A tax bill as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// 税单编号.
    pub number: String,
    /// What the row says of the bill.
    pub standing: BillStanding,
    /// 关税.
    pub duty: Money,
    /// 消费税.
    pub consumption_tax: Money,
    /// 增值税.
    pub vat: Money,
    /// 出税时间.
    pub at: Moment,
}

/// What is said of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillStanding {
    /// It was made (已生成).
    Issued,
    /// It is part of a sum (已汇总).
    Summed,
    /// It is void (作废).
    Void,
}

/// A page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BilledPage {
    /// Those that were lodged last first.
    pub rows: Vec<Billed>,
    /// Behind which one the next page begins; absent after the last.
    pub next: Option<DeclarationId>,
}

impl Enquiries {
    /// The released imports of the party that is reached, with their bills: at most `limit` behind one of them.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn tax_bills(
        &self,
        reach: Reach,
        behind: Option<DeclarationId>,
        limit: usize,
    ) -> Result<BilledPage, ParcelsError> {
        let filter = ParcelFilter {
            statuses: vec![ReturnStatus::Released, ReturnStatus::Closed],
            direction: Some(Direction::Import),
            ..ParcelFilter::default()
        };
        let page = self.parcels(reach, &filter, behind, limit)?;
        let keys: Vec<_> =
            page.rows.iter().map(|parcel| (partition_of(parcel.id.0), parcel.id)).collect();
        let mut bills = HashMap::<_, Vec<_>>::new();
        for row in self.store().read(|view| view.tax_bills(&keys))? {
            bills.entry(row.declaration_id).or_default().push(Bill::of(row));
        }
        let billed = |parcel: Parcel| {
            let bills = bills.remove(&parcel.id).unwrap_or_default();
            Billed { parcel, bills }
        };
        Ok(BilledPage { rows: page.rows.into_iter().map(billed).collect(), next: page.next })
    }
}

impl Bill {
    /// What is to be paid by it.
    pub fn total(&self) -> Option<Money> {
        self.duty.checked_add(self.consumption_tax).and_then(|sum| sum.checked_add(self.vat)).ok()
    }

    fn of(row: TaxBill) -> Self {
        Self {
            number: row.tax_no,
            standing: match row.status {
                2 => BillStanding::Summed,
                3 => BillStanding::Void,
                _ => BillStanding::Issued,
            },
            duty: row.duty,
            consumption_tax: row.consumption_tax,
            vat: row.vat,
            at: row.at,
        }
    }
}
