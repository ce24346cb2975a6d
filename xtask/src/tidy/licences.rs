//! Every dependency may be used and given on under the project's own licence, Apache-2.0.
//!
//! Looks at what is built on this machine; dependencies of other platforms are not fetched for it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use super::Finding;

/// Licences under which a dependency may be taken. All but the last ask only for their own text and
/// notices to be kept.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    // LLVM's libFuzzer; the licence of the University of Illinois says what BSD-3-Clause says.
    "NCSA",
    // Its source stays open file by file; what links it may have any licence.
    "MPL-2.0",
];

/// What cargo says of the workspace and its dependencies on this platform, those of fuzzing included.
///
/// # Errors
/// When cargo or rustc cannot be run, or the lock file is out of date.
pub fn metadata(root: &Path) -> anyhow::Result<Value> {
    let version = run(Command::new("rustc").arg("-vV"))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not name its host")?;
    let metadata = run(Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .env("RUSTFLAGS", "--cfg fuzzing")
        .current_dir(root))?;
    serde_json::from_str(&metadata).context("cargo's metadata is not JSON")
}

/// Compares the licence of every package that is not ours with the list.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        // Ours come from a path and have no source.
        .filter(|package| !package["source"].is_null())
        .filter_map(|package| {
            let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
            let what = match package["license"].as_str() {
                None => "names no licence".to_owned(),
                Some(licence) if is_allowed(licence) => return None,
                Some(licence) => format!("has the licence `{licence}`"),
            };
            let place = format!("Cargo.lock: {name}");
            Some(Finding::new(place, what, "take another crate, or list it with a reason"))
        })
        .collect()
}

fn is_allowed(licence: &str) -> bool {
    // `MIT/Apache-2.0` is an old way of writing `MIT OR Apache-2.0`.
    Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|requirement| {
            requirement.license.id().is_some_and(|id| ALLOWED.contains(&id.name))
        })
    })
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} does not write UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_choice_needs_one_allowed_licence_and_a_sum_needs_all() {
        for licence in ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "Apache-2.0 AND ISC"] {
            assert!(is_allowed(licence), "{licence}");
        }
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception"), "an exception gives more");
        for licence in ["GPL-3.0-only", "AGPL-3.0-only", "MIT AND GPL-2.0-only", "whatever", ""] {
            assert!(!is_allowed(licence), "{licence}");
        }
    }

    #[test]
    fn dependencies_are_judged_and_our_own_crates_are_not() {
        fn package(source: Value, licence: Value) -> Value {
            json!({"name": "x", "version": "1.0.0", "source": source, "license": licence})
        }
        let metadata = json!({"packages": [
            package(json!("registry"), json!("MIT")),
            package(json!("registry"), json!("AGPL-3.0-only")),
            package(json!("registry"), Value::Null),
            package(Value::Null, Value::Null),
        ]});
        let found: Vec<_> = check(&metadata).into_iter().map(|finding| finding.what).collect();
        assert_eq!(found, ["has the licence `AGPL-3.0-only`", "names no licence"]);
    }
}
