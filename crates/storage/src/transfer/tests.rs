//! What tables there are, as the embedded database says.

use tongguan_domain::time::Moment;

use super::shape::{UNTOUCHED, shapes};
use crate::cell::ColumnType;
use crate::{Store, StoreSettings, Target};

#[test]
fn every_table_is_known_with_its_key_and_only_the_named_ones_have_rows() {
    let directory = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(directory.path().to_owned());
    let store = Store::open(&target, StoreSettings::default(), Moment::from_micros(0)).unwrap();
    let shapes = shapes(&mut store.scanning_link().unwrap()).unwrap();
    let created =
        include_str!("../../migrations/0001_initial.sql").matches("CREATE TABLE ").count();
    assert_eq!(shapes.len(), created - 2, "all but the two of the move itself");
    for shape in &shapes {
        assert!(!shape.key.is_empty(), "{} has no key to go on behind", shape.name);
        let text = format!("SELECT COUNT(*) FROM {}", shape.name);
        let rows: Option<i64> = store.read(|view| view.single_of(&text, &[])).unwrap();
        let touched = UNTOUCHED.iter().find(|(name, _)| *name == shape.name);
        assert_eq!(rows != Some(0), touched.is_some(), "{}", shape.name);
    }
    let serial = shapes.iter().find(|shape| shape.name == "serial").unwrap();
    assert_eq!(serial.listed_key(), "series, partition", "as the rows lie in the file");
    assert_eq!(serial.columns[1], ("series".to_owned(), ColumnType::Text));
}
