//! A disk that fills up under a service, and has room again.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::{Service, on_sqlite, serve_by};

/// Gives the command that follows a view of files of its own, in which the database lies on a small disk.
const SMALL_DISK: &str = "set -e; cp -a data kept; mount -t tmpfs -o size=64m tmpfs data; \
                          cp -a kept/. data; exec \"$0\" \"$@\"";
/// More messages than the rest of a disk has room for.
const MANY: u64 = 2_000;

/// A command on a disk of its own; nothing where the system lets nobody have one.
fn on_small_disk() -> Option<Command> {
    let apart = ["--user", "--map-root-user", "--mount"];
    let allowed = Command::new("unshare").args(apart).arg("true").status();
    if !allowed.is_ok_and(|status| status.success()) {
        // Past the capture of test output.
        let said = "\n*** LEFT OUT: a full disk. `unshare --user --mount` is refused here ***\n\n";
        drop(std::io::stderr().write_all(said.as_bytes()));
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(apart).args(["sh", "-c", SMALL_DISK, env!("CARGO_BIN_EXE_tongguan")]);
    Some(command)
}

/// Fills what is left of the service's disk; gives what fills it.
fn fill(service: &Service) -> PathBuf {
    // The service's view of files, not ours.
    let path = format!("/proc/{}/root{}/fill", service.child.id(), service.place[1]);
    let mut file = fs::File::create(&path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    PathBuf::from(path)
}

#[test]
fn a_full_disk_refuses_politely_and_service_goes_on_when_there_is_room() {
    let Some(command) = on_small_disk() else { return };
    let mut service = Service::start(on_sqlite, "");
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let issued = service.key(&mailbox);
    service.end();
    (service.child, service.base) = serve_by(command, service.folder.path());
    service.clear(1);

    let filling = fill(&service);
    let order = |n| service.messages(n)[0].clone();
    let send = |n| service.post("/ceb", &[], order(n).as_bytes());
    // Some still find room in what the database has already.
    let mut kept = 1;
    let (refused, told) = (2..MANY)
        .map(|n| (n, send(n)))
        .inspect(|(_, told)| kept += u64::from(told.status == 200))
        .find(|(_, told)| told.status != 200)
        .unwrap();
    assert_eq!((told.status, told.problem()), (503, "not-kept".to_owned()));
    assert!(told.headers.contains_key("retry-after"), "{told:?}");
    assert_eq!(service.get("/health", None).status, 200);
    assert_eq!(service.get("/", None).status, 200);
    let ready = service.get("/ready", None);
    assert_eq!((ready.status, ready.problem()), (503, "cannot-store".to_owned()));
    assert!(ready.headers.contains_key("retry-after"), "{ready:?}");

    fs::remove_file(filling).unwrap();
    // Nobody sends to whoever is not ready: it has to find out by itself.
    while service.get("/ready", None).status != 200 {}
    assert_eq!(send(refused).status, 200);
    service.clear(MANY);
    // What was acknowledged before, while and after is answered, once.
    let orders = kept + 2;
    let mut answered = 0;
    let mut next = format!("/mailbox/{mailbox}?wait=10&limit=1000");
    while answered < orders {
        let read = service.get(&next, issued["key"].as_str()).json();
        let letters = read["letters"].as_array().unwrap();
        let said = || fs::read_to_string(service.folder.path().join("stderr")).unwrap();
        assert!(!letters.is_empty(), "{answered} of {orders} orders are answered: {}", said());
        answered += letters
            .iter()
            .flat_map(|letter| letter["messages"].as_array().unwrap())
            .filter(|message| message["type"] == "CEB312")
            .map(|message| {
                message["xml"].as_str().unwrap().matches("<returnStatus>120<").count() as u64
            })
            .sum::<u64>();
        next = format!("{}&wait=10", read["next"].as_str().unwrap());
    }
    assert_eq!(answered, orders);
    service.end();
}
