//! A page of the database is damaged: what reads it is refused and named, everything else goes on.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use tongguan_testkit::postgres::{Server, leave_out};

use crate::run::{Run, tongguan_in};
use crate::serve::{Service, on_sqlite};

/// Parcels whose documents fill several pages.
const PARCELS: u64 = 40;

#[test]
fn a_damaged_page_of_a_postgresql_table_is_named_and_stops_nobody_else() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(reason) => return leave_out(&reason),
    };
    let url = server.url("postgres");
    let service = Service::start(|_: &Path| ["--database".to_owned(), url.clone()], "");
    (1..=PARCELS).for_each(|n| service.clear(n));
    assert_eq!(levels(&doctor(&service, &["--deep"]), "pages"), ["ok"]);
    assert_eq!(levels(&doctor(&service, &["--deep"]), "file"), ["ok"]);

    let mut client = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    // What recovery writes anew is whole again.
    client.batch_execute("CHECKPOINT").unwrap();
    let file = "SELECT pg_relation_filepath('document')";
    let file: String = client.query_one(file, &[]).unwrap().get(0);
    drop(client);
    server.kill().unwrap();
    server.damage(&file, 0).unwrap();
    server.restart().unwrap();

    refuses_the_damaged_and_takes_the_rest(&service, "invalid page in block 0");
    let seen = doctor(&service, &[]);
    assert_eq!((seen.status, levels(&seen, "pages")), (1, vec!["fail".to_owned()]));
    let deep = doctor(&service, &["--deep"]);
    assert!(deep.out.contains("table document") && deep.out.contains("block 0"), "{}", deep.out);
}

#[test]
fn a_damaged_page_of_a_sqlite_file_is_named_and_stops_nobody_else() {
    let mut service = Service::start(on_sqlite, "");
    (1..=PARCELS).for_each(|n| service.clear(n));
    service.end();
    let path = Path::new(&service.place[1]).join("tongguan.db");
    let file = ::rusqlite::Connection::open(&path).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let first =
        "SELECT pageno FROM dbstat WHERE name = 'document' AND pagetype = 'leaf' ORDER BY path";
    let page: u32 = file.query_row(first, [], |row| row.get(0)).unwrap();
    drop(file);
    let file = fs::File::options().write(true).open(&path).unwrap();
    // The head of the page, by which SQLite knows what it is.
    file.write_all_at(&[0x5A; 64], u64::from(page - 1) * 8192).unwrap();
    service.serve_again();

    refuses_the_damaged_and_takes_the_rest(&service, "malformed");
    let seen = doctor(&service, &[]);
    assert_eq!((seen.status, levels(&seen, "file")[0].as_str()), (1, "fail"), "{}", seen.out);
    assert!(seen.out.contains("document"), "{}", seen.out);
    assert!(seen.out.contains(&format!("page {page}")), "{}", seen.out);
    assert!(levels(&doctor(&service, &["--fast"]), "file").is_empty());
}

/// What lies on the damaged page is not acknowledged, and the log says why; what comes anew is.
fn refuses_the_damaged_and_takes_the_rest(service: &Service, why: &str) {
    let first = service.messages(1)[0].clone();
    let refused = loop {
        // After a restart of its server a service has to find it again.
        let told = service.post("/ceb", &[], first.as_bytes());
        let log = fs::read_to_string(service.folder.path().join("stderr")).unwrap();
        if told.status == 503 && log.contains(why) {
            break told;
        }
        assert_ne!(told.status, 200, "it was acknowledged: {log}");
    };
    assert_eq!(refused.problem(), "not-kept");
    let log = fs::read_to_string(service.folder.path().join("stderr")).unwrap();
    let line = log.lines().find(|line| line.contains(why)).unwrap();
    assert!(line.contains("document.order_no") && line.contains("damaged"), "{line}");
    service.clear(PARCELS + 1);
    assert_eq!(service.get("/ready", None).status, 200);
}

fn doctor(service: &Service, more: &[&str]) -> Run {
    let place = service.place.each_ref().map(String::as_str);
    let looks = ["doctor", "--json", "--key-file", "key", place[0], place[1]];
    tongguan_in(service.folder.path(), &[&looks[..], more].concat(), "")
}

fn levels(run: &Run, check: &str) -> Vec<String> {
    let said = run.json();
    let findings = said["findings"].as_array().unwrap().iter();
    let about = findings.filter(|finding| finding["check"] == check);
    about.map(|finding| finding["level"].as_str().unwrap().to_owned()).collect()
}
