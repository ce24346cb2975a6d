//! Our tables and our strict profile against the official schemas, where they are present: they are
//! not part of the repository, and the comparison says so where they are absent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{mutants, support};
use roxmltree::{Document, Node};
use tongguan_domain::defect::Defect;
use tongguan_domain::official;
use tongguan_messages::ceb::{EXTEND, MessageType, SUBSCRIBE, TRANSFER};
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;
use tongguan_messages::table::{Body, Entity, Form, Occurs, Trailer};

const SCHEMA: &str = "official_202205/xsd/海关跨境进口业务节点报文定义202205.xsd";
const XS: &str = "http://www.w3.org/2001/XMLSchema";
const SAMPLES: [&str; 10] = [
    "CEB311", "CEB312", "CEB411", "CEB412", "CEB511", "CEB512", "CEB513", "CEB514", "CEB621",
    "CEB622",
];

#[test]
fn the_tables_say_what_the_official_schema_says() {
    let Some(directory) = support::reference("field tables against the schema") else { return };
    let text = std::fs::read_to_string(directory.join(SCHEMA)).unwrap();
    let schema = Document::parse(&text).unwrap();
    let globals: HashMap<&str, Node<'_, '_>> = elements(schema.root_element())
        .map(|element| (element.attribute("name").unwrap(), element))
        .collect();
    for message in MessageType::ALL {
        let layout = message.layout();
        let mut parts = sequence(globals[layout.root]).into_iter();
        let document = parts.next().unwrap();
        assert_eq!(name(document), layout.document);
        assert_eq!(occurs(document), layout.documents, "{}", layout.root);
        let resolved = |element: Node<'_, '_>| globals[name(element)];
        match layout.body {
            Body::Flat(entity) => same_entity(resolved(document), entity),
            Body::Head(head) => {
                let parts = sequence(document);
                assert_eq!(parts.len(), 1);
                same_entity(resolved(parts[0]), head);
            }
            Body::HeadAndLines { head, line, lines } => {
                let parts = sequence(document);
                assert_eq!(parts.len(), 2);
                same_entity(resolved(parts[0]), head);
                assert_eq!(occurs(parts[1]), lines);
                same_entity(resolved(parts[1]), line);
            }
        }
        let trailer: Vec<_> = parts.map(|part| (name(part), occurs(part))).collect();
        let expected = match layout.trailer {
            Trailer::None => vec![],
            Trailer::Import { signature_required } => vec![
                ("BaseTransfer", Occurs { min: 1, max: 1 }),
                ("BaseSubscribe", Occurs { min: 0, max: 5 }),
                ("ExtendMessage", Occurs { min: 0, max: 1 }),
                ("Signature", Occurs { min: usize::from(signature_required), max: 1 }),
            ],
        };
        assert_eq!(trailer, expected, "{}", layout.root);
    }
    same_entity(globals["BaseTransfer"], &TRANSFER);
    same_entity(globals["BaseSubscribe"], &SUBSCRIBE);
    let extend = sequence(globals["ExtendMessage"]);
    same_fields(&extend[..2], &EXTEND);
    assert_eq!(name(extend[2]), "Message");
}

#[test]
fn the_strict_profile_judges_as_the_official_schema_does() {
    const MUTANTS_A_MESSAGE: usize = 220;
    let Some(directory) = support::reference("strict verdicts against xmllint") else { return };
    let mut cases = Vec::new();
    for code in SAMPLES {
        let text = std::fs::read_to_string(
            directory.join(format!("official_202205/import/{code}Message.xml")),
        )
        .unwrap();
        cases.push((code.to_owned(), text.trim_start_matches('\u{feff}').to_owned()));
    }
    for message in MessageType::ALL {
        let text = sample(message).unwrap();
        cases.push((format!("our {}", message.code()), support::signed_if_request(message, text)));
    }
    for (seed, (title, text)) in cases.clone().into_iter().enumerate() {
        let small = mutants::shortened(&text);
        let mutants = mutants::of(&small, seed as u64, MUTANTS_A_MESSAGE);
        cases
            .extend(mutants.into_iter().map(|(what, mutant)| (format!("{title}, {what}"), mutant)));
    }
    let Some(theirs) = xmllint(&directory.join(SCHEMA), &cases) else { return };
    let (mut wrong, mut invalid) = (Vec::new(), 0);
    for ((title, text), theirs) in cases.iter().zip(&theirs) {
        let tree = Document::parse(text).unwrap();
        let reading = read(&tree, Profile::Strict);
        let ours = reading.as_ref().is_ok_and(|reading| reading.is_valid());
        invalid += usize::from(!theirs);
        let tolerant = read(&tree, Profile::Tolerant);
        let tolerated = tolerant.is_ok_and(|reading| reading.is_valid());
        assert!(tolerated || !ours, "{title}: strict accepts what tolerant refuses");
        if ours != *theirs {
            let why = reading.map(|reading| {
                reading.defects.first().map(|defect| (defect.rule.code, defect.pointer.clone()))
            });
            wrong.push(format!("{title}: ours {ours}, official {theirs}, {why:?}"));
        }
    }
    println!("{} messages compared, {invalid} of them invalid", cases.len());
    assert!(cases.len() >= 2000 && invalid >= 1000 && cases.len() - invalid >= 200);
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_catalogue_of_faults_holds_the_official_numbers_and_texts() {
    let Some(directory) = support::reference("official error texts") else { return };
    let text = std::fs::read_to_string(directory.join("ceb_error_codes_202205.json")).unwrap();
    let codes: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ours: Vec<(String, String)> =
        official::all().map(|rule| (Defect::at(rule, "").code(), rule.zh.to_owned())).collect();
    let mut compared = 0;
    for entry in codes.as_array().unwrap() {
        let (code, text) = (entry["code"].as_str().unwrap(), entry["text"].as_str().unwrap());
        // A `*` of the official text is a place that ours names, or spells out.
        let holds = |ours: &str| {
            let mut rest = ours;
            text.split('*').all(|part| {
                rest.find(part).is_some_and(|at| {
                    rest = &rest[at + part.len()..];
                    true
                })
            })
        };
        let found = ours.iter().any(|(number, zh)| number == code && holds(zh));
        assert!(found, "{code} {text}");
        compared += 1;
    }
    assert!(compared > 170, "{compared}");
}

/// The verdict of `xmllint` on each, with many files a call; nothing, loudly, where it is not installed.
pub fn xmllint(schema: &Path, cases: &[(String, String)]) -> Option<Vec<bool>> {
    if Command::new("xmllint").arg("--version").output().is_err() {
        support::left_out("verdicts against xmllint", "it is not installed");
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        (0..cases.len()).map(|index| directory.path().join(format!("{index}.xml"))).collect();
    for (file, (_, text)) in files.iter().zip(cases) {
        std::fs::write(file, text).unwrap();
    }
    let mut verdicts = HashMap::new();
    for chunk in files.chunks(500) {
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(schema)
            .args(chunk)
            .output()
            .unwrap();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            if let Some(file) = line.strip_suffix(" validates") {
                verdicts.insert(PathBuf::from(file), true);
            } else if let Some(file) = line.strip_suffix(" fails to validate") {
                verdicts.insert(PathBuf::from(file), false);
            }
        }
    }
    let verdict = |(file, (title, _)): (&PathBuf, &(String, String))| {
        *verdicts.get(file).unwrap_or_else(|| panic!("no verdict: {title}"))
    };
    Some(files.iter().zip(cases).map(verdict).collect())
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(|child| child.has_tag_name((XS, "element")))
}

fn sequence<'a, 'i>(element: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let sequence = element.descendants().find(|node| node.has_tag_name((XS, "sequence")));
    sequence.map(|sequence| elements(sequence).collect()).unwrap_or_default()
}

fn name<'a>(element: Node<'a, '_>) -> &'a str {
    let reference = element.attribute("ref").map(|name| name.split_once(':').unwrap().1);
    element.attribute("name").or(reference).unwrap()
}

fn occurs(element: Node<'_, '_>) -> Occurs {
    let bound = |name, otherwise| match element.attribute(name) {
        Some("unbounded") => usize::MAX,
        Some(number) => number.parse().unwrap(),
        None => otherwise,
    };
    Occurs { min: bound("minOccurs", 1), max: bound("maxOccurs", 1) }
}

fn same_entity(element: Node<'_, '_>, entity: &Entity) {
    assert_eq!(name(element), entity.name);
    let fields = sequence(element);
    assert_eq!(fields.len(), entity.fields.len(), "{}", entity.name);
    same_fields(&fields, entity);
}

fn same_fields(elements: &[Node<'_, '_>], entity: &Entity) {
    for (element, field) in elements.iter().zip(entity.fields) {
        let title = format!("{}.{}", entity.name, field.name);
        assert_eq!(name(*element), field.name, "{title}");
        assert_eq!(occurs(*element).max, 1, "{title}");
        assert_eq!(occurs(*element).min == 1, field.required, "{title}");
        assert_eq!(form(*element), field.form, "{title}");
        assert_eq!(element.attribute("fixed"), field.fixed, "{title}");
        assert_eq!(element.attribute("default"), None, "{title}");
    }
}

fn form(element: Node<'_, '_>) -> Form {
    if element.attribute("type") == Some("xs:int") {
        return Form::Integer { digits: None };
    }
    let restriction =
        element.descendants().find(|node| node.has_tag_name((XS, "restriction"))).unwrap();
    let facet = |name| {
        let facet = restriction.children().find(|node| node.has_tag_name((XS, name)))?;
        facet.attribute("value").unwrap().parse::<usize>().ok()
    };
    match restriction.attribute("base").unwrap() {
        "xs:decimal" => Form::Decimal {
            total: facet("totalDigits").unwrap(),
            fraction: facet("fractionDigits").unwrap(),
        },
        "xs:int" => Form::Integer { digits: facet("totalDigits") },
        _ => Form::Text {
            min: facet("length").or(facet("minLength")).unwrap_or(0),
            max: facet("length").or(facet("maxLength")).unwrap_or(usize::MAX),
        },
    }
}
