//! A witness of the verifiable log over HTTP (C2SP tlog-witness): `POST …/add-checkpoint`.

use std::time::Duration;

use tongguan_application::ports::{NotWitnessed, Witness, WitnessAnswer};
use ureq::Agent;
use ureq::http::Uri;

use crate::client::{config, trusted_here};

/// How long an answer is waited for.
const WITHIN: Duration = Duration::from_secs(10);
/// The longest answer, in bytes: some lines of signatures.
const LONGEST: u64 = 16 << 10;

/// A witness at an address.
#[derive(Debug)]
pub struct HttpWitness {
    agent: Agent,
    address: String,
}

/// An address that no witness can be asked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address of a witness: expected `https://witness.example/prefix`")]
pub struct NoAddress(String);

impl HttpWitness {
    /// At a submission prefix.
    ///
    /// # Errors
    /// [`NoAddress`].
    pub fn open(prefix: &str) -> Result<Self, NoAddress> {
        let prefix = prefix.trim_end_matches('/');
        let is_usable = prefix.parse::<Uri>().is_ok_and(|address| {
            matches!(address.scheme_str(), Some("https" | "http"))
                && address.authority().is_some_and(|it| !it.as_str().contains('@'))
                && address.query().is_none()
        });
        if !is_usable {
            return Err(NoAddress(prefix.to_owned()));
        }
        let agent = config(&trusted_here(), None, WITHIN).build().into();
        Ok(Self { agent, address: format!("{prefix}/add-checkpoint") })
    }
}

impl Witness for HttpWitness {
    fn add_checkpoint(&self, request: &str) -> Result<WitnessAnswer, NotWitnessed> {
        let not_reached = |error: ureq::Error| NotWitnessed(format!("it was not reached: {error}"));
        let mut answer = self.agent.post(&self.address).send(request).map_err(not_reached)?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(LONGEST).read_to_string();
        let body = body.map_err(not_reached)?;
        match (status, body.trim_end().parse()) {
            (200, _) => Ok(WitnessAnswer::Signed(body)),
            (409, Ok(seen)) => Ok(WitnessAnswer::Seen(seen)),
            (status, _) => Err(NotWitnessed(format!("it answered with status {status}"))),
        }
    }
}
