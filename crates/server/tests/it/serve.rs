//! `serve`: messages in and responses out by HTTP, as an enterprise's program uses it.

mod archives;
mod full_disk;
mod subscribers;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::parcels::ParcelFilter;
use tongguan_domain::access::Reach;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::cast::{Cast, Signing};
use tongguan_testkit::parcels::{Messages, parcel};
use tongguan_testkit::postgres::database;

use crate::gateway::registration;
use crate::run::{tongguan, tongguan_in};

/// A service that runs on an installation of its own.
pub struct Service {
    child: Child,
    pub base: String,
    pub agent: ureq::Agent,
    pub cast: Cast,
    pub place: [String; 2],
    pub folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Told {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let told = self.json();
        assert_eq!(told["status"], self.status, "{self:?}");
        told["type"].as_str().unwrap().replace("urn:tongguan:problem:", "")
    }
}

impl Service {
    /// Everybody is registered, guaranteed for and trusted. `limits` are lines of the settings.
    pub fn start(place: impl Fn(&Path) -> [String; 2], settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cast = Cast::new(11, Signing::Sm2).unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("trust")).unwrap();
        fs::write(at("trust/root.pem"), cast.authority().certificate().to_pem()).unwrap();
        fs::write(at("parties.toml"), registration(&cast, |_| true, "1000000")).unwrap();
        let place = place(folder.path());
        let imported = ["registry", "import", "parties.toml", &place[0], &place[1]];
        let run = tongguan_in(folder.path(), &imported, "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        let key = place[0].trim_start_matches('-');
        let config = format!("{key} = '{}'\nkey_file = 'key'\n{settings}", place[1]);
        fs::write(at("tongguan.toml"), config).unwrap();
        let agent = ureq::Agent::config_builder();
        let agent = agent.http_status_as_error(false).max_redirects(0).build().into();
        let (child, base) = serve(folder.path());
        Self { child, base, agent, cast, place, folder }
    }

    /// Ends it as an operator does, and starts it anew.
    pub fn start_again(&mut self) {
        self.end();
        (self.child, self.base) = serve(self.folder.path());
    }

    /// The same, on a machine that gives it so many files and connections.
    pub fn start_with_files(&mut self, files: u32) {
        self.end();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_tongguan"));
        (self.child, self.base) = serve_by(command, self.folder.path());
    }

    /// Kills it, and starts it anew.
    pub fn killed(&mut self) {
        self.kill();
        self.serve_again();
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts anew what has ended.
    pub fn serve_again(&mut self) {
        (self.child, self.base) = serve(self.folder.path());
    }

    pub fn end(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    /// A key for a mailbox.
    pub fn key(&self, mailbox: &str) -> Value {
        let issue = ["access", "issue", "--json", "--purpose", "ERP", "--mailbox", mailbox];
        let place = self.place.each_ref().map(String::as_str);
        let run = tongguan_in(self.folder.path(), &[&issue[..], &place].concat(), "");
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        run.json()
    }

    pub fn get(&self, path: &str, key: Option<&str>) -> Told {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        told(request.call().unwrap())
    }

    /// Reads as somebody who signed in.
    pub fn with(&self, cookie: &str, path: &str) -> Told {
        let request = self.agent.get(format!("{}{path}", self.base));
        told(request.header("cookie", cookie).call().unwrap())
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Told {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        told(request.send(body).unwrap())
    }

    /// Its store, opened beside it.
    pub fn store(&self) -> Store {
        let [kind, place] = &self.place;
        let target = match kind.as_str() {
            "--data" => Target::Sqlite(place.into()),
            _ => Target::Postgres(place.clone()),
        };
        let now = Moment::parse_wire("20260302095900").unwrap();
        Store::open(&target, StoreSettings::default(), now).unwrap()
    }

    pub fn messages(&self, n: u64) -> [String; 4] {
        let parcel = parcel(n, Moment::parse_wire("20260302095900").unwrap()).unwrap();
        Messages::of(&self.cast, &[parcel], n).unwrap().into_array()
    }

    /// Sends the four documents of a parcel; each is answered once it is kept.
    pub fn clear(&self, n: u64) {
        for (message, code) in self.messages(n).iter().zip(["CEB311", "CEB411", "CEB511", "CEB621"])
        {
            let told =
                self.post("/ceb", &[("content-type", "application/xml")], message.as_bytes());
            assert_eq!(told.status, 200, "{told:?}");
            let taken = told.json();
            assert_eq!((&taken["message"], &taken["documents"]), (&code.into(), &1.into()));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn serve(folder: &Path) -> (Child, String) {
    serve_by(Command::new(env!("CARGO_BIN_EXE_tongguan")), folder)
}

fn serve_by(mut command: Command, folder: &Path) -> (Child, String) {
    let mut child = command
        .current_dir(folder)
        .args(["serve", "--config", "tongguan.toml", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(folder.join("stderr")).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said = || fs::read_to_string(folder.join("stderr")).unwrap();
    let base = line.trim().strip_prefix("served at ").unwrap_or_else(|| panic!("{}", said()));
    (child, base.to_owned())
}

pub fn told(mut response: ureq::http::Response<ureq::Body>) -> Told {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Told { status, headers, body: response.body_mut().read_to_string().unwrap() }
}

pub fn on_sqlite(folder: &Path) -> [String; 2] {
    ["--data".to_owned(), folder.join("data").to_str().unwrap().to_owned()]
}

#[test]
fn a_parcel_is_cleared_over_http_on_sqlite() {
    a_parcel_is_cleared_over_http(on_sqlite);
}

#[test]
fn a_parcel_is_cleared_over_http_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    a_parcel_is_cleared_over_http(|_| ["--database".to_owned(), database.url.clone()]);
}

fn a_parcel_is_cleared_over_http(place: impl Fn(&Path) -> [String; 2]) {
    let mut service = Service::start(place, "");
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let issued = service.key(&mailbox);
    let key = issued["key"].as_str().unwrap();
    assert_eq!(service.get("/health", None).json()["status"], "alive");
    assert_eq!(service.get("/ready", None).json()["status"], "ready");
    service.clear(1);

    // Nothing is lost over a new start, whether it lay in a mailbox already or not.
    service.start_again();
    let path = format!("/mailbox/{mailbox}");
    let read = service.get(&format!("{path}?wait=30"), Some(key)).json();
    let letters = read["letters"].as_array().unwrap();
    assert_eq!(letters[0]["n"], 1);
    let kinds = |letters: &[Value]| -> Vec<String> {
        let messages = letters.iter().flat_map(|letter| letter["messages"].as_array().unwrap());
        messages.map(|message| message["type"].as_str().unwrap().to_owned()).collect()
    };
    let all = service.get(&format!("{path}?after=0"), Some(key)).json();
    let mut seen = kinds(all["letters"].as_array().unwrap());
    seen.sort();
    assert_eq!(seen, ["CEB312"], "{all}");
    let again = service.get(&format!("{path}?after=0"), Some(key)).json();
    assert_eq!(again, all, "what was read can be read again");

    let bearer = format!("Bearer {key}");
    let with_key = [("authorization", bearer.as_str())];
    let read = service.post(&format!("{path}/1/ack"), &with_key, b"");
    assert_eq!((read.status, read.body.as_str()), (204, ""));
    assert_eq!(service.get(&path, Some(key)).json()["letters"], Value::Array(Vec::new()));
    let beyond = service.post(&format!("{path}/9/ack"), &with_key, b"");
    assert_eq!((beyond.status, beyond.problem()), (404, "nothing-there".to_owned()));

    // Whoever waits is told of what comes meanwhile.
    let next = all["next"].as_str().unwrap().to_owned();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| service.get(&format!("{next}&wait=30"), Some(key)).json());
        let [order, ..] = service.messages(2);
        assert_eq!(service.post("/ceb", &[], order.as_bytes()).status, 200);
        assert_eq!(waiting.join().unwrap()["letters"][0]["n"], 2);
    });

    // Nobody who waits keeps the service from ending, or is cut off. Whoever was not yet heard when it ended
    // is refused, and that shows nothing; then it is tried again.
    let told = loop {
        let request = service.agent.get(format!("{}{path}?after=2&wait=60", service.base));
        let request = request.header("authorization", format!("Bearer {key}"));
        let waiting = std::thread::spawn(move || request.call());
        service.get(&path, Some(key));
        service.end();
        if let Ok(answered) = waiting.join().unwrap() {
            break told(answered);
        }
        (service.child, service.base) = serve(service.folder.path());
    };
    assert_eq!(told.json()["letters"], Value::Array(Vec::new()), "{told:?}");
}

#[test]
fn a_party_finds_its_parcels_soon_on_sqlite() {
    a_party_finds_its_parcels_soon(on_sqlite);
}

#[test]
fn a_party_finds_its_parcels_soon_on_postgres() {
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    a_party_finds_its_parcels_soon(|_| ["--database".to_owned(), database.url.clone()]);
}

fn a_party_finds_its_parcels_soon(place: impl Fn(&Path) -> [String; 2]) {
    let service = Service::start(place, "");
    service.clear(1);
    let enquiries = Enquiries::new(service.store());
    let code = service.cast.merchant.party.codes[0].clone();
    let merchant = enquiries.registry().unwrap().named(&code).unwrap().id;
    let is_listed = || {
        let (reach, all) = (Reach::Party(merchant), ParcelFilter::default());
        let rows = enquiries.parcels(reach, &all, None, 10).unwrap().rows;
        rows.iter().any(|row| row.status == ReturnStatus::Released)
    };
    // Nobody tells when a list was kept, and each look takes a moment.
    while !is_listed() {
        service.get("/ready", None);
    }
    let [kind, place] = &service.place;
    let rebuild = ["rebuild", "parcels", "--json", kind, place];
    let run = tongguan_in(service.folder.path(), &rebuild, "");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    while !is_listed() {
        service.get("/ready", None);
    }
}

#[test]
fn the_declarant_reads_release_and_tax_bill() {
    let service = Service::start(on_sqlite, "");
    let mailbox = service.cast.carrier.mailbox().to_owned();
    let issued = service.key(&mailbox);
    service.clear(1);
    let mut texts = String::new();
    let mut next = format!("/mailbox/{mailbox}?after=0");
    while !texts.contains("CEB816Message") {
        let read = service.get(&format!("{next}&wait=30"), issued["key"].as_str()).json();
        let letters = read["letters"].as_array().unwrap();
        assert!(!letters.is_empty(), "no tax bill came: {texts}");
        for message in letters.iter().flat_map(|letter| letter["messages"].as_array().unwrap()) {
            texts.push_str(message["xml"].as_str().unwrap());
        }
        next = read["next"].as_str().unwrap().to_owned();
    }
    assert!(texts.contains("<returnStatus>800</returnStatus>"), "{texts}");
}

#[test]
fn a_mailbox_opens_to_its_own_valid_key_alone() {
    let service = Service::start(on_sqlite, "");
    let [own, other] = [&service.cast.merchant, &service.cast.carrier].map(|actor| {
        let mailbox = actor.mailbox().to_owned();
        (service.key(&mailbox), mailbox)
    });
    let path = format!("/mailbox/{}", own.1);
    let refused = |key: Option<&str>| {
        let told = service.get(&path, key);
        let acknowledged = match key {
            Some(key) => {
                let bearer = format!("Bearer {key}");
                service.post(&format!("{path}/1/ack"), &[("authorization", &bearer)], b"")
            }
            None => service.post(&format!("{path}/1/ack"), &[], b""),
        };
        assert_eq!(acknowledged.problem(), told.problem());
        (told.status, told.problem())
    };
    assert_eq!(refused(None), (401, "no-key".to_owned()));
    assert_eq!(refused(Some("tongguan_0000")), (401, "no-key".to_owned()));
    assert_eq!(refused(other.0["key"].as_str()), (403, "other-mailbox".to_owned()));
    let unknown = service.get("/mailbox/NOBODY", own.0["key"].as_str());
    assert_eq!(unknown.status, 403, "whose mailbox there is, is nobody's business");

    let number = own.0["number"].as_str().unwrap();
    let withdraw = ["access", "withdraw", number, &service.place[0], &service.place[1]];
    assert_eq!(service.get(&path, own.0["key"].as_str()).status, 200);
    let run = tongguan(&withdraw, "");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(refused(own.0["key"].as_str()), (401, "no-key".to_owned()));
    let second = service.key(&own.1);
    let number = second["number"].as_str().unwrap();
    let rotate = ["access", "rotate", number, "--json", "--overlap-hours", "0"];
    let run = tongguan(&[&rotate[..], &[&service.place[0], &service.place[1]]].concat(), "");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(refused(second["key"].as_str()), (401, "no-key".to_owned()));
    assert_eq!(service.get(&path, run.json()["key"].as_str()).status, 200);
    let list = ["access", "list", "--json", &service.place[0], &service.place[1]];
    let listed = tongguan(&list, "").json();
    let valid: Vec<_> = listed.as_array().unwrap().iter().map(|key| &key["valid"]).collect();
    assert_eq!(valid.iter().filter(|valid| ***valid == Value::Bool(true)).count(), 2, "{listed}");
    assert!(!listed.to_string().contains("tongguan_"), "the secret is nowhere: {listed}");
}

#[test]
fn what_is_wrong_is_told_in_the_callers_language() {
    let settings = "[limits]\nmessage_kib = 64\n";
    let service = Service::start(on_sqlite, settings);
    let garbage =
        service.post("/ceb", &[("accept-language", "en-GB, zh;q=0.5")], b"<CEB311Message>");
    assert_eq!((garbage.status, garbage.problem()), (422, "unreadable".to_owned()));
    assert_eq!(garbage.headers["content-language"], "en");
    let told = garbage.json();
    assert!(told["title"].as_str().unwrap().starts_with("the message was received"));
    assert!(!told["defects"].as_array().unwrap().is_empty(), "{told}");
    assert!(told["message_id"].as_str().unwrap().parse::<i64>().is_ok());

    let long = vec![b' '; 65 << 10];
    for (headers, body, status, problem) in [
        (vec![("content-type", "text/csv")], &b"1,2"[..], 415, "no-xml"),
        (vec![], &long[..], 413, "too-long"),
        (vec![("authorization", "Bearer tongguan_none")], b"<a/>", 401, "no-key"),
        (vec![("authorization", "Basic eDp5")], b"<a/>", 401, "no-key"),
    ] {
        let told = service.post("/ceb", &headers, body);
        assert_eq!((told.status, told.problem().as_str()), (status, problem));
        assert_eq!(told.headers["content-language"], "zh-Hans");
    }
    let nowhere = service.get("/nowhere", None);
    assert_eq!((nowhere.status, nowhere.problem()), (404, "no-such-page".to_owned()));
    let other = service.get("/ceb", None);
    assert_eq!((other.status, other.problem()), (405, "other-method".to_owned()));
    let key = service.key("M");
    let malformed = service.get("/mailbox/M?after=x", key["key"].as_str());
    assert_eq!((malformed.status, malformed.problem()), (400, "malformed".to_owned()));
}

#[test]
fn a_message_over_http_and_again_is_answered_once_more_and_acted_on_once() {
    let service = Service::start(on_sqlite, "");
    let mailbox = service.cast.merchant.mailbox().to_owned();
    let issued = service.key(&mailbox);
    let [order, ..] = service.messages(1);
    let bearer = format!("Bearer {}", issued["key"].as_str().unwrap());
    let send = || {
        let told = service.post("/ceb", &[("authorization", &bearer)], order.as_bytes());
        assert_eq!(told.json()["mailbox"], format!("/mailbox/{mailbox}"));
    };
    send();
    send();
    let path = format!("/mailbox/{mailbox}");
    let first = service.get(&format!("{path}?after=0&limit=1&wait=30"), issued["key"].as_str());
    let second = service.get(&format!("{path}?after=1&limit=1&wait=30"), issued["key"].as_str());
    let messages = |told: &Told| told.json()["letters"][0]["messages"].clone();
    assert_eq!(messages(&first)[0]["type"], "CEB312", "{first:?}");
    assert_eq!(messages(&first), messages(&second), "the same answer, byte for byte");
}

/// A client that announces a message and lets the service wait for it.
struct Dawdler(TcpStream);

impl Dawdler {
    fn new(service: &Service, bytes: usize) -> Self {
        let mut stream = TcpStream::connect(service.base.trim_start_matches("http://")).unwrap();
        write!(stream, "POST /ceb HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n<")
            .unwrap();
        Self(stream)
    }

    fn answer(mut self) -> String {
        let mut answer = [0; 12];
        self.0.read_exact(&mut answer).unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    }
}

#[test]
fn a_message_for_which_there_is_no_room_is_turned_away_at_once() {
    let settings = "[limits]\nmessage_kib = 64\nkib_in_flight = 64\nanswer_seconds = 5\n";
    let service = Service::start(on_sqlite, settings);
    let [order, ..] = service.messages(1);
    let dawdler = Dawdler::new(&service, 64 << 10);
    // Its announcement is read some time after it was written.
    while service.get("/ready", None).status == 200 {}
    let turned_away = service.post("/ceb", &[], order.as_bytes());
    assert_eq!((turned_away.status, turned_away.problem()), (503, "busy".to_owned()));
    assert_eq!(turned_away.headers["retry-after"], "1");
    assert_eq!(service.get("/health", None).status, 200);
    assert_eq!(dawdler.answer(), "HTTP/1.1 400", "it is waited for no longer than for an answer");
    assert_eq!(service.post("/ceb", &[], order.as_bytes()).status, 200, "there is room again");
}

#[test]
fn settings_that_cannot_be_used_are_told_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tongguan.toml"), "\nlisten = 'nowhere'\n").unwrap();
    let run = tongguan_in(folder.path(), &["serve", "--config", "tongguan.toml"], "");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("tongguan.toml") && run.err.contains("line 2"), "{}", run.err);
}
