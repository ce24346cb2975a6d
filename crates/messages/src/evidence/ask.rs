//! `platDataOpen`: customs asks a platform for the evidence of one order.

use serde::{Deserialize, Serialize};
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::time::Moment;

use super::said::Said;

/// The field of the form that holds the question.
pub const FIELD: &str = "openReq";
/// The code of a platform that will upload.
const WILL_UPLOAD: &str = "10000";

/// What is asked (`openReq`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    order_no: &'a str,
    #[serde(rename = "sessionID")]
    session_id: &'a str,
    service_time: i64,
}

/// What a platform says to it, before it uploads anything.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Heard {
    code: Said,
    #[serde(default)]
    message: Option<String>,
}

/// The question, as the JSON of its form field.
pub fn question(order_no: &OrderNumber, session_id: &str, now: Moment) -> String {
    let asked = Asked {
        order_no: order_no.as_str(),
        session_id,
        service_time: now.micros().div_euclid(1_000),
    };
    // A struct of texts and a number always has a JSON form.
    serde_json::to_string(&asked).unwrap_or_default()
}

impl Heard {
    /// What a body says; nothing where it is no answer of this interface.
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body.trim()).ok()
    }

    /// Whether the platform is going to upload.
    pub fn will_upload(&self) -> bool {
        self.code.0 == WILL_UPLOAD
    }

    /// Code and words, shortened, for whoever reads why nothing came.
    pub fn shown(&self) -> String {
        let words = self.message.as_deref().unwrap_or_default();
        let shown = format!("{} {words}", self.code.0);
        shown.chars().filter(|c| !c.is_control()).take(120).collect::<String>().trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_the_fields_of_the_announcement() {
        let order_no = OrderNumber::parse("O-1\"").unwrap();
        let now = Moment::from_micros(1_533_271_903_898_123);
        assert_eq!(
            question(&order_no, "S", now),
            r#"{"orderNo":"O-1\"","sessionID":"S","serviceTime":1533271903898}"#
        );
    }

    #[test]
    fn a_platform_answers_with_a_code_that_is_a_text_or_a_number() {
        for body in [
            r#"{"code":"10000","message":"","serviceTime":1}"#,
            r#" {"code":10000,"message":null} "#,
        ] {
            assert!(Heard::read(body).unwrap().will_upload(), "{body}");
        }
        let refused = Heard::read(r#"{"code":"20000","message":"no\nsuch order"}"#).unwrap();
        assert!(!refused.will_upload());
        assert_eq!(refused.shown(), "20000 nosuch order");
        for body in ["", "OK", "[]", "{}", r#"{"code":[]}"#] {
            assert_eq!(Heard::read(body), None, "{body}");
        }
    }
}
