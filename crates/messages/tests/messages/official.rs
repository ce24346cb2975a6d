//! Our tables and our strict profile against the official schemas, where they are present: they are
//! not part of the repository, and the comparison says so where they are absent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{mutants, support};
use roxmltree::{Document, Node};
use tongguan_domain::defect::Defect;
use tongguan_domain::official;
use tongguan_messages::ceb::{EXPORT_TRANSFER, EXTEND, MessageType, SUBSCRIBE, TRANSFER};
use tongguan_messages::read::{Profile, read};
use tongguan_messages::sample::sample;
use tongguan_messages::table::{Body, Entity, Form, Occurs, Trailer};

const XS: &str = "http://www.w3.org/2001/XMLSchema";

/// One direction of trade: its schema and samples, and what differs in it.
struct Side {
    /// The directory of the samples.
    samples: &'static str,
    schema: &'static str,
    transfer: &'static Entity,
    /// The samples that the official schema itself refuses.
    refused: &'static [&'static str],
}

const SIDES: [Side; 2] = [
    Side {
        samples: "official_202205/import",
        schema: "official_202205/xsd/海关跨境进口业务节点报文定义202205.xsd",
        transfer: &TRANSFER,
        refused: &[],
    },
    Side {
        samples: "official_202205/export",
        schema: "official_202205/xsd/海关跨境出口业务节点报文定义202205.xsd",
        transfer: &EXPORT_TRANSFER,
        refused: &[
            "CEB214", "CEB303", "CEB403", "CEB505", "CEB507", "CEB509", "CEB603", "CEB605",
            "CEB607", "CEB792",
        ],
    },
];

#[test]
fn the_tables_say_what_the_official_schemas_say() {
    let Some(directory) = support::reference("field tables against the schemas") else { return };
    let mut found = Vec::new();
    for side in SIDES {
        let text = std::fs::read_to_string(directory.join(side.schema)).unwrap();
        let schema = Document::parse(&text).unwrap();
        let globals: HashMap<&str, Node<'_, '_>> = elements(schema.root_element())
            .map(|element| (element.attribute("name").unwrap(), element))
            .collect();
        let defined = |message: &MessageType| globals.contains_key(message.root());
        for message in MessageType::ALL.into_iter().filter(defined) {
            same_layout(&globals, message);
            found.push(message);
        }
        same_entity(globals["BaseTransfer"], side.transfer);
        same_entity(globals["BaseSubscribe"], &SUBSCRIBE);
        let extend = sequence(globals["ExtendMessage"]);
        same_fields(&extend[..2], &EXTEND);
        assert_eq!(name(extend[2]), "Message");
    }
    found.sort();
    assert_eq!(found, MessageType::ALL, "each message stands in one of the schemas");
}

fn same_layout(globals: &HashMap<&str, Node<'_, '_>>, message: MessageType) {
    let layout = message.layout();
    let mut parts = sequence(globals[layout.root]).into_iter();
    let document = parts.next().unwrap();
    assert_eq!(name(document), layout.document);
    assert_eq!(occurs(document), layout.documents, "{}", layout.root);
    let resolved = |element: Node<'_, '_>| globals[name(element)];
    // Import messages say what stands in a document on the spot, export messages elsewhere.
    let inside = || match document.has_attribute("ref") {
        true => sequence(resolved(document)),
        false => sequence(document),
    };
    match layout.body {
        Body::Flat(entity) => same_entity(resolved(document), entity),
        Body::Head(head) => {
            assert_eq!(inside().len(), 1);
            same_entity(resolved(inside()[0]), head);
        }
        Body::HeadAndLines { head, line, lines } => {
            let parts = inside();
            assert_eq!(parts.len(), 2);
            same_entity(resolved(parts[0]), head);
            assert_eq!(occurs(parts[1]), lines, "{}", layout.root);
            same_entity(resolved(parts[1]), line);
        }
    }
    let trailer: Vec<_> = parts.map(|part| (name(part), occurs(part))).collect();
    let transfer = ("BaseTransfer", Occurs { min: 1, max: 1 });
    let subscriptions = ("BaseSubscribe", Occurs { min: 0, max: 5 });
    let extension = ("ExtendMessage", Occurs { min: 0, max: 1 });
    let signature = |required| ("Signature", Occurs { min: usize::from(required), max: 1 });
    let expected = match layout.trailer {
        Trailer::None => vec![],
        Trailer::Import { signature_required } => {
            vec![transfer, subscriptions, extension, signature(signature_required)]
        }
        Trailer::Export { signature_required } => {
            vec![transfer, subscriptions, signature(signature_required), extension]
        }
    };
    assert_eq!(trailer, expected, "{}", layout.root);
}

#[test]
fn the_strict_profile_judges_as_the_official_schemas_do() {
    const MUTANTS_A_MESSAGE: usize = 220;
    let Some(directory) = support::reference("strict verdicts against xmllint") else { return };
    let (mut wrong, mut compared, mut invalid) = (Vec::new(), 0, 0);
    for side in SIDES {
        let schema = std::fs::read_to_string(directory.join(side.schema)).unwrap();
        let stands = |message: &MessageType| schema.contains(&format!("\"{}\"", message.root()));
        let mut cases = Vec::new();
        for message in MessageType::ALL.into_iter().filter(stands) {
            let file = directory.join(side.samples).join(format!("{}.xml", message.root()));
            if let Ok(text) = std::fs::read_to_string(file) {
                let text = text.trim_start_matches('\u{feff}').to_owned();
                cases.push((message.code().to_owned(), text));
            }
            let text = support::signed_if_request(message, sample(message).unwrap());
            cases.push((format!("our {}", message.code()), text));
        }
        for (seed, (title, text)) in cases.clone().into_iter().enumerate() {
            let small = mutants::shortened(&text);
            let mutants = mutants::of(&small, seed as u64, MUTANTS_A_MESSAGE);
            cases.extend(
                mutants.into_iter().map(|(what, mutant)| (format!("{title}, {what}"), mutant)),
            );
        }
        let Some(theirs) = xmllint(&directory.join(side.schema), &cases) else { return };
        for ((title, text), theirs) in cases.iter().zip(theirs) {
            if title.len() == "CEB311".len() {
                assert_eq!(theirs, !side.refused.contains(&title.as_str()), "{title}");
            }
            wrong.extend(differing(title, text, theirs));
            invalid += usize::from(!theirs);
        }
        compared += cases.len();
    }
    println!("{compared} messages compared, {invalid} of them invalid");
    assert!(compared >= 2000 && invalid >= 1000 && compared - invalid >= 200);
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What to say where our verdict is not the official one.
fn differing(title: &str, text: &str, theirs: bool) -> Option<String> {
    let tree = Document::parse(text).unwrap();
    let reading = read(&tree, Profile::Strict);
    let ours = reading.as_ref().is_ok_and(|reading| reading.is_valid());
    let tolerated = read(&tree, Profile::Tolerant).is_ok_and(|reading| reading.is_valid());
    assert!(tolerated || !ours, "{title}: strict accepts what tolerant refuses");
    let why = reading.map(|reading| {
        reading.defects.first().map(|defect| (defect.rule.code, defect.pointer.clone()))
    });
    (ours != theirs).then(|| format!("{title}: ours {ours}, official {theirs}, {why:?}"))
}

#[test]
fn the_tolerant_profile_makes_use_of_every_official_sample_but_two() {
    // One has the root `CEB214`, which is no message; the other is of 2018 and does not say which line
    // of the formal declaration a line became, so that nothing can be made of it.
    const USELESS: [MessageType; 2] = [MessageType::Ceb214, MessageType::Ceb792];
    let Some(directory) = support::reference("official samples, read tolerantly") else { return };
    let mut read_ones = 0;
    for message in MessageType::ALL.into_iter().filter(|message| !USELESS.contains(message)) {
        for side in &SIDES {
            let file = directory.join(side.samples).join(format!("{}.xml", message.root()));
            let Ok(text) = std::fs::read_to_string(file) else { continue };
            let tree = Document::parse(text.trim_start_matches('\u{feff}')).unwrap();
            let reading = read(&tree, Profile::Tolerant).unwrap();
            assert_eq!(reading.defects, [], "{}", message.code());
            let warnings: Vec<_> = reading.warnings.iter().map(|it| it.rule.code).collect();
            let is_refused = side.refused.contains(&message.code());
            assert_eq!(warnings, Vec::from_iter(is_refused.then_some("transfer-repeated")));
            assert!(reading.documents.iter().all(|document| document.outcome.is_ok()));
            assert!(reading.answers.iter().all(|answer| answer.outcome.is_ok()));
            assert!(reading.documents.len() + reading.answers.len() > 0);
            read_ones += 1;
        }
    }
    assert!(read_ones >= 37, "{read_ones}");
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
        assert_eq!(collapses(*element), field.collapsed, "{title}");
        assert_eq!(element.attribute("fixed"), field.fixed, "{title}");
        assert_eq!(element.attribute("default"), field.default, "{title}");
    }
}

fn collapses(element: Node<'_, '_>) -> bool {
    element.descendants().any(|node| {
        node.has_tag_name((XS, "whiteSpace")) && node.attribute("value") == Some("collapse")
    })
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
