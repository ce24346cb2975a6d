//! Programs of other implementations, used where they are installed.

use std::io::Write;
use std::process::{Command, Stdio};

/// Whether `program` can be run; when not, says loudly that `comparison` was left out.
pub fn is_installed(program: &str, comparison: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !found {
        left_out(comparison, &format!("`{program}` is not installed"));
    }
    found
}

/// Says that a comparison was left out, past the test harness, which would swallow it.
pub fn left_out(comparison: &str, why: &str) {
    let line = format!("\n*** LEFT OUT: {comparison}: {why} ***\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The standard output of `command` fed with `input`; `None` when it fails.
pub fn piped(command: &mut Command, input: &[u8]) -> Option<Vec<u8>> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    output.status.success().then_some(output.stdout)
}
