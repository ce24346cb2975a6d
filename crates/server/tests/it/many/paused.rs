//! A service is stopped for longer than its lease, others do its work, and it goes on.

use tongguan_storage::ProcessRow;

use super::*;

/// Parcels that are sent before and while it stops, and while it is stopped; the others are sent after.
const BEFORE: usize = 20;
const MEANWHILE: usize = 40;
/// How many messages are acknowledged before it stops.
const SOME: usize = 30;

#[test]
fn a_process_that_was_stopped_writes_nothing_under_its_old_lease() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let place = |_: &Path| ["--database".to_owned(), database.url.clone()];
    let service = Service::start(place, "[limits]\nrequests_per_minute = 100000");
    let folder = service.folder.path();
    let mut other = Beside::serve(folder, "stderr-other");
    wait_until("both to stand", || standing(&service).len() == 2);
    let before = row_of(&service, &other).unwrap();
    let parcels = parcels();
    // Who asks one that is stopped waits for nothing.
    let agent = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = agent.timeout_global(Some(Duration::from_secs(5))).build().into();
    let sending = Sending::to(&agent, vec![service.base.clone(), other.base()]);
    let send = |which: Range<usize>, meanwhile: &dyn Fn()| {
        std::thread::scope(|scope| {
            for sender in 0..4 {
                let (sending, service) = (&sending, &service);
                let some = (parcels.as_slice(), which.clone());
                scope.spawn(move || send_every_fourth(sending, service, some, sender));
            }
            meanwhile();
        });
    };
    send(0..BEFORE, &|| {
        sending.wait_for(SOME);
        other.signal("-STOP");
        sending.bases.lock().unwrap().truncate(1);
    });
    wait_until("it to be removed", || row_of(&service, &other).is_none());
    send(BEFORE..MEANWHILE, &|| ());
    other.signal("-CONT");
    wait_until("it to stand again", || row_of(&service, &other).is_some());
    sending.bases.lock().unwrap().push(other.base());
    send(MEANWHILE..PARCELS, &|| ());
    assert_eq!(sending.acknowledged.load(Ordering::SeqCst), 4 * PARCELS);
    let after = row_of(&service, &other).unwrap();
    let is_the_same = (after.number, after.epoch) == (before.number, before.epoch);
    assert!(!is_the_same, "{before:?}, {after:?}");
    let said = fs::read_to_string(folder.join("stderr-other")).unwrap();
    assert!(said.contains("lost its place"), "{said}");
    mailboxes_are_complete(&service, &parcels);
    proof::the_store_agrees(&service.store(), &parcels);
    other.end();
}

/// Its place, while it has one.
fn row_of(service: &Service, process: &Beside) -> Option<ProcessRow> {
    let rows = service.store().read(|view| view.processes()).unwrap();
    rows.into_iter().find(|row| row.address.as_deref() == Some(&*process.base()))
}
