//! Returns of imported goods.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId, ReturnId};
use tongguan_storage::{ImportReturn, Partition};

use crate::fixture::{Fixture, at};

on_both_engines! {
    returns_are_found_by_declaration_while_open_and_when_late,
}

const P: Partition = Partition(7);

fn import_return(declaration: i64, id: i64, late_from: Option<i64>) -> ImportReturn {
    ImportReturn {
        partition: P,
        declaration_id: DeclarationId(declaration),
        return_id: ReturnId(id),
        order_no: OrderNumber::parse("A").unwrap(),
        declarant_id: PartyId(2),
        number: "R".into(),
        office: "2924".into(),
        pre_no: "B20261122000000007".into(),
        state: 120,
        open: late_from.is_some(),
        late_from: late_from.map(at),
        updated_at: at(1),
        body: vec![1],
    }
}

fn returns_are_found_by_declaration_while_open_and_when_late(on: &Fixture) {
    let [first, second] = [import_return(1, 11, Some(50)), import_return(1, 12, None)];
    let third = import_return(2, 13, Some(40));
    on.write(|tx| tx.insert(&[third.clone(), second.clone(), first.clone()]));
    let of = |declaration| on.read(|view| view.returns_of(&[(P, DeclarationId(declaration))]));
    assert_eq!(of(1), [first.clone(), second]);
    assert_eq!(of(3), []);
    let open = |after| on.read(|view| view.open_returns(ReturnId(after), 10));
    assert_eq!(open(0), [first.clone(), third.clone()]);
    assert_eq!(open(11), std::slice::from_ref(&third));
    let late = |now| on.read(|view| view.late_returns(at(now), 10));
    assert_eq!(late(39), []);
    assert_eq!(late(40), std::slice::from_ref(&third));
    assert_eq!(late(50), [third, first.clone()], "the longest overdue first");
    on.write(|tx| tx.upsert(&[ImportReturn { open: false, late_from: None, ..first }]));
    assert_eq!(late(50).len(), 1);
    assert_eq!(open(0).len(), 1);
}
