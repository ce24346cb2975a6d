//! `serve` with a standby that pages and reports are read from, as people and programs meet it.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use ::postgres::{Client, NoTls};
use serde_json::Value;
use tongguan_testkit::postgres::{Server, leave_out};

use crate::run::{Run, tongguan_in};
use crate::serve::{Service, Told};

const CHANGES: &str = "/api/v1/proposed-changes";

/// A primary, a standby that follows it, and a service that reads from both.
struct Window {
    primary: Server,
    standby: Server,
    service: Service,
    /// Where it tells what is measured.
    metrics: String,
}

/// Somebody who has signed in, with what the service gives a browser.
struct Person {
    session: String,
    token: String,
    /// The cookie that says how far the database had come when this person last wrote.
    position: Option<String>,
}

impl Window {
    /// None where there is no server; the reason has been said loudly.
    fn open() -> Option<Self> {
        let primary = match Server::start_archiving() {
            Ok(server) => server,
            Err(reason) => {
                leave_out(&reason);
                return None;
            }
        };
        let standby = primary.follower().unwrap();
        // Given back at once, for the service; two that ask get two.
        let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let (url, read) = (primary.url("postgres"), standby.url("postgres"));
        let settings = format!(
            "[metrics]\nlisten = '{metrics}'\n[standbys]\nurls = ['{read}']\nbehind_seconds = 3600\n\
             [people]\nsecond_factor_required = false\n"
        );
        let service = Service::start(|_: &Path| ["--database".to_owned(), url.clone()], &settings);
        for (name, role, office) in [
            ("zhang", "supervisor", "2916"),
            ("liu", "supervisor", "2916"),
            ("root", "system-administrator", ""),
        ] {
            service.admit(name, role, office);
        }
        let window = Self { primary, standby, service, metrics };
        window.wait_for("tongguan_standby_left_out", "0");
        Some(window)
    }

    fn person(&self, name: &str) -> Person {
        let session = self.service.sign_in(name);
        let told = self.service.with(&session, "/api/v1/session").json();
        Person { session, token: told["form_token"].as_str().unwrap().to_owned(), position: None }
    }

    /// Waits until that is measured of the standby.
    fn wait_for(&self, name: &str, value: &str) {
        for _ in 0..1_500 {
            if self.measured(name).as_deref() == Some(value) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        panic!("{name} did not become {value}: {:?}", self.measured(name));
    }

    fn measured(&self, name: &str) -> Option<String> {
        let url = format!("http://{}/metrics", self.metrics);
        let text = self.service.agent.get(url).call().unwrap().body_mut().read_to_string().unwrap();
        let mut lines = text.lines().filter(|line| line.starts_with(&format!("{name}{{")));
        lines.next().map(|line| line.rsplit(' ').next().unwrap().to_owned())
    }

    fn pause(&self) {
        self.at_standby("SELECT pg_wal_replay_pause()::TEXT");
        while self.at_standby("SELECT pg_get_wal_replay_pause_state()") != "paused" {
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    fn at_standby(&self, text: &str) -> String {
        let mut client = Client::connect(&self.standby.url("postgres"), NoTls).unwrap();
        client.query_one(text, &[]).unwrap().get(0)
    }

    /// Waits until the standby has replayed everything.
    fn wait_until_replayed(&self) {
        let mut primary = Client::connect(&self.primary.url("postgres"), NoTls).unwrap();
        let at = "SELECT pg_current_wal_flush_lsn()::TEXT";
        let at: String = primary.query_one(at, &[]).unwrap().get(0);
        let has = format!("SELECT (pg_last_wal_replay_lsn() >= '{at}')::TEXT");
        while self.at_standby(&has) != "true" {
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// How many changes somebody sees proposed.
    fn changes_seen_by(&self, person: &Person) -> usize {
        let told = self.service.with(&person.cookies(), CHANGES);
        assert_eq!(told.status, 200, "{told:?}");
        told.json()["items"].as_array().unwrap().len()
    }

    fn doctor(&self, standby: &str) -> Run {
        let url = self.primary.url("postgres");
        let ask = ["doctor", "--fast", "--json", "--key-file", "key", "--database", &url];
        tongguan_in(self.service.folder.path(), &[&ask[..], &["--standby", standby]].concat(), "")
    }
}

impl Person {
    fn cookies(&self) -> String {
        match &self.position {
            Some(position) => format!("{}; {position}", self.session),
            None => self.session.clone(),
        }
    }

    /// Proposes a change, and keeps what a browser keeps.
    fn propose(&mut self, window: &Window) -> Told {
        let cookies = self.cookies();
        let headers = [
            ("cookie", cookies.as_str()),
            ("x-form-token", self.token.as_str()),
            ("content-type", "application/json"),
        ];
        let body = r#"{"setting": "waiting_days", "value": "15", "reason": "as agreed"}"#;
        let told = window.service.post(CHANGES, &headers, body.as_bytes());
        assert_eq!(told.status, 201, "{told:?}");
        let kept = told.headers.get_all("set-cookie").iter();
        let mut kept = kept.filter_map(|it| it.to_str().unwrap().split(';').next());
        let position = kept.find(|it| it.starts_with("position="));
        self.position = Some(position.unwrap().to_owned());
        told
    }
}

fn found(run: &Run) -> Value {
    let told = run.json();
    let mut findings = told["findings"].as_array().unwrap().iter();
    findings.find(|it| it["check"] == "standbys").cloned().unwrap()
}

#[test]
fn strangers_see_the_standby_and_whoever_has_written_what_he_wrote() {
    let Some(window) = Window::open() else { return };
    let (mut zhang, liu, root) =
        (window.person("zhang"), window.person("liu"), window.person("root"));
    window.wait_until_replayed();
    assert_eq!((window.changes_seen_by(&zhang), window.changes_seen_by(&liu)), (0, 0));
    window.pause();
    let told = zhang.propose(&window);
    assert_eq!(window.changes_seen_by(&zhang), 1, "it was written a moment ago");
    assert_eq!(window.changes_seen_by(&liu), 0, "it was read from the standby");
    // What a browser makes up is believed to be far on.
    let liar = Person { position: Some("position=x".to_owned()), ..window.person("liu") };
    assert_eq!(window.changes_seen_by(&liar), 1);

    let read = || window.measured("tongguan_standby_reads_total");
    let before = read();
    let file = window.service.with(&liu.session, "/api/v1/declarations.csv");
    assert_eq!((file.status, file.body.lines().count()), (200, 1), "{}", file.body);
    assert_ne!(read(), before, "a file is read from the standby, too");

    // A program says what it has to see, or is shown the primary.
    let key = window.service.key(window.service.cast.merchant.mailbox());
    window.service.clear(1);
    let bearer = format!("Bearer {}", key["key"].as_str().unwrap());
    let status_of = |position: Option<&str>| {
        let path = format!("{}/api/v1/declarations/TG000000000001", window.service.base);
        let mut request = window.service.agent.get(path).header("authorization", &bearer);
        if let Some(position) = position {
            request = request.header("tongguan-position", position);
        }
        request.call().unwrap().status().as_u16()
    };
    let written = told.headers["tongguan-position"].to_str().unwrap();
    assert!(zhang.position.as_deref().unwrap().ends_with(written));
    assert_eq!([None, Some("0/0"), Some(written), Some("?")].map(status_of), [200, 404, 200, 200]);

    // Who signs in is checked at the primary, and nothing of the service waits for the standby.
    assert_eq!(window.service.get("/ready", None).status, 200);
    let system = window.service.with(&root.session, "/api/v1/system").json();
    assert_eq!(system["standbys"][0]["trouble"], Value::Null);
    let page = window.service.with(&root.session, "/system").body;
    assert!(
        page.contains("使用中") && page.contains(system["standbys"][0]["name"].as_str().unwrap())
    );
    window.at_standby("SELECT pg_wal_replay_resume()::TEXT");
    window.wait_until_replayed();
    assert_eq!(window.changes_seen_by(&liu), 1);
}

#[test]
fn pages_go_on_where_the_standby_fails_and_use_it_again() {
    let Some(window) = Window::open() else { return };
    let (mut zhang, liu) = (window.person("zhang"), window.person("liu"));
    zhang.propose(&window);
    window.wait_until_replayed();
    // The standby keeps a lock whose end it has not replayed: whoever reads there is stopped after a while.
    let mut primary = Client::connect(&window.primary.url("postgres"), NoTls).unwrap();
    let lock =
        "BEGIN; LOCK TABLE parameter_proposal IN ACCESS EXCLUSIVE MODE; SELECT pg_switch_wal()";
    primary.batch_execute(lock).unwrap();
    let locked = "SELECT COUNT(*)::TEXT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND \
                  relation = 'parameter_proposal'::REGCLASS";
    while window.at_standby(locked) != "1" {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    window.pause();
    primary.batch_execute("COMMIT").unwrap();
    assert_eq!(window.changes_seen_by(&liu), 1, "the primary is asked again");
    assert_eq!(window.measured("tongguan_standby_asked_again_total").as_deref(), Some("1"));
    window.at_standby("SELECT pg_wal_replay_resume()::TEXT");

    window.standby.kill().unwrap();
    assert_eq!(window.changes_seen_by(&liu), 1, "before anybody has looked");
    window.wait_for("tongguan_standby_left_out", "1");
    assert_eq!(window.service.get("/ready", None).status, 200);
    assert_eq!(window.changes_seen_by(&liu), 1);
    let standby = window.standby.url("postgres");
    let doctor = found(&window.doctor(&standby));
    assert!(doctor["level"] == "warn" && doctor["where"].as_str().unwrap().contains("tongguan-pg"));
    window.standby.restart().unwrap();
    window.wait_for("tongguan_standby_left_out", "0");
    let read = window.measured("tongguan_standby_reads_total").unwrap();
    assert_eq!(window.changes_seen_by(&liu), 1);
    assert_ne!(window.measured("tongguan_standby_reads_total").unwrap(), read);
    assert_eq!(found(&window.doctor(&standby))["level"], "ok");
    let another = window.doctor(&window.primary.url("template1"));
    assert_eq!((another.status, &found(&another)["level"]), (1, &"fail".into()), "{}", another.out);
    let page = include_str!("../../../../docs/reference/metrics.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `tongguan_standby_"));
    let names: Vec<_> = rows.filter_map(|row| row.split('`').next()).collect();
    assert_eq!(names.len(), 4);
    for name in names {
        assert!(window.measured(&format!("tongguan_standby_{name}")).is_some(), "{name}");
    }
    let said = std::fs::read_to_string(window.service.folder.path().join("stderr")).unwrap();
    for told in ["are read from the standby", "is left out: it does not answer"] {
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn commands_that_only_look_read_from_the_standby_that_they_are_given() {
    let Some(window) = Window::open() else { return };
    window.service.clear(2);
    let standby = window.standby.url("postgres");
    let at_standby = |ask: &[&str]| {
        let ask = [ask, &["--database", &standby]].concat();
        tongguan_in(window.service.folder.path(), &ask, "")
    };
    window.wait_until_replayed();
    let people = at_standby(&["people", "list", "--json"]);
    assert_eq!(people.status, 0, "{}", people.err);
    assert!(people.out.contains("zhang"), "{}", people.out);
    let history = at_standby(&["registry", "history", "--json"]);
    assert_eq!(history.status, 0, "{}", history.err);
    assert_ne!(history.json()["events"], serde_json::json!([]));
    // Every record of the log is read, and computed anew.
    let log = at_standby(&["verify-log", "--key-file", "key", "--json"]);
    assert_eq!(log.status, 0, "{}{}", log.out, log.err);

    for ask in [&["people", "shut-out", "liu"][..], &["rebuild", "parcels"]] {
        let refused = at_standby(ask);
        assert_ne!(refused.status, 0, "{ask:?}: {}", refused.out);
        assert!(refused.err.contains("is a standby, which takes nothing"), "{}", refused.err);
    }
}
