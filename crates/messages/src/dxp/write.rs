//! Writing envelopes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;

use super::model::{
    CHARACTER_SET, COP_MSG_ID, CREAT_TIME, DXP_MSG, FILE_NAME, IC_CARD, KEY, KEY_NAME, KEYS,
    MSG_TYPE, RECEIVER_ID, RECEIVERS, SENDER_ID, TRANS_INFO,
};
use super::{Additions, DxpHead, DxpMessage, NAMESPACE};
use crate::read::model::{Content, Model, Text, matches, name_of};
use crate::read::rules;
use crate::write::escape;

/// Writes an envelope, unsigned.
///
/// # Errors
/// Everything that the schema would refuse: texts that are too long, more than five receivers.
pub fn write(message: &DxpMessage) -> Result<String, Vec<Defect>> {
    let mut out = Out::begin(&DXP_MSG, message.data.len() / 3 * 4 + 1024);
    out.message_content(message);
    out.finish()
}

/// Writes an envelope, element by element.
pub(super) struct Out {
    text: String,
    root: &'static Model,
    defects: Vec<Defect>,
}

impl Out {
    /// Opens the root.
    pub(super) fn begin(root: &'static Model, capacity: usize) -> Self {
        let mut out = Self { text: String::with_capacity(capacity), root, defects: vec![] };
        out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dxp:");
        out.raw(root.name);
        out.raw(" xmlns:dxp=\"");
        out.raw(NAMESPACE);
        out.raw("\" ver=\"1.0\">");
        out
    }

    /// Closes the root.
    ///
    /// # Errors
    /// Everything that the schema would refuse.
    pub(super) fn finish(mut self) -> Result<String, Vec<Defect>> {
        self.close(self.root.name);
        if self.defects.is_empty() { Ok(self.text) } else { Err(self.defects) }
    }

    /// An envelope inside another one.
    pub(super) fn message(&mut self, message: &DxpMessage) {
        self.raw("<dxp:DxpMsg ver=\"1.0\">");
        self.message_content(message);
        self.close(DXP_MSG.name);
    }

    fn message_content(&mut self, message: &DxpMessage) {
        self.head(&TRANS_INFO, &message.head);
        self.open("Data");
        STANDARD.encode_string(&message.data, &mut self.text);
        self.close("Data");
        if message.additions != Additions::default() {
            self.additions(&message.additions);
        }
    }

    /// A head, under either of its names.
    pub(super) fn head(&mut self, model: &Model, head: &DxpHead) {
        self.open(model.name);
        self.leaf(&COP_MSG_ID, &head.number);
        self.leaf(&SENDER_ID, head.sender.as_str());
        self.open("ReceiverIds");
        for receiver in &head.receivers {
            self.leaf(&RECEIVER_ID, receiver.as_str());
        }
        if !(1..=RECEIVERS).contains(&head.receivers.len()) {
            self.refuse(RECEIVER_ID.name, "1..5");
        }
        self.close("ReceiverIds");
        self.instant(&CREAT_TIME, head.created_at);
        self.leaf(&MSG_TYPE, &head.message_type);
        self.close(model.name);
    }

    /// The local time in China, without a zone: what the specification asks for.
    pub(super) fn instant(&mut self, model: &Model, moment: Moment) {
        self.leaf(model, moment.to_string().get(..19).unwrap_or_default());
    }

    pub(super) fn open(&mut self, name: &str) {
        self.raw("<dxp:");
        self.raw(name);
        self.raw(">");
    }

    pub(super) fn close(&mut self, name: &str) {
        self.raw("</dxp:");
        self.raw(name);
        self.raw(">");
    }

    pub(super) fn optional(&mut self, model: &Model, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(model, text);
        }
    }

    fn additions(&mut self, additions: &Additions) {
        self.open("AddInfo");
        self.optional(&FILE_NAME, additions.file_name.as_deref());
        self.optional(&IC_CARD, additions.card.as_deref());
        if !additions.keys.is_empty() {
            self.keys(additions);
        }
        if let Some(character_set) = &additions.character_set {
            self.hold("IsText/@Encode", character_set, CHARACTER_SET);
            self.raw("<dxp:IsText Encode=\"");
            escape(&mut self.text, character_set);
            self.raw("\"/>");
        }
        if let Some(conversion) = &additions.conversion {
            self.open("RecMapId");
            escape(&mut self.text, conversion);
            self.close("RecMapId");
        }
        self.close("AddInfo");
    }

    fn keys(&mut self, additions: &Additions) {
        self.open("BizKey");
        for key in &additions.keys {
            self.raw("<dxp:Key");
            if let Some(name) = &key.name {
                self.hold("Key/@name", name, KEY_NAME);
                self.raw(" name=\"");
                escape(&mut self.text, name);
                self.raw("\"");
            }
            self.raw(">");
            self.content(&KEY, &key.value);
            self.close("Key");
        }
        if additions.keys.len() > KEYS {
            self.refuse(KEY.name, "1..5");
        }
        self.close("BizKey");
    }

    pub(super) fn leaf(&mut self, model: &Model, text: &str) {
        self.open(model.name);
        self.content(model, text);
        self.close(model.name);
    }

    fn content(&mut self, model: &Model, text: &str) {
        if let Content::Text(form) = model.content {
            self.hold(model.name, text, form);
        }
        escape(&mut self.text, text);
    }

    fn hold(&mut self, name: &str, text: &str, form: Text) {
        if !matches(text, form) {
            self.refuse(name, name_of(form));
        }
    }

    pub(super) fn refuse(&mut self, name: &str, expected: &str) {
        let pointer = format!("/{}//{name}", self.root.name);
        self.defects.push(Defect::at(&rules::ENVELOPE_FORM, pointer).expected(expected));
    }

    pub(super) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }
}
