//! A receiver of webhooks on this machine, which answers as a test says and remembers what came.

use std::collections::VecDeque;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver. It ends with the process.
pub struct Receiver {
    /// Its address.
    pub url: String,
    kept: Arc<Kept>,
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its headers, with small letters, in order.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Kept {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    came: Vec<Came>,
    /// The statuses of the next answers; then 204.
    answers: VecDeque<u16>,
    is_silent: bool,
}

impl Receiver {
    /// One that takes everything.
    ///
    /// # Panics
    /// When this machine gives no port.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its receiver")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/in", listener.local_addr().expect("an address"));
        let kept = Arc::new(Kept::default());
        let shared = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = shared.clone();
                // Whoever hangs up in the middle of a request has sent none.
                thread::spawn(move || drop(kept.serve(&stream)));
            }
        });
        Self { url, kept }
    }

    /// One that takes everything in and answers nothing.
    pub fn silent() -> Self {
        let receiver = Self::start();
        receiver.falls_silent();
        receiver
    }

    /// Answers nothing from now on.
    pub fn falls_silent(&self) {
        self.kept.lock().is_silent = true;
    }

    /// Answers from now on; who waits for an answer goes on waiting.
    pub fn wakes(&self) {
        self.kept.lock().is_silent = false;
    }

    /// Answers the next requests so.
    pub fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.kept.lock().answers.extend(statuses);
    }

    /// What came so far, and was answered or will not be.
    pub fn came(&self) -> Vec<Came> {
        self.kept.lock().came.clone()
    }

    /// What came, as soon as it is so many requests.
    ///
    /// # Panics
    /// When they do not come.
    pub fn wait_for(&self, number: usize) -> Vec<Came> {
        let (state, waited) = self
            .kept
            .changed
            .wait_timeout_while(self.kept.lock(), PATIENCE, |state| state.came.len() < number)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "{} of {number} requests came", state.came.len());
        state.came.clone()
    }
}

impl Came {
    /// A header's value; nothing where there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The event in it.
    ///
    /// # Panics
    /// When it holds none.
    #[expect(clippy::expect_used, reason = "what came must be an event")]
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// How many of its signatures a secret made: verified as a stranger would, by the text of Standard
    /// Webhooks and RFC 2104, with nothing of the code that signs.
    pub fn signatures_of(&self, secret: &str) -> usize {
        let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
        let (Some(key), true) = (key, secret.len() > 24) else { return 0 };
        let mut text = Vec::new();
        for header in ["webhook-id", "webhook-timestamp"] {
            text.extend_from_slice(self.header(header).as_bytes());
            text.push(b'.');
        }
        text.extend_from_slice(&self.body);
        let wanted = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &text)));
        self.header("webhook-signature").split(' ').filter(|it| **it == wanted).count()
    }
}

/// RFC 2104, for keys up to a block.
fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        while let Some(came) = request(&mut reader)? {
            let mut state = self.lock();
            state.came.push(came);
            let status = state.answers.pop_front().unwrap_or(204);
            let is_silent = state.is_silent;
            drop(state);
            self.changed.notify_all();
            if is_silent {
                // Until the other side hangs up.
                return reader.read(&mut [0]).map(drop);
            }
            let length = if status == 204 { "" } else { "content-length: 0\r\n" };
            (&mut &*stream).write_all(format!("HTTP/1.1 {status} x\r\n{length}\r\n").as_bytes())?;
        }
        Ok(())
    }
}

pub(crate) fn request(reader: &mut impl std::io::BufRead) -> std::io::Result<Option<Came>> {
    Ok(request_line(reader)?.map(|(_, came)| came))
}

/// The same with its first line: `GET /in HTTP/1.1`.
pub(crate) fn request_line(
    reader: &mut impl std::io::BufRead,
) -> std::io::Result<Option<(String, Came)>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut line = String::new();
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().unwrap_or(0);
        }
        headers.push((name, value));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((first, Came { headers, body })))
}
