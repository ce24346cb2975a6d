//! What a platform is told of its upload.

use serde::Serialize;
use tongguan_domain::time::Moment;

/// What became of an upload. The announcement gives 10000 and 20000, and leaves 20001 to 21000 to whoever answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is kept.
    Taken,
    /// It could not be kept; it may be sent again.
    NotKept,
    /// It is no form with `payExInfoStr`, or too long.
    NoForm,
    /// It is no JSON of this interface.
    NoJson,
    /// A field is missing, or is not what it must be.
    BadField,
    /// Nothing was asked for in this session.
    UnknownSession,
    /// Something else was uploaded in this session already.
    OtherUpload,
    /// The certificate is not registered for the platform that was asked.
    UnknownCertificate,
    /// The certificate is not trusted, or not valid now.
    UntrustedCertificate,
    /// The signature is not the certificate's over what was sent.
    BadSignature,
}

/// Every outcome with its code, what the platform reads, and what that means.
const TOLD: [(Outcome, &str, &str, &str); 10] = [
    (Outcome::Taken, "10000", "上传成功", "it is kept"),
    (
        Outcome::NotKept,
        "20000",
        "上传失败，请稍后重试",
        "it could not be kept; send it again later",
    ),
    (
        Outcome::NoForm,
        "20001",
        "应为表单（application/x-www-form-urlencoded），含字段payExInfoStr，且不超过1MiB",
        "it is no form with the field `payExInfoStr`, or longer than 1 MiB",
    ),
    (
        Outcome::NoJson,
        "20002",
        "payExInfoStr不是本接口的JSON",
        "the field is no JSON of this interface",
    ),
    (
        Outcome::BadField,
        "20003",
        "字段缺失或不合要求",
        "a field is missing or is not what it must be; the message names it",
    ),
    (
        Outcome::UnknownSession,
        "20004",
        "sessionID不是本单位发起的调取",
        "nothing was asked for under this `sessionID`",
    ),
    (
        Outcome::OtherUpload,
        "20005",
        "该sessionID已上传其他内容，不得更改",
        "something else was uploaded under this `sessionID`, and stands",
    ),
    (
        Outcome::UnknownCertificate,
        "20006",
        "certNo不是被调取平台备案的证书",
        "`certNo` is no certificate that is registered for the platform that was asked",
    ),
    (
        Outcome::UntrustedCertificate,
        "20007",
        "证书不受信任、已撤销或不在有效期内",
        "the certificate is not trusted, revoked or not valid now",
    ),
    (
        Outcome::BadSignature,
        "20008",
        "验签失败：signValue与内容或证书不符",
        "the signature is not the certificate's over what was sent",
    ),
];

/// The answer on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    code: &'a str,
    message: &'a str,
    total: i64,
    service_time: i64,
}

impl Outcome {
    /// Every outcome, with its code, what the platform reads, and what that means in English.
    pub const fn all() -> [(Self, &'static str, &'static str, &'static str); 10] {
        TOLD
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        TOLD.iter().find(|(outcome, ..)| *outcome == self).map_or("20000", |(_, code, ..)| code)
    }

    /// The answer at `now`, with something added to its words where there is more to say.
    pub fn answer(self, more: &str, now: Moment) -> String {
        let told = TOLD.iter().find(|(outcome, ..)| *outcome == self);
        let words = told.map_or("", |(_, _, words, _)| words);
        let message = if more.is_empty() { words.to_owned() } else { format!("{words}：{more}") };
        let answer = Answer {
            code: self.code(),
            message: &message,
            total: 0,
            service_time: now.micros().div_euclid(1_000),
        };
        // A struct of texts and numbers always has a JSON form.
        serde_json::to_string(&answer).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_the_form_of_the_announcement() {
        let now = Moment::from_micros(1_544_519_952_469_000);
        assert_eq!(
            Outcome::Taken.answer("", now),
            r#"{"code":"10000","message":"上传成功","total":0,"serviceTime":1544519952469}"#
        );
        assert!(Outcome::BadField.answer("/guid", now).contains("字段缺失或不合要求：/guid"));
        let codes: Vec<_> = Outcome::all().iter().map(|(_, code, ..)| *code).collect();
        assert!(codes.is_sorted() && codes.iter().all(|code| code.len() == 5), "{codes:?}");
    }
}
