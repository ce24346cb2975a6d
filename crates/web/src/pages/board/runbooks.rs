//! What to do when an alert comes (处置手册), as it stands in docs/operations: here for whoever has no other page at hand.

use axum::response::Response;
use maud::{Markup, html};

use super::ADDRESS;
use crate::pages::shell::Visit;

const TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/runbooks.md"));

/// Shows it.
pub async fn page(visit: Visit) -> Response {
    let title = visit.say("处置手册", "What to do when an alert comes");
    let (beginning, sections) = parts(TEXT);
    let body = html! {
        h1 { (title) }
        p { a href=(ADDRESS) { (visit.say("运行看板", "The board")) } }
        p.hint { (visit.say(
            "手册为英文，与 docs/operations/runbooks.md 相同。",
            "The same as docs/operations/runbooks.md.",
        )) }
        div lang="en" {
            (paragraphs(beginning))
            @for (heading, text) in sections {
                section aria-labelledby=(anchor(heading)) {
                    h2 id=(anchor(heading)) { (heading) }
                    (paragraphs(text))
                }
            }
        }
    };
    visit.page(title, &body)
}

/// What stands before the first heading, and each heading with what stands below it.
fn parts(text: &str) -> (&str, Vec<(&str, &str)>) {
    let mut parts = text.split("\n## ");
    let beginning = parts.next().unwrap_or_default();
    let beginning = beginning.split_once('\n').map_or("", |(_, rest)| rest);
    (beginning, parts.filter_map(|part| part.split_once('\n')).collect())
}

/// Each line as it was written: a sentence, or a step with its number.
fn paragraphs(text: &str) -> Markup {
    html! { @for paragraph in text.split("\n\n").filter(|it| !it.trim().is_empty()) {
        p { @for line in paragraph.trim().lines() { (inline(line)) br; } }
    } }
}

/// What stands between backticks as a command, and the rest with its links.
fn inline(line: &str) -> Markup {
    html! { @for (n, part) in line.split('`').enumerate() {
        @if n % 2 == 1 { code { (part) } } @else { (linked(part)) }
    } }
}

/// Links lead to other headings; what lies beside the page in the documents is named and no more.
fn linked(text: &str) -> Markup {
    let link = text.split_once('[').and_then(|(before, rest)| {
        let (title, rest) = rest.split_once("](")?;
        let (to, after) = rest.split_once(')')?;
        Some((before, title, to, after))
    });
    let Some((before, title, to, after)) = link else { return html! { (text) } };
    html! {
        (before)
        @if to.starts_with('#') { a href=(to) { (title) } } @else { (title) }
        (linked(after))
    }
}

/// As links name a heading.
fn anchor(heading: &str) -> String {
    let known = heading.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
    known.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tongguan_application::board::ALERTS;

    #[test]
    fn commands_and_links_to_headings_are_shown_as_such() {
        let shown = inline("Run `doctor -x`, see [full](#full) or [keys](../keys.md).").0;
        assert_eq!(shown, "Run <code>doctor -x</code>, see <a href=\"#full\">full</a> or keys.");
    }

    #[test]
    fn every_alert_leads_to_its_runbook() {
        let (beginning, sections) = parts(TEXT);
        assert!(beginning.contains("tongguan doctor"), "{beginning}");
        let anchors: Vec<_> = sections.iter().map(|(heading, _)| anchor(heading)).collect();
        for alert in ALERTS {
            assert!(anchors.contains(&alert.anchor()), "{}: {anchors:?}", alert.name);
        }
        assert!(anchors.contains(&"the-months-end".to_owned()), "{anchors:?}");
    }
}
