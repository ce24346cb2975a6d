//! One parcel, all the way.

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
