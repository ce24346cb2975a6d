//! Reading a message from a file or standard input, out of its envelope if it is in one.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use roxmltree::Document as Tree;
use tongguan_application::intake::envelope::{self, Envelope};
use tongguan_domain::defect::{Defect, Rule};
use tongguan_messages::xml::{Limits, Source};

/// The file is not there, is a directory, or may not be read.
static FILE_UNREADABLE: Rule = Rule {
    code: "file-unreadable",
    official: None,
    zh: "无法读取文件：{found}",
    en: "the file cannot be read: {found}",
};

/// Reads a file, or standard input for `-`: one byte more than a message may have at most, so that
/// a longer one is refused as such.
///
/// # Errors
/// That it cannot be read, and why.
pub fn read(file: &Path) -> Result<Vec<u8>, Defect> {
    let most = u64::try_from(Limits::default().bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Defect::at(&FILE_UNREADABLE, "").found(error)),
    }
}

/// What was found in some bytes.
pub struct Opened<T> {
    /// The envelope, if there is one.
    pub envelope: Option<Envelope>,
    /// What `look` made of the business message, or why there is none to look at.
    pub content: Result<T, Vec<Defect>>,
}

/// Hands the business message in `bytes` to `look`.
pub fn open<T>(bytes: &[u8], look: impl FnOnce(&Tree<'_>) -> T) -> Opened<T> {
    let bare = |content| Opened { envelope: None, content };
    let refused = |refusal| Err(vec![Defect::from(refusal)]);
    let source = match Source::read(bytes, &Limits::default()) {
        Ok(source) => source,
        Err(refusal) => return bare(refused(refusal)),
    };
    let envelope = match source.tree() {
        Err(refusal) => return bare(refused(refusal)),
        Ok(tree) => match envelope::open(&tree) {
            None => return bare(Ok(look(&tree))),
            Some(envelope) => envelope,
        },
    };
    let content = match &envelope.content {
        Err(defects) => Err(defects.clone()),
        Ok(content) => Source::read(content, &Limits::default())
            .and_then(|source| Ok(look(&source.tree()?)))
            .map_err(|refusal| vec![envelope::placed(refusal.into())]),
    };
    Opened { envelope: Some(envelope), content }
}
