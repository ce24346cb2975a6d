//! Traces (链路追踪), told to a collector by OTLP over HTTP.

use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use serde::Deserialize;
use tongguan_gateways::collector::Collector;

/// How long a collector has to take what it is told.
const WITHIN: Duration = Duration::from_secs(10);
/// How long the end waits for what was not told yet.
const LAST: Duration = Duration::from_secs(5);

/// The settings under `[traces]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceSettings {
    endpoint: String,
    #[serde(default = "all")]
    share: f64,
    #[serde(default)]
    follow_callers: bool,
}

const fn all() -> f64 {
    1.0
}

/// Traces that are told. When this is dropped, what waits is told, and nothing after it.
pub struct Traces(SdkTracerProvider);

impl TraceSettings {
    /// Whether they can be used.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> anyhow::Result<()> {
        let Self { endpoint, share, .. } = self;
        anyhow::ensure!(
            endpoint.starts_with("http://") || endpoint.starts_with("https://"),
            "`traces.endpoint` is {endpoint:?}; it is the address of a collector, such as 'http://127.0.0.1:4318'"
        );
        anyhow::ensure!((0.0..=1.0).contains(share), "`traces.share` is {share}; it is 0 to 1");
        Ok(())
    }

    /// Tells of requests from now on.
    ///
    /// # Errors
    /// When the address of the collector is none.
    pub fn start(&self) -> anyhow::Result<Traces> {
        let address = format!("{}/v1/traces", self.endpoint.trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(WITHIN))
            .with_endpoint(address)
            .build()
            .context("`traces.endpoint` cannot be used")?;
        let by_share = Sampler::TraceIdRatioBased(self.share);
        let sampler = match self.follow_callers {
            true => Sampler::ParentBased(Box::new(by_share)),
            false => by_share,
        };
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource =
            Resource::builder().with_service_name("tongguan").with_attribute(version).build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource)
            .build();
        if self.follow_callers {
            global::set_text_map_propagator(TraceContextPropagator::new());
        }
        global::set_tracer_provider(provider.clone());
        Ok(Traces(provider))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST) {
            tracing::warn!("the last traces were not told: {error}");
        }
    }
}
