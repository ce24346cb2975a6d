//! The client of providers of identity: OpenID Connect over HTTP.
//!
//! Which addresses it asks, the operator says, and the provider that the operator trusts: it may be inside of the own
//! network, so nothing judges them as those of a webhook are.

use std::io::Read as _;
use std::time::Duration;

use tongguan_application::ports::{Answer, NotSent, Post, ProviderClient};
use ureq::http::Response;
use ureq::{Agent, Body, Error};

use crate::client::{self, trusted_here};

/// The longest body of an answer, in bytes: keys and metadata of large providers are some tens of KiB.
const LONGEST: u64 = 256 << 10;
/// The longest head of an answer.
const LONGEST_HEAD: usize = 16 << 10;

/// Asks providers of identity.
#[derive(Debug)]
pub struct OpenIdClient {
    agent: Agent,
    within: Duration,
}

impl OpenIdClient {
    /// An answer counts that comes within the time given. Providers are trusted for certificates of the authorities
    /// that this machine trusts.
    pub fn new(within: Duration) -> Self {
        let config = client::config(&trusted_here(), None, within)
            .max_response_header_size(LONGEST_HEAD)
            .build();
        Self { agent: config.into(), within }
    }

    fn answered(&self, response: Result<Response<Body>, Error>) -> Result<Answer, NotSent> {
        let mut response = response.map_err(|error| self.why(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let reading = response.body_mut().as_reader().take(LONGEST + 1).read_to_end(&mut body);
        reading.map_err(|error| NotSent(format!("its answer breaks off: {}", error.kind())))?;
        if body.len() as u64 > LONGEST {
            return Err(NotSent(format!("its answer is longer than {LONGEST} bytes")));
        }
        let body =
            String::from_utf8(body).map_err(|_| NotSent("its answer is no text".to_owned()))?;
        Ok(Answer { status, body })
    }

    fn why(&self, error: &Error) -> NotSent {
        NotSent(match error {
            Error::Timeout(_) => format!("no answer within {} ms", self.within.as_millis()),
            Error::HostNotFound => "its name is not known".to_owned(),
            Error::Io(error) => format!("not reached: {}", error.kind()),
            other => format!("not reached: {other}"),
        })
    }
}

impl ProviderClient for OpenIdClient {
    fn get(&self, url: &str) -> Result<Answer, NotSent> {
        self.answered(self.agent.get(url).header("accept", "application/json").call())
    }

    fn post(&self, post: &Post) -> Result<Answer, NotSent> {
        let mut request = self.agent.post(&post.url);
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        self.answered(request.send(&post.body[..]))
    }
}
