//! Reading a message from a file or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tongguan_domain::defect::{Defect, Rule};
use tongguan_messages::xml::Limits;

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
