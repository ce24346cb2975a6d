//! The tree is tidy: `cargo xtask tidy` as a test.

use std::path::Path;

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let findings = xtask::tidy::check(&root).unwrap();
    let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} to mend:\n{}", list.len(), list.join("\n"));
}
