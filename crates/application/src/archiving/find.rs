//! Parcels in the archive, by any number that leads to one.

use tongguan_archive::column::{Row, Value};
use tongguan_archive::file::TableReader;
use tongguan_archive::manifest::Manifest;
use tongguan_archive::shelf::Shelf;

use super::ArchivingError;
use super::tables::{LINES, PARCELS};
use super::verify::{entry_of, known};

/// The columns that hold numbers which people have of a parcel.
const NUMBERS: [&str; 5] =
    ["order_no", "waybill_no", "provisional_no", "declaration_no", "reference"];

/// A parcel as it stands in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedParcel {
    /// The month whose archive it lies in.
    pub month: String,
    /// Its row of [`PARCELS`].
    pub parcel: Row,
    /// Its rows of [`LINES`].
    pub lines: Vec<Row>,
}

/// The parcels of a number in these months. Reads the columns of numbers of whole months, and all columns of the
/// groups of rows that have it: for a single parcel the database answers faster while it has it. What lies in a bucket
/// is not fetched whole, so its digests are not looked at: [`verify`](super::verify()) does that.
///
/// # Errors
/// [`ArchivingError`].
pub fn find(
    shelf: &Shelf,
    months: &[String],
    number: &str,
) -> Result<Vec<ArchivedParcel>, ArchivingError> {
    let number = number.trim();
    let places = NUMBERS.iter().filter_map(|name| PARCELS.place(name));
    let id = number.parse::<i64>().ok();
    // The first column holds ids, the others texts.
    let places: Vec<_> = std::iter::once(0).chain(places).collect();
    let is_number = |cell: &Value| match cell.text() {
        Some(text) => text == number,
        None => id.is_some() && cell.number() == id,
    };
    let is_it = |row: &Row| places.iter().any(|at| row.get(*at).is_some_and(is_number));
    let mut found = Vec::new();
    for month in months {
        let (manifest, _) = known(shelf, month)?;
        let reader = shelf.glance(month, PARCELS, entry_of(shelf, &manifest, &PARCELS)?)?;
        for group in 0..reader.groups() {
            if !has_number(&reader, group, &places, is_number)? {
                continue;
            }
            for parcel in reader.rows(group)?.into_iter().filter(is_it) {
                let lines = lines_of(shelf, &manifest, &parcel)?;
                found.push(ArchivedParcel { month: month.clone(), parcel, lines });
            }
        }
    }
    Ok(found)
}

/// Whether any of these columns of a group of rows has the number; no other column is read.
fn has_number(
    reader: &TableReader,
    group: usize,
    places: &[usize],
    is_number: impl Fn(&Value) -> bool,
) -> Result<bool, ArchivingError> {
    for place in places {
        if reader.column(group, *place)?.iter().any(&is_number) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn lines_of(shelf: &Shelf, manifest: &Manifest, parcel: &Row) -> Result<Vec<Row>, ArchivingError> {
    let Some(id) = parcel.first().and_then(Value::number) else { return Ok(Vec::new()) };
    let reader = shelf.glance(&manifest.month, LINES, entry_of(shelf, manifest, &LINES)?)?;
    let mut lines = Vec::new();
    for group in (0..reader.groups()).filter(|group| reader.may_hold(*group, id)) {
        let is_its = |row: &Row| row.first().and_then(Value::number) == Some(id);
        lines.extend(reader.rows(group)?.into_iter().filter(is_its));
    }
    Ok(lines)
}
