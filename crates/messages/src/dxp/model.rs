//! The forms of envelopes, as their official schemas have them.

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

pub(super) static DXP_MSG_SV: Model = Model {
    namespace: NAMESPACE,
    name: "DxpMsgSv",
    attributes: &[
        Attribute { name: "ver", required: true, text: Text::Fixed("1.0") },
        Attribute { name: "Id", required: false, text: Text::Id },
    ],
    content: Content::Elements {
        mixed: false,
        particles: &[
            Particle::once(Term::Element(&SV_NO)),
            Particle::once(Term::Element(&DXP_MSG)),
            Particle::maybe(Term::Element(&SIGNATURE)),
        ],
    },
};

static SV_NO: Model = Model {
    namespace: NAMESPACE,
    name: "SvNo",
    attributes: &[Attribute { name: "Ver", required: true, text: Text::Fixed("1.0") }],
    content: Content::Elements {
        mixed: false,
        particles: &[
            Particle::once(Term::Element(&MSG_ID)),
            Particle::maybe(Term::Element(&SUB_MSG_ID)),
            Particle::once(Term::Element(&SEND_TIME)),
            Particle::once(Term::Element(&END_NODE)),
            Particle::once(Term::Element(&STA_NODE)),
        ],
    },
};
pub(super) static MSG_ID: Model = leaf("MsgId", length(1, 32));
pub(super) static SUB_MSG_ID: Model = leaf("SubMsgId", length(1, 1));
pub(super) static SEND_TIME: Model = leaf("SendTime", Text::DateTime);
pub(super) static END_NODE: Model = leaf("EndNode", length(1, 8));
pub(super) static STA_NODE: Model = leaf("StaNode", length(1, 8));

pub(super) static DXP_REP: Model = Model {
    namespace: NAMESPACE,
    name: "DxpRep",
    attributes: &[Attribute { name: "ver", required: true, text: Text::Fixed("1.0") }],
    content: Content::Elements {
        mixed: false,
        particles: &[
            Particle::once(Term::Element(&RECEVIER_ID)),
            Particle::maybe(Term::Element(&AD_NODE_ID)),
            Particle::some(Term::Element(&RESPONSE), usize::MAX),
            Particle::maybe(Term::Element(&SIGNATURE)),
        ],
    },
};
/// The standard's spelling.
pub(super) static RECEVIER_ID: Model = leaf("RecevierId", length(1, 16));
pub(super) static AD_NODE_ID: Model = leaf("AdNodeId", length(1, 8));
pub(super) static RESPONSE: Model = sequence(
    "Response",
    &[
        Particle::maybe(Term::Element(&NODE_ID)),
        Particle::once(Term::Element(&RESPONSE_CODE)),
        Particle::maybe(Term::Element(&RESPONSE_INFO)),
        Particle::maybe(Term::Element(&RESULTS)),
        Particle::once(Term::Element(&NOTICE_TIME)),
        Particle::maybe(Term::Element(&NOTE)),
        Particle::once(Term::Element(&ORI_HEAD)),
    ],
);
pub(super) static NODE_ID: Model = leaf("NodeId", length(1, 8));
pub(super) static RESPONSE_CODE: Model = leaf("ResponseCode", length(1, 9));
pub(super) static RESPONSE_INFO: Model = leaf("ResponseInfo", length(0, 300));
static RESULTS: Model = sequence("Results", &[Particle::some(Term::Element(&RESULT), usize::MAX)]);
pub(super) static RESULT: Model = sequence(
    "Result",
    &[
        Particle::once(Term::Element(&REC_ID)),
        Particle::once(Term::Element(&CODE)),
        Particle::maybe(Term::Element(&INFO)),
        Particle::maybe(Term::Element(&NOTE)),
    ],
);
pub(super) static REC_ID: Model = leaf("RecId", length(1, 16));
pub(super) static CODE: Model = leaf("Code", length(1, 9));
pub(super) static INFO: Model = leaf("Info", length(0, 300));
pub(super) static NOTE: Model = leaf("Note", length(0, 500));
pub(super) static NOTICE_TIME: Model = leaf("NoticeTime", Text::Date);
pub(super) static ORI_HEAD: Model = sequence("OriHead", HEAD);

pub(super) static TRANS_INFO: Model = sequence("TransInfo", HEAD);
const HEAD: &[Particle] = &[
    Particle::once(Term::Element(&COP_MSG_ID)),
    Particle::once(Term::Element(&SENDER_ID)),
    Particle::once(Term::Element(&RECEIVER_IDS)),
    Particle::once(Term::Element(&CREAT_TIME)),
    Particle::once(Term::Element(&MSG_TYPE)),
];
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
