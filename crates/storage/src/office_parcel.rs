//! What each office finds in its list of declarations: one narrow row for each, written by the follower that keeps
//! the lists of the parties, and made anew with them.

use tongguan_domain::ids::DeclarationId;

use crate::cell::{Cell, ToCell};
use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A declaration as its office finds it in a list; the rest is read from the declaration itself.
    pub struct OfficeParcel in "office_parcel", key 2 {
        /// 申报地海关, four digits.
        office: String,
        /// The declaration. Its id grows with the time of lodging.
        declaration_id: DeclarationId,
        /// Which way the goods go: 1 in, 2 out.
        direction: i64,
        /// The official status: 1, 2, 100, 300 …
        state: i64,
    }
}

impl Replaceable for OfficeParcel {}

/// Which declarations of an office are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParcelsAt<'o> {
    /// Whose, four digits.
    pub office: &'o str,
    /// At this status alone.
    pub state: Option<i64>,
    /// Going this way alone: 1 in, 2 out.
    pub direction: Option<i64>,
    /// Lodged from this id on.
    pub from: DeclarationId,
    /// Lodged before this id.
    pub before: DeclarationId,
}

impl View<'_> {
    /// The declarations of an office, those lodged last first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parcels_at(
        &mut self,
        wanted: &ParcelsAt<'_>,
        limit: i64,
    ) -> Result<Vec<OfficeParcel>, StorageError> {
        let ParcelsAt { office, state, direction, from, before } = wanted;
        let mut text =
            "WHERE office = $1 AND declaration_id >= $2 AND declaration_id < $3".to_owned();
        let mut values = vec![office.cell(), from.cell(), before.cell()];
        let numbers = [("state", state.as_ref()), ("direction", direction.as_ref())];
        narrow(&mut text, &mut values, numbers.map(|(column, of)| (column, of.map(ToCell::cell))));
        values.push(limit.cell());
        let n = values.len();
        self.select(&format!("{text} ORDER BY declaration_id DESC LIMIT ${n}"), &values)
    }

    /// The first office behind another that has a list; the first of all behind an empty text.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn office_behind(&mut self, office: &str) -> Result<Option<String>, StorageError> {
        let text = "SELECT MIN(office) FROM office_parcel WHERE office > $1";
        let mut next = None;
        self.query(text, &[office.cell()], &mut |view| {
            next = view.columns("office_parcel").next("office")?;
            Ok(())
        })?;
        Ok(next)
    }
}

/// Adds the conditions that columns be equal to values, where there are any.
pub(crate) fn narrow<'c, const N: usize>(
    text: &mut String,
    values: &mut Vec<Cell<'c>>,
    equal: [(&str, Option<Cell<'c>>); N],
) {
    for (column, value) in equal {
        if let Some(value) = value {
            values.push(value);
            text.push_str(&format!(" AND {column} = ${}", values.len()));
        }
    }
}
