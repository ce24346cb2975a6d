//! A platform on this machine that is asked for payment evidence (`platDataOpen`) and uploads it, or not, as a test
//! says.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tongguan_application::ports::{EventSender as _, Post};
use tongguan_domain::evidence::{Channel, EvidenceGoods, EvidenceOrder, Network, PaymentEvidence};
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_gateways::webhook::{Rules, Sender};
use tongguan_messages::certificate::Certificate;
use tongguan_messages::certificate::key::SigningKey;
use tongguan_messages::evidence::upload::{FIELD, Upload};
use tongguan_messages::evidence::{ask, write};

use crate::cast::Actor;
use crate::parcels::Parcel;
use crate::receiver::request;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a platform behaves towards customs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Agrees, and uploads what was paid.
    Honest,
    /// Agrees, and uploads another amount.
    Alters(Amount),
    /// Agrees, and signs with a key that is not its own.
    ForeignKey,
    /// Agrees, and uploads what is none of the interface.
    Garbles,
    /// Agrees, and uploads nothing.
    Agrees,
    /// Says that it is not going to upload.
    Refuses,
    /// Answers with a status of HTTP and nothing else.
    Fails(u16),
    /// Takes the question and answers nothing.
    Silent,
}

/// A platform. It ends with the process.
pub struct Platform {
    /// Where it is asked.
    pub url: String,
    kept: Arc<Kept>,
}

struct Kept {
    certificate: Certificate,
    key: SigningKey,
    /// When it says that it uploads.
    now: Moment,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    manner: Manner,
    /// Where it uploads; what it would upload is kept for the test where it does not.
    customs: Option<String>,
    paid: BTreeMap<String, PaymentEvidence>,
    /// Orders that were asked about, in order.
    asked: Vec<String>,
    /// What it uploads where nobody takes it.
    uploads: VecDeque<String>,
    /// What customs answered to its uploads.
    answers: Vec<Value>,
}

/// What a platform would hand over of a parcel.
pub fn evidence(parcel: &Parcel) -> PaymentEvidence {
    let goods = parcel.order.lines.iter().map(|line| EvidenceGoods {
        name: line.name.clone(),
        links: vec![format!("https://shop.example/item/{}", line.number).into()],
    });
    let payment = &parcel.payment;
    let order = EvidenceOrder {
        order_no: payment.order_no.clone(),
        goods: goods.collect(),
        payee_account: "6200000000000000000".into(),
        payee_code: None,
        payee_name: "示例进口贸易有限公司".into(),
    };
    let request = format!(
        "https://pay.example/gateway?out_trade_no={}&total_amount={}&buyer=%7B%22certNo%22%3A%22{}%22%7D",
        payment.order_no, payment.amount, payment.payer.number
    );
    PaymentEvidence {
        guid: payment.filing.guid.as_str().into(),
        request: request.into(),
        response: "{\"code\":\"10000\",\"msg\":\"Success\"}".into(),
        platform: payment.platform.code.clone(),
        institution: payment.institution.code.clone(),
        transaction: payment.transaction.clone(),
        amount: payment.amount,
        currency: payment.currency.clone(),
        verified_by: Network::NetsUnion,
        channel: Some(Channel::App),
        traded_at: payment.paid_at,
        orders: vec![order],
    }
}

impl Platform {
    /// One that signs as `actor` and uploads to `customs`, or keeps its uploads for the test.
    ///
    /// # Panics
    /// When this machine gives no port.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its platform")]
    pub fn start(actor: &Actor, customs: Option<String>, now: Moment) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/platDataOpen", listener.local_addr().expect("an address"));
        let pem = actor.key().to_pem().expect("a key");
        let state = State {
            manner: Manner::Honest,
            customs,
            paid: BTreeMap::new(),
            asked: Vec::new(),
            uploads: VecDeque::new(),
            answers: Vec::new(),
        };
        let kept = Arc::new(Kept {
            certificate: actor.certificate.clone(),
            key: SigningKey::from_pem(&pem).expect("the same key"),
            now,
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let shared = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = shared.clone();
                // Whoever hangs up in the middle of a question has asked nothing.
                thread::spawn(move || drop(kept.serve(&stream)));
            }
        });
        Self { url, kept }
    }

    /// Sells a parcel: it can be asked about from now on.
    pub fn sells(&self, parcel: &Parcel) {
        let order_no = parcel.order.order_no.to_string();
        self.kept.lock().paid.insert(order_no, evidence(parcel));
    }

    /// Hands this over from now on when it is asked about an order.
    pub fn has(&self, order_no: &str, evidence: PaymentEvidence) {
        self.kept.lock().paid.insert(order_no.to_owned(), evidence);
    }

    /// Behaves so from now on.
    pub fn behaves(&self, manner: Manner) {
        self.kept.lock().manner = manner;
    }

    /// The orders that it was asked about so far.
    pub fn asked(&self) -> Vec<String> {
        self.kept.lock().asked.clone()
    }

    /// What it uploads next.
    ///
    /// # Panics
    /// When it uploads nothing.
    pub fn upload(&self) -> String {
        let mut state = self.kept.wait(|state| state.uploads.is_empty());
        state.uploads.pop_front().unwrap_or_default()
    }

    /// What customs answered to its uploads, as soon as it is so many.
    ///
    /// # Panics
    /// When it is not.
    pub fn answered(&self, number: usize) -> Vec<Value> {
        self.kept.wait(|state| state.answers.len() < number).answers.clone()
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, is_missing: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waiting = self.changed.wait_timeout_while(self.lock(), PATIENCE, |it| is_missing(it));
        let (state, waited) = waiting.unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "it did not come; asked about {:?}", state.asked);
        state
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        while let Some(came) = request(&mut reader)? {
            let question = form_urlencoded::parse(&came.body)
                .find(|(name, _)| name == ask::FIELD)
                .and_then(|(_, text)| serde_json::from_str::<Value>(&text).ok())
                .unwrap_or_default();
            let text = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
            let (order_no, session) = (text("orderNo"), text("sessionID"));
            let (manner, upload) = {
                let mut state = self.lock();
                state.asked.push(order_no.clone());
                let paid = state.paid.get(&order_no).cloned();
                (state.manner.clone(), paid)
            };
            self.changed.notify_all();
            let (status, code) = match manner {
                Manner::Silent => return reader.read(&mut [0]).map(drop),
                Manner::Fails(status) => (status, "10000"),
                Manner::Refuses => (200, "20000"),
                _ => (200, "10000"),
            };
            let body = format!("{{\"code\":\"{code}\",\"message\":\"\",\"serviceTime\":1}}");
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n", body.len());
            (&mut &*stream).write_all(format!("{head}{body}").as_bytes())?;
            if let Some(upload) = upload.and_then(|paid| self.uploaded(&manner, &session, paid)) {
                self.hand_over(upload);
            }
        }
        Ok(())
    }

    /// What it uploads of a payment.
    fn uploaded(
        &self,
        manner: &Manner,
        session: &str,
        mut paid: PaymentEvidence,
    ) -> Option<String> {
        let foreign;
        let key = match manner {
            Manner::Honest => &self.key,
            Manner::Alters(amount) => {
                paid.amount = *amount;
                &self.key
            }
            Manner::ForeignKey => {
                let mut chance = tongguan_messages::authority::SeededChance::new(179);
                foreign = SigningKey::generate_sm2(&mut chance);
                &foreign
            }
            Manner::Garbles => return Some(format!("{{\"sessionID\":\"{session}\"}}")),
            Manner::Agrees | Manner::Refuses | Manner::Fails(_) | Manner::Silent => return None,
        };
        let (head, lists) = write(&paid);
        Upload::signed(session, (&head, &lists), self.now, &self.certificate, key).ok()
    }

    fn hand_over(&self, upload: String) {
        let customs = self.lock().customs.clone();
        let Some(url) = customs else {
            self.lock().uploads.push_back(upload);
            self.changed.notify_all();
            return;
        };
        let answer = post(&url, &upload);
        self.lock().answers.push(answer);
        self.changed.notify_all();
    }
}

/// Uploads, as a platform does; gives what customs answers.
#[expect(clippy::expect_used, reason = "a test cannot go on without customs")]
pub fn post(url: &str, upload: &str) -> Value {
    let network = "127.0.0.1/32".parse().expect("a network");
    let rules = Rules { http: true, networks: vec![network], ..Rules::default() };
    let body = form_urlencoded::Serializer::new(String::new()).append_pair(FIELD, upload).finish();
    let content_type = "application/x-www-form-urlencoded".to_owned();
    let answer = Sender::new(rules, PATIENCE).post(&Post {
        url: url.to_owned(),
        headers: vec![("content-type", content_type)],
        body: body.into_bytes(),
    });
    let answer = answer.expect("an answer of customs");
    serde_json::from_str(&answer.body).expect("an answer of the interface")
}
