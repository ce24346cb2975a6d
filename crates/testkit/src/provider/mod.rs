//! A provider of identity on this machine (OpenID Connect), which signs in whom a test says and answers as a test says.
//!
//! It is written from the standards and shares nothing with what asks it.

mod signing;

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tongguan_application::people::{SecondFactor, Terms};
use tongguan_application::ports::{Clock, ProviderClient};
use tongguan_gateways::provider::OpenIdClient;

pub use self::signing::{Key, Signature};
use crate::receiver::{Came, request_line};

/// What the service is called there, and its secret: with characters that forms and headers write differently.
const CLIENT: (&str, &str) = ("window:1", "s%cret +/");
/// How long a code and a token are good, in seconds.
const GOOD_FOR: i64 = 300;

/// What a provider does otherwise than it should.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Its metadata say another value.
    Metadata(&'static str, Value),
    /// Its ID tokens say another value; none where it is null.
    Claim(&'static str, Value),
    /// Its ID tokens are signed in another way.
    Signed(Signature),
    /// Its answers to browsers have another value; none where it is null.
    Answer(&'static str, Value),
    /// What lies at a path is so many spaces.
    Huge(&'static str, usize),
    /// At a path it takes the question and answers nothing.
    Silent(&'static str),
    /// A path leads to another one.
    Moved(&'static str, &'static str),
    /// At a path it answers with a status and nothing else.
    Fails(&'static str, u16),
    /// It asks for the client's secret in the form.
    SecretInForm,
    /// It takes a code again.
    TakesCodesTwice,
}

/// What asks providers, and waits so long for an answer.
pub fn client(within: Duration) -> Arc<dyn ProviderClient> {
    Arc::new(OpenIdClient::new(within))
}

/// A provider. It ends with the process.
pub struct OpenIdProvider {
    /// Its address.
    pub issuer: String,
    kept: Arc<Kept>,
}

struct Kept {
    issuer: String,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    faults: Vec<Fault>,
    /// The account that whoever comes is signed in to, and what is said of how.
    account: Value,
    key: Key,
    codes: BTreeMap<String, Asked>,
    /// How many logout tokens were made.
    notices: u64,
    came: Vec<String>,
}

/// What a code was given for.
#[derive(Clone)]
struct Asked {
    nonce: String,
    challenge: String,
    returns_to: String,
}

impl OpenIdProvider {
    /// One that does as it should, with a key on a curve, and signs in the account `1001`.
    ///
    /// # Panics
    /// When this machine gives no port.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its provider")]
    pub fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let issuer = format!("http://{}/realm", listener.local_addr().expect("an address"));
        let state = State {
            faults: Vec::new(),
            account: json!({ "sub": "1001" }),
            key: Key::ec("first"),
            codes: BTreeMap::new(),
            notices: 0,
            came: Vec::new(),
        };
        let kept = Arc::new(Kept { issuer: issuer.clone(), clock, state: Mutex::new(state) });
        let shared = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = shared.clone();
                // Whoever hangs up in the middle of a question has asked nothing.
                thread::spawn(move || drop(kept.serve(&stream)));
            }
        });
        Self { issuer, kept }
    }

    /// How a service is to know it under a name.
    pub fn terms(&self, id: &str) -> Terms {
        Terms {
            id: id.to_owned(),
            title: ("单位账号".to_owned(), format!("{id} account")),
            issuer: self.issuer.clone(),
            client_id: CLIENT.0.to_owned(),
            client_secret: CLIENT.1.to_owned(),
            scopes: vec!["openid".to_owned()],
            second_factor: SecondFactor::Ours,
        }
    }

    /// Does these things otherwise from now on, and everything else as it should.
    pub fn behaves(&self, faults: &[Fault]) {
        self.kept.lock().faults = faults.to_vec();
    }

    /// Signs whoever comes in to this account from now on, and says so much of how: `{"sub":…, "amr":…}`.
    pub fn signs_in(&self, account: Value) {
        self.kept.lock().account = account;
    }

    /// Signs with this key from now on, and knows no other.
    pub fn rolls_over(&self, key: Key) {
        self.kept.lock().key = key;
    }

    /// What it sends when whoever it signs in has signed out: a logout token, with these claims instead of its own,
    /// and without those that are null.
    pub fn logout_token(&self, otherwise: &Value) -> String {
        self.kept.logout_token(otherwise)
    }

    /// How often a path was asked for so far, below the issuer: `/keys`.
    pub fn asked(&self, path: &str) -> usize {
        self.kept.lock().came.iter().filter(|came| *came == path).count()
    }

    /// What a browser does that is sent there: somebody signs in, and it is sent back to this address.
    ///
    /// # Panics
    /// When it is asked for what no service should ask.
    pub fn visit(&self, url: &str) -> String {
        let query = url.strip_prefix(&format!("{}/authorize?", self.issuer));
        let Some(query) = query else { panic!("{url} is not where people sign in") };
        self.kept.authorized(query)
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        while let Some((line, came)) = request_line(&mut reader)? {
            let target = line.split(' ').nth(1).unwrap_or_default();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let path = path.strip_prefix("/realm").unwrap_or_default().to_owned();
            self.lock().came.push(path.clone());
            let Some((status, headers, body)) = self.answered(&path, query, &came) else {
                // Until the other side hangs up.
                return reader.read(&mut [0]).map(drop);
            };
            let length = body.len();
            let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\n\r\n");
            (&mut &*stream).write_all(format!("{head}{body}").as_bytes())?;
        }
        Ok(())
    }

    /// Status, headers and body; nothing where nothing is answered.
    fn answered(&self, path: &str, query: &str, came: &Came) -> Option<(u16, String, String)> {
        let faults = self.lock().faults.clone();
        for fault in &faults {
            match fault {
                Fault::Silent(at) if *at == path => return None,
                Fault::Fails(at, status) if *at == path => {
                    return Some((*status, String::new(), String::new()));
                }
                Fault::Huge(at, bytes) if *at == path => {
                    return Some((200, String::new(), " ".repeat(*bytes)));
                }
                Fault::Moved(at, to) if *at == path => {
                    let location = format!("location: {}{to}\r\n", self.issuer);
                    return Some((302, location, String::new()));
                }
                _ => {}
            }
        }
        let json = "content-type: application/json\r\n".to_owned();
        Some(match path {
            "/.well-known/openid-configuration" | "/elsewhere" => {
                (200, json, self.metadata(&faults).to_string())
            }
            "/keys" => {
                let state = self.lock();
                let foreign = json!({ "kty": "unheard-of", "kid": "x" });
                (200, json, json!({ "keys": [foreign, state.key.published()] }).to_string())
            }
            "/authorize" => {
                (303, format!("location: {}\r\n", self.authorized(query)), String::new())
            }
            "/token" => match self.tokens(came, &faults) {
                Ok(tokens) => (200, json, tokens.to_string()),
                Err(error) => (400, json, json!({ "error": error }).to_string()),
            },
            _ => (404, String::new(), String::new()),
        })
    }

    fn metadata(&self, faults: &[Fault]) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        let mut metadata = json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        for fault in faults {
            match fault {
                Fault::Metadata(name, value) => metadata[*name] = value.clone(),
                Fault::SecretInForm => {
                    metadata["token_endpoint_auth_methods_supported"] =
                        json!(["client_secret_post"]);
                }
                _ => {}
            }
        }
        metadata
    }

    /// Signs somebody in; gives where the browser is sent back to.
    fn authorized(&self, query: &str) -> String {
        let asked = fields(query.as_bytes());
        let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
        assert_eq!(text("response_type"), "code");
        assert_eq!(text("client_id"), CLIENT.0);
        assert_eq!(text("code_challenge_method"), "S256");
        assert!(text("scope").split(' ').any(|it| it == "openid"), "{asked:?}");
        assert!(text("state").len() >= 32 && text("nonce").len() >= 32, "{asked:?}");
        let mut state = self.lock();
        let code = format!("code {}+{}", state.codes.len(), self.clock.now().micros());
        let (nonce, challenge) = (text("nonce"), text("code_challenge"));
        let returns_to = text("redirect_uri");
        state
            .codes
            .insert(code.clone(), Asked { nonce, challenge, returns_to: returns_to.clone() });
        let mut answer = BTreeMap::from([
            ("code", code),
            ("state", text("state")),
            ("iss", self.issuer.clone()),
        ]);
        for fault in &state.faults {
            match fault {
                Fault::Answer(name, Value::Null) => drop(answer.remove(name)),
                Fault::Answer(name, value) => {
                    answer.insert(name, value.as_str().unwrap_or_default().to_owned());
                }
                _ => {}
            }
        }
        let answer = form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
        format!("{returns_to}?{answer}")
    }

    /// What a code is exchanged for, or the error of RFC 6749.
    fn tokens(&self, came: &Came, faults: &[Fault]) -> Result<Value, &'static str> {
        let form = fields(&came.body);
        let text = |name: &str| form.get(name).cloned().unwrap_or_default();
        let is_known = match faults.contains(&Fault::SecretInForm) {
            true => {
                (text("client_id"), text("client_secret")) == (CLIENT.0.into(), CLIENT.1.into())
            }
            false => is_basic(came.header("authorization")) && !form.contains_key("client_secret"),
        };
        if !is_known {
            return Err("invalid_client");
        }
        let code = text("code");
        let mut state = self.lock();
        let asked = state.codes.get(&code).cloned().ok_or("invalid_grant")?;
        if !faults.contains(&Fault::TakesCodesTwice) {
            state.codes.remove(&code);
        }
        let shown = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier")));
        let is_his = text("grant_type") == "authorization_code"
            && text("redirect_uri") == asked.returns_to
            && shown == asked.challenge;
        if !is_his {
            return Err("invalid_grant");
        }
        let id_token = self.id_token(&state, &asked.nonce);
        Ok(json!({
            "access_token": "what nobody needs",
            "token_type": "Bearer",
            "expires_in": GOOD_FOR,
            "id_token": id_token,
        }))
    }

    fn id_token(&self, state: &State, nonce: &str) -> String {
        let now = self.clock.now().micros() / 1_000_000;
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(self.issuer)),
            ("aud".to_owned(), json!(CLIENT.0)),
            ("exp".to_owned(), json!(now + GOOD_FOR)),
            ("iat".to_owned(), json!(now)),
            ("nonce".to_owned(), json!(nonce)),
        ]);
        for (name, value) in state.account.as_object().into_iter().flatten() {
            claims.insert(name.clone(), value.clone());
        }
        let mut signature = Signature::Own;
        for fault in &state.faults {
            match fault {
                Fault::Claim(name, Value::Null) => drop(claims.remove(*name)),
                Fault::Claim(name, value) => drop(claims.insert((*name).to_owned(), value.clone())),
                Fault::Signed(how) => signature = *how,
                _ => {}
            }
        }
        state.key.signed(signature, &Value::Object(claims))
    }
}

impl Kept {
    fn logout_token(&self, otherwise: &Value) -> String {
        let mut state = self.lock();
        state.notices += 1;
        let now = self.clock.now().micros() / 1_000_000;
        let event = "http://schemas.openid.net/event/backchannel-logout";
        let mut claims = json!({
            "iss": self.issuer,
            "aud": CLIENT.0,
            "iat": now,
            "exp": now + GOOD_FOR,
            "jti": format!("notice {}", state.notices),
            "sub": state.account["sub"],
            "events": { event: {} },
        });
        for (name, value) in otherwise.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        if let Some(claims) = claims.as_object_mut() {
            claims.retain(|_, value| !value.is_null());
        }
        let how = state.faults.iter().find_map(|fault| match fault {
            Fault::Signed(how) => Some(*how),
            _ => None,
        });
        state.key.signed(how.unwrap_or(Signature::Own), &claims)
    }
}

fn fields(form: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(form).into_owned().collect()
}

/// Whether the client has shown its secret as RFC 6749 §2.3.1 has it.
fn is_basic(header: &str) -> bool {
    let shown = header.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
    let shown = shown.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (id, secret) = shown.split_once(':').unwrap_or_default();
    let read =
        |text: &str| fields(format!("it={text}").as_bytes()).remove("it").unwrap_or_default();
    (read(id).as_str(), read(secret).as_str()) == CLIENT
}
