//! A bucket of a store of objects that speaks S3 (对象存储). Addresses are signed by rusty-s3 (Signature Version 4, as
//! query); what is sent over them is ours, so that everything that leaves the machine leaves it by one client.

mod answer;
mod parts;
mod settings;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Credentials, S3Action};
use tongguan_application::ports::Clock;
use tongguan_archive::bucket::{Bucket, NotKept, Piece};
use ureq::Agent;

use self::answer::{LONGEST, Told, read};
use self::parts::{PART, some_of};
use crate::client::{config, trusted_here};

pub use settings::{Location, NoBucket, S3Settings};

/// How long a request may take, with its body: a part needs 140 KB a second.
const WITHIN: Duration = Duration::from_secs(120);
/// How long a signed address is good for: longer than a request takes.
const SIGNED_FOR: Duration = Duration::from_secs(5 * 60);
/// How often something is tried before it is given up.
const TRIES: u32 = 6;
/// How long is waited before the second try; before each further one twice as long.
const PAUSE: Duration = Duration::from_millis(250);

/// A bucket, below a prefix.
pub struct S3 {
    agent: Agent,
    bucket: rusty_s3::Bucket,
    keys: Credentials,
    /// Empty, or ends with `/`.
    prefix: String,
    clock: Arc<dyn Clock>,
}

impl S3 {
    /// As the settings say. Nothing is asked yet.
    ///
    /// # Errors
    /// [`NoBucket`].
    pub fn open(settings: S3Settings, clock: Arc<dyn Clock>) -> Result<Self, NoBucket> {
        Self::answering(settings, clock, WITHIN)
    }

    fn answering(
        settings: S3Settings,
        clock: Arc<dyn Clock>,
        within: Duration,
    ) -> Result<Self, NoBucket> {
        let prefix = settings.location.prefix.clone();
        let (bucket, keys) = settings.opened()?;
        let agent = config(&trusted_here(), None, within).build().into();
        Ok(Self { agent, bucket, keys, prefix, clock })
    }

    fn object(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The address of what is asked: whoever has it may do that until it is over, so it is never told.
    fn signed<'a>(&self, action: &impl S3Action<'a>) -> Result<String, NotKept> {
        let now = Timestamp::from_microsecond(self.clock.now().micros());
        let now = now.map_err(|_| NotKept("the clock shows no time".to_owned()))?;
        Ok(action.sign_with_time(SIGNED_FOR, &now).into())
    }

    /// Asks until there is an answer that is no word of trouble, or it was tried often enough. Each time the address is
    /// signed anew, since a signature is good for a while only.
    fn asked<'a>(
        &self,
        action: &impl S3Action<'a>,
        ask: impl Fn(&str) -> Result<Told, ureq::Error>,
    ) -> Result<Told, NotKept> {
        let (mut pause, mut tried) = (PAUSE, 0);
        loop {
            let why = match ask(&self.signed(action)?) {
                Ok(told) if !told.is_trouble() => return Ok(told),
                Ok(told) => told.why(),
                Err(error) => format!("it was not reached: {error}"),
            };
            tried += 1;
            if tried == TRIES {
                return Err(NotKept(format!("{why}, {tried} times: try again later")));
            }
            self.clock.pause(pause);
            pause *= 2;
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), NotKept> {
        let object = self.object(name);
        let action = self.bucket.put_object(Some(&self.keys), &object);
        let told = self.asked(&action, |url| read(self.agent.put(url).send(bytes)?, LONGEST))?;
        told.with(200).map(drop)
    }
}

impl Bucket for S3 {
    fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket.name(), self.prefix)
    }

    fn list(&self) -> Result<Vec<String>, NotKept> {
        let (mut names, mut next) = (Vec::new(), None::<String>);
        loop {
            let mut action = self.bucket.list_objects_v2(Some(&self.keys));
            action.with_prefix(self.prefix.as_str());
            if let Some(token) = &next {
                action.with_continuation_token(token.as_str());
            }
            let told = self.asked(&action, |url| read(self.agent.get(url).call()?, LONGEST))?;
            let page = ListObjectsV2::parse_response(&told.with(200)?.text())
                .map_err(|_| NotKept("its list is none of S3: check the endpoint".to_owned()))?;
            let below = page.contents.iter().filter_map(|it| it.key.strip_prefix(&self.prefix));
            names.extend(below.map(str::to_owned));
            match page.next_continuation_token {
                None => return Ok(names),
                Some(token) if next.as_ref() == Some(&token) => {
                    return Err(NotKept("its list does not go on".to_owned()));
                }
                token => next = token,
            }
        }
    }

    fn read(&self, name: &str, range: Range<u64>) -> Result<Option<Piece>, NotKept> {
        let object = self.object(name);
        let action = self.bucket.get_object(Some(&self.keys), &object);
        let wanted = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let longest = range.end.saturating_sub(range.start).max(LONGEST);
        let told = self.asked(&action, |url| {
            read(self.agent.get(url).header("range", &wanted).call()?, longest)
        })?;
        if told.status == 404 && told.code().as_deref() == Some("NoSuchKey") {
            return Ok(None);
        }
        told.with(206)?.part(range).map(Some)
    }

    fn write(&self, name: &str, from: &mut dyn Read, length: u64) -> Result<(), NotKept> {
        match length {
            0..=PART => self.put(name, &some_of(from, length)?),
            _ => self.put_in_parts(name, from, length),
        }
    }
}

impl fmt::Debug for S3 {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("S3").field(&self.location()).finish()
    }
}
