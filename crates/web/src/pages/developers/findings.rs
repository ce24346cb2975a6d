//! What is wrong with a message, on the line where it is.

use std::collections::BTreeMap;

use maud::{Markup, html};
use tongguan_application::checking::{Checked, Places};
use tongguan_domain::defect::Defect;

use crate::language::Language;
use crate::pages::shell::{Visit, chinese};

/// The most defects that are shown; a message that has more has other worries.
const MOST: usize = 100;
/// Characters of a line that are shown before and behind the place that is meant.
const AROUND: usize = 80;

/// Everything that was found: first what has no place, then line by line.
pub fn found(visit: &Visit, text: &str, checked: &Checked) -> Markup {
    let all: Vec<Finding<'_>> = [
        (Kind::Defect, &checked.defects),
        (Kind::Finding, &checked.findings),
        (Kind::Warning, &checked.warnings),
    ]
    .into_iter()
    .flat_map(|(kind, defects)| defects.iter().map(move |defect| Finding { kind, defect }))
    .take(MOST)
    .collect();
    let pointers: Vec<&str> = all.iter().map(|finding| finding.defect.pointer.as_str()).collect();
    let places = Places::of(text);
    let (mut nowhere, mut by_line) = (Vec::new(), BTreeMap::<usize, (usize, Vec<_>)>::new());
    for (finding, spot) in all.iter().zip(places.find(&pointers)) {
        match spot {
            None => nowhere.push(finding),
            Some(spot) => {
                by_line.entry(spot.line).or_insert((spot.column, Vec::new())).1.push(finding)
            }
        }
    }
    let total =
        checked.defects.len() + checked.findings.len() + checked.warnings.len() + checked.omitted;
    html! {
        @if total > 0 {
            h2 { (visit.say("所见", "What was found")) }
            @if total > all.len() {
                p.muted {
                    (visit.say(format!("共{total}处，以下为前{}处。", all.len()),
                        format!("There are {total}; these are the first {}.", all.len())))
                }
            }
            @if !nowhere.is_empty() { (list(visit, &nowhere)) }
            @for (number, (column, findings)) in by_line {
                div.source {
                    p { (visit.say(format!("第{number}行"), format!("Line {number}"))) }
                    pre tabindex="0" { code lang="zh-Hans" {
                        (excerpt(places.line(number).unwrap_or_default(), column))
                    } }
                    (list(visit, &findings))
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Defect,
    Finding,
    Warning,
}

struct Finding<'c> {
    kind: Kind,
    defect: &'c Defect,
}

fn list(visit: &Visit, findings: &[&Finding<'_>]) -> Markup {
    html! { ul { @for Finding { kind, defect } in findings { li {
        @match kind {
            Kind::Defect => { span.tag.bad { (visit.say("错误", "defect")) } }
            Kind::Finding => { span.tag.bad { (visit.say("业务", "rule broken")) } }
            Kind::Warning => { span.tag.warn { (visit.say("警告", "warning")) } }
        }
        " " strong { (defect.code()) } " " code { (defect.rule.code) } br;
        (chinese(&defect.message_zh()))
        @if visit.language == Language::English { br; span.data { (defect.message_en()) } }
        @if let Some(expected) = &defect.expected {
            br; (visit.say("应为：", "Expected: ")) code.data { (expected) }
        }
        @if !defect.pointer.is_empty() { br; code.muted { (defect.pointer) } }
    } } } }
}

/// The line about a column, from 1; all of it where it is short.
fn excerpt(line: &str, column: usize) -> String {
    let from = column.saturating_sub(1 + AROUND);
    let mut shown: String = line.chars().skip(from).take(2 * AROUND).collect();
    if from > 0 {
        shown.insert(0, '…');
    }
    if line.chars().count() > from + 2 * AROUND {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_about_the_place() {
        let line = format!("{}钱{}", "a".repeat(500), "b".repeat(500));
        let shown = excerpt(&line, 501);
        assert_eq!(shown.chars().count(), 2 * AROUND + 2);
        assert!(shown.contains("a钱b") && shown.starts_with('…') && shown.ends_with('…'));
        assert_eq!(excerpt("short", 3), "short");
    }
}
