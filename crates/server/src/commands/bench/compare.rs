//! `tongguan bench compare`: runs side by side.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::Value;

use super::table::write_table;

/// Lists longer than this are no results, but what they were made from.
const LONGEST_LIST: usize = 20;

/// Put the results of runs side by side, as a table in Markdown: all that --json prints, whichever benchmark it was.
///
/// Behind each number stands what it is in parts of the first run's.
#[derive(Debug, Args)]
pub struct Compare {
    /// Files of what --json printed, the one that the others are compared with first.
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    runs: Vec<PathBuf>,
}

impl Compare {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let runs = self.runs.iter().map(|file| {
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let value: Value = serde_json::from_str(&text).with_context(|| {
                format!("{} is not what `bench … --json` printed", file.display())
            })?;
            let mut told = Vec::new();
            flatten(&value, "", &mut told);
            ensure!(!told.is_empty(), "{} holds no result", file.display());
            Ok(told)
        });
        let runs = runs.collect::<anyhow::Result<Vec<_>>>()?;
        let named = self.runs.iter().map(|file| {
            file.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        });
        let columns: Vec<_> = std::iter::once("measure".to_owned()).chain(named).collect();
        write_table(&mut io::stdout().lock(), &columns, &compared(&runs))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A measure and what was seen of it.
type Told = (String, Value);

/// Numbers, texts and truths, each under its path.
fn flatten(value: &Value, path: &str, told: &mut Vec<Told>) {
    let under =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(value, &under(name), told);
            }
        }
        Value::Array(values) if values.len() > LONGEST_LIST => {}
        Value::Array(values) => {
            for (n, value) in (1..).zip(values) {
                flatten(value, &under(&format!("{n}")), told);
            }
        }
        value => told.push((path.to_owned(), value.clone())),
    }
}

/// A row for each measure of any run, in the order in which runs tell of them.
fn compared(runs: &[Vec<Told>]) -> Vec<Vec<String>> {
    let mut measures = Vec::<&str>::new();
    for (measure, _) in runs.iter().flatten() {
        if !measures.contains(&measure.as_str()) {
            measures.push(measure);
        }
    }
    let row = |measure: &&str| {
        let of = |run: &Vec<Told>| run.iter().find(|it| it.0 == **measure).map(|it| it.1.clone());
        let seen: Vec<_> = runs.iter().map(of).collect();
        let first = seen.first().and_then(|value| value.as_ref()?.as_f64());
        let rest = seen.iter().skip(1).map(|value| cell(value.as_ref(), first));
        let cells = std::iter::once(cell(seen.first().and_then(Option::as_ref), None)).chain(rest);
        std::iter::once((*measure).to_owned()).chain(cells).collect()
    };
    measures.iter().map(row).collect()
}

#[expect(clippy::float_arithmetic, reason = "for people to read")]
fn cell(value: Option<&Value>, first: Option<f64>) -> String {
    let text = match value {
        None => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    match value.and_then(Value::as_f64).zip(first.filter(|first| *first != 0.0)) {
        Some((value, first)) => format!("{text} ({:.2})", value / first),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(runs: &[Value]) -> Vec<Vec<String>> {
        let told = runs.iter().map(|run| {
            let mut told = Vec::new();
            flatten(run, "", &mut told);
            told
        });
        compared(&told.collect::<Vec<_>>())
    }

    #[test]
    fn numbers_are_compared_with_the_first_run_and_texts_are_not() {
        let first = json!({ "engine": "sqlite", "stages": { "commit": 100.0 }, "fsyncs": null });
        let other = json!({ "engine": "postgres", "stages": { "commit": 150.0 }, "fsyncs": 7 });
        assert_eq!(
            table(&[first, other]),
            [
                ["engine", "sqlite", "postgres"],
                ["stages.commit", "100.0", "150.0 (1.50)"],
                ["fsyncs", "", "7"],
            ]
            .map(|row| row.map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn what_one_run_alone_tells_has_a_row_and_long_lists_have_none() {
        let long: Vec<_> = (0..21).collect();
        let rows = table(&[json!({ "a": 0, "memory": long }), json!({ "a": 3, "b": [1, true] })]);
        assert_eq!(
            rows,
            [["a", "0", "3"], ["b.1", "", "1"], ["b.2", "", "true"]]
                .map(|row| row.map(str::to_owned).to_vec())
        );
    }
}
