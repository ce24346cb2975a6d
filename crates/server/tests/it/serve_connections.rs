//! `serve`: what callers can do to connections, and cannot.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::serve::{Service, on_sqlite};

/// A connection as a caller sees it.
pub struct Caller(TcpStream);

impl Caller {
    pub fn of(service: &Service) -> Self {
        let address = service.base.split_once("://").unwrap().1;
        Self(TcpStream::connect(address).unwrap())
    }

    pub fn says(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// Asks whether the service lives, and reads so much of the answer that it is known to have one.
    fn asks(&mut self) -> String {
        self.says("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
        let mut answer = Vec::new();
        let mut part = [0; 512];
        while !answer.ends_with(br#"{"status":"alive"}"#) {
            let read = self.0.read(&mut part).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
            answer.extend(&part[..read]);
        }
        String::from_utf8(answer).unwrap()
    }

    /// What is answered until the connection is closed.
    pub fn hears(&mut self) -> String {
        let mut answer = Vec::new();
        match self.0.read_to_end(&mut answer) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
            _ => String::from_utf8(answer).unwrap(),
        }
    }
}

#[test]
fn who_takes_long_over_a_head_or_says_nothing_is_left() {
    let service = Service::start(on_sqlite, "[limits]\nhead_seconds = 1\nidle_seconds = 3600\n");
    let mut silent = Caller::of(&service);
    let mut slow = Caller::of(&service);
    slow.says("GET /health HTTP/1.1\r\nho");
    let mut kept = Caller::of(&service);
    kept.asks();
    // What waits for its next request may be idle; what has begun it may not be slow.
    kept.says("GET /health HTT");
    assert!(!silent.hears().contains("200 OK"));
    assert!(!slow.hears().contains("200 OK"));
    assert!(!kept.hears().contains("200 OK"));
    assert_eq!(service.get("/health", None).status, 200);
}

#[test]
fn an_idle_connection_is_closed() {
    let service = Service::start(on_sqlite, "[limits]\nhead_seconds = 3600\nidle_seconds = 1\n");
    let mut kept = Caller::of(&service);
    kept.asks();
    assert_eq!(kept.hears(), "");
}

#[test]
fn a_head_that_has_no_end_is_refused() {
    let service = Service::start(on_sqlite, "");
    let mut endless = Caller::of(&service);
    endless.says(&format!("GET /health HTTP/1.1\r\nx: {}", "x".repeat(80 << 10)));
    assert!(endless.hears().starts_with("HTTP/1.1 431"));
}

#[test]
fn more_connections_than_there_are_places_wait_for_one() {
    let service = Service::start(on_sqlite, "[limits]\nconnections = 2\n");
    let mut first = Caller::of(&service);
    let mut second = Caller::of(&service);
    first.asks();
    second.asks();
    let mut third = Caller::of(&service);
    third.0.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    third.says("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
    let none = third.0.read(&mut [0; 1]).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::WouldBlock, "it was answered, or turned away");
    drop(first);
    third.0.set_read_timeout(None).unwrap();
    third.asks();
    second.asks();
}

#[test]
fn a_machine_that_has_no_connections_left_is_waited_for() {
    let mut service = Service::start(on_sqlite, "");
    service.start_with_files(48);
    let crowd: Vec<_> = (0..64).map(|_| Caller::of(&service)).collect();
    let said = || fs::read_to_string(service.folder.path().join("stderr")).unwrap();
    while !said().contains("cannot accept connections") {}
    drop(crowd);
    assert_eq!(service.get("/health", None).status, 200);
}

#[test]
fn callers_behind_a_known_proxy_have_limits_of_their_own() {
    let limits = "[limits]\nrequests_per_minute = 1\n";
    let known = format!("proxies = ['127.0.0.0/8']\n{limits}");
    for (settings, others) in [(known.as_str(), "200"), (limits, "429")] {
        let service = Service::start(on_sqlite, settings);
        let asks = |address: &str| {
            let mut caller = Caller::of(&service);
            caller.says(&format!(
                "GET /api/v1/codes HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                 x-forwarded-for: {address}\r\n\r\n"
            ));
            caller.hears()[9..12].to_owned()
        };
        assert_eq!(asks("203.0.113.1"), "200");
        assert_eq!(asks("203.0.113.1"), "429");
        assert_eq!(asks("203.0.113.2"), others);
    }
}
