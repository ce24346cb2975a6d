//! What lies in `deploy`, and what docs/operations says of it: of things that there are.

use std::collections::BTreeSet;

use tongguan_application::board::ALERTS;

use crate::run::tongguan;

const METRICS: &str = include_str!("../../../../docs/reference/metrics.md");
const RULES: &str = include_str!("../../../../deploy/prometheus/tongguan.rules.yml");
const DASHBOARD: &str = include_str!("../../../../deploy/grafana/tongguan.json");
const RUNBOOKS: &str = include_str!("../../../../docs/operations/runbooks.md");
const UNITS: [&str; 4] = [
    include_str!("../../../../deploy/systemd/tongguan.service"),
    include_str!("../../../../deploy/systemd/tongguan-worker.service"),
    include_str!("../../../../deploy/systemd/tongguan-backup.service"),
    include_str!("../../../../deploy/systemd/tongguan-archive.service"),
];

/// The words of a text that are names of metrics.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_');
    words.filter(|word| word.starts_with("tongguan_") && word.len() > "tongguan_".len()).collect()
}

#[test]
fn alerts_and_dashboard_are_of_what_is_measured() {
    let measured = metrics(METRICS);
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let asked = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked: String =
        asked.map(|target| target["expr"].as_str().unwrap()).collect::<Vec<_>>().join("\n");
    for name in metrics(RULES).union(&metrics(&asked)) {
        let base = name.trim_end_matches("_bucket");
        assert!(measured.contains(base), "`{name}` is measured nowhere");
    }
    let shown = metrics(&asked);
    let left_out: Vec<_> = measured
        .iter()
        .filter(|name| !shown.iter().any(|it| it.trim_end_matches("_bucket") == **name))
        .collect();
    // The longest since the start says nothing of now.
    assert_eq!(left_out, [&"tongguan_batch_commit_longest_seconds"]);
}

#[test]
fn the_rules_ask_what_the_board_judges_by() {
    let rules = RULES.split("      - alert: ").skip(1).map(|rule| {
        let line = |name: &str| {
            let found = rule.lines().find_map(|line| line.trim().strip_prefix(name));
            found.map(str::trim).map(str::to_owned)
        };
        let severity = line("labels: {severity:").unwrap().trim_end_matches('}').to_owned();
        let alert = rule.lines().next().unwrap().to_owned();
        (alert, line("expr:").unwrap(), line("for:"), severity)
    });
    let judged = ALERTS.iter().map(|alert| {
        let severity = alert.severity.name().to_owned();
        (alert.name.to_owned(), alert.when.to_string(), alert.lasting(), severity)
    });
    assert_eq!(rules.collect::<Vec<_>>(), judged.collect::<Vec<_>>());
}

#[test]
fn every_alert_has_its_runbook() {
    let alerts: Vec<_> =
        RULES.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 5, "{alerts:?}");
    let headings: Vec<_> = RUNBOOKS.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let of_alerts: Vec<_> =
        headings.iter().filter(|it| it.starts_with("Tongguan")).copied().collect();
    assert_eq!(of_alerts, alerts, "in the same order");
}

#[test]
fn the_commands_of_the_units_are_ones_that_there_are() {
    let lines = UNITS.iter().flat_map(|unit| unit.lines());
    let commands: Vec<_> =
        lines.filter_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/tongguan ")).collect();
    assert_eq!(commands.len(), 6);
    for command in commands {
        let words: Vec<_> = command.split_whitespace().collect();
        let verbs = words.iter().take_while(|word| !word.starts_with("--"));
        let help = tongguan(&[&verbs.copied().collect::<Vec<_>>()[..], &["--help"]].concat(), "");
        assert_eq!(help.status, 0, "{command}: {}", help.err);
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.out.contains(option), "{command}: no {option}");
        }
    }
}
