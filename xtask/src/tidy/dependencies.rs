//! Crates depend downward only, and the pure ones on nothing that does input or output.

use toml::{Table, Value};

use super::Finding;
use super::tree::File;
use crate::layers::{self, Layer, Others};

const TABLE: &str = "xtask/src/layers.rs";
const OURS: &str = "tongguan-";

/// Compares a manifest with the table of layers.
pub fn check(file: &File) -> Vec<Finding> {
    let manifest: Table = match file.text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Finding::new(&file.path, error, "write valid TOML")],
    };
    let found = |what: String, remedy: String| Finding::new(&file.path, what, remedy);
    if file.path == "xtask/Cargo.toml" {
        return dependencies(&manifest)
            .filter(|used| used.name.starts_with(OURS))
            .map(|used| {
                found(format!("xtask may not use `{}`", used.name), "read files instead".into())
            })
            .collect();
    }
    let Some(directory) = file.layer() else { return vec![] };
    let Some(layer) = layers::layer(directory) else {
        return vec![found(
            format!("the crate `{directory}` has no layer"),
            format!("say in {TABLE} what it may use"),
        )];
    };
    let mut findings = Vec::new();
    let expected = format!("{OURS}{directory}");
    let name = manifest.get("package").and_then(|package| package.get("name"));
    if name.and_then(Value::as_str) != Some(&expected) {
        findings
            .push(found("is not named after its directory".into(), format!("name it {expected}")));
    }
    findings.extend(dependencies(&manifest).filter(|used| !may_use(layer, used)).map(|used| {
        found(
            format!("{directory} may not use `{}`", used.name),
            format!("use it in a layer above, or change {TABLE} and say why"),
        )
    }));
    findings.extend(for_tests_alone(&manifest, directory).map(|feature| {
        found(
            format!("{directory} turns on `{feature}` of another crate"),
            "leave it to the simulation: what ships has neither faults nor planted bugs".into(),
        )
    }));
    findings
}

/// The crate whose faults and bugs are brought about, and the one that does so.
const WITH_FAULTS: [&str; 2] = ["storage", "simulation"];
/// Features that nothing which ships may have.
const FOR_TESTS_ALONE: [&str; 2] = ["faults", "planted"];

/// Features for tests alone that a manifest names, of itself or of what it depends on.
fn for_tests_alone<'m>(manifest: &'m Table, directory: &str) -> impl Iterator<Item = &'m str> {
    let tables = ["dependencies", "build-dependencies", "dev-dependencies"];
    let lines = tables.into_iter().filter_map(|key| manifest.get(key)?.as_table());
    let of_lines = lines.flat_map(|lines| lines.values().filter_map(|line| line.get("features")));
    let own = manifest.get("features").and_then(Value::as_table).into_iter();
    let own = own.flat_map(|features| features.values());
    let is_exempt = WITH_FAULTS.contains(&directory);
    of_lines
        .chain(own)
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_str)
        .filter(|feature| FOR_TESTS_ALONE.contains(&feature.rsplit('/').next().unwrap_or(feature)))
        .filter(move |_| !is_exempt)
}

/// One line of a manifest.
struct Dependency<'m> {
    /// The package.
    name: &'m str,
    /// Whether only tests, examples and benches see it.
    for_tests: bool,
}

fn may_use(layer: &Layer, used: &Dependency<'_>) -> bool {
    match (used.name.strip_prefix(OURS), &layer.others) {
        // The whole product in one process is for the tests of what is not pure.
        // Tests put a product together and look at what stands in its store.
        (Some("testkit" | "storage"), Others::Any) if used.for_tests => true,
        (Some(ours), _) => layer.ours.contains(&ours),
        (None, Others::Only(others)) => used.for_tests || others.contains(&used.name),
        (None, Others::Any) => true,
    }
}

/// Every dependency of a manifest: ordinary, for tests, for the build script, for one target.
fn dependencies(manifest: &Table) -> impl Iterator<Item = Dependency<'_>> {
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.as_table());
    std::iter::once(manifest).chain(tables).flat_map(of_table)
}

fn of_table(table: &Table) -> impl Iterator<Item = Dependency<'_>> {
    [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        .into_iter()
        .filter_map(|(key, for_tests)| Some((table.get(key)?.as_table()?, for_tests)))
        .flat_map(|(lines, for_tests)| {
            lines.iter().map(move |(key, line)| {
                // `alias = { package = "name" }`
                let renamed = line.get("package").and_then(Value::as_str);
                Dependency { name: renamed.unwrap_or(key), for_tests }
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(layer: &str, dependencies: &str) -> Vec<String> {
        let path = format!("crates/{layer}/Cargo.toml");
        let text = format!("package.name = \"tongguan-{layer}\"\n{dependencies}");
        check(&File::sample(&path, &text)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn dependencies_point_downward() {
        let on = |name: &str| format!("[dependencies]\ntongguan-{name}.workspace = true");
        assert!(found("domain", &on("codelists")).is_empty());
        assert_eq!(found("domain", &on("storage")), ["domain may not use `tongguan-storage`"]);
        assert_eq!(found("storage", &on("messages")), ["storage may not use `tongguan-messages`"]);
        assert!(found("server", &on("web")).is_empty());
    }

    #[test]
    fn pure_crates_take_only_what_is_listed() {
        assert!(found("domain", "[dependencies]\nthiserror = \"2\"").is_empty());
        assert_eq!(
            found("domain", "[dependencies]\nt = { package = \"tokio\", version = \"1\" }"),
            ["domain may not use `tokio`"]
        );
        assert_eq!(
            found("codelists", "[target.'cfg(unix)'.dependencies]\nlibc = \"0\""),
            ["codelists may not use `libc`"]
        );
        assert!(found("storage", "[dependencies]\nrusqlite = \"0\"").is_empty());
    }

    #[test]
    fn tests_may_use_more() {
        assert!(found("messages", "[dev-dependencies]\nproptest = \"1\"").is_empty());
        let testkit = "[dev-dependencies]\ntongguan-testkit.workspace = true";
        assert!(found("application", testkit).is_empty());
        assert_eq!(found("domain", testkit), ["domain may not use `tongguan-testkit`"]);
    }

    #[test]
    fn nothing_that_ships_has_faults_or_planted_bugs() {
        let with =
            "[dependencies]\ntongguan-storage = { workspace = true, features = [\"faults\"] }";
        let says = |feature: &str| format!("server turns on `{feature}` of another crate");
        assert_eq!(found("server", with), [says("faults")]);
        assert!(found("simulation", with).is_empty());
        let passed_on = "[features]\ndefault = [\"tongguan-storage/planted\"]";
        assert_eq!(found("server", passed_on), [says("tongguan-storage/planted")]);
    }

    #[test]
    fn a_crate_has_a_layer_and_its_name() {
        assert_eq!(found("weather", ""), ["the crate `weather` has no layer"]);
        let other = File::sample("crates/domain/Cargo.toml", "package.name = \"core\"");
        assert_eq!(check(&other).len(), 1);
        let xtask = "[dependencies]\ntongguan-domain.workspace = true";
        assert_eq!(check(&File::sample("xtask/Cargo.toml", xtask)).len(), 1);
        assert!(check(&File::sample("Cargo.toml", "[workspace]")).is_empty());
    }
}
