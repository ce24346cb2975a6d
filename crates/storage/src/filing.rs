//! What enterprises file, and the goods that are registered.

use tongguan_domain::filing::FilingId;
use tongguan_domain::ids::PartyId;
use tongguan_domain::time::Moment;

use crate::cell::{Cell, ToCell as _};
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::{Tx, View};

row! {
    /// A filing (备案申请).
    pub struct FilingRow in "filing", key 1 {
        /// Its number.
        filing_id: FilingId,
        /// Who filed.
        party_id: PartyId,
        /// The name of its kind.
        kind: String,
        /// What two filings of a party and kind have in common of which one replaces the other.
        subject: String,
        /// What people know it by.
        title: String,
        /// The name of where it stands; `approved` also when it has expired.
        status: String,
        /// Whether it waits for an officer; absent when not.
        waits: Option<bool>,
        /// The office whose officers review it, four digits; every office where absent.
        office: Option<String>,
        /// Its last day, as its midnight in China.
        valid_to: Option<Moment>,
        /// Who filed it, as audit events name people and programs.
        filed_by: String,
        /// When it was filed.
        filed_at: Moment,
        /// When it last changed.
        changed_at: Moment,
        /// The filing, encoded.
        body: Vec<u8>,
    }
}

impl Replaceable for FilingRow {
    const INDEXED: &'static [&'static str] = &["party_id", "kind", "subject"];
}

row! {
    /// Goods that are registered (备案商品).
    pub struct RegisteredGoodsRow in "registered_goods", key 2 {
        /// Whose.
        party_id: PartyId,
        /// 企业商品货号.
        item_no: String,
        /// The tariff code that counts.
        hs_code: String,
        /// 商品名称.
        name: String,
        /// Whether they are suspended.
        suspended: bool,
        /// Their last day, as its midnight in China.
        valid_to: Option<Moment>,
        /// The filing that was approved; absent where a command imported them.
        filing_id: Option<FilingId>,
        /// When they last changed.
        changed_at: Moment,
        /// All about them, encoded.
        body: Vec<u8>,
    }
}

impl Replaceable for RegisteredGoodsRow {}

/// Which filings are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilingsWanted<'w> {
    /// Of this party alone.
    pub party: Option<PartyId>,
    /// Those that the officers of this office review.
    pub office: Option<&'w str>,
    /// Of the kind of this name.
    pub kind: Option<&'w str>,
    /// Those that stand at one of these names.
    pub status: Option<&'w str>,
    /// Approved ones whose last day is before (`Some(true)`) or not before (`Some(false)`) this moment.
    pub expired: Option<(bool, Moment)>,
    /// Whose subject or title begins with this.
    pub text: Option<&'w str>,
}

impl View<'_> {
    /// The filings of these numbers, by number.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn filings(&mut self, ids: &[FilingId]) -> Result<Vec<FilingRow>, StorageError> {
        let keys: Vec<_> = ids.iter().map(|id| (*id,)).collect();
        self.load(&keys)
    }

    /// The filings that are wanted, the newest first, those before `before` where one is given, at most
    /// `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn newest_filings(
        &mut self,
        wanted: FilingsWanted<'_>,
        before: Option<FilingId>,
        limit: i64,
    ) -> Result<Vec<FilingRow>, StorageError> {
        let before = before.unwrap_or(FilingId(i64::MAX));
        let mut values = vec![before.cell(), limit.cell()];
        let mut tail = "WHERE filing_id < $1".to_owned();
        let mut also = |condition: &str, value| {
            values.push(value);
            let place = format!("${}", values.len());
            tail.push_str(" AND ");
            tail.push_str(&condition.replace('?', &place));
        };
        if let Some(party) = &wanted.party {
            also("party_id = ?", party.cell());
        }
        if let Some(office) = &wanted.office {
            also("(office = ? OR office IS NULL)", office.cell());
        }
        if let Some(kind) = &wanted.kind {
            also("kind = ?", kind.cell());
        }
        if let Some(status) = &wanted.status {
            also("status = ?", status.cell());
        }
        match &wanted.expired {
            Some((true, day)) => also("valid_to IS NOT NULL AND valid_to < ?", day.cell()),
            Some((false, day)) => also("(valid_to IS NULL OR valid_to >= ?)", day.cell()),
            None => {}
        }
        let end = wanted.text.map(|text| format!("{text}\u{10ffff}"));
        if let (Some(text), Some(end)) = (&wanted.text, &end) {
            also("((subject >= ?", text.cell());
            tail.push_str(&format!(" AND subject < ${}", values.len() + 1));
            values.push(end.cell());
            let [text, end] = [values.len() - 1, values.len()];
            tail.push_str(&format!(") OR (title >= ${text} AND title < ${end}))"));
        }
        tail.push_str(" ORDER BY filing_id DESC LIMIT $2");
        self.select(&tail, &values)
    }

    /// The filings that wait for an officer, of one office where one is named, the oldest first, those behind
    /// `after`, at most `limit`; of one kind where one is named.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn waiting_filings(
        &mut self,
        (office, kind): (Option<&str>, Option<&str>),
        after: FilingId,
        limit: i64,
    ) -> Result<Vec<FilingRow>, StorageError> {
        let mut values = vec![after.cell(), limit.cell()];
        let mut condition = String::new();
        if let Some(kind) = &kind {
            values.push(kind.cell());
            condition.push_str(&format!("AND kind = ${} ", values.len()));
        }
        if let Some(office) = &office {
            values.push(office.cell());
            condition.push_str(&format!("AND (office = ${} OR office IS NULL) ", values.len()));
        }
        let tail = format!(
            "WHERE waits IS NOT NULL AND filing_id > $1 {condition}ORDER BY filing_id LIMIT $2"
        );
        self.select(&tail, &values)
    }

    /// How many filings of each kind wait for an officer, of one office where one is named, and since when the
    /// oldest of them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn count_waiting_filings(
        &mut self,
        office: Option<&str>,
    ) -> Result<Vec<(String, i64, Moment)>, StorageError> {
        let (mut values, mut condition) = (Vec::new(), "");
        if let Some(office) = &office {
            values.push(office.cell());
            condition = "AND (office = $1 OR office IS NULL) ";
        }
        let text = format!(
            "SELECT kind, COUNT(*), MIN(filed_at) FROM filing WHERE waits IS NOT NULL \
             {condition}GROUP BY kind ORDER BY kind"
        );
        let mut counted = Vec::new();
        self.query(&text, &values, &mut |view| {
            let mut columns = view.columns("filing");
            counted.push((
                columns.next("kind")?,
                columns.next("count")?,
                columns.next("filed_at")?,
            ));
            Ok(())
        })?;
        Ok(counted)
    }

    /// The filings of a party about these subjects, `(kind, subject)`, by number.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn filings_about(
        &mut self,
        party: PartyId,
        subjects: &[(&str, &str)],
    ) -> Result<Vec<FilingRow>, StorageError> {
        let keys: Vec<_> = subjects.iter().map(|(kind, of)| (party, *kind, *of)).collect();
        self.select_each(
            "FROM filing JOIN {rows} ON filing.party_id = k.party_id AND filing.kind = k.kind \
             AND filing.subject = k.subject ORDER BY filing.filing_id",
            &["party_id", "kind", "subject"],
            &keys,
        )
    }

    /// The registered goods of a party with these item numbers, in order of them.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn registered_goods(
        &mut self,
        keys: &[(PartyId, &str)],
    ) -> Result<Vec<RegisteredGoodsRow>, StorageError> {
        self.load(keys)
    }

    /// Registered goods behind a place, by party and item number, at most `limit`; of one party where one is
    /// named.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn registered_goods_after(
        &mut self,
        party: Option<PartyId>,
        (of, item): (PartyId, &str),
        limit: i64,
    ) -> Result<Vec<RegisteredGoodsRow>, StorageError> {
        let mut values = vec![of.cell(), item.cell(), limit.cell()];
        let mut condition = "";
        if let Some(party) = &party {
            values.push(party.cell());
            condition = "AND party_id = $4 ";
        }
        let tail = format!(
            "WHERE (party_id, item_no) > ($1, $2) {condition}ORDER BY party_id, item_no LIMIT $3"
        );
        self.select(&tail, &values)
    }
}

impl Tx<'_> {
    /// The number of the next filing. To be called in a change of
    /// [`Filings`](crate::Register::Filings), which holds everybody else off.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn next_filing(&mut self) -> Result<FilingId, StorageError> {
        let mut last: Option<i64> = None;
        let none: [Cell<'_>; 0] = [];
        self.query("SELECT MAX(filing_id) FROM filing", &none, &mut |view| {
            last = view.columns("filing").next("filing_id")?;
            Ok(())
        })?;
        Ok(FilingId(last.unwrap_or(0) + 1))
    }

    /// Takes goods out of the register: `(party, item number)`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn delete_registered_goods(
        &mut self,
        keys: &[(PartyId, &str)],
    ) -> Result<u64, StorageError> {
        self.delete::<RegisteredGoodsRow, _>(keys)
    }
}
