//! Requests and tallies in any order, what a consolidation sees of them, and what a master bill adds.

use proptest::prelude::*;
use tongguan_application::clearing::decide::carried_back;
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_application::clearing::working_set::WorkingSet;
use tongguan_application::export_returns;
use tongguan_application::ports::Clock as _;
use tongguan_domain::ids::WaybillNumber;
use tongguan_domain::readmission::ExportReturnState;
use tongguan_domain::returns::ReturnTransport;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::returned::{Returned, returned};

use crate::export_returns::gone;
use crate::support::*;

#[test]
fn what_came_back_after_a_consolidation_is_told_apart() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let id = world.export(&parcel).unwrap().id;
    let nth = |n, tenths| {
        let mut back = returned(&parcel, &number, n, sent_at()).unwrap();
        back.of_pieces(tenths);
        back
    };
    let (early, late, awaited) = (nth(1, 5), nth(2, 7), nth(3, 8));
    world.send([&early.request_document(), &early.tally_document()]);
    let consolidated_at = world.clock.now();
    world.clock.advance_millis(1000);
    world.send([&late.request_document(), &late.tally_document(), &awaited.request_document()]);
    let back = world.store.read(|view| export_returns::back(view, &[id], consolidated_at)).unwrap();
    let line = |lines: &tongguan_domain::readmission::ReturnedByLine| {
        lines.lines().map(|(number, it)| (number, it.declared.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(line(&back[&id].before), [(1, "0.5".to_owned())]);
    assert_eq!(line(&back[&id].after), [(1, "0.7".to_owned())]);
}

#[test]
fn a_master_bill_says_how_awaited_goods_come_back() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let back = returned(&parcel, &number, 1, sent_at()).unwrap();
    world.send([&back.request_document()]);
    let record = world.export_returns(&parcel).remove(0);
    let mut set = WorkingSet::default();
    set.put_export(world.export(&parcel).unwrap());
    set.put_export_return(record.clone());
    let transport = ReturnTransport {
        bill_no: "MB-1".into(),
        mode: "5".into(),
        vehicle: "YY1".into(),
        voyage: "YY1".into(),
    };
    let mut draft = set.draft();
    assert!(carried_back(&mut draft, &number, &transport));
    let told = draft.export_return(record.id).unwrap();
    assert_eq!(told.facts.transport, transport);
    assert_eq!((&told.state, told.id), (&record.state, record.id));
    let other = gone(&mut world, 2).1;
    assert!(!carried_back(&mut set.draft(), &other, &transport), "nothing of it comes back");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the order in which requests and tallies come, in whatever batches, and however much they ask
    /// for: as much is held as was exported at most, and every admitted request whose tally came is done.
    #[test]
    fn any_order_of_requests_and_tallies_ends_the_same(
        parts in prop::collection::vec(1_i64..15, 1..4),
        shuffled in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
        together: bool,
    ) {
        let mut world = world();
        let (parcel, number) = gone(&mut world, 1);
        let all: Vec<Returned> = (1..)
            .zip(&parts)
            .map(|(n, tenths)| {
                let mut back = returned(&parcel, &number, n, sent_at()).unwrap();
                back.of_pieces(*tenths);
                back.travel_under(&WaybillNumber::parse(&format!("IN{n}")).unwrap());
                back
            })
            .collect();
        let documents: Vec<Document> = shuffled
            .iter()
            .filter_map(|place| {
                let back = all.get(place / 2)?;
                Some(if place % 2 == 0 { back.request_document() } else { back.tally_document() })
            })
            .collect();
        if together {
            world.send(&documents);
        } else {
            documents.iter().for_each(|document| drop(world.send([document])));
        }
        // Requests are judged in their order, whatever came between them.
        let asked = shuffled.iter().filter(|place| *place % 2 == 0).filter_map(|place| parts.get(place / 2));
        let expected = asked.fold(0, |held, tenths| if held + tenths <= 20 { held + tenths } else { held });
        let back = world.returned_by_line(&parcel).line(1);
        prop_assert_eq!(back.declared, rust_decimal::Decimal::new(expected, 1));
        prop_assert_eq!(back.statutory, back.declared);
        let done = world.export_returns(&parcel);
        let is_done = |it: &ExportReturnRecord| matches!(it.state, ExportReturnState::Completed { .. });
        prop_assert!(done.iter().all(is_done));
    }
}
