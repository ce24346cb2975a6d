//! What happened in a simulation, line by line.

use tongguan_application::digest::sha256;

/// What happened, in order. The same seed leaves the same lines, on every machine.
#[derive(Debug, Default)]
pub(crate) struct Trace(String);

impl Trace {
    pub(crate) fn note(&mut self, at_micros: i64, line: &str) {
        use std::fmt::Write as _;
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "{at_micros} {line}");
    }

    /// SHA-256 of all lines, in hexadecimal.
    pub(crate) fn digest(&self) -> String {
        sha256(self.0.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}
