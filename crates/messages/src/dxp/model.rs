//! The form of an envelope, as its official schema has it.

use super::NAMESPACE;
use crate::read::SIGNATURE;
use crate::read::model::{Attribute, Content, Model, Particle, Term, Text};

pub(super) static DXP_MSG: Model = Model {
    namespace: NAMESPACE,
    name: "DxpMsg",
    attributes: &[
        Attribute { name: "ver", required: true, text: Text::Fixed("1.0") },
        Attribute { name: "Id", required: false, text: Text::Id },
    ],
    content: Content::Elements {
        mixed: false,
        particles: &[
            Particle::once(Term::Element(&TRANS_INFO)),
            Particle::once(Term::Element(&DATA)),
            Particle::maybe(Term::Element(&ADD_INFO)),
            Particle::maybe(Term::Element(&SIGNATURE)),
        ],
    },
};

static TRANS_INFO: Model = sequence(
    "TransInfo",
    &[
        Particle::once(Term::Element(&COP_MSG_ID)),
        Particle::once(Term::Element(&SENDER_ID)),
        Particle::once(Term::Element(&RECEIVER_IDS)),
        Particle::once(Term::Element(&CREAT_TIME)),
        Particle::once(Term::Element(&MSG_TYPE)),
    ],
);
pub(super) static COP_MSG_ID: Model = leaf("CopMsgId", length(1, 255));
pub(super) static SENDER_ID: Model = leaf("SenderId", length(1, 16));
pub(super) const RECEIVERS: usize = 5;
static RECEIVER_IDS: Model =
    sequence("ReceiverIds", &[Particle::some(Term::Element(&RECEIVER_ID), RECEIVERS)]);
pub(super) static RECEIVER_ID: Model = leaf("ReceiverId", length(1, 16));
pub(super) static CREAT_TIME: Model = leaf("CreatTime", Text::DateTime);
pub(super) static MSG_TYPE: Model = leaf("MsgType", length(0, 30));
static DATA: Model = leaf("Data", Text::Base64);

static ADD_INFO: Model = sequence(
    "AddInfo",
    &[
        Particle::maybe(Term::Element(&FILE_NAME)),
        Particle::maybe(Term::Element(&IC_CARD)),
        Particle::maybe(Term::Element(&BIZ_KEY)),
        Particle::maybe(Term::Element(&IS_TEXT)),
        Particle::maybe(Term::Element(&REC_MAP_ID)),
    ],
);
pub(super) static FILE_NAME: Model = leaf("FileName", length(1, 255));
pub(super) static IC_CARD: Model = leaf("IcCard", length(1, 13));
pub(super) const KEYS: usize = 5;
static BIZ_KEY: Model = sequence("BizKey", &[Particle::some(Term::Element(&KEY), KEYS)]);
pub(super) static KEY: Model = Model {
    namespace: NAMESPACE,
    name: "Key",
    attributes: &[Attribute { name: "name", required: false, text: KEY_NAME }],
    content: Content::Text(length(1, 64)),
};
pub(super) const KEY_NAME: Text = length(1, 32);
static IS_TEXT: Model = Model {
    namespace: NAMESPACE,
    name: "IsText",
    attributes: &[Attribute { name: "Encode", required: true, text: CHARACTER_SET }],
    content: Content::Empty,
};
pub(super) const CHARACTER_SET: Text = length(0, 50);
static REC_MAP_ID: Model =
    Model { namespace: NAMESPACE, name: "RecMapId", attributes: &[], content: Content::Anything };

const fn length(min: usize, max: usize) -> Text {
    Text::Length { min, max }
}

const fn leaf(name: &'static str, text: Text) -> Model {
    Model { namespace: NAMESPACE, name, attributes: &[], content: Content::Text(text) }
}

const fn sequence(name: &'static str, particles: &'static [Particle]) -> Model {
    let content = Content::Elements { mixed: false, particles };
    Model { namespace: NAMESPACE, name, attributes: &[], content }
}
