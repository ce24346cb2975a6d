//! Reading a request: down the envelope to the one document in it.

use roxmltree::{Document as Tree, Node};
use sha2::{Digest, Sha256};
use tongguan_domain::commerce::Stage;
use tongguan_domain::defect::Defect;
use tongguan_domain::party::{NamedParty, PartyCode};

use super::{ZoneDocument, ZoneEnvelope, ZoneMessage, ZoneReading, list, pass};
use crate::DSIG_NAMESPACE;
use crate::read::place::Place;
use crate::read::report::{Profile, Report};
use crate::read::row::{Row, read_value, refuse_stray_text, text_of, unknown};
use crate::read::{Cells, rules};
use crate::table::{Entity, Faults, Field};

/// The root of every request, which tells it from all other messages.
const ROOT: &str = "Signature";

/// Whether `tree` is a request of a bonded zone, whatever is wrong with it.
pub fn is_request(tree: &Tree<'_>) -> bool {
    is_named(tree.root_element(), ROOT)
}

/// Reads a request.
pub fn read(tree: &Tree<'_>) -> ZoneReading {
    let mut report = Report::new(Profile::Tolerant);
    let root = Place::root(ROOT);
    let (object, package) = (root.child("Object"), "Package");
    let package_place = object.child(package);
    let found = child(tree.root_element(), "Object", &root, &mut report)
        .and_then(|node| child(node, package, &object, &mut report));
    let envelope = found
        .and_then(|node| child(node, "EnvelopInfo", &package_place, &mut report))
        .map(envelope)
        .unwrap_or_default();
    let data = package_place.child("DataInfo");
    let business = found
        .and_then(|node| child(node, "DataInfo", &package_place, &mut report))
        .and_then(|node| child(node, "BussinessData", &data, &mut report));
    let place = data.child("BussinessData");
    let mut reading = ZoneReading {
        message: None,
        envelope,
        reference: "".into(),
        content: [0; 16],
        stage: Stage::Declared,
        outcome: Err(Vec::new()),
        warnings: Vec::new(),
    };
    if let Some(business) = business {
        reading.content = digest(business);
        read_business(business, &place, &mut reading, &mut report);
    }
    reading.warnings = report.warnings;
    match &mut reading.outcome {
        Err(defects) => {
            report.defects.append(defects);
            *defects = report.defects;
        }
        Ok(_) if !report.defects.is_empty() => reading.outcome = Err(report.defects),
        Ok(_) => {}
    }
    reading
}

/// The names and trimmed texts of the elements, empty ones left out.
fn digest(business: Node<'_, '_>) -> [u8; 16] {
    let mut hash = Sha256::new();
    for element in business.descendants() {
        let text = text_of(element);
        let text = text.trim();
        if !element.is_element() || text.is_empty() && element.first_element_child().is_none() {
            continue;
        }
        for part in [&*element.tag_name().name().to_ascii_lowercase(), text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    half(hash)
}

/// The first half of a digest.
pub(super) fn half(hash: Sha256) -> [u8; 16] {
    let whole: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

fn read_business(
    business: Node<'_, '_>,
    place: &Place<'_>,
    reading: &mut ZoneReading,
    report: &mut Report,
) {
    let mut documents = business.children().filter(Node::is_element).filter_map(|node| {
        let kind = [&list::DOCUMENT, &pass::DOCUMENT];
        Some((kind.into_iter().find(|kind| is_named(node, kind.element))?, node))
    });
    let Some((kind, node)) = documents.next() else {
        report.refuse(|| Defect::at(&rules::MESSAGE_UNKNOWN, place.to_string()).found(""));
        return;
    };
    if let Some((second, _)) = documents.next() {
        report.refuse(|| {
            Defect::at(&rules::ELEMENT_REPEATED, place.child(second.element).to_string())
        });
    }
    reading.message = Some(kind.message);
    let announced = reading.envelope_type(business);
    if let Some(announced) = announced
        && ZoneMessage::from_code(&announced) != Some(kind.message)
    {
        report.refuse(|| {
            Defect::at(
                &rules::MESSAGE_UNKNOWN,
                "/Signature/Object/Package/EnvelopInfo/message_type",
            )
            .found(&announced)
        });
    }
    let flag = business.children().find(|node| is_named(*node, "DelcareFlag"));
    if flag.is_some_and(|flag| text_of(flag).trim() == "0") {
        reading.stage = Stage::Stored;
    }
    let place = place.child(kind.element);
    let rows = ZoneRows::read(node, kind, &place, report);
    reading.reference = rows.head.quoted(kind.head.position(kind.reference));
    let mut findings = Vec::new();
    reading.outcome = match (kind.map)(&rows, &place, &mut findings) {
        Some(document) if findings.is_empty() => Ok(document),
        _ => Err(findings),
    };
}

impl ZoneReading {
    /// The type that the envelope announces, if it announces one.
    fn envelope_type(&self, business: Node<'_, '_>) -> Option<String> {
        let package = business.ancestors().find(|node| is_named(*node, "Package"))?;
        let envelope = package.children().find(|node| is_named(*node, "EnvelopInfo"))?;
        let told = envelope.children().find(|node| is_named(*node, "message_type"))?;
        Some(text_of(told).trim().to_owned()).filter(|told| !told.is_empty())
    }
}

/// What kind of document an element of the business data is, and how it is read.
pub(super) struct Kind {
    pub(super) message: ZoneMessage,
    /// The document's element.
    pub(super) element: &'static str,
    pub(super) head: &'static Entity,
    /// Repeated elements beside the head.
    pub(super) lines: &'static [&'static Entity],
    /// The head's element that the sender knows the document by.
    pub(super) reference: &'static str,
    pub(super) map: Map,
}

type Map = fn(&ZoneRows<'_>, &Place<'_>, &mut Vec<Defect>) -> Option<ZoneDocument>;

/// The texts of one document.
pub(super) struct ZoneRows<'t> {
    pub(super) head: Row<'t>,
    /// The rows of each repeated element of the kind, in order.
    pub(super) lines: Vec<Vec<Row<'t>>>,
}

impl<'t> ZoneRows<'t> {
    fn read(node: Node<'t, '_>, kind: &Kind, place: &Place<'_>, report: &mut Report) -> Self {
        let mut head = None;
        let mut lines: Vec<Vec<Row<'t>>> = kind.lines.iter().map(|_| Vec::new()).collect();
        for child in node.children() {
            if child.is_text() {
                refuse_stray_text(child, place, report);
            }
            if !child.is_element() {
                continue;
            }
            if is_named(child, kind.head.name) {
                let place = place.child(kind.head.name);
                if head.is_some() {
                    report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, place.to_string()));
                    continue;
                }
                head = Some(fields(child, kind.head, &place, report));
            } else if let Some((rows, entity)) =
                lines.iter_mut().zip(kind.lines).find(|(_, entity)| is_named(child, entity.name))
            {
                let place = place.nth(entity.name, rows.len() + 1);
                rows.push(fields(child, entity, &place, report));
            } else if !BESIDE.iter().any(|name| is_named(child, name)) {
                report.tolerate(|| unknown(child, place));
            }
        }
        let head = head.unwrap_or_else(|| {
            let pointer = || place.child(kind.head.name).to_string();
            report.refuse(|| Defect::at(&rules::ELEMENT_MISSING, pointer()));
            Row::empty(kind.head)
        });
        Self { head, lines }
    }
}

/// Elements beside head and lines that say nothing about the document.
const BESIDE: [&str; 2] = ["SysId", "OperCusRegCode"];

/// Reads the children of `node` as the fields of `entity`, in whatever order and case.
fn fields<'t>(
    node: Node<'t, '_>,
    entity: &'static Entity,
    place: &Place<'_>,
    report: &mut Report,
) -> Row<'t> {
    let (mut row, mut seen) = (Row::empty(entity), vec![false; entity.len()]);
    for child in node.children() {
        if child.is_text() {
            refuse_stray_text(child, place, report);
        }
        if !child.is_element() {
            continue;
        }
        let name = child.tag_name().name();
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let named = entity.fields.iter().position(|field| is_it(field.name));
        let misprinted = || {
            let of = |field: &Field| field.leeway.misprint.is_some_and(is_it);
            entity.fields.iter().position(of)
        };
        let Some(position) = named.or_else(misprinted).filter(|_| is_ours(child)) else {
            report.tolerate(|| unknown(child, place));
            continue;
        };
        let field = entity.field(position);
        if std::mem::replace(&mut seen[position], true) {
            let pointer = || place.child(field.name).to_string();
            report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, pointer()));
        } else if field.required || child.has_children() {
            row.set(position, read_value(child, field, place, report));
        }
    }
    for (field, _) in entity.fields.iter().zip(seen).filter(|(field, seen)| field.required && !seen)
    {
        let pointer = || place.child(field.name).to_string();
        report.refuse(|| Defect::at(&rules::ELEMENT_MISSING, pointer()).expected(field.form));
    }
    row
}

fn envelope(node: Node<'_, '_>) -> ZoneEnvelope {
    let text = |name: &str| {
        let child = node.children().find(|child| is_named(*child, name));
        child.map(|child| text_of(child).trim().into()).unwrap_or_default()
    };
    ZoneEnvelope {
        number: text("message_id"),
        file: text("file_name"),
        sender: text("sender_id"),
        receiver: text("receiver_id"),
        sent_at: text("send_time"),
    }
}

/// The only child of that name.
fn child<'a, 'i>(
    node: Node<'a, 'i>,
    name: &str,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Node<'a, 'i>> {
    let mut found = node.children().filter(|child| is_named(*child, name));
    let first = found.next();
    let rule = match (first, found.next()) {
        (Some(_), None) => return first,
        (Some(_), Some(_)) => &rules::ELEMENT_REPEATED,
        (None, _) => &rules::ELEMENT_MISSING,
    };
    report.refuse(|| Defect::at(rule, place.child(name).to_string()));
    None
}

fn is_named(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && is_ours(node) && node.tag_name().name().eq_ignore_ascii_case(name)
}

/// Requests are in no namespace, and some programs put all of it into that of signatures.
fn is_ours(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace().is_none_or(|space| space.is_empty() || space == DSIG_NAMESPACE)
}

/// A party by its customs code; its name may be missing.
pub(super) fn party(head: &mut Cells<'_, '_>, code: usize, name: usize) -> Option<NamedParty> {
    let code = head.id(code, PartyCode::parse)?;
    Some(NamedParty { code, name: head.quoted(name).into() })
}

/// The rules of documents whose faults no specification numbers.
pub(super) const FAULTS: Faults = crate::response::FAULTS;
