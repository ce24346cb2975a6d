//! Lists of declarations by office.

use tongguan_domain::ids::DeclarationId;
use tongguan_storage::{OfficeParcel, ParcelsAt};

use crate::fixture::Fixture;

on_both_engines! {
    an_office_finds_its_own_declarations_newest_first_and_by_status,
    offices_that_have_a_list_are_told_one_after_the_other,
}

fn row(office: &str, id: i64, state: i64, direction: i64) -> OfficeParcel {
    OfficeParcel { office: office.into(), declaration_id: DeclarationId(id), direction, state }
}

const fn all_at(office: &str) -> ParcelsAt<'_> {
    ParcelsAt {
        office,
        state: None,
        direction: None,
        from: DeclarationId(0),
        before: DeclarationId(i64::MAX),
    }
}

fn an_office_finds_its_own_declarations_newest_first_and_by_status(on: &Fixture) {
    let rows = [
        row("2916", 10, 800, 1),
        row("2916", 11, 100, 2),
        row("2916", 12, 800, 2),
        row("0100", 13, 800, 1),
    ];
    on.write(|tx| tx.upsert(&rows));
    let some = |wanted: ParcelsAt<'_>, limit| {
        let found = on.read(|view| view.parcels_at(&wanted, limit));
        found.iter().map(|row| row.declaration_id.0).collect::<Vec<_>>()
    };
    let list = |wanted| some(wanted, 10);
    assert_eq!(list(all_at("2916")), [12, 11, 10]);
    assert_eq!(list(all_at("0100")), [13]);
    assert_eq!(list(all_at("9999")), [] as [i64; 0]);
    let released = ParcelsAt { state: Some(800), ..all_at("2916") };
    assert_eq!(list(released), [12, 10]);
    assert_eq!(list(ParcelsAt { direction: Some(2), ..released }), [12]);
    assert_eq!(list(ParcelsAt { before: DeclarationId(12), ..all_at("2916") }), [11, 10]);
    assert_eq!(list(ParcelsAt { from: DeclarationId(11), ..all_at("2916") }), [12, 11]);
    assert_eq!(some(all_at("2916"), 2), [12, 11]);
    // Moved on: it stands where it stood, at another status.
    on.write(|tx| tx.upsert(&[row("2916", 10, 899, 1)]));
    assert_eq!(list(released), [12]);
    assert_eq!(list(ParcelsAt { state: Some(899), ..all_at("2916") }), [10]);
    on.write(|tx| tx.forget_parcels("parcels"));
    assert_eq!(list(all_at("2916")), [] as [i64; 0]);
}

fn offices_that_have_a_list_are_told_one_after_the_other(on: &Fixture) {
    let behind = |office: &str| on.read(|view| view.office_behind(office));
    assert_eq!(behind(""), None);
    on.write(|tx| tx.upsert(&[row("2916", 1, 1, 1), row("0100", 2, 1, 1), row("0100", 3, 1, 1)]));
    assert_eq!(behind("").as_deref(), Some("0100"));
    assert_eq!(behind("0100").as_deref(), Some("2916"));
    assert_eq!(behind("2916"), None);
}
