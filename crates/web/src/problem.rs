//! What goes wrong, as RFC 9457 tells it: what happened, and what to do, in the caller's language.

use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::defect::DefectView;

/// Everything that can go wrong with a request.
#[derive(Debug, Clone)]
pub enum Problem {
    /// The message was received and cannot be read.
    Unreadable {
        /// The number that it was received under.
        message: i64,
        /// All that is wrong.
        defects: Vec<DefectView>,
    },
    /// The message is longer than the limit, in bytes.
    TooLong(usize),
    /// The body is no XML.
    NoXml,
    /// The body broke off.
    BrokenOff,
    /// Too much waits already.
    Busy,
    /// Whether the message was kept is not known yet.
    NotKnownYet(Duration),
    /// The message could not be kept.
    NotKept,
    /// No access key, or one that opens nothing.
    NoKey,
    /// The access key is of another mailbox.
    OtherMailbox,
    /// There is nothing at that place of the mailbox.
    NothingThere,
    /// A part of the address or query is not what it must be.
    Malformed(&'static str),
    /// The database does not answer.
    Unavailable,
    /// There is no such address.
    NoSuchPage,
    /// The address knows no such method.
    OtherMethod,
}

/// The language of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Chinese,
    English,
}

/// Writes a handler's problem out as its caller wants to read it.
pub async fn in_the_callers_language(request: Request, next: Next) -> Response {
    let language = Language::wanted(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem.written(language),
        None => response,
    }
}

impl IntoResponse for Problem {
    /// Leaves the problem for [`in_the_callers_language`], which knows the caller.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Problem {
    const fn status(&self) -> StatusCode {
        self.kind().0
    }

    /// The status, and the last part of the problem's type, for programs.
    const fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unreadable { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "unreadable"),
            Self::TooLong(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-long"),
            Self::NoXml => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "no-xml"),
            Self::BrokenOff => (StatusCode::BAD_REQUEST, "broken-off"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::NotKnownYet(_) => (StatusCode::SERVICE_UNAVAILABLE, "not-known-yet"),
            Self::NotKept => (StatusCode::SERVICE_UNAVAILABLE, "not-kept"),
            Self::NoKey => (StatusCode::UNAUTHORIZED, "no-key"),
            Self::OtherMailbox => (StatusCode::FORBIDDEN, "other-mailbox"),
            Self::NothingThere => (StatusCode::NOT_FOUND, "nothing-there"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::NoSuchPage => (StatusCode::NOT_FOUND, "no-such-page"),
            Self::OtherMethod => (StatusCode::METHOD_NOT_ALLOWED, "other-method"),
        }
    }

    /// What happened and what to do, in Chinese and English.
    fn texts(&self) -> (String, String) {
        let fixed = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::Unreadable { .. } => fixed(
                "报文已接收但无法读取；请按所列错误修改后重新发送",
                "the message was received and cannot be read; mend what is listed and send it again",
            ),
            Self::TooLong(limit) => (
                format!("报文超过上限{limit}字节；请拆分后发送"),
                format!("the message is longer than {limit} bytes; send it in parts"),
            ),
            Self::NoXml => fixed(
                "此处只接收XML报文或DxpMsg信封；请以application/xml发送",
                "only XML is taken here, a message or a DxpMsg around it; send it as application/xml",
            ),
            Self::BrokenOff => {
                fixed("报文未传完；请重新发送", "the message broke off; send it again")
            }
            Self::Busy => fixed(
                "等待处理的报文过多；请按Retry-After稍后重试",
                "too much waits already; come again after Retry-After",
            ),
            Self::NotKnownYet(waited) => (
                format!("{}秒内未能确认入库；请原样重发，重复报文只处理一次", waited.as_secs()),
                format!(
                    "not durable after {} s; send the same again, which is acted on only once",
                    waited.as_secs()
                ),
            ),
            Self::NotKept => {
                fixed("报文未能入库；请稍后重发", "the message could not be kept; send it again")
            }
            Self::NoKey => fixed(
                "缺少访问密钥，或密钥无效、已过期、已撤销；请以Authorization: Bearer发送有效密钥",
                "no access key, or one that is unknown, expired or withdrawn; send one as Authorization: Bearer",
            ),
            Self::OtherMailbox => fixed(
                "该访问密钥属于另一信箱；请使用本信箱的密钥",
                "the access key is of another mailbox; use one of this mailbox",
            ),
            Self::NothingThere => fixed(
                "信箱该位置尚无内容；请使用读取时给出的n",
                "the mailbox holds nothing there yet; use an n that was given when it was read",
            ),
            Self::Malformed(what) => {
                (format!("{what}不合要求"), format!("{what} is not what it must be"))
            }
            Self::Unavailable => fixed(
                "数据库暂不可用；请稍后重试",
                "the database does not answer; come again later",
            ),
            Self::NoSuchPage => fixed(
                "没有此地址；报文请发送至/ceb，回执请从/mailbox读取",
                "there is no such address; send messages to /ceb, read responses at /mailbox",
            ),
            Self::OtherMethod => fixed(
                "该地址不支持此方法；/ceb用POST，/mailbox用GET",
                "the address knows no such method; POST to /ceb, GET from /mailbox",
            ),
        }
    }

    fn written(&self, language: Language) -> Response {
        let (zh, en) = self.texts();
        let (title, tag) = match language {
            Language::Chinese => (zh, "zh-Hans"),
            Language::English => (en, "en"),
        };
        let (status, name) = self.kind();
        let mut told = json!({
            "type": format!("urn:tongguan:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
        });
        if let Self::Unreadable { message, defects } = self {
            told["message_id"] = json!(message.to_string());
            told["defects"] = json!(defects);
        }
        let mut response = (status, told.to_string()).into_response();
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(CONTENT_TYPE, "application/problem+json");
        set(CONTENT_LANGUAGE, tag);
        set(VARY, "accept-language");
        set(CACHE_CONTROL, "no-store");
        match status {
            StatusCode::SERVICE_UNAVAILABLE => set(RETRY_AFTER, "1"),
            StatusCode::UNAUTHORIZED => set(WWW_AUTHENTICATE, "Bearer"),
            _ => None,
        };
        response
    }
}

impl Language {
    /// English where English is wanted and Chinese is not, or before it; the field speaks Chinese.
    fn wanted(headers: &HeaderMap) -> Self {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut languages = wanted.unwrap_or_default().split(',').map(str::trim);
        let known = languages.find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
        match known {
            Some(tag) if tag.starts_with("en") => Self::English,
            _ => Self::Chinese,
        }
    }
}

/// An answer that goes well, as JSON that nobody keeps.
pub fn json_answer(answer: &impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, axum::Json(json!(answer))).into_response()
}
