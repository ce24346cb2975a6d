//! Another Tongguan over HTTP: `POST /ceb`, and the mailbox that it keeps for this window.

use std::time::Duration;

use serde_json::Value;
use tongguan_application::ports::{Arrived, NotRelayed, NotSent, Upstream};
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, parse_pem};
use ureq::{Agent, Body, Error};

use super::UnusableUpstream;
use crate::client::{self, trusted_here};

/// How long an answer is waited for.
const WITHIN: Duration = Duration::from_secs(60);
/// How long upstream is asked to wait for what comes, in seconds: a service that ends waits as long.
const WAIT_SECONDS: u64 = 2;
/// Places of the mailbox that are fetched at a time.
const MOST: u64 = 100;
/// The longest answer, in bytes.
const LONGEST: u64 = 64 << 20;

/// By what upstream is known, and this window there.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// The access key of this window's mailbox upstream.
    pub key: String,
    /// The authorities that upstream's certificate is of, as PEM; those of this machine where absent.
    pub authorities: Option<Vec<u8>>,
    /// The certificate of this window with its chain, and its key, as PEM, where upstream asks for them.
    pub certificate: Option<(Vec<u8>, Vec<u8>)>,
}

/// Another Tongguan.
#[derive(Debug)]
pub struct Http {
    agent: Agent,
    base: String,
    mailbox: String,
    bearer: String,
}

impl Http {
    /// At an address, where this window has a mailbox.
    ///
    /// # Errors
    /// [`UnusableUpstream`].
    pub fn open(base: &str, mailbox: &str, identity: &Identity) -> Result<Self, UnusableUpstream> {
        let base = base.trim_end_matches('/').to_owned();
        let address = base.parse::<Uri>().ok();
        let is_usable = address.is_some_and(|address| {
            matches!(address.scheme_str(), Some("https" | "http"))
                && address.authority().is_some_and(|it| !it.as_str().contains('@'))
                && address.query().is_none()
        });
        if !is_usable {
            return Err(UnusableUpstream::Address(base));
        }
        let roots = match &identity.authorities {
            Some(pem) => certificates("the file of authorities", pem)?,
            None => trusted_here(),
        };
        let own = identity.certificate.as_ref().map(|(chain, key)| {
            let chain = certificates("this window's certificate", chain)?;
            let key = PrivateKey::from_pem(key).map_err(|error| UnusableUpstream::Pem {
                what: "this window's key",
                why: error.to_string(),
            })?;
            Ok::<_, UnusableUpstream>(ClientCert::new_with_certs(&chain, key))
        });
        let config = client::config(&roots, own.transpose()?, WITHIN);
        let bearer = format!("Bearer {}", identity.key.trim());
        Ok(Self { agent: config.build().into(), base, mailbox: mailbox.to_owned(), bearer })
    }

    fn get(&self, path: &str) -> Result<Response<Body>, Error> {
        let request = self.agent.get(format!("{}{path}", self.base));
        request.header("authorization", &self.bearer).call()
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<Response<Body>, Error> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request.header("authorization", &self.bearer);
        request.header("content-type", "application/xml").send(body)
    }
}

impl Upstream for Http {
    fn send(&self, _: &str, envelope: &str) -> Result<(), NotRelayed> {
        let away = |why: String, after| NotRelayed::Away { why, after };
        let mut response = self
            .post("/ceb", envelope.as_bytes())
            .map_err(|error| away(not_reached(&error), None))?;
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after");
        let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
        let after = after.map(Duration::from_secs);
        let said = problem(&mut response);
        match (status, said.as_str()) {
            (200..=299, _) => Ok(()),
            // It was kept, and its format refusal lies in the mailbox.
            (422, "unreadable") => Ok(()),
            // The key, the address or the load is at fault, and not the message.
            (401 | 403 | 404 | 405 | 408 | 425 | 429 | 502..=504, _) => {
                Err(away(answered(status, &said), after))
            }
            (300..=499, _) => Err(NotRelayed::Refused(answered(status, &said))),
            _ => Err(NotRelayed::Failed(answered(status, &said))),
        }
    }

    fn fetch(&self) -> Result<Vec<Arrived>, NotSent> {
        let path = format!("/mailbox/{}?wait={WAIT_SECONDS}&limit={MOST}", self.mailbox);
        let mut response = self.get(&path).map_err(|error| NotSent(not_reached(&error)))?;
        let status = response.status().as_u16();
        if status != 200 {
            let said = problem(&mut response);
            return Err(NotSent(answered(status, &said)));
        }
        let body = response.body_mut().with_config().limit(LONGEST).read_to_string();
        let body = body.map_err(|error| NotSent(not_reached(&error)))?;
        letters(&body).ok_or_else(|| NotSent("its mailbox holds something else".to_owned()))
    }

    fn done(&self, place: &str) -> Result<(), NotSent> {
        let path = format!("/mailbox/{}/{place}/ack", self.mailbox);
        let response = self.post(&path, b"").map_err(|error| NotSent(not_reached(&error)))?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(NotSent(answered(status, ""))),
        }
    }
}

fn certificates(
    what: &'static str,
    pem: &[u8],
) -> Result<Vec<Certificate<'static>>, UnusableUpstream> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => {
                return Err(UnusableUpstream::Pem { what, why: error.to_string() });
            }
        }
    }
    match found.is_empty() {
        true => Err(UnusableUpstream::Pem { what, why: "it holds no certificate".to_owned() }),
        false => Ok(found),
    }
}

/// The places of a mailbox with their messages.
fn letters(body: &str) -> Option<Vec<Arrived>> {
    let told: Value = serde_json::from_str(body).ok()?;
    let letters = told["letters"].as_array()?.iter().map(|letter| {
        let messages = letter["messages"].as_array()?.iter();
        let messages = messages.map(|it| Some(it["xml"].as_str()?.as_bytes().to_vec()));
        Some(Arrived {
            place: letter["n"].as_i64()?.to_string(),
            messages: messages.collect::<Option<_>>()?,
        })
    });
    letters.collect()
}

/// The name of the problem that an answer tells of, if it does.
fn problem(response: &mut Response<Body>) -> String {
    let body = response.body_mut().with_config().limit(64 << 10).read_to_string();
    let told: Option<Value> = body.ok().and_then(|body| serde_json::from_str(&body).ok());
    let kind = told.as_ref().and_then(|told| told["type"].as_str()?.rsplit(':').next());
    kind.unwrap_or_default().to_owned()
}

fn answered(status: u16, problem: &str) -> String {
    match problem {
        "" => format!("answered {status}"),
        problem => format!("answered {status}, {problem}"),
    }
}

fn not_reached(error: &Error) -> String {
    match error {
        Error::Timeout(_) => format!("no answer within {} s", WITHIN.as_secs()),
        Error::HostNotFound => "its name is not known".to_owned(),
        Error::Io(error) => format!("not reached: {}", error.kind()),
        other => format!("not reached: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    use super::*;

    /// Answers one request; gives what was asked.
    fn upstream(answer: String) -> (Http, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let serving = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut byte) = (Vec::new(), [0]);
            while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                asked.push(byte[0]);
            }
            // Whoever has seen enough of an answer does not read the rest.
            let _ = stream.write_all(answer.as_bytes());
            String::from_utf8(asked).unwrap()
        });
        let identity = Identity { key: "secret\n".to_owned(), ..Identity::default() };
        (Http::open(&base, "DXPLOC1", &identity).unwrap(), serving)
    }

    fn answer(head: &str, body: &str) -> String {
        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    }

    fn sent(head: &str, body: &str) -> Result<(), NotRelayed> {
        let (http, serving) = upstream(answer(head, body));
        let outcome = http.send("TG1", "");
        let asked = serving.join().unwrap().to_ascii_lowercase();
        assert!(asked.starts_with("post /ceb http/1.1\r\n"), "{asked}");
        assert!(asked.contains("authorization: bearer secret\r\n"), "{asked}");
        outcome
    }

    #[test]
    fn what_upstream_answers_says_what_to_do() {
        let unreadable = "{\"type\":\"urn:tongguan:problem:unreadable\"}";
        assert_eq!(sent("200 OK", "{}"), Ok(()));
        assert_eq!(sent("422 No", unreadable), Ok(()), "it was kept");
        let refused = sent("413 Long", "{\"type\":\"urn:tongguan:problem:too-long\"}");
        assert_eq!(refused, Err(NotRelayed::Refused("answered 413, too-long".into())));
        assert_eq!(sent("500 Oh", ""), Err(NotRelayed::Failed("answered 500".into())));
        let busy = Err(NotRelayed::Away {
            why: "answered 503".into(),
            after: Some(Duration::from_secs(7)),
        });
        assert_eq!(sent("503 Busy\r\nretry-after: 7", ""), busy);
        let key = sent("401 Who", "");
        assert!(
            matches!(key, Err(NotRelayed::Away { .. })),
            "the message is not at fault: {key:?}"
        );
    }

    #[test]
    fn the_mailbox_is_read_and_acknowledged() {
        let body = "{\"letters\":[{\"n\":3,\"messages\":[{\"xml\":\"<a/>\"},{\"xml\":\"<b/>\"}]}]}";
        let (http, serving) = upstream(answer("200 OK", body));
        let arrived = http.fetch().unwrap();
        let messages = vec![b"<a/>".to_vec(), b"<b/>".to_vec()];
        assert_eq!(arrived, [Arrived { place: "3".into(), messages }]);
        let asked = serving.join().unwrap();
        assert!(asked.starts_with("GET /mailbox/DXPLOC1?wait=2&limit=100 "), "{asked}");
        let (http, serving) = upstream(answer("204 No Content", ""));
        http.done("3").unwrap();
        assert!(serving.join().unwrap().starts_with("POST /mailbox/DXPLOC1/3/ack "));
        let (http, _serving) = upstream(answer("200 OK", "{\"letters\":[{\"n\":\"x\"}]}"));
        assert!(http.fetch().unwrap_err().to_string().contains("something else"));
        let (http, _serving) = upstream(answer("403 No", ""));
        assert_eq!(http.fetch(), Err(NotSent("answered 403".into())));
    }

    #[test]
    fn nobody_there_is_away() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let http = Http::open(&base, "M", &Identity::default()).unwrap();
        let outcome = http.send("TG1", "<a/>");
        assert!(matches!(&outcome, Err(NotRelayed::Away { after: None, .. })), "{outcome:?}");
    }

    #[test]
    fn an_address_that_is_none_and_a_file_that_holds_nothing_are_told() {
        for address in ["", "upstream", "ftp://a/", "https://user@a/", "https://a/?x=1"] {
            let error = Http::open(address, "M", &Identity::default()).unwrap_err();
            assert!(matches!(error, UnusableUpstream::Address(_)), "{address}: {error}");
        }
        let authorities = Some(b"nothing".to_vec());
        let identity = Identity { authorities, ..Identity::default() };
        let error = Http::open("https://a/", "M", &identity).unwrap_err();
        assert!(error.to_string().contains("holds no certificate"), "{error}");
    }
}
