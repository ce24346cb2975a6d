//! Whether what stands at the gate may pass.

use tongguan_application::enquiry::Enquiries;
use tongguan_application::gate::{AtGate, Verdict, What};
use tongguan_application::ports::Clock as _;
use tongguan_domain::status::ReturnStatus;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_parcel_passes_once_it_is_released,
}

fn at_gate(world: &World, number: &str) -> Vec<AtGate> {
    Enquiries::new(world.store.clone()).at_gate(number, world.clock.now()).unwrap()
}

fn a_parcel_passes_once_it_is_released(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    register_carrier(&world);
    let parcel = nth(1);
    let (order, waybill) = (parcel.order.order_no.as_str(), parcel.waybill.number.as_str());
    assert_eq!(at_gate(&world, waybill), []);
    let [order_document, payment, waybill_document, declaration] = parcel.documents();
    world.send([&order_document, &payment, &declaration]);
    let [one] = &*at_gate(&world, order) else { panic!("one parcel") };
    assert_eq!(one.verdict, Verdict::NotReleased(ReturnStatus::Accepted));
    assert!(!one.verdict.may_pass());
    world.send([&waybill_document]);
    let number = world.declaration(&parcel).unwrap().state.number().unwrap().to_string();
    for known in [waybill, order, &number, &format!(" {waybill} ")] {
        let [one] = &*at_gate(&world, known) else { panic!("one parcel: {known}") };
        assert_eq!((&one.what, &one.verdict), (&What::Parcel(number.clone()), &Verdict::Released));
        assert!(one.verdict.may_pass());
    }
    for nothing in ["", "浙A00001", "SEAL-1", "nothing of that number"] {
        assert_eq!(at_gate(&world, nothing), [], "{nothing}");
    }
}
