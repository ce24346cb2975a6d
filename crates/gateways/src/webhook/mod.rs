//! The sender of webhooks: posts events to addresses outside, and to no address inside.
//!
//! Whoever adds a webhook chooses an address that this machine then connects to. [`Rules`] say which
//! addresses it may be; a name is looked up once for each connection, what it stands for is judged, and the
//! connection goes to what was judged, so a name that changes its meaning in between gains nothing.

mod guard;
mod network;
mod rules;

use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;

use tongguan_application::ports::{Answer, EventSender, NotSent, Post};
use ureq::tls::Certificate;
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error};

pub use network::{Network, NoNetwork};
pub use rules::Rules;

use guard::{Guarded, Refused};

use crate::client::{self, trusted_here};

/// What is read of an answer's body.
const BODY_BYTES: u64 = 4 << 10;
/// The longest head of an answer.
const HEAD_BYTES: usize = 16 << 10;

/// Posts events.
#[derive(Debug)]
pub struct Sender {
    agent: Agent,
    rules: Arc<Rules>,
    within: Duration,
}

impl Sender {
    /// By these rules; an answer counts that comes within the time given. Receivers are trusted for
    /// certificates of the authorities that this machine trusts.
    pub fn new(rules: Rules, within: Duration) -> Self {
        Self::with(rules, within, &trusted_here(), DefaultResolver::default())
    }

    fn with(
        rules: Rules,
        within: Duration,
        roots: &[Certificate<'static>],
        names: impl Resolver,
    ) -> Self {
        let config = client::config(roots, None, within)
            .https_only(!rules.http)
            .max_response_header_size(HEAD_BYTES);
        let rules = Arc::new(rules);
        let names = Guarded { rules: rules.clone(), names };
        let agent = Agent::with_parts(config.build(), DefaultConnector::default(), names);
        Self { agent, rules, within }
    }

    fn why(&self, error: Error) -> NotSent {
        NotSent(match error {
            Error::Timeout(_) => format!("no answer within {} s", self.within.as_secs()),
            Error::HostNotFound => "its name is not known".to_owned(),
            Error::Other(other) if other.is::<Refused>() => other.to_string(),
            Error::Rustls(error) => refused_tls(&error),
            Error::Io(error) => {
                let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
                tls.map_or_else(|| not_reached(&error), refused_tls)
            }
            Error::ConnectionFailed => "not reached".to_owned(),
            other => format!("not sent: {other}"),
        })
    }
}

impl EventSender for Sender {
    fn admit(&self, url: &str) -> Result<(), NotSent> {
        self.rules.admit(url).map_err(NotSent)
    }

    fn post(&self, post: &Post) -> Result<Answer, NotSent> {
        // The settings may have changed since the address was given.
        self.admit(&post.url)?;
        let mut request = self.agent.post(&post.url);
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        let mut response = request.send(&post.body[..]).map_err(|error| self.why(error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        // The status is the answer; a body that breaks off changes nothing.
        let _ = response.body_mut().as_reader().take(BODY_BYTES).read_to_end(&mut body);
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// Why nothing was reached, of an error of the machine. What the machine has no kind for, it has words for.
fn not_reached(error: &io::Error) -> String {
    let (kind, words) = (error.kind().to_string(), error.to_string());
    match kind.as_str() {
        _ if words.contains("lookup address") => "its name is not known".to_owned(),
        "uncategorized error" | "other error" => format!("not reached: {words}"),
        _ => format!("not reached: {kind}"),
    }
}

fn refused_tls(error: &rustls::Error) -> String {
    format!("its certificate or TLS was refused: {error}")
}

#[cfg(test)]
mod tests;
