//! What each party sees of its parcels: one narrow row for each party and declaration, written by a follower
//! of the audit events, beside clearing. Everything in it can be made again from the declarations.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_domain::time::Moment;

use crate::cell::{Cell, ToCell};
use crate::error::StorageError;
use crate::follow::Cursor;
use crate::office_parcel::narrow;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A declaration as one of its parties finds it in a list.
    pub struct PartyParcel in "party_parcel", key 3 {
        /// The party's bucket.
        bucket: Partition,
        /// Whose list it stands in: platform, merchant or declarant.
        party_id: PartyId,
        /// The declaration. Its id grows with the time of lodging.
        declaration_id: DeclarationId,
        /// Which way the goods go: 1 in, 2 out.
        direction: i64,
        /// 申报地海关, four digits.
        office: String,
        /// The official status: 1, 2, 100, 300 …
        state: i64,
        /// 电商企业.
        merchant_id: PartyId,
        /// 订单编号.
        order_no: OrderNumber,
        /// 物流运单编号.
        waybill_no: String,
        /// 预录入编号 (`preNo`).
        pre_no: String,
        /// 清单编号 (`invtNo`), once given.
        invt_no: Option<String>,
        /// When it last changed.
        changed_at: Moment,
    }
}

row! {
    /// Something that was asked about a parcel (申请), as one of its parties finds it in a list. What became of it
    /// stands elsewhere.
    pub struct PartyRequest in "party_request", key 5 {
        /// The party's bucket.
        bucket: Partition,
        /// Whose list it stands in: platform, merchant or declarant.
        party_id: PartyId,
        /// What: 1 a return of imports, 2 a return of exports, 3 a cancellation.
        kind: i64,
        /// The declaration.
        declaration_id: DeclarationId,
        /// Which of its kind about the declaration.
        n: i64,
    }
}

impl Replaceable for PartyParcel {
    const INDEXED: &[&str] = &["order_no", "waybill_no"];
}

/// Which parcels of a party are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParcelsOf<'o> {
    /// Whose.
    pub party: PartyId,
    /// Declared at this office alone, four digits.
    pub office: Option<&'o str>,
    /// At this status alone.
    pub state: Option<i64>,
    /// Going this way alone: 1 in, 2 out.
    pub direction: Option<i64>,
    /// Lodged from this id on.
    pub from: DeclarationId,
    /// Lodged before this id.
    pub before: DeclarationId,
}

/// A number that begins a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOf {
    /// 订单编号.
    Order,
    /// 物流运单编号.
    Waybill,
}

impl View<'_> {
    /// The parcels of a party, those lodged last first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parcels_of(
        &mut self,
        wanted: &ParcelsOf<'_>,
        limit: i64,
    ) -> Result<Vec<PartyParcel>, StorageError> {
        let (text, mut values) = condition(wanted);
        values.push(limit.cell());
        let n = values.len();
        self.select(&format!("{text} ORDER BY declaration_id DESC LIMIT ${n}"), &values)
    }

    /// How many there are, counted up to `most`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn count_parcels_of(
        &mut self,
        wanted: &ParcelsOf<'_>,
        most: i64,
    ) -> Result<i64, StorageError> {
        let (text, mut values) = condition(wanted);
        values.push(most.cell());
        let n = values.len();
        let text = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM party_parcel {text} LIMIT ${n}) AS counted"
        );
        let mut count = 0;
        self.query(&text, &values, &mut |view| {
            count = view.columns("party_parcel").next("count")?;
            Ok(())
        })?;
        Ok(count)
    }

    /// The one that was lodged first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn first_parcel_of(
        &mut self,
        wanted: &ParcelsOf<'_>,
    ) -> Result<Option<PartyParcel>, StorageError> {
        let (text, values) = condition(wanted);
        Ok(self.select(&format!("{text} ORDER BY declaration_id LIMIT 1"), &values)?.pop())
    }

    /// The parcels of a party of which a number begins so, in order of the number, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parcels_numbered(
        &mut self,
        party: PartyId,
        of: NumberOf,
        beginning: &str,
        limit: i64,
    ) -> Result<Vec<PartyParcel>, StorageError> {
        let column = match of {
            NumberOf::Order => "order_no",
            NumberOf::Waybill => "waybill_no",
        };
        let end = format!("{beginning}{}", char::MAX);
        let text = format!(
            "WHERE bucket = $1 AND party_id = $2 AND {column} >= $3 AND {column} < $4 \
             ORDER BY {column}, declaration_id LIMIT $5"
        );
        let bucket = i64::from(Partition::of_party(party).0);
        let values =
            [Cell::Integer(bucket), party.cell(), beginning.cell(), end.cell(), limit.cell()];
        self.select(&text, &values)
    }
}

impl View<'_> {
    /// What was asked of a kind about the parcels of a party before one of them, those of the parcels that were
    /// lodged last first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn requests_of(
        &mut self,
        party: PartyId,
        kind: i64,
        (declaration, n): (DeclarationId, i64),
        limit: i64,
    ) -> Result<Vec<PartyRequest>, StorageError> {
        let bucket = Cell::Integer(i64::from(Partition::of_party(party).0));
        self.select(
            "WHERE bucket = $1 AND party_id = $2 AND kind = $3 \
             AND (declaration_id < $4 OR (declaration_id = $4 AND n < $5)) \
             ORDER BY declaration_id DESC, n DESC LIMIT $6",
            &[bucket, party.cell(), kind.cell(), declaration.cell(), n.cell(), limit.cell()],
        )
    }
}

impl Tx<'_> {
    /// Forgets every list and how far `consumer` has read, so that it makes them anew.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget_parcels(&mut self, consumer: &str) -> Result<(), StorageError> {
        self.delete::<Cursor, _>(&[(consumer,)])?;
        self.query("DELETE FROM party_request", &[], &mut |_| Ok(()))?;
        self.query("DELETE FROM figure", &[], &mut |_| Ok(()))?;
        self.query("DELETE FROM office_parcel", &[], &mut |_| Ok(()))?;
        self.query("DELETE FROM past_declaration", &[], &mut |_| Ok(()))?;
        self.query("DELETE FROM examination_finding", &[], &mut |_| Ok(()))?;
        self.query("DELETE FROM party_parcel", &[], &mut |_| Ok(()))
    }
}

/// Which rows are wanted: the condition and its values.
fn condition<'c>(wanted: &'c ParcelsOf<'_>) -> (String, Vec<Cell<'c>>) {
    let ParcelsOf { party, office, state, direction, from, before } = wanted;
    let mut text = "WHERE bucket = $1 AND party_id = $2 AND declaration_id >= $3 \
                    AND declaration_id < $4"
        .to_owned();
    let bucket = Cell::Integer(i64::from(Partition::of_party(*party).0));
    let mut values = vec![bucket, party.cell(), from.cell(), before.cell()];
    let numbers = [("state", state.as_ref()), ("direction", direction.as_ref())];
    narrow(&mut text, &mut values, numbers.map(|(column, of)| (column, of.map(ToCell::cell))));
    narrow(&mut text, &mut values, [("office", office.as_ref().map(ToCell::cell))]);
    (text, values)
}
