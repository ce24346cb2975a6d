//! The walk over the root's children.

use roxmltree::{Document as Tree, Node};
use tongguan_domain::defect::Defect;

use super::document::read_rows;
use super::extension::read_extension;
use super::kept::KeptElement;
use super::place::Place;
use super::report::Report;
use super::row::{Row, is_schema_hint, read_row, refuse_stray_text, unknown};
use super::signature_model;
use super::{Answer, Cells, Profile, ReadAnswer, ReadDocument, Reading, in_namespace, rules};
use crate::ceb::{
    EXTEND, MessageType, Nature, SUBSCRIBE, Subscription, TRANSFER, Transfer, transfer_of,
};
use crate::response::{Quote, read_response};
use crate::table::{Layout, Trailer, at};
use crate::{DSIG_NAMESPACE, NAMESPACE};

/// The root's children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Document,
    Transfer,
    Subscription,
    Extension,
    Signature,
}

impl Part {
    /// Where the schema puts it: in export messages the extension stands behind the signature.
    const fn rank(self, trailer: Trailer) -> u8 {
        match (self, trailer) {
            (Self::Document, _) => 0,
            (Self::Transfer, _) => 1,
            (Self::Subscription, _) => 2,
            (Self::Signature, Trailer::Export { .. }) => 3,
            (Self::Extension, Trailer::Export { .. }) => 4,
            (Self::Extension, _) => 3,
            (Self::Signature, _) => 4,
        }
    }
}

pub(crate) fn read(tree: &Tree<'_>, profile: Profile) -> Result<Reading, Defect> {
    let root = tree.root_element();
    let message = recognise(root)?;
    let place = Place::root(message.root());
    let mut walk = Walk::new(message, profile);
    walk.attributes(root, &place);
    for child in root.children() {
        if child.is_element() {
            walk.child(child, &place);
        } else if child.is_text() {
            refuse_stray_text(child, &place, &mut walk.report);
        }
    }
    Ok(walk.finish(&place))
}

fn recognise(root: Node<'_, '_>) -> Result<MessageType, Defect> {
    let name = root.tag_name().name();
    let pointer = Place::root(name).to_string();
    let Some(message) = MessageType::from_root(name) else {
        return Err(Defect::at(&rules::MESSAGE_UNKNOWN, pointer).found(name));
    };
    if !in_namespace(root, NAMESPACE) {
        let found = root.tag_name().namespace().unwrap_or_default();
        return Err(Defect::at(&rules::NAMESPACE_WRONG, pointer).found(found).expected(NAMESPACE));
    }
    Ok(message)
}

struct Walk<'t> {
    reading: Reading,
    report: Report,
    layout: &'static Layout,
    /// How far the parts came in schema order, and whether one did not stand there.
    reached: u8,
    disordered: bool,
    transfer: Option<Row<'t>>,
    extensions: usize,
    signatures: usize,
    subscriptions: usize,
}

impl<'t> Walk<'t> {
    fn new(message: MessageType, profile: Profile) -> Self {
        Self {
            reading: Reading {
                message,
                profile,
                guid: String::new(),
                version: String::new(),
                document_count: 0,
                documents: Vec::new(),
                answers: Vec::new(),
                transfer: None,
                subscriptions: Vec::new(),
                extension: None,
                signed: false,
                kept: Vec::new(),
                defects: Vec::new(),
                warnings: Vec::new(),
                omitted: 0,
            },
            report: Report::new(profile),
            layout: message.layout(),
            reached: 0,
            disordered: false,
            transfer: None,
            extensions: 0,
            signatures: 0,
            subscriptions: 0,
        }
    }

    fn attributes(&mut self, root: Node<'_, '_>, place: &Place<'_>) {
        for attribute in root.attributes() {
            match (attribute.namespace(), attribute.name()) {
                (None, "guid") => self.reading.guid = attribute.value().to_owned(),
                (None, "version") => self.reading.version = attribute.value().to_owned(),
                (namespace, name) if is_schema_hint(namespace, name) => {}
                (_, name) => self.report.tolerate(|| {
                    Defect::at(&rules::ATTRIBUTE_UNKNOWN, place.attribute(name))
                        .found(attribute.value())
                }),
            }
        }
        let (guid, version) = (self.reading.guid.chars(), self.reading.version.chars());
        for (name, length, allowed, form) in
            [("guid", guid.count(), 36..=36, "C36"), ("version", version.count(), 1..=10, "C1..10")]
        {
            if root.attribute(name).is_none() {
                self.report.refuse(|| Defect::at(&rules::ATTRIBUTE_MISSING, place.attribute(name)));
            } else if !allowed.contains(&length) {
                let found = root.attribute(name).unwrap_or_default();
                self.report.refuse(|| {
                    Defect::at(&rules::ATTRIBUTE_MALFORMED, place.attribute(name))
                        .found(found)
                        .expected(form)
                });
            }
        }
    }

    fn child(&mut self, child: Node<'t, '_>, place: &Place<'_>) {
        let Some(part) = self.part(child) else {
            self.report.tolerate(|| unknown(child, place));
            if self.report.is_tolerant() {
                KeptElement::keep(child, place, &mut self.reading.kept);
            }
            return;
        };
        let rank = part.rank(self.layout.trailer);
        if rank < self.reached && !self.disordered {
            self.disordered = true;
            let name = child.tag_name().name();
            self.report.tolerate(|| {
                Defect::at(&rules::ELEMENTS_OUT_OF_ORDER, place.child(name).to_string())
            });
        }
        self.reached = self.reached.max(rank);
        match part {
            Part::Document if self.is_misprint(child.tag_name().name()) => {
                let (name, expected) = (child.tag_name().name(), self.layout.document);
                self.report.tolerate(|| {
                    Defect::at(&rules::ELEMENT_MISNAMED, place.child(name).to_string())
                        .expected(expected)
                });
                self.document(child, place);
            }
            Part::Document => self.document(child, place),
            Part::Transfer => self.transfer(child, place),
            Part::Subscription => self.subscription(child, place),
            Part::Extension => self.extension(child, place),
            Part::Signature => self.signature(child, place),
        }
    }

    /// Whether that is a misprinted name of a document, which only the tolerant profile reads.
    fn is_misprint(&self, name: &str) -> bool {
        self.report.is_tolerant() && self.layout.is_misprint(name)
    }

    fn part(&self, child: Node<'_, '_>) -> Option<Part> {
        let name = child.tag_name().name();
        if in_namespace(child, NAMESPACE) {
            if name == self.layout.document || self.is_misprint(name) {
                return Some(Part::Document);
            }
            if self.layout.trailer == Trailer::None {
                return None;
            }
            return match name {
                "BaseTransfer" => Some(Part::Transfer),
                "BaseSubscribe" => Some(Part::Subscription),
                "ExtendMessage" => Some(Part::Extension),
                _ => None,
            };
        }
        let signable = self.layout.trailer != Trailer::None;
        (signable && name == "Signature" && in_namespace(child, DSIG_NAMESPACE))
            .then_some(Part::Signature)
    }

    fn document(&mut self, node: Node<'t, '_>, place: &Place<'_>) {
        self.reading.document_count += 1;
        let ordinal = self.reading.document_count;
        if ordinal > self.layout.documents.max {
            return;
        }
        let place = place.nth(self.layout.document, ordinal);
        let kept = &mut self.reading.kept;
        let rows = read_rows(node, self.layout, &place, &mut self.report, kept);
        let pointer = place.to_string();
        let mut findings = Vec::new();
        let answer = match self.reading.message.definition().nature {
            Nature::Request { response, read } => {
                let quote = Quote::of(response, &rows.head);
                let outcome = read(&rows, &place, &mut findings).ok_or(findings);
                self.reading.documents.push(ReadDocument { ordinal, pointer, quote, outcome });
                return;
            }
            Nature::Response => {
                let rule = self.layout.faults.parameter;
                let mut cells = Cells::new(&rows.head, place, rule, &mut findings);
                read_response(self.reading.message, &mut cells).map(Box::new).map(Answer::Response)
            }
            Nature::Issue { read } => read(&rows, &place, &mut findings),
        };
        let outcome = answer.ok_or(findings);
        self.reading.answers.push(ReadAnswer { ordinal, pointer, outcome });
    }

    fn transfer(&mut self, node: Node<'t, '_>, place: &Place<'_>) {
        let entity = transfer_of(self.layout.trailer);
        let place = place.child(entity.name);
        let row = read_row(node, entity, &place, &mut self.report, &mut self.reading.kept);
        match &self.transfer {
            None => self.transfer = Some(row),
            Some(first) if first.same_as(&row) => {
                self.report.tolerate(|| Defect::at(&rules::TRANSFER_REPEATED, place.to_string()));
            }
            Some(_) => {
                self.report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, place.to_string()));
            }
        }
    }

    fn subscription(&mut self, node: Node<'t, '_>, place: &Place<'_>) {
        self.subscriptions += 1;
        if self.subscriptions > SUBSCRIPTIONS {
            return;
        }
        let place = place.nth(SUBSCRIBE.name, self.subscriptions);
        let row = read_row(node, &SUBSCRIBE, &place, &mut self.report, &mut self.reading.kept);
        self.reading.subscriptions.push(Subscription {
            status: row.quoted(at!(SUBSCRIBE, "status")),
            mode: row.quoted(at!(SUBSCRIBE, "dxpMode")),
            address: row.quoted(at!(SUBSCRIBE, "dxpAddress")),
            note: row.filled(at!(SUBSCRIBE, "note")).map(Into::into),
        });
    }

    fn extension(&mut self, node: Node<'t, '_>, place: &Place<'_>) {
        self.extensions += 1;
        let place = place.child(EXTEND.name);
        if self.extensions > 1 {
            self.report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, place.to_string()));
            return;
        }
        let extension = read_extension(node, &place, &mut self.report, &mut self.reading.kept);
        self.reading.extension = Some(extension);
    }

    fn signature(&mut self, node: Node<'_, '_>, place: &Place<'_>) {
        self.signatures += 1;
        self.reading.signed = true;
        let place = place.child("Signature");
        if self.signatures > 1 {
            self.report.refuse(|| Defect::at(&rules::ELEMENT_REPEATED, place.to_string()));
            return;
        }
        signature_model::check(node, &place, &mut self.report);
    }

    fn finish(mut self, place: &Place<'_>) -> Reading {
        let layout = self.layout;
        let count = self.reading.document_count;
        let pointer = || place.child(layout.document).to_string();
        if count < layout.documents.min {
            self.report.refuse(|| Defect::at(layout.faults.empty, pointer()));
        } else if count > layout.documents.max {
            let most = layout.documents.max;
            self.report.refuse(|| {
                Defect::at(layout.faults.too_many, pointer()).found(count).expected(most)
            });
        }
        if layout.trailer != Trailer::None {
            self.finish_trailer(layout.trailer.demands_signature(), place);
        }
        if let Some(row) = &self.transfer {
            self.reading.transfer = Some(transfer(row));
        }
        self.reading.defects = self.report.defects;
        self.reading.warnings = self.report.warnings;
        self.reading.omitted = self.report.omitted;
        self.reading
    }

    fn finish_trailer(&mut self, signature_required: bool, place: &Place<'_>) {
        if self.transfer.is_none() {
            let pointer = || place.child(TRANSFER.name).to_string();
            self.report.refuse(|| Defect::at(&rules::ELEMENT_MISSING, pointer()));
        }
        let subscriptions = self.subscriptions;
        if subscriptions > SUBSCRIPTIONS {
            self.report.refuse(|| {
                Defect::at(&rules::TOO_MANY_ELEMENTS, place.child(SUBSCRIBE.name).to_string())
                    .found(subscriptions)
                    .expected(SUBSCRIPTIONS)
            });
        }
        if signature_required && self.signatures == 0 {
            let pointer = || place.child("Signature").to_string();
            self.report.tolerate(|| Defect::at(&rules::SIGNATURE_MISSING, pointer()));
        }
    }
}

/// The most subscriptions in a message.
const SUBSCRIPTIONS: usize = 5;

fn transfer(row: &Row<'_>) -> Transfer {
    Transfer {
        code: row.quoted(at!(TRANSFER, "copCode")),
        name: row.quoted(at!(TRANSFER, "copName")),
        mode: row.quoted(at!(TRANSFER, "dxpMode")),
        dxp_id: row.quoted(at!(TRANSFER, "dxpId")),
        note: row.filled(at!(TRANSFER, "note")).map(Into::into),
    }
}
