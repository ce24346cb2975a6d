//! `realTimeDataUpload`: the envelope, and its signature.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use tongguan_domain::time::Moment;

use super::said::Said;
use crate::certificate::Certificate;
use crate::certificate::key::{KeyError, Scheme, SigningKey};
use crate::signature::Policy;

/// The address at which customs takes uploads.
pub const PATH: &str = "/ceb2grab/grab/realTimeDataUpload";
/// The field of the form that holds the envelope.
pub const FIELD: &str = "payExInfoStr";
/// The longest form, in bytes: a request and a response of 8,000 characters each and a few hundred goods, encoded
/// for a form.
pub const LONGEST_FORM: usize = 1 << 20;
/// How the list of orders is called by those who send, and by the text of the announcement.
const LISTS: [&str; 2] = ["payExchangeInfoLists", "payExchangeInfoList"];

/// An envelope. What it holds is not looked into before its signature was verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Which question it answers.
    pub session_id: String,
    /// When it was sent, as it says itself.
    pub service_time: String,
    /// The certificate's number.
    pub certificate_no: String,
    head: Box<str>,
    lists: Box<str>,
    lists_name: &'static str,
    signature: Box<str>,
}

/// How an envelope was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedForm {
    /// Over head and list as they stand in it.
    AsSent,
    /// Over both without the white space between their parts.
    Compact,
}

/// Something is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoUpload(String);

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "sessionID")]
    session_id: Said,
    #[serde(borrow, rename = "payExchangeInfoHead")]
    head: &'a RawValue,
    #[serde(borrow, rename = "payExchangeInfoLists")]
    lists: Option<&'a RawValue>,
    #[serde(borrow, rename = "payExchangeInfoList")]
    list: Option<&'a RawValue>,
    #[serde(rename = "serviceTime")]
    service_time: Said,
    #[serde(rename = "certNo")]
    certificate_no: Said,
    #[serde(rename = "signValue")]
    signature: String,
}

impl Upload {
    /// Reads the text of the form field.
    ///
    /// # Errors
    /// What is wrong, in English, with the place.
    pub fn read(text: &str) -> Result<Self, NoUpload> {
        let wire: Wire<'_> =
            serde_json::from_str(text).map_err(|error| NoUpload(error.to_string()))?;
        let [named, printed] = LISTS;
        let (lists_name, lists) = match (wire.lists, wire.list) {
            (Some(lists), None) => (named, lists),
            (None, Some(lists)) => (printed, lists),
            _ => return Err(NoUpload(format!("there must be one `{named}`"))),
        };
        Ok(Self {
            session_id: wire.session_id.0,
            service_time: wire.service_time.0,
            certificate_no: wire.certificate_no.0.trim().to_owned(),
            head: wire.head.get().into(),
            lists: lists.get().into(),
            lists_name,
            signature: wire.signature.into(),
        })
    }

    /// Writes an envelope that is signed with `key`: SM2, or RSA with SHA-1 as old certificates do.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn signed(
        session_id: &str,
        (head, lists): (&str, &str),
        now: Moment,
        certificate: &Certificate,
        key: &SigningKey,
    ) -> Result<String, KeyError> {
        let [lists_name, _] = LISTS;
        let mut upload = Self {
            session_id: session_id.to_owned(),
            service_time: now.micros().div_euclid(1_000).to_string(),
            certificate_no: certificate.serial(),
            head: head.into(),
            lists: lists.into(),
            lists_name,
            signature: "".into(),
        };
        let scheme = match key {
            SigningKey::Sm2(_) => Scheme::Sm2Sm3,
            SigningKey::Rsa(_) => Scheme::RsaSha1,
        };
        let value = key.sign(scheme, upload.text(SignedForm::AsSent).as_bytes())?;
        upload.signature = STANDARD.encode(value).into();
        Ok(upload.text_of_field())
    }

    /// `payExchangeInfoHead`, as it was sent.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// `payExchangeInfoLists`, as it was sent.
    pub fn lists(&self) -> &str {
        &self.lists
    }

    /// Whether it names this certificate: by the serial number in hexadecimal, whatever the case.
    pub fn names(&self, certificate: &Certificate) -> bool {
        let digits = self.certificate_no.to_ascii_lowercase();
        digits.trim_start_matches('0') == certificate.serial().trim_start_matches('0')
    }

    /// The form in which the certificate's key has signed it, by an algorithm that `policy` lets this certificate
    /// sign with.
    pub fn verify(&self, certificate: &Certificate, policy: &Policy) -> Option<SignedForm> {
        let compact: String = self.signature.split_ascii_whitespace().collect();
        let value = STANDARD.decode(compact).ok()?;
        let issued = certificate.valid_from();
        let counts = |scheme: Scheme| {
            policy.rows().iter().any(|row| {
                let in_time = row.issued_before.is_none_or(|day| issued < Moment::start_of(day));
                row.scheme == scheme && in_time
            })
        };
        let schemes = [Scheme::Sm2Sm3, Scheme::RsaSha1, Scheme::RsaSha256];
        let schemes: Vec<_> = schemes.into_iter().filter(|scheme| counts(*scheme)).collect();
        [SignedForm::AsSent, SignedForm::Compact].into_iter().find(|form| {
            let text = self.text(*form);
            let key = certificate.key();
            schemes.iter().any(|scheme| key.verify(*scheme, text.as_bytes(), &value))
        })
    }

    /// The text that is signed. The announcement's own example has unbalanced quotation marks; this is what programs
    /// write that the authorities take: the JSON of head and list between quotation marks, with nothing escaped.
    fn text(&self, form: SignedForm) -> String {
        let shown = |json: &str| match form {
            SignedForm::AsSent => json.to_owned(),
            SignedForm::Compact => compact(json),
        };
        let Self { session_id, service_time, lists_name, .. } = self;
        let (head, lists) = (shown(&self.head), shown(&self.lists));
        format!(
            "\"sessionID\":\"{session_id}\"||\"payExchangeInfoHead\":\"{head}\"||\
             \"{lists_name}\":\"{lists}\"||\"serviceTime\":\"{service_time}\""
        )
    }

    fn text_of_field(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let Self { head, lists, lists_name, .. } = self;
        format!(
            "{{\"sessionID\":{},\"payExchangeInfoHead\":{head},\"{lists_name}\":{lists},\
             \"serviceTime\":{},\"certNo\":{},\"signValue\":{}}}",
            quoted(&self.session_id),
            quoted(&self.service_time),
            quoted(&self.certificate_no),
            quoted(&self.signature),
        )
    }
}

impl fmt::Debug for Upload {
    /// Without what it holds: personal data must not reach a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({}, {})", self.session_id, self.certificate_no)
    }
}

/// JSON without the white space between its parts.
fn compact(json: &str) -> String {
    let (mut within, mut escaped) = (false, false);
    let is_kept = |c: &char| {
        let kept = within || !c.is_ascii_whitespace();
        match *c {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            _ => {}
        }
        kept
    };
    json.chars().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{Authority, SeededChance, Subject, Validity};

    fn at() -> Moment {
        Moment::parse_wire("20261122100000").unwrap()
    }

    /// A certificate and its key.
    fn signer(seed: u64) -> (Certificate, SigningKey) {
        let mut chance = SeededChance::new(seed);
        let validity = Validity { from: at().plus_days(-1), until: at().plus_days(365) };
        let subject = |name: &str| Subject {
            organisation: "某某".to_owned(),
            code: None,
            common_name: name.to_owned(),
        };
        let root = SigningKey::generate_sm2(&mut chance);
        let root = Authority::root(&subject("root"), root, 1, validity).unwrap();
        let key = SigningKey::generate_sm2(&mut chance);
        let certificate = root.issue(&subject("platform"), &key, 0xcde6f, validity).unwrap();
        (certificate, key)
    }

    const HEAD: &str = r#"{"guid":"G","note":"a \" b"}"#;
    const LISTS: &str = r#"[{"orderNo":"O 1"}]"#;

    fn envelope() -> (String, Certificate) {
        let (certificate, key) = signer(1);
        (Upload::signed("S-1", (HEAD, LISTS), at(), &certificate, &key).unwrap(), certificate)
    }

    #[test]
    fn what_was_signed_verifies_and_nothing_else_does() {
        let (text, certificate) = envelope();
        let policy = Policy::china();
        let upload = Upload::read(&text).unwrap();
        assert!(upload.names(&certificate));
        assert_eq!(upload.verify(&certificate, &policy), Some(SignedForm::AsSent));
        for (from, to) in [("S-1", "S-2"), ("\"G\"", "\"H\""), ("O 1", "O1")] {
            let altered = Upload::read(&text.replace(from, to)).unwrap();
            assert_eq!(altered.verify(&certificate, &policy), None, "{to}");
        }
        let (foreign, _) = signer(2);
        assert_eq!(upload.verify(&foreign, &policy), None);
    }

    #[test]
    fn white_space_between_parts_may_have_come_after_the_signing() {
        let (text, certificate) = envelope();
        let spaced = text.replace("\"guid\":", "\n  \"guid\" : ").replace("[{", "[ {");
        let form = Upload::read(&spaced).unwrap().verify(&certificate, &Policy::china());
        assert_eq!(form, Some(SignedForm::Compact));
        assert_eq!(compact(" { \"a b\\\" \" : [ 1 ] } "), "{\"a b\\\" \":[1]}");
    }

    #[test]
    fn the_text_is_the_one_that_programs_sign() {
        let upload = Upload {
            session_id: "S".to_owned(),
            service_time: "1533271903898".to_owned(),
            certificate_no: String::new(),
            head: "{\"a\":1}".into(),
            lists: "[]".into(),
            lists_name: super::LISTS[0],
            signature: "".into(),
        };
        assert_eq!(
            upload.text(SignedForm::AsSent),
            "\"sessionID\":\"S\"||\"payExchangeInfoHead\":\"{\"a\":1}\"||\
             \"payExchangeInfoLists\":\"[]\"||\"serviceTime\":\"1533271903898\""
        );
    }

    #[test]
    fn what_is_no_envelope_is_told_with_its_place() {
        let (text, _) = envelope();
        for (from, to, why) in [
            ("{", "", "line 1"),
            ("sessionID", "session", "sessionID"),
            ("payExchangeInfoLists", "lists", "payExchangeInfoLists"),
            ("\"certNo\":", "\"certNo\":1,\"certNo\":", "duplicate"),
        ] {
            let refused = Upload::read(&text.replacen(from, to, 1)).unwrap_err();
            assert!(refused.to_string().contains(why), "{refused}");
        }
        let printed = text.replace("payExchangeInfoLists", "payExchangeInfoList");
        assert!(Upload::read(&printed).is_ok(), "as the text of the announcement calls it");
    }
}
