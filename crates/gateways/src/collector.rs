//! A collector of traces: where OpenTelemetry hands spans over, by HTTP.

use std::pin::Pin;
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;

use crate::client::{config, trusted_here};

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// Sends what OpenTelemetry tells, on the thread that its batches have of their own.
#[derive(Debug)]
pub struct Collector(Agent);

impl Collector {
    /// One that has so long to take what it is told.
    pub fn new(within: Duration) -> Self {
        Self(config(&trusted_here(), None, within).build().into())
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(LONGEST).read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}

impl HttpClient for Collector {
    // What `async_trait`, in which the trait is written, makes of an `async fn`.
    fn send_bytes<'s, 'f>(
        &'s self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move { self.send(request) })
    }
}
