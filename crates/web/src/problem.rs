//! What goes wrong, as RFC 9457 tells it: what happened, and what to do, in the caller's language.

use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tongguan_domain::access::Permission;

use crate::ceb::{MOST_MESSAGES, Unfit};
use crate::defect::DefectView;
use crate::language::Language;
use crate::wording::Wording;
use page::AskedFor;

mod page;

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
    /// The body is no XML, and no archive.
    NoXml,
    /// The archive, or a message of it, is not taken.
    UnfitArchive(Unfit),
    /// The body broke off.
    BrokenOff,
    /// Too much waits already.
    Busy,
    /// Whether the message was kept is not known yet.
    NotKnownYet(Duration),
    /// The message could not be kept.
    NotKept,
    /// Nothing can be stored at the moment.
    CannotStore,
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
    /// The program failed.
    Internal,
    /// There is no such address.
    NoSuchPage,
    /// The address knows no such method.
    OtherMethod,
    /// Nobody has signed in, or the session has ended.
    SignInNeeded,
    /// The session lacks the code of its second factor.
    CodeNeeded,
    /// The role asks for a second factor, which is not set up.
    SecondFactorNeeded,
    /// The caller's role does not have the permission.
    NotPermitted(Permission),
    /// The form was not given out in this session, or comes from a page of another origin.
    ForeignForm,
    /// There is nothing of that number within the caller's reach.
    NotFound,
    /// Several declarations go by that number: their ids.
    Ambiguous(Vec<String>),
    /// The body is no JSON, or is not said to be.
    NoJson,
    /// The body is too long, in bytes.
    BodyTooLong(usize),
    /// A field of the body is not what it must be.
    Field {
        /// Which, as a JSON pointer.
        pointer: String,
        /// Why.
        why: Wording,
    },
    /// The body was read and is wrong: all that is.
    Defects(Vec<DefectView>),
    /// Under that idempotency key another request was sent.
    OtherRequest,
    /// A request of that idempotency key is under way; when to come again.
    UnderWay(Duration),
    /// Too many requests; when to come again.
    TooMany(Duration),
    /// The rules do not allow it where things stand; why.
    Refused(Wording),
    /// It was handed over, and no answer came: it may have been done.
    OutcomeUnknown,
}

/// Writes a handler's problem out as its caller wants to read it.
pub async fn in_the_callers_language(mut request: Request, next: Next) -> Response {
    let language = Language::wanted(request.headers());
    let asked = is_page(&request).then(|| AskedFor::by(&mut request));
    let mut response = next.run(request).await;
    match (response.extensions_mut().remove::<Problem>(), asked) {
        (Some(problem), Some(asked)) => problem.shown(asked),
        (Some(problem), None) => problem.written(language),
        (None, _) => response,
    }
}

/// What is there for programs: some of them ask for HTML all the same.
const FOR_PROGRAMS: [&str; 7] =
    ["api", "ceb", "mailbox", "oauth2", ".well-known", "health", "ready"];

/// Whether a browser asks for a page.
fn is_page(request: &Request) -> bool {
    let first = request.uri().path().split('/').nth(1).unwrap_or_default();
    if FOR_PROGRAMS.contains(&first) {
        return false;
    }
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
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
            Self::UnfitArchive(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unfit-archive"),
            Self::BrokenOff => (StatusCode::BAD_REQUEST, "broken-off"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::NotKnownYet(_) => (StatusCode::SERVICE_UNAVAILABLE, "not-known-yet"),
            Self::NotKept => (StatusCode::SERVICE_UNAVAILABLE, "not-kept"),
            Self::CannotStore => (StatusCode::SERVICE_UNAVAILABLE, "cannot-store"),
            Self::NoKey => (StatusCode::UNAUTHORIZED, "no-key"),
            Self::OtherMailbox => (StatusCode::FORBIDDEN, "other-mailbox"),
            Self::NothingThere => (StatusCode::NOT_FOUND, "nothing-there"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Self::NoSuchPage => (StatusCode::NOT_FOUND, "no-such-page"),
            Self::OtherMethod => (StatusCode::METHOD_NOT_ALLOWED, "other-method"),
            Self::SignInNeeded => (StatusCode::UNAUTHORIZED, "sign-in-needed"),
            Self::CodeNeeded => (StatusCode::FORBIDDEN, "code-needed"),
            Self::SecondFactorNeeded => (StatusCode::FORBIDDEN, "second-factor-needed"),
            Self::NotPermitted(_) => (StatusCode::FORBIDDEN, "not-permitted"),
            Self::ForeignForm => (StatusCode::FORBIDDEN, "foreign-form"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            Self::Ambiguous(_) => (StatusCode::CONFLICT, "ambiguous"),
            Self::NoJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "no-json"),
            Self::BodyTooLong(_) => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-long"),
            Self::Field { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "wrong-field"),
            Self::Defects(_) => (StatusCode::UNPROCESSABLE_ENTITY, "defects"),
            Self::OtherRequest => (StatusCode::UNPROCESSABLE_ENTITY, "other-request"),
            Self::UnderWay(_) => (StatusCode::CONFLICT, "under-way"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Self::Refused(_) => (StatusCode::CONFLICT, "refused"),
            Self::OutcomeUnknown => (StatusCode::SERVICE_UNAVAILABLE, "outcome-unknown"),
        }
    }

    /// What happened and what to do, in Chinese and English.
    fn texts(&self) -> (String, String) {
        let texts = self.texts_of_messages().or_else(|| self.texts_of_callers());
        texts.unwrap_or_else(|| self.texts_of_interface())
    }

    /// What may be wrong with messages, mailboxes and addresses.
    fn texts_of_messages(&self) -> Option<(String, String)> {
        Some(match self {
            Self::Unreadable { .. } => fixed(
                "报文已接收但无法读取；请按所列错误修改后重新发送",
                "the message was received and cannot be read; mend what is listed and send it again",
            ),
            Self::TooLong(limit) => (
                format!("报文超过上限{limit}字节；请拆分后发送"),
                format!("the message is longer than {limit} bytes; send it in parts"),
            ),
            Self::NoXml => fixed(
                "此处只接收XML报文、DxpMsg信封或其zip压缩包；请以application/xml或application/zip发送",
                "only XML is taken here, a message or a DxpMsg around it, or a zip of such; send it as \
                 application/xml or application/zip",
            ),
            Self::UnfitArchive(why) => unfit(*why),
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
            Self::CannotStore => fixed(
                "目前无法入库，例如磁盘已满；请稍后重试，或发送至其他服务",
                "nothing can be stored now, as when the disk is full; come again later, or ask another service",
            ),
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
            Self::Malformed(what) => malformed(what),
            Self::Unavailable => fixed(
                "数据库暂不可用；请稍后重试",
                "the database does not answer; come again later",
            ),
            Self::Internal => fixed(
                "程序出错；请稍后重试，若再次出现请提供响应头x-request-id",
                "the program failed; try again, and if it fails again, tell the x-request-id of this answer",
            ),
            Self::NoSuchPage => fixed(
                "没有此地址；报文请发送至/ceb，回执请从/mailbox读取",
                "there is no such address; send messages to /ceb, read responses at /mailbox",
            ),
            Self::OtherMethod => fixed(
                "该地址不支持此方法；/ceb用POST，/mailbox用GET",
                "the address knows no such method; POST to /ceb, GET from /mailbox",
            ),
            _ => return None,
        })
    }

    /// Who calls, and what that does not allow.
    fn texts_of_callers(&self) -> Option<(String, String)> {
        Some(match self {
            Self::SignInNeeded => fixed(
                "请先登录，或以Authorization: Bearer发送访问密钥",
                "sign in first, or send an access key as Authorization: Bearer",
            ),
            Self::CodeNeeded => {
                fixed("请先输入验证码", "show the code of your second factor first")
            }
            Self::SecondFactorNeeded => {
                fixed("您的角色须先设置第二因素", "your role has to set up a second factor first")
            }
            Self::NotPermitted(permission) => (
                format!("您的角色或密钥没有此权限（{}）；请联系本单位管理员", permission.name()),
                format!(
                    "your role or key does not have the permission {}; ask your organisation's administrator",
                    permission.name()
                ),
            ),
            Self::ForeignForm => fixed(
                "表单不属于本次会话，或来自其他网站；请重新打开页面后再提交",
                "the form is not of this session, or comes from another site; open the page anew and send it again",
            ),
            Self::NotFound => fixed(
                "您可查看的范围内没有该编号；请核对后重试",
                "there is nothing of that number that you may see; check it and try again",
            ),
            _ => return None,
        })
    }

    /// What may be wrong with what is asked of the interface.
    fn texts_of_interface(&self) -> (String, String) {
        match self {
            Self::Ambiguous(_) => fixed(
                "有多份清单使用该编号；请改用所列id之一",
                "several declarations go by that number; use one of the ids instead",
            ),
            Self::NoJson => fixed(
                "请求体须为JSON；请以application/json发送",
                "the body has to be JSON; send it as application/json",
            ),
            Self::BodyTooLong(limit) => (
                format!("请求体超过上限{limit}字节；请缩短后再发送"),
                format!("the body is longer than {limit} bytes; send less"),
            ),
            Self::Field { pointer, why } => {
                let (zh, en) = why.both();
                (
                    format!("请求体{pointer}不合要求：{zh}"),
                    format!("the body is wrong at `{pointer}`: {en}"),
                )
            }
            Self::Defects(_) => {
                fixed("请求体有误；请按所列错误修改", "the body is wrong; mend what is listed")
            }
            Self::OtherRequest => fixed(
                "该Idempotency-Key已用于另一请求；新的请求请用新的键",
                "that Idempotency-Key was used for another request; give a new request a new key",
            ),
            Self::UnderWay(wait) => (
                format!("同一Idempotency-Key的请求正在办理；请在{}秒后原样重试", wait.as_secs()),
                format!(
                    "a request of that Idempotency-Key is under way; send the same again in {} s",
                    wait.as_secs()
                ),
            ),
            Self::TooMany(wait) => (
                format!("请求过于频繁；请在{}秒后重试", wait.as_secs()),
                format!("too many requests; come again in {} s", wait.as_secs()),
            ),
            Self::Refused(why) => {
                let (zh, en) = why.both();
                (format!("不能办理：{zh}"), format!("it cannot be done: {en}"))
            }
            Self::OutcomeUnknown => fixed(
                "已提交但未收到结果；请先查询是否已办理，再决定是否重试",
                "it was handed over and no answer came; look whether it was done before trying again",
            ),
            _ => fixed("出了问题", "something is wrong"),
        }
    }

    /// Says when it is worth coming again, to people's browsers as to programs.
    fn say_when(&self, headers: &mut HeaderMap) {
        let seconds = match self {
            Self::TooMany(wait) | Self::UnderWay(wait) => wait.as_secs(),
            _ if self.status() == StatusCode::SERVICE_UNAVAILABLE => 1,
            _ => return,
        };
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }

    /// What happened and what to do, in one language.
    pub fn title(&self, language: Language) -> String {
        let (zh, en) = self.texts();
        language.say(zh, en)
    }

    /// As the body of an answer, or a part of one.
    pub fn told(&self, language: Language) -> Value {
        let title = self.title(language);
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
        match self {
            Self::Defects(defects) => told["defects"] = json!(defects),
            Self::Field { pointer, why } => {
                told["errors"] = json!([{ "pointer": pointer, "why": why.of(language) }]);
            }
            Self::Ambiguous(ids) => told["ids"] = json!(ids),
            _ => {}
        }
        told
    }

    fn written(&self, language: Language) -> Response {
        let status = self.status();
        let mut response = (status, self.told(language).to_string()).into_response();
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(CONTENT_TYPE, "application/problem+json");
        set(CONTENT_LANGUAGE, language.tag());
        set(VARY, "accept-language, cookie");
        set(CACHE_CONTROL, "no-store");
        if status == StatusCode::UNAUTHORIZED {
            set(WWW_AUTHENTICATE, "Bearer");
        }
        self.say_when(headers);
        response
    }
}

/// Which part of a request does not read and what to do, in Chinese and English.
fn malformed(what: &'static str) -> (String, String) {
    match what {
        "path" => fixed(
            "地址不合要求；请核对其中的编号",
            "a part of the address does not read; check the numbers in it",
        ),
        "query" => fixed(
            "地址中的查询条件不合要求；请核对“?”之后的各项，每项只写一次",
            "what is asked in the address does not read; check the fields behind the `?`, each of them once",
        ),
        "form" => fixed(
            "表单无法读取；请重新打开页面填写，程序请以application/x-www-form-urlencoded发送",
            "the form does not read; open its page anew and fill it in, or send it as \
             application/x-www-form-urlencoded",
        ),
        _ => (
            format!("{what}不合要求；请改正后重试"),
            format!("{what} is not what it must be; mend it and try again"),
        ),
    }
}

/// What is wrong with an archive and what to do, in Chinese and English.
fn unfit(why: Unfit) -> (String, String) {
    let (zh, en) = match why {
        Unfit::NoArchive => (
            "不是zip压缩包或不完整；请重新打包发送",
            "it is no zip, or not whole; pack and send it again",
        ),
        Unfit::Empty => ("压缩包内没有报文", "there is no message in the archive"),
        Unfit::TooMany => {
            return (
                format!("压缩包内报文超过{MOST_MESSAGES}个；请分开发送"),
                format!(
                    "there are more than {MOST_MESSAGES} messages in the archive; send several"
                ),
            );
        }
        Unfit::TooLong => (
            "压缩包解压后过长；请分开发送",
            "what the archive unpacks to is too long; send several",
        ),
        Unfit::OtherPacking => (
            "压缩包内报文已加密或压缩方式不支持；请用deflate且不加密",
            "a message is encrypted or packed in another way; deflate it, without a password",
        ),
        Unfit::Nested => (
            "压缩包内含有压缩包；请只放报文",
            "there is an archive in the archive; put messages into it alone",
        ),
        Unfit::SameName => {
            ("压缩包内有同名报文；请改名", "two messages of the archive have one name; rename one")
        }
        Unfit::NoName => (
            "压缩包内报文名称不合要求；请用不含“..”的相对名称",
            "a message of the archive has a name that is none; use a relative one without `..`",
        ),
        Unfit::Damaged => (
            "压缩包内此报文已损坏；请重新打包发送",
            "this message of the archive is damaged; pack and send it again",
        ),
    };
    (zh.to_owned(), en.to_owned())
}

/// Both texts.
fn fixed(zh: &str, en: &str) -> (String, String) {
    (zh.to_owned(), en.to_owned())
}

/// An answer that goes well, as JSON that nobody keeps.
pub fn json_answer(answer: &impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, axum::Json(json!(answer))).into_response()
}
