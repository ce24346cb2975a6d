//! Samples of what is measured, for the board: the same figures under the same names as Prometheus is told.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tongguan_application::board::{Board, Measured, SAMPLED_EVERY_SECONDS, Sample};
use tongguan_application::ports::Clock;

use super::metrics::Looked;

/// Keeps a sample from time to time, for as long as the runtime lasts. A database that is slow to answer makes samples
/// fewer and keeps nobody waiting.
pub async fn sampled(looked: Arc<Looked>, clock: Arc<dyn Clock>, board: Arc<Board>) {
    let mut beat = interval(Duration::from_secs(u64::from(SAMPLED_EVERY_SECONDS)));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        let (looked, clock, board) = (looked.clone(), clock.clone(), board.clone());
        let sampling = tokio::task::spawn_blocking(move || {
            let text = looked.look();
            board.keep(Sample::of(clock.now(), text.lines().filter_map(series)));
        });
        if let Err(error) = sampling.await {
            tracing::warn!("no sample was taken: {error}");
        }
    }
}

/// A line of the text that Prometheus reads; nothing where it is a comment.
fn series(line: &str) -> Option<Measured<'_>> {
    let (series, value) = line.rsplit_once(' ')?;
    let value = value.parse().ok().filter(|_| !line.starts_with('#'))?;
    let (name, labels) = match series.split_once('{') {
        None => (series, Vec::new()),
        // No value of a label of ours has a quotation mark or a comma in it.
        Some((name, labels)) => {
            let labels = labels.trim_end_matches('}').split(',');
            let labels = labels.filter_map(|label| label.split_once('='));
            (name, labels.map(|(label, value)| (label, value.trim_matches('"'))).collect())
        }
    };
    Some(Measured { name, labels, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_prometheus_are_read_as_they_were_written() {
        let text = "# TYPE tongguan_batches_total counter\n\
                    tongguan_batches_total 7\n\n\
                    tongguan_http_requests_total{route=\"/mailbox/{dxp}\",method=\"GET\",status=\"5xx\"} 2\n";
        let read: Vec<_> = text.lines().filter_map(series).collect();
        let labels = vec![("route", "/mailbox/{dxp}"), ("method", "GET"), ("status", "5xx")];
        let measured = [
            Measured { name: "tongguan_batches_total", labels: Vec::new(), value: 7.0 },
            Measured { name: "tongguan_http_requests_total", labels, value: 2.0 },
        ];
        assert_eq!(read, measured);
    }
}
