//! Writing an envelope.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tongguan_domain::defect::Defect;

use super::model::{
    CHARACTER_SET, COP_MSG_ID, CREAT_TIME, FILE_NAME, IC_CARD, KEY, KEY_NAME, KEYS, MSG_TYPE,
    RECEIVER_ID, RECEIVERS, SENDER_ID,
};
use super::{Additions, DxpMessage, NAMESPACE};
use crate::read::model::{Content, Model, Text, matches, name_of};
use crate::read::rules;
use crate::write::escape;

/// Writes an envelope, unsigned.
///
/// # Errors
/// Everything that the schema would refuse: texts that are too long, more than five receivers.
pub fn write(message: &DxpMessage) -> Result<String, Vec<Defect>> {
    let mut out =
        Out { text: String::with_capacity(message.data.len() / 3 * 4 + 1024), defects: vec![] };
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dxp:DxpMsg xmlns:dxp=\"");
    out.raw(NAMESPACE);
    out.raw("\" ver=\"1.0\"><dxp:TransInfo>");
    out.leaf(&COP_MSG_ID, &message.number);
    out.leaf(&SENDER_ID, message.sender.as_str());
    out.raw("<dxp:ReceiverIds>");
    for receiver in &message.receivers {
        out.leaf(&RECEIVER_ID, receiver.as_str());
    }
    if !(1..=RECEIVERS).contains(&message.receivers.len()) {
        out.refuse(RECEIVER_ID.name, "1..5");
    }
    out.raw("</dxp:ReceiverIds>");
    // The local time in China, without a zone: what the specification asks for.
    let created_at = message.created_at.to_string();
    out.leaf(&CREAT_TIME, created_at.get(..19).unwrap_or_default());
    out.leaf(&MSG_TYPE, &message.message_type);
    out.raw("</dxp:TransInfo><dxp:Data>");
    STANDARD.encode_string(&message.data, &mut out.text);
    out.raw("</dxp:Data>");
    if message.additions != Additions::default() {
        out.additions(&message.additions);
    }
    out.raw("</dxp:DxpMsg>");
    if out.defects.is_empty() { Ok(out.text) } else { Err(out.defects) }
}

struct Out {
    text: String,
    defects: Vec<Defect>,
}

impl Out {
    fn additions(&mut self, additions: &Additions) {
        self.raw("<dxp:AddInfo>");
        for (model, text) in [(&FILE_NAME, &additions.file_name), (&IC_CARD, &additions.card)] {
            if let Some(text) = text {
                self.leaf(model, text);
            }
        }
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
            self.raw("<dxp:RecMapId>");
            escape(&mut self.text, conversion);
            self.raw("</dxp:RecMapId>");
        }
        self.raw("</dxp:AddInfo>");
    }

    fn keys(&mut self, additions: &Additions) {
        self.raw("<dxp:BizKey>");
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
            self.raw("</dxp:Key>");
        }
        if additions.keys.len() > KEYS {
            self.refuse(KEY.name, "1..5");
        }
        self.raw("</dxp:BizKey>");
    }

    fn leaf(&mut self, model: &Model, text: &str) {
        self.raw("<dxp:");
        self.raw(model.name);
        self.raw(">");
        self.content(model, text);
        self.raw("</dxp:");
        self.raw(model.name);
        self.raw(">");
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

    fn refuse(&mut self, name: &str, expected: &str) {
        let pointer = format!("/DxpMsg//{name}");
        self.defects.push(Defect::at(&rules::ENVELOPE_FORM, pointer).expected(expected));
    }

    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }
}
