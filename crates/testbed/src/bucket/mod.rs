//! A bucket on this machine that speaks as much of S3 as an archive needs, and misbehaves when it is told to. It checks
//! every signature by the text of Signature Version 4 itself, with none of the code that made it.

mod signature;

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use signature::{Request, escaped, plain};

/// The name of the key that is accepted.
pub const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
/// The key.
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// The name of the bucket that there is.
pub const BUCKET: &str = "archive";
/// Names on a page of a list.
const PAGE: usize = 2;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 503 `SlowDown`.
    SlowDown,
    /// What was asked is done, and the connection closed before the answer.
    AnswerLost,
    /// Half of the answer's body comes.
    CutInTheMiddle,
    /// The parts are not made into an object, which is said with status 200.
    NotCompleted,
    /// Nothing is answered.
    Silence,
    /// The range is not heeded: another one of the same length comes.
    AnotherPart,
}

/// The bucket.
#[derive(Debug)]
pub struct BucketStandIn {
    /// Where it is asked: `http://127.0.0.1:1234`.
    pub endpoint: String,
    kept: Arc<Mutex<Kept>>,
}

/// What it holds and was asked.
#[derive(Debug, Default)]
pub struct Kept {
    /// The objects, by their names with the bucket's.
    pub objects: BTreeMap<String, Vec<u8>>,
    /// Uploads in parts that were begun and neither completed nor aborted.
    pub uploads: BTreeMap<String, BTreeMap<u16, Vec<u8>>>,
    /// What goes wrong, request by request; nothing does where it is empty.
    pub troubles: VecDeque<Option<Trouble>>,
    /// Each request with its status: `GET /bucket/name 206`.
    pub asked: Vec<String>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl BucketStandIn {
    /// Begins to listen; it does until the process ends.
    ///
    /// # Errors
    /// That there is no port.
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let kept = Arc::<Mutex<Kept>>::default();
        let shared = Arc::clone(&kept);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&shared);
                thread::spawn(move || while serve(&stream, &kept).is_some() {});
            }
        });
        Ok(Self { endpoint, kept })
    }

    /// What goes wrong from now on, request by request; then nothing does.
    pub fn trouble(&self, troubles: impl IntoIterator<Item = Option<Trouble>>) {
        self.with(|kept| kept.troubles = troubles.into_iter().collect());
    }

    /// Looks at what it holds, or changes it.
    pub fn with<T>(&self, look: impl FnOnce(&mut Kept) -> T) -> T {
        look(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Answers one request; nothing where the connection is to be closed.
fn serve(stream: &TcpStream, kept: &Mutex<Kept>) -> Option<()> {
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    from.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let long = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    from.take(long).read_to_end(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let host = headers.get("host")?;
    let range = headers.get("range").map(String::as_str);
    let request = Request { method: &method, path, query, host };
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let trouble = kept.troubles.pop_front().flatten();
    let answer = match trouble {
        Some(Trouble::SlowDown) => fault(503, "SlowDown"),
        _ if !request.is_by(KEY) => fault(403, "InvalidAccessKeyId"),
        _ if !request.is_signed(KEY, SECRET) => fault(403, "SignatureDoesNotMatch"),
        _ if !kept.has_bucket(path) => fault(404, "NoSuchBucket"),
        Some(Trouble::NotCompleted) => fault(200, "InternalError"),
        Some(Trouble::AnotherPart) => kept.answer(&request, Some("bytes=1-3"), body),
        _ => kept.answer(&request, range, body),
    };
    kept.asked.push(format!("{method} {path} {}", answer.status));
    drop(kept);
    answer.write(stream, trouble)
}

impl Kept {
    fn has_bucket(&self, path: &str) -> bool {
        path.trim_start_matches('/').split('/').next() == Some(BUCKET)
    }

    fn answer(&mut self, request: &Request<'_>, range: Option<&str>, body: Vec<u8>) -> Answer {
        let name = plain(request.path.trim_start_matches('/'));
        let name = String::from_utf8_lossy(&name).into_owned();
        let value = |name: &str| request.value(name);
        let part = value("partNumber").and_then(|number| number.parse::<u16>().ok());
        match (request.method, value("uploadId"), part) {
            ("GET", ..) if value("list-type").is_some() => self.page(request, &name),
            ("GET", ..) => self.part_of(&name, range),
            ("PUT", Some(upload), Some(part)) => match self.uploads.get_mut(&upload) {
                None => fault(404, "NoSuchUpload"),
                Some(parts) => {
                    parts.insert(part, body);
                    Answer { headers: vec![("etag", format!("\"{part}\""))], ..said(200, "") }
                }
            },
            ("PUT", ..) => {
                self.objects.insert(name, body);
                said(200, "")
            }
            ("POST", Some(upload), _) => match self.uploads.remove(&upload) {
                None => fault(404, "NoSuchUpload"),
                Some(parts) => {
                    self.objects.insert(name, parts.into_values().flatten().collect());
                    said(200, &in_s3("CompleteMultipartUploadResult", "<ETag>\"a\"</ETag>"))
                }
            },
            ("POST", ..) => {
                let upload = format!("upload-{}", self.asked.len());
                self.uploads.insert(upload.clone(), BTreeMap::new());
                let id = format!("<UploadId>{upload}</UploadId>");
                said(200, &in_s3("InitiateMultipartUploadResult", &id))
            }
            ("DELETE", Some(upload), _) => {
                self.uploads.remove(&upload);
                said(204, "")
            }
            _ => fault(405, "MethodNotAllowed"),
        }
    }

    fn page(&self, request: &Request<'_>, bucket: &str) -> Answer {
        let prefix = request.value("prefix").unwrap_or_default();
        let after = request.value("continuation-token").unwrap_or_default();
        let bucket = format!("{}/", bucket.trim_end_matches('/'));
        let below = self.objects.keys().filter_map(|name| name.strip_prefix(&bucket));
        let mut left = below.filter(|name| name.starts_with(&prefix) && **name > *after);
        let page: Vec<_> = left.by_ref().take(PAGE).collect();
        let next = left.next().and(page.last());
        let next = next.map(|name| {
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{name}</NextContinuationToken>")
        });
        // What may stand in a name need not stand in XML, so whoever asks gets it escaped as forms are.
        let (form, encoding) = match request.value("encoding-type").as_deref() {
            Some("url") => (true, "<EncodingType>url</EncodingType>"),
            _ => (false, ""),
        };
        let shown = |name: &str| match form {
            true => escaped(name.as_bytes(), "/ ").replace(' ', "+"),
            false => name.to_owned(),
        };
        let each =
            page.iter().map(|name| format!("<Contents><Key>{}</Key></Contents>", shown(name)));
        let contents: String = each.collect();
        let next = next.unwrap_or_default();
        said(200, &in_s3("ListBucketResult", &format!("{encoding}{contents}{next}")))
    }

    fn part_of(&self, name: &str, range: Option<&str>) -> Answer {
        let Some(whole) = self.objects.get(name) else { return fault(404, "NoSuchKey") };
        let range = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
        let Some((from, to)) = range else {
            return Answer { body: whole.clone(), ..said(200, "") };
        };
        let from: usize = from.parse().unwrap_or(0);
        let to = to.parse::<usize>().map_or(whole.len(), |to| to.saturating_add(1));
        match whole.get(from..to.min(whole.len())).filter(|part| !part.is_empty()) {
            None => fault(416, "InvalidRange"),
            Some(part) => {
                let of = format!("bytes {from}-{}/{}", from + part.len() - 1, whole.len());
                let headers = vec![("content-range", of)];
                Answer { status: 206, headers, body: part.to_vec() }
            }
        }
    }
}

impl Answer {
    fn write(&self, mut to: &TcpStream, trouble: Option<Trouble>) -> Option<()> {
        match trouble {
            Some(Trouble::AnswerLost) => return None,
            // Until whoever asked goes away.
            Some(Trouble::Silence) => return to.read(&mut [0]).ok().and(None),
            _ => {}
        }
        let mut head =
            format!("HTTP/1.1 {} it\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let is_cut = trouble == Some(Trouble::CutInTheMiddle);
        let sent = if is_cut { self.body.len() / 2 } else { self.body.len() };
        // At once: a second small packet would wait for the answer to the first.
        let mut all = head.into_bytes();
        all.extend_from_slice(self.body.get(..sent)?);
        to.write_all(&all).ok()?;
        (!is_cut).then_some(())
    }
}

fn said(status: u16, body: &str) -> Answer {
    Answer { status, headers: Vec::new(), body: body.into() }
}

/// XML of S3 with that root.
fn in_s3(root: &str, content: &str) -> String {
    format!("<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{root}>")
}

fn fault(status: u16, code: &str) -> Answer {
    said(status, &format!("<Error><Code>{code}</Code></Error>"))
}
