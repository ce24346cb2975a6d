//! The sender against receivers on this machine.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread::{self, JoinHandle};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::ResolvedSocketAddrs;
use ureq::unversioned::transport::NextTimeout;

use super::*;

const WITHIN: Duration = Duration::from_secs(10);

/// Stands for one list of addresses after the other; the last one stays.
#[derive(Debug)]
struct Names(Arc<Mutex<Vec<Vec<SocketAddr>>>>);

impl Names {
    fn of<const N: usize>(answers: [&[SocketAddr]; N]) -> (Self, Arc<Mutex<Vec<Vec<SocketAddr>>>>) {
        let answers = Arc::new(Mutex::new(answers.map(<[_]>::to_vec).to_vec()));
        (Self(answers.clone()), answers)
    }
}

impl Resolver for Names {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut found = self.empty();
        self.0.lock().unwrap().remove(0).into_iter().for_each(|address| found.push(address));
        Ok(found)
    }
}

/// Rules by which this machine may be sent to.
fn loopback() -> Rules {
    Rules { http: true, networks: vec!["127.0.0.1/32".parse().unwrap()], ..Rules::default() }
}

fn post(url: String) -> Post {
    let headers = vec![("webhook-id", "msg_1".to_owned())];
    Post { url, headers, body: b"{}".to_vec() }
}

/// Answers one request with these bytes; gives what was asked.
fn receiver(answer: &'static [u8]) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = request(&mut stream);
        // Whoever has seen enough of an answer does not read the rest.
        let _ = stream.write_all(answer);
        asked
    });
    (at, serving)
}

/// A request whose body is `{}`.
fn request(stream: &mut TcpStream) -> String {
    let mut asked = Vec::new();
    let mut byte = [0];
    while !asked.ends_with(b"\r\n\r\n{}") && stream.read(&mut byte).unwrap() == 1 {
        asked.push(byte[0]);
    }
    String::from_utf8(asked).unwrap()
}

#[test]
fn an_event_is_posted_with_its_headers_and_the_answer_told() {
    let (at, serving) = receiver(b"HTTP/1.1 201 Created\r\ncontent-length: 4\r\n\r\nkept");
    let answer = Sender::new(loopback(), WITHIN).post(&post(format!("http://{at}/in?a=b")));
    assert_eq!(answer, Ok(Answer { status: 201, body: "kept".to_owned() }));
    let asked = serving.join().unwrap();
    assert!(asked.starts_with("POST /in?a=b HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("webhook-id: msg_1\r\n"), "{asked}");
}

#[test]
fn a_redirection_is_an_answer_and_not_followed() {
    let head = b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let (at, _serving) = receiver(head);
    let answer = Sender::new(loopback(), WITHIN).post(&post(format!("http://{at}/")));
    assert_eq!(answer.unwrap().status, 307);
}

#[test]
fn of_a_long_body_only_the_beginning_is_read() {
    let (at, _serving) = {
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{}", "a".repeat(9000));
        receiver(answer.leak().as_bytes())
    };
    let answer = Sender::new(loopback(), WITHIN).post(&post(format!("http://{at}/"))).unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 4096));
}

#[test]
fn a_receiver_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let sender = Sender::new(loopback(), Duration::from_millis(50));
    let NotSent(why) = sender.post(&post(url)).unwrap_err();
    assert!(why.starts_with("no answer within"), "{why}");
}

#[test]
fn what_does_not_lead_to_the_internet_is_not_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap();
    let usual = || Rules { http: true, ports: vec![here.port()], ..Rules::default() };
    let public = SocketAddr::new(IpAddr::from([1, 1, 1, 1]), here.port());
    for answers in [&[here][..], &[public, here], &[here, public]] {
        let (names, _) = Names::of([answers]);
        let sender = Sender::with(usual(), WITHIN, &[], names);
        let url = format!("http://receiver.example:{}/", here.port());
        let NotSent(why) = sender.post(&post(url)).unwrap_err();
        assert!(why.contains("this machine"), "{why}");
    }
    // Texts that the system takes for addresses of this machine, though they look otherwise.
    for host in ["localhost", "2130706433", "0x7f.1", "127.1", "0"] {
        let url = format!("http://{host}:{}/", here.port());
        let refused = Sender::new(usual(), WITHIN).post(&post(url)).unwrap_err();
        let why = ["this machine", "this house", "not known"];
        assert!(why.iter().any(|why| refused.0.contains(why)), "{host}: {}", refused.0);
    }
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody came");
}

#[test]
fn a_name_that_changes_its_meaning_after_it_was_judged_leads_nowhere_else() {
    let (good, serving) = receiver(b"HTTP/1.1 204 No\r\n\r\n");
    let bad = TcpListener::bind("127.0.0.2:0").unwrap();
    let bad_at = bad.local_addr().unwrap();
    let (names, left) = Names::of([&[good], &[bad_at], &[bad_at]]);
    let sender = Sender::with(loopback(), WITHIN, &[], names);
    let answer = sender.post(&post("http://rebinding.example/".to_owned()));
    assert_eq!(answer.unwrap().status, 204);
    serving.join().unwrap();
    assert_eq!(left.lock().unwrap().len(), 2, "the name was looked up once");

    let refused = sender.post(&post("http://rebinding.example/".to_owned())).unwrap_err();
    assert!(
        refused.0.contains("this machine"),
        "what it stands for next is judged anew: {refused}"
    );
    bad.set_nonblocking(true).unwrap();
    assert!(bad.accept().is_err(), "nobody came");
}

#[test]
fn a_receiver_is_known_by_its_certificate() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(
        vec![cert.der().clone()],
        rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap(),
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let config = Arc::new(config);
    let serving = thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            let mut asked = Vec::new();
            let mut byte = [0];
            // Whoever does not trust the certificate ends the handshake.
            while !asked.ends_with(b"\r\n\r\n{}") && matches!(stream.read(&mut byte), Ok(1)) {
                asked.push(byte[0]);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let stranger = Sender::new(loopback(), WITHIN).post(&post(url.clone())).unwrap_err();
    assert!(stranger.0.contains("certificate"), "{stranger}");
    let known = [Certificate::from_der(cert.der()).to_owned()];
    let sender = Sender::with(loopback(), WITHIN, &known, DefaultResolver::default());
    assert_eq!(sender.post(&post(url)).unwrap().status, 200);
    serving.join().unwrap();
}
