//! A document has one title, and its links lead somewhere.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

use super::Finding;
use super::tree::{File, Tree};

/// Counts the titles and follows the relative links.
pub fn check(file: &File, tree: &Tree) -> Vec<Finding> {
    let mut titles = 0;
    let mut findings = Vec::new();
    for (event, range) in Parser::new(&file.text).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => titles += 1,
            Event::Start(Tag::Link { dest_url: link, .. } | Tag::Image { dest_url: link, .. })
                if !leads_somewhere(&file.path, &link, tree) =>
            {
                let line = file.text[..range.start].matches('\n').count() + 1;
                let what = format!("the link `{link}` leads nowhere");
                findings.push(Finding::at(&file.path, line, what, "correct it"));
            }
            _ => {}
        }
    }
    if titles != 1 {
        let what = format!("has {titles} titles (`# …`)");
        findings.push(Finding::new(&file.path, what, "give it exactly one"));
    }
    findings
}

/// Whether a link leaves the project by address, stays on the page, or names a file that is there.
fn leads_somewhere(from: &str, link: &str, tree: &Tree) -> bool {
    let path = link.split('#').next().unwrap_or_default();
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return true;
    }
    resolve(from, path).is_some_and(|path| tree.has(&path))
}

/// The path from the root that `link` means in the file `from`; nothing above the root.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let tree = Tree::sample(&["README.md", "docs/README.md", "docs/decisions/0001-a.md"]);
        check(&File::sample("docs/README.md", text), &tree)
            .into_iter()
            .map(|finding| format!("{} {}", finding.place, finding.what))
            .collect()
    }

    #[test]
    fn a_document_has_one_title() {
        assert!(found("# A\n\n## B\n\n```sh\n# not a title\n```").is_empty());
        assert_eq!(found("## B"), ["docs/README.md has 0 titles (`# …`)"]);
        assert_eq!(found("# A\n\n# B"), ["docs/README.md has 2 titles (`# …`)"]);
    }

    #[test]
    fn links_lead_somewhere() {
        let links = "[a](../README.md#run) [b](decisions) [c](decisions/0001-a.md) [d](#e) \
                     [f](https://example.org/x) `[g](nowhere.md)`";
        assert!(found(&format!("# A\n\n{links}")).is_empty());
        assert_eq!(
            found("# A\n\nsee\n[a](b.md)"),
            ["docs/README.md:4 the link `b.md` leads nowhere"]
        );
        assert_eq!(
            found("# A\n\n[a][b]\n\n[b]: ../../x.md"),
            ["docs/README.md:3 the link `../../x.md` leads nowhere"]
        );
    }
}
