//! The log: what the program tells its operator, on standard error.

use std::io;

use serde::Deserialize;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

/// The settings under `[log]`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    format: Format,
    level: Level,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// A person.
    #[default]
    Text,
    /// A program.
    Json,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
}

/// What a command tells, as plain lines for whoever started it.
pub fn plain() {
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_level(false)
        .without_time();
    // Fails where there is one already, which is as good.
    let _ = registry().with(lines.with_filter(LevelFilter::INFO)).try_init();
}

impl LogSettings {
    /// Writes the log from now on, panics too.
    pub fn start(self) {
        let level = match self.level {
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
        };
        // Libraries tell what they were given, when they are asked for details.
        let level = Targets::new()
            .with_target("tongguan", level)
            .with_default(level.min(LevelFilter::WARN));
        let lines = fmt::layer().with_writer(io::stderr).with_ansi(false).with_target(false);
        let lines = match self.format {
            Format::Text => lines.with_filter(level).boxed(),
            Format::Json => {
                lines.json().flatten_event(true).with_span_list(false).with_filter(level).boxed()
            }
        };
        // Fails where there is one already, which is as good.
        let _ = registry().with(lines).try_init();
        std::panic::set_hook(Box::new(|panic| {
            // What was put together when it happened may quote what somebody sent; what stands in the program does
            // not.
            let text = panic.payload().downcast_ref::<&str>().copied().unwrap_or("not told");
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a thread panicked: {text}");
        }));
    }
}
