//! Writing one message: its root, its documents, what follows them.

use tongguan_domain::defect::Defect;

use super::{EntityWriter, Envelope, Markup, Style};
use crate::ceb::{SUBSCRIBE, TRANSFER, transfer_of};
use crate::read::place::Place;
use crate::read::rules;
use crate::table::{Body, Entity, Layout, at};

/// Writes one message.
pub(crate) struct Writer {
    pub(super) markup: Markup,
    layout: &'static Layout,
    defects: Vec<Defect>,
}

impl Writer {
    /// Begins a request.
    pub(crate) fn request(layout: &'static Layout, envelope: &Envelope<'_>) -> Self {
        Self::begin(layout, envelope.guid, envelope.style, "ceb:")
    }

    /// Begins a message from customs.
    pub(crate) fn answer(layout: &'static Layout, guid: &str, style: Style) -> Self {
        Self::begin(layout, guid, style, "")
    }

    fn begin(layout: &'static Layout, guid: &str, style: Style, prefix: &'static str) -> Self {
        let mut markup = Markup::begin(layout.root, prefix, style);
        markup.attribute("guid", guid);
        markup.attribute("version", "1.0");
        markup.end_attributes();
        let mut writer = Self { markup, layout, defects: Vec::new() };
        if guid.chars().count() != 36 {
            let pointer = Place::root(layout.root).attribute("guid");
            writer.refuse(
                Defect::at(&rules::ATTRIBUTE_MALFORMED, pointer).found(guid).expected("C36"),
            );
        }
        writer
    }

    /// Notes what keeps the message from going out.
    pub(crate) fn refuse(&mut self, defect: Defect) {
        self.defects.push(defect);
    }

    /// Opens an element that holds elements.
    pub(crate) fn open(&mut self, name: &str) {
        self.markup.open(name);
    }

    /// Closes it.
    pub(crate) fn close(&mut self, name: &str) {
        self.markup.close(name);
    }

    /// Begins an entity at its place; [`EntityWriter::end`] closes it.
    pub(crate) fn entity<'w>(
        &'w mut self,
        entity: &'static Entity,
        place: Place<'w>,
    ) -> EntityWriter<'w> {
        self.open(entity.name);
        EntityWriter::new(self, entity, place)
    }

    /// Writes a document that holds a head and lines, in the element that the layout names.
    pub(crate) fn document<D, L>(
        &mut self,
        place: &Place<'_>,
        document: &D,
        lines: &[L],
        write_head: fn(&mut EntityWriter<'_>, &D),
        write_line: fn(&mut Self, Place<'_>, &L),
    ) {
        let layout = self.layout;
        let entity = layout.body.head();
        self.open(layout.document);
        let mut head = self.entity(entity, place.child(entity.name));
        write_head(&mut head, document);
        head.end();
        if let Some(entity) = layout.body.line() {
            for (index, line) in lines.iter().enumerate() {
                write_line(self, place.nth(entity.name, index + 1), line);
            }
        }
        self.hold_lines(lines.len(), place);
        self.close(layout.document);
    }

    /// Notes a document whose number of lines the schema refuses.
    pub(crate) fn hold_lines(&mut self, count: usize, document: &Place<'_>) {
        let Body::HeadAndLines { line, lines, .. } = self.layout.body else { return };
        let pointer = || document.child(line.name).to_string();
        if count < lines.min {
            self.refuse(Defect::at(self.layout.faults.no_lines, pointer()));
        } else if count > lines.max {
            let defect = Defect::at(&rules::TOO_MANY_ELEMENTS, pointer());
            self.refuse(defect.found(count).expected(lines.max));
        }
    }

    /// Writes what follows the documents, and closes the message.
    pub(crate) fn finish_request(
        mut self,
        count: usize,
        envelope: &Envelope<'_>,
    ) -> Result<String, Vec<Defect>> {
        let root = Place::root(self.layout.root);
        let transfer = envelope.transfer;
        let entity = transfer_of(self.layout.trailer);
        let mut row = self.entity(entity, root.child(entity.name));
        row.text(at!(TRANSFER, "copCode"), &transfer.code);
        row.text(at!(TRANSFER, "copName"), &transfer.name);
        row.text(at!(TRANSFER, "dxpMode"), &transfer.mode);
        row.text(at!(TRANSFER, "dxpId"), &transfer.dxp_id);
        row.optional(at!(TRANSFER, "note"), transfer.note.as_deref());
        row.end();
        for (index, subscription) in envelope.subscriptions.iter().enumerate() {
            let mut row = self.entity(&SUBSCRIBE, root.nth(SUBSCRIBE.name, index + 1));
            row.text(at!(SUBSCRIBE, "status"), &subscription.status);
            row.text(at!(SUBSCRIBE, "dxpMode"), &subscription.mode);
            row.text(at!(SUBSCRIBE, "dxpAddress"), &subscription.address);
            row.optional(at!(SUBSCRIBE, "note"), subscription.note.as_deref());
            row.end();
        }
        if envelope.subscriptions.len() > 5 {
            let pointer = root.child(SUBSCRIBE.name).to_string();
            let found = envelope.subscriptions.len();
            self.refuse(Defect::at(&rules::TOO_MANY_ELEMENTS, pointer).found(found).expected(5));
        }
        self.finish(count)
    }

    /// Closes the message, which holds so many documents.
    ///
    /// # Errors
    /// Everything that the schema would refuse.
    pub(crate) fn finish(mut self, count: usize) -> Result<String, Vec<Defect>> {
        let (documents, faults) = (self.layout.documents, self.layout.faults);
        let pointer = || Place::root(self.layout.root).child(self.layout.document).to_string();
        if count < documents.min {
            self.defects.push(Defect::at(faults.empty, pointer()));
        } else if count > documents.max {
            let defect = Defect::at(faults.too_many, pointer());
            self.defects.push(defect.found(count).expected(documents.max));
        }
        let text = self.markup.finish(self.layout.root);
        if self.defects.is_empty() { Ok(text) } else { Err(self.defects) }
    }
}

/// Writes a whole request: each document by `write`, then what follows them.
///
/// # Errors
/// Everything that the schema would refuse.
pub(crate) fn write_request<'d, D: 'd>(
    layout: &'static Layout,
    envelope: &Envelope<'_>,
    documents: impl IntoIterator<Item = &'d D>,
    mut write: impl FnMut(&mut Writer, &Place<'_>, &D),
) -> Result<String, Vec<Defect>> {
    let mut writer = Writer::request(layout, envelope);
    let root = Place::root(layout.root);
    let mut count = 0;
    for document in documents {
        count += 1;
        write(&mut writer, &root.nth(layout.document, count), document);
    }
    writer.finish_request(count, envelope)
}
