//! The network between a service and its database stops, or is cut, under load.

use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::postgres::wire::Wire;

use super::*;

/// How many messages are acknowledged before, between and after.
const SOME: usize = 40;

#[test]
fn a_network_that_stops_and_one_that_is_cut_lose_and_double_nothing() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let wire = Wire::to(&database.url).unwrap();
    let place = |_: &Path| ["--database".to_owned(), wire.url.clone()];
    let service =
        Service::start(place, "[limits]\nanswer_seconds = 3\nrequests_per_minute = 100000");
    let at = Moment::parse_wire("20260302095900").unwrap();
    let beside =
        Store::open(&Target::Postgres(database.url.clone()), StoreSettings::default(), at).unwrap();
    let lease_has_ended = || {
        let processes = beside.read(|view| tongguan_application::operating::processes(view, at));
        processes.unwrap().iter().all(|process| !process.stands)
    };
    let parcels = parcels();
    let first = Messages::of(&service.cast, &parcels[..1], 1).unwrap().into_array();
    let sending = Sending::to(&service.agent, vec![service.base.clone()]);
    std::thread::scope(|scope| {
        for sender in 0..4 {
            let (sending, service, parcels) = (&sending, &service, &parcels);
            let all = (parcels.as_slice(), 0..PARCELS);
            scope.spawn(move || send_every_fourth(sending, service, all, sender));
        }
        sending.wait_for(SOME);
        wire.stop();
        refuses_politely(&service, &first[0]);
        wait_until("its lease to end", lease_has_ended);
        wire.mend();
        let took = wait_until("it to be ready again", || is_ready(&service));
        println!("ready {} ms after the network was back", took.as_millis());
        sending.wait_for(SOME);
        wire.cut();
        refuses_politely(&service, &first[0]);
        wire.mend();
        let took = wait_until("it to be ready again", || is_ready(&service));
        println!("ready {} ms after the wire was mended", took.as_millis());
    });
    assert_eq!(sending.acknowledged.load(Ordering::SeqCst), 4 * PARCELS);
    let refused = sending.refused.into_inner().unwrap();
    assert!(!refused.is_empty());
    refused.iter().for_each(is_polite);
    mailboxes_are_complete(&service, &parcels);
    proof::the_store_agrees(&beside, &parcels);
}

fn is_ready(service: &Service) -> bool {
    service.get("/ready", None).status == 200
}

/// It lives, says that it is not ready and why, and tells whoever sends to send again.
fn refuses_politely(service: &Service, message: &str) {
    let ready = service.get("/ready", None);
    assert_eq!((ready.status, ready.problem()), (503, "unavailable".to_owned()));
    assert!(ready.headers.contains_key("retry-after"), "{ready:?}");
    assert_eq!(service.get("/health", None).status, 200);
    is_polite(&service.post("/ceb", &[], message.as_bytes()));
    is_polite(&service.get("/mailbox/NOBODY", Some("tongguan_0000")));
}

fn is_polite(told: &Told) {
    let problem = told.problem();
    assert!(told.status == 503 && told.headers.contains_key("retry-after"), "{problem}: {told:?}");
    let known = ["busy", "not-known-yet", "not-kept", "unavailable"];
    assert!(known.contains(&problem.as_str()), "{told:?}");
    assert!(!told.json()["title"].as_str().unwrap().is_empty());
}
