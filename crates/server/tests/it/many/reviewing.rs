//! Officers decide on the command line beside a running service.

use tongguan_testkit::parcels::parcel;

use super::*;
use crate::run::Run;

/// Declarations that wait for a ruling.
const WAITING: u64 = 4;

#[test]
fn rulings_on_the_command_line_are_made_beside_a_service_at_work() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let place = |_: &Path| ["--database".to_owned(), database.url.clone()];
    let mut service = Service::start(place, "[limits]\nrequests_per_minute = 100000");
    service.end();
    said(&service, &["office", "set", "all", "yellow_per_10_000", "10000"]);
    service.serve_again();
    (1..=WAITING).for_each(|n| service.clear(n));
    let waiting = said(&service, &["review", "list", "--json"]).json();
    let numbers: Vec<_> = waiting["declarations"].as_array().unwrap().iter().collect();
    let numbers: Vec<_> = numbers.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(numbers.len() as u64, WAITING);
    std::thread::scope(|scope| {
        scope.spawn(|| (WAITING + 1..=2 * WAITING).for_each(|n| service.clear(n)));
        // Two officers who do not know of each other: of each declaration one of them is too late.
        let officers = ["甲", "乙"].map(|officer| {
            let (service, numbers) = (&service, &numbers);
            scope.spawn(move || {
                let ruled = numbers.iter().filter(|number| accepts(service, number, officer));
                ruled.count() as u64
            })
        });
        let ruled = officers.map(|officer| officer.join().unwrap());
        assert_eq!(ruled.iter().sum::<u64>(), WAITING, "{ruled:?}");
    });
    assert_eq!(standing(&service).len(), 1, "a command gives its place back");
    let at = Moment::parse_wire("20260302095900").unwrap();
    let released: Vec<_> = (1..=WAITING).map(|n| parcel(n, at).unwrap()).collect();
    mailboxes_are_complete(&service, &released);
    let rows = service.store().read(|view| view.row_counts()).unwrap();
    assert_eq!((rows["declaration"], rows["tax_bill"]), (2 * WAITING as i64, WAITING as i64));
}

/// Accepts a declaration; gives whether this officer was the first.
fn accepts(service: &Service, number: &str, officer: &str) -> bool {
    let reason = ["--reason", "in-order", "--officer", officer, "--key-file", "key", "--json"];
    let run = run(service, &[&["review", "decide", number, "accept"], &reason[..]].concat());
    if run.status == 0 {
        assert_eq!(run.json()["status"], 800);
        return true;
    }
    let too_late = ["status 800 cannot be accepted", "has gone on since you looked at it"];
    assert!(too_late.iter().any(|why| run.err.contains(why)), "{}{}", run.out, run.err);
    false
}

fn run(service: &Service, arguments: &[&str]) -> Run {
    let place = service.place.each_ref().map(String::as_str);
    tongguan_in(service.folder.path(), &[arguments, &place].concat(), "")
}

fn said(service: &Service, arguments: &[&str]) -> Run {
    let run = run(service, arguments);
    assert_eq!(run.status, 0, "{arguments:?}: {}{}", run.out, run.err);
    run
}
