//! One parcel, all the way.

use tongguan_application::delivery::Rendered;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::{Messages, parcel};
use tongguan_testkit::world::World;

fn now() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

#[test]
fn a_parcel_is_cleared() {
    let mut world = World::start();
    let messages = Messages::of(&world.cast, &[parcel(1, now()).unwrap()], 1).unwrap();
    let responses = world.submit(messages.into_array().iter().map(String::as_str));
    for response in &responses {
        println!(
            "{} {} {}",
            response.message,
            response.key,
            String::from_utf8_lossy(&response.xml)
        );
    }
    assert_eq!(responses.len(), 5);
}

/// The statuses of a response, in order.
fn statuses(response: &Rendered) -> Vec<String> {
    let xml = String::from_utf8_lossy(&response.xml).into_owned();
    let parts = xml.split("<returnStatus>").skip(1);
    parts.filter_map(|part| part.split_once('<').map(|(status, _)| status.to_owned())).collect()
}
