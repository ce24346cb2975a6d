//! Runs `tongguan` and keeps what it said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What one run left behind.
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the binary with these arguments and this standard input.
pub fn tongguan(arguments: &[&str], input: &str) -> Run {
    tongguan_in(Path::new("."), arguments, input)
}

/// The same, with this directory as the current one.
pub fn tongguan_in(directory: &Path, arguments: &[&str], input: &str) -> Run {
    tongguan_with(directory, &[], arguments, input)
}

/// The same, with these variables and no other way to a store of objects.
pub fn tongguan_with(
    directory: &Path,
    variables: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Run {
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let ways = inherited.filter(|name| name.to_string_lossy().starts_with("AWS_"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tongguan"));
    for way in ways {
        command.env_remove(way);
    }
    let mut child = command
        .current_dir(directory)
        .envs(variables.iter().copied())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may have gone before all of it was written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the binary with a standard output that nobody reads any more.
pub fn tongguan_unread(arguments: &[&str]) -> Run {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_tongguan"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(writer)
        .output()
        .unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::new(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}\n{}", self.out, self.err))
    }
}

/// A file of the reference directory, which is where `TONGGUAN_REFERENCE` says, else beside the
/// repository; or a line that no test runner swallows.
pub fn reference_file(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test says where its reference is")]
    let configured = std::env::var("TONGGUAN_REFERENCE");
    let folder = configured.map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        let path = path.display();
        // The macro that prints would be captured and lost.
        let mut loud = std::io::stderr();
        writeln!(loud, "LEFT OUT: the comparison with {path}, which is not there").unwrap();
    }
    text
}
