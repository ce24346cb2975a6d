//! `backup`: copies of a database that is used, what a drill finds, and the way back.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use tongguan_testkit::postgres::{Server, leave_out};

use crate::run::{Run, tongguan_in};
use crate::serve::{Service, on_sqlite};

const LOGGED: &str = "[transparency]\norigin = 'window.example/log'\n";

fn backup(service: &Service, arguments: &[&str]) -> Run {
    let place = &service.place[1];
    let arguments = [&["backup"], arguments, &["--data", place, "--json"]].concat();
    tongguan_in(service.folder.path(), &arguments, "")
}

fn drill(service: &Service, arguments: &[&str]) -> Run {
    backup(service, &[&["drill", "--key-file", "key"], arguments].concat())
}

fn made(service: &Service) -> String {
    let run = backup(service, &["make", "--folder", "copies"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    run.json()["file"].as_str().unwrap().to_owned()
}

#[test]
fn a_copy_of_a_running_service_holds_everything_and_a_service_goes_on_from_it() {
    let mut service = Service::start(on_sqlite, LOGGED);
    service.clear(1);
    let newest = made(&service);
    // Acknowledged after the copy: not in it.
    service.clear(2);
    let run = drill(&service, &["--folder", "copies", "--scratch", "."]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let told = run.json();
    assert_eq!((&told["sound"], &told["backup"]), (&true.into(), &newest.as_str().into()));
    assert_eq!((&told["declarations"], &told["faults"]), (&1.into(), &serde_json::json!([])));
    for counted in ["postings", "balances", "letters", "messages", "messages_read", "bundles"] {
        assert!(told[counted].as_u64().unwrap() > 0, "{counted}: {told}");
    }
    let left: Vec<_> = fs::read_dir(service.folder.path()).unwrap().flatten().collect();
    assert!(left.iter().all(|it| !it.file_name().to_string_lossy().contains("drill")));

    service.end();
    let restore = ["backup", "restore", &newest, "--data", "back", "--json"];
    let run = tongguan_in(service.folder.path(), &restore, "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert_eq!(run.json()["last_decision"], told["last_decision"]);
    let config = service.folder.path().join("tongguan.toml");
    let settings = fs::read_to_string(&config).unwrap().replace(&service.place[1], "back");
    fs::write(config, settings).unwrap();
    service.serve_again();
    // What was lost is sent again, and decided once; what was kept is answered again.
    service.clear(2);
    service.clear(1);
    service.end();
}

#[test]
fn what_is_wrong_with_a_copy_is_named() {
    let mut service = Service::start(on_sqlite, LOGGED);
    let run = drill(&service, &["--folder", "copies"]);
    assert!(run.status == 1 && run.err.contains("backup make"), "{}", run.err);
    service.clear(1);
    // What ends has logged everything.
    service.start_again();
    let copy = service.folder.path().join(made(&service));
    let change = |text: &str| {
        rusqlite::Connection::open(&copy).unwrap().execute_batch(text).unwrap();
    };
    change("UPDATE guarantee SET held = held + 100");
    change("UPDATE tax_bill SET vat = vat - 1");
    let run = drill(&service, &[copy.to_str().unwrap()]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    let told = run.json();
    let faults: Vec<_> =
        told["faults"].as_array().unwrap().iter().flat_map(|it| it.as_str()).collect();
    assert!(faults.iter().any(|it| it.contains("/held` stands at")), "{faults:?}");
    assert!(faults.iter().any(|it| it.starts_with("the verifiable log: ")), "{faults:?}");

    let run = backup(&service, &["drill", copy.to_str().unwrap(), "--key-file", "nothing"]);
    assert!(run.status == 1 && run.err.contains("no key file"), "{}", run.err);
    let into = ["backup", "restore", copy.to_str().unwrap(), "--data", &service.place[1]];
    let run = tongguan_in(service.folder.path(), &into, "");
    assert!(run.status == 1 && run.err.contains("is there already"), "{}", run.err);
}

#[test]
fn a_damaged_page_is_named() {
    let mut service = Service::start(on_sqlite, "");
    service.clear(1);
    service.end();
    let copy = service.folder.path().join(made(&service));
    let pages = fs::metadata(&copy).unwrap().len() / 8192;
    let file = fs::OpenOptions::new().write(true).open(&copy).unwrap();
    // One that holds no table's beginning may be free: several.
    for page in (pages / 2)..(pages / 2 + 20).min(pages) {
        file.write_at(&[0x5a; 512], page * 8192).unwrap();
    }
    let run = drill(&service, &[copy.to_str().unwrap()]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    let told = run.json();
    assert_eq!(told["sound"], false);
    let first = told["faults"][0].as_str().unwrap();
    assert!(first.starts_with("the file: "), "{first}");
}

#[test]
fn older_copies_are_deleted_where_that_is_asked_for() {
    let service = Service::start(on_sqlite, "");
    let folder = service.folder.path().join("copies");
    fs::create_dir(&folder).unwrap();
    for name in ["tongguan-20260101030000.db", "tongguan-20260102030000.db", "mine.txt"] {
        fs::write(folder.join(name), "").unwrap();
    }
    let run = backup(&service, &["make", "--folder", "copies", "--keep", "2"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert_eq!(run.json()["deleted"], serde_json::json!(["tongguan-20260101030000.db"]));
    let run = backup(&service, &["list", "--folder", "copies"]);
    assert_eq!(run.json()["backups"].as_array().unwrap().len(), 2);
    assert!(folder.join("mine.txt").exists());
}

#[test]
fn a_server_is_restored_to_a_moment_and_drilled() {
    let server = match Server::start_archiving() {
        Ok(server) => server,
        Err(reason) => return leave_out(&reason),
    };
    let place = |_: &Path| ["--database".to_owned(), server.url("postgres")];
    let mut service = Service::start(place, LOGGED);
    service.clear(1);
    let copy = server.base_backup().unwrap();
    service.clear(2);
    let mut client =
        ::postgres::Client::connect(&server.url("postgres"), ::postgres::NoTls).unwrap();
    let until: String = client.query_one("SELECT clock_timestamp()::text", &[]).unwrap().get(0);
    service.clear(3);
    service.end();
    server.archive_now().unwrap();

    let restored = copy.recover(&until).unwrap();
    let drill = |url: &str| {
        let drill = ["backup", "drill", "--database", url, "--key-file", "key", "--json"];
        let run = tongguan_in(service.folder.path(), &drill, "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        run.json()
    };
    assert_eq!(drill(&restored.url("postgres"))["declarations"], 2);
    assert_eq!(drill(&server.url("postgres"))["declarations"], 3);
}
