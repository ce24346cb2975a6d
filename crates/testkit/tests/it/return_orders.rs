//! Requests and tallies in any order, what a consolidation sees of them, and what a master bill adds.

use proptest::prelude::*;
use tongguan_application::clearing::export_return::ExportReturnRecord;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::WaybillNumber;
use tongguan_domain::readmission::ExportReturnState;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::returned::{Returned, returned};

use crate::export_returns::gone;
use crate::support::*;

#[test]
fn what_is_back_is_summed_up_by_line() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let nth = |n, tenths| {
        let mut back = returned(&parcel, &number, n, sent_at()).unwrap();
        back.of_pieces(tenths);
        back
    };
    let (early, late, awaited) = (nth(1, 5), nth(2, 7), nth(3, 8));
    world.send([&early.request_document(), &early.tally_document()]);
    world.clock.advance_millis(1000);
    world.send([&late.request_document(), &late.tally_document(), &awaited.request_document()]);
    let back = world.returned_by_line(&parcel);
    let line = back.lines().map(|(number, it)| (number, it.declared.to_string()));
    assert_eq!(line.collect::<Vec<_>>(), [(1, "1.2".to_owned())], "what is awaited is not back");
}

#[test]
fn a_master_bill_says_how_awaited_goods_come_back() {
    let mut world = world();
    let (parcel, number) = gone(&mut world, 1);
    let mut back = returned(&parcel, &number, 1, sent_at()).unwrap();
    let mut link = parcel.master_bill.clone();
    link.parcels[0].declaration_no = Some(number);
    let link = Document::MasterBill(Box::new(link));
    let sent = world.send([&link]);
    assert_eq!(sent.statuses(&link), [2, 120]);
    assert!(sent.last_text(&link).contains("无待退运货物的原清单：29162026E"), "too early");

    let request = back.request_document();
    world.send([&request]);
    let mut again = parcel.master_bill.clone();
    again.parcels[0].declaration_no = back.tally.declaration_no.clone();
    again.bill_no = "MB-1".into();
    let again = asking(Action::Change, &Document::MasterBill(Box::new(again)), 60);
    let sent = world.send([&again]);
    assert_eq!(sent.last_text(&again), "[Code:1800;Desc:逻辑校验通过]");
    let told = world.export_returns(&parcel).remove(0).facts.transport.clone();
    assert_eq!(&*told.bill_no, "MB-1");
    *back.tallied_transport() = told;
    let tally = back.tally_document();
    assert_eq!(world.send([&tally]).statuses(&request), [800], "it came as the bill says");
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
