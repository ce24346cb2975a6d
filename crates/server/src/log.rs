//! The log: what the program tells its operator, on standard error.

use std::io;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tongguan_application::ports::LogLevel;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, registry, reload};

/// What changes how much the log tells, and how much that is now.
static TOLD: Mutex<Option<(reload::Handle<Targets, Registry>, LogLevel)>> = Mutex::new(None);

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

/// How much the log tells now.
pub fn level() -> LogLevel {
    let told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    told.as_ref().map_or(LogLevel::Info, |(_, level)| *level)
}

/// Has the log tell so much from now on.
pub fn set_level(level: LogLevel) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((handle, known)) = &mut *told
        && handle.reload(targets(level)).is_ok()
    {
        *known = level;
    }
}

fn targets(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    // Libraries tell what they were given, when they are asked for details.
    Targets::new().with_target("tongguan", level).with_default(level.min(LevelFilter::WARN))
}

impl LogSettings {
    /// Writes the log from now on, panics too.
    pub fn start(self) {
        let level = match self.level {
            Level::Error => LogLevel::Error,
            Level::Warn => LogLevel::Warn,
            Level::Info => LogLevel::Info,
            Level::Debug => LogLevel::Debug,
        };
        let (filter, handle) = reload::Layer::new(targets(level));
        let lines = fmt::layer().with_writer(io::stderr).with_ansi(false).with_target(false);
        let lines = match self.format {
            Format::Text => lines.with_filter(filter).boxed(),
            Format::Json => {
                lines.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed()
            }
        };
        // Fails where there is one already, which is as good.
        if registry().with(lines).try_init().is_ok() {
            *TOLD.lock().unwrap_or_else(PoisonError::into_inner) = Some((handle, level));
        }
        std::panic::set_hook(Box::new(|panic| {
            // What was put together when it happened may quote what somebody sent; what stands in the program does
            // not.
            let text = panic.payload().downcast_ref::<&str>().copied().unwrap_or("not told");
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a thread panicked: {text}");
        }));
    }
}
