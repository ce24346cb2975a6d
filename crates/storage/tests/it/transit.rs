//! Transits.

use tongguan_domain::ids::DeclarationId;
use tongguan_storage::{Partition, TransitRow};

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_transit_is_found_by_its_declaration_and_by_its_seal,
}

const P: Partition = Partition(7);

fn transit(id: i64, seal: &str) -> TransitRow {
    TransitRow {
        partition: P,
        declaration_id: DeclarationId(id),
        seal: seal.into(),
        vehicle: "浙A00001".into(),
        state: "sealed".into(),
        updated_at: at(1),
        body: vec![1],
    }
}

fn a_transit_is_found_by_its_declaration_and_by_its_seal(on: &Fixture) {
    let rows = [transit(1, "S-1"), transit(2, "S-2"), transit(3, "S-1")];
    on.write(|tx| tx.insert(&rows));
    let [first, second, third] = rows;
    let of = |id| on.read(|view| view.transits(&[(P, DeclarationId(id))]));
    assert_eq!((of(2), of(4)), (vec![second], vec![]));
    let under = |seal| on.read(|view| view.transits_sealed(&[(seal,)]));
    assert_eq!((under("S-1"), under("S-3")), (vec![first.clone(), third], vec![]));
    let on_vehicle = |vehicle, limit| {
        let found = on.read(|view| view.transits_on(vehicle, limit));
        found.into_iter().map(|row| row.declaration_id.0).collect::<Vec<_>>()
    };
    assert_eq!(on_vehicle("浙A00001", 9), [3, 2, 1]);
    assert_eq!((on_vehicle("浙A00001", 2), on_vehicle("浙A00002", 9)), (vec![3, 2], vec![]));
    let checked = TransitRow { state: "checked".into(), ..first };
    on.write(|tx| tx.upsert(std::slice::from_ref(&checked)));
    assert_eq!(of(1), [checked]);
}
