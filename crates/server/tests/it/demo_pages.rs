//! `tongguan demo` ends with its pages up, and with somebody of each role to sign in as.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tongguan_domain::access::Role;

use crate::demo::folder;

/// A demonstration that shows its pages.
struct Demo {
    child: Child,
    out: BufReader<ChildStdout>,
    told: Value,
    _folder: TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        let mut child = Command::new(env!("CARGO_BIN_EXE_tongguan"))
            .args(["demo", "--json", "--parcels", "60", "--exports", "8", "--seed", "7"])
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        Self { child, out, told: serde_json::from_str(&line).unwrap(), _folder: folder }
    }

    fn base(&self) -> &str {
        self.told["pages"]["address"].as_str().unwrap()
    }

    fn person(&self, role: Role) -> &Value {
        let people = self.told["pages"]["people"].as_array().unwrap();
        people.iter().find(|person| person["role"] == role.name()).unwrap()
    }

    /// A page as that person sees it who signs in for it.
    fn seen_by(&self, role: Role, address: &str) -> String {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent = ureq::Agent::from(agent.build());
        let person = self.person(role);
        let [name, password] = ["sign_in", "password"].map(|of| person[of].as_str().unwrap());
        let form = [("sign_in", name), ("password", password), ("next", address)];
        let sent = agent.post(format!("{}/sign-in", self.base())).send_form(form).unwrap();
        assert_eq!(sent.headers()["location"], address, "{role:?}: {sent:?}");
        let cookie = sent.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let page = agent.get(format!("{}{address}", self.base())).header("cookie", cookie);
        let mut page = page.header("accept-language", "en").call().unwrap();
        assert_eq!(page.status(), 200, "{role:?} {address}");
        page.body_mut().read_to_string().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_pages_stay_up_for_somebody_of_each_role_until_they_are_ended() {
    let mut demo = Demo::start();
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Program) {
        assert!(demo.person(role)["password"].as_str().unwrap().len() >= 12, "{role:?}");
    }
    let clerk = demo.seen_by(Role::Clerk, "/account");
    assert!(clerk.contains("Enterprise clerk"), "{clerk}");
    let queue = demo.seen_by(Role::Officer, "/queue");
    assert!(queue.contains("Reviewing officer"), "{queue}");
    assert!(!queue.contains("Nothing waits here"), "the traffic leaves something: {queue}");
    for status in ["300", "500", "502"] {
        let queue = demo.seen_by(Role::Supervisor, &format!("/queue?status={status}"));
        assert!(!queue.contains("Nothing waits here"), "{status}: {queue}");
    }
    let system = demo.seen_by(Role::SystemAdministrator, "/system");
    // The first sample is taken at the start, and says how much memory the process holds.
    let mut board = demo.seen_by(Role::SystemAdministrator, "/system/board");
    while board.contains("has just started") {
        board = demo.seen_by(Role::SystemAdministrator, "/system/board");
    }
    assert!(
        board.contains("this process — now <strong>") && board.contains("<polyline"),
        "{board}"
    );
    let (_, at) = demo.base().split_once("://").unwrap();
    assert!(system.contains(&format!("<dd>{at}</dd>")), "{at}: {system}");

    let pid = demo.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(demo.child.wait().unwrap().success());
    let mut rest = String::new();
    demo.out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "one JSON object and nothing else");
}

#[test]
fn a_port_that_is_in_use_is_told_before_anything_is_made() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (folder, at) = (folder(), taken.local_addr().unwrap().to_string());
    let data = folder.path().join("data");
    let asked = ["demo", "--parcels", "10", "--listen", &at, "--data", data.to_str().unwrap()];
    let run = crate::run::tongguan(&asked, "");
    assert_eq!(run.status, 1, "{}", run.out);
    assert!(run.err.contains("is it in use?"), "{}", run.err);
    assert!(!data.exists());
}
