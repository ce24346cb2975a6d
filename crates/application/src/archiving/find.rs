//! Parcels in the archive, by any number that leads to one.

use tongguan_archive::column::Row;
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

/// The parcels of a number in these months. Reads the columns of whole months: for
/// a single parcel the database answers faster while it has it.
///
/// # Errors
/// [`ArchivingError`].
pub fn find(
    shelf: &Shelf,
    months: &[String],
    number: &str,
) -> Result<Vec<ArchivedParcel>, ArchivingError> {
    let number = number.trim();
    let places: Vec<_> = NUMBERS.iter().filter_map(|name| PARCELS.place(name)).collect();
    let id = number.parse::<i64>().ok();
    let is_it = |row: &Row| {
        let text = |at: &usize| row.get(*at).and_then(|cell| cell.text());
        let own = row.first().and_then(|cell| cell.number());
        places.iter().any(|at| text(at) == Some(number)) || (id.is_some() && own == id)
    };
    let mut found = Vec::new();
    for month in months {
        let (manifest, _) = known(shelf, month)?;
        let reader = shelf.open(month, PARCELS, entry_of(shelf, &manifest, &PARCELS)?)?;
        for group in 0..reader.groups() {
            for parcel in reader.rows(group)?.into_iter().filter(is_it) {
                let lines = lines_of(shelf, &manifest, &parcel)?;
                found.push(ArchivedParcel { month: month.clone(), parcel, lines });
            }
        }
    }
    Ok(found)
}

fn lines_of(shelf: &Shelf, manifest: &Manifest, parcel: &Row) -> Result<Vec<Row>, ArchivingError> {
    let id = parcel.first().and_then(|cell| cell.number());
    let reader = shelf.open(&manifest.month, LINES, entry_of(shelf, manifest, &LINES)?)?;
    let mut lines = Vec::new();
    for group in 0..reader.groups() {
        let is_its = |row: &Row| row.first().and_then(|cell| cell.number()) == id;
        lines.extend(reader.rows(group)?.into_iter().filter(is_its));
    }
    Ok(lines)
}
