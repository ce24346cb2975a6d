//! Objects that are sent in parts, and stand there once all have come.

use std::io::Read;

use rusty_s3::actions::CreateMultipartUpload;
use tongguan_archive::bucket::{Bucket as _, NotKept};

use super::S3;
use super::answer::{LONGEST, read};

/// The length of a part, in bytes; what is longer is sent in several. The least that S3 takes is 5 MiB, and the most
/// are 10,000 parts: 156 GiB.
pub(super) const PART: u64 = 16 << 20;

impl S3 {
    pub(super) fn put_in_parts(
        &self,
        name: &str,
        from: &mut dyn Read,
        length: u64,
    ) -> Result<(), NotKept> {
        let object = self.object(name);
        let begin = self.bucket.create_multipart_upload(Some(&self.keys), &object);
        let begun = self.asked(&begin, |url| read(self.agent.post(url).send_empty()?, LONGEST))?;
        let begun = CreateMultipartUpload::parse_response(&begun.with(200)?.text());
        let begun = begun.map_err(|_| NotKept("it began no upload in parts".to_owned()))?;
        let upload = begun.upload_id();
        let sent = self.parts(&object, upload, from, length);
        let ended = sent.and_then(|tags| self.complete((name, &object), upload, &tags, length));
        if ended.is_err() {
            // What is left of it costs room until somebody takes it away; that it is left is no worse than the error.
            let abort = self.bucket.abort_multipart_upload(Some(&self.keys), &object, upload);
            drop(self.asked(&abort, |url| read(self.agent.delete(url).call()?, LONGEST)));
        }
        ended
    }

    /// Sends the parts; gives their tags, in order.
    fn parts(
        &self,
        object: &str,
        upload: &str,
        from: &mut dyn Read,
        length: u64,
    ) -> Result<Vec<String>, NotKept> {
        let (mut tags, mut left) = (Vec::new(), length);
        for number in 1_u16.. {
            if left == 0 {
                break;
            }
            let bytes = some_of(from, left.min(PART))?;
            left -= left.min(PART);
            let action = self.bucket.upload_part(Some(&self.keys), object, number, upload);
            let told =
                self.asked(&action, |url| read(self.agent.put(url).send(&*bytes)?, LONGEST))?;
            let tag = told.with(200)?.header("etag").map(str::to_owned);
            tags.push(tag.ok_or_else(|| NotKept(format!("part {number} got no tag")))?);
        }
        Ok(tags)
    }

    /// Makes an object of its parts. An answer that got lost is told from a failure by looking whether it is there; its
    /// digest is held to the manifest later.
    fn complete(
        &self,
        (name, object): (&str, &str),
        upload: &str,
        tags: &[String],
        length: u64,
    ) -> Result<(), NotKept> {
        let tags = tags.iter().map(String::as_str);
        let action = self.bucket.complete_multipart_upload(Some(&self.keys), object, upload, tags);
        let body = action.clone().body();
        let told =
            self.asked(&action, |url| read(self.agent.post(url).send(body.as_bytes())?, LONGEST))?;
        // It may be answered with 200 before it is known that it fails.
        let is_made = told.status == 200 && told.text().contains("<CompleteMultipartUploadResult");
        let is_gone = told.code().as_deref() == Some("NoSuchUpload");
        if is_made || (is_gone && self.read(name, 0..1)?.is_some_and(|it| it.of == length)) {
            return Ok(());
        }
        Err(NotKept(format!("it was not made of its parts: {}", told.why())))
    }
}

/// So many bytes.
pub(super) fn some_of(from: &mut dyn Read, length: u64) -> Result<Vec<u8>, NotKept> {
    let cannot = |why: String| NotKept(format!("what is to be written cannot be read: {why}"));
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).map_err(|error| cannot(error.to_string()))?;
    match u64::try_from(bytes.len()) {
        Ok(read) if read == length => Ok(bytes),
        _ => Err(cannot("it ends too early".to_owned())),
    }
}
