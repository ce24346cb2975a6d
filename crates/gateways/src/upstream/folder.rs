//! A pair of folders: envelopes are dropped into one, answers are taken from the other.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tongguan_application::ports::{Arrived, NotRelayed, NotSent, Upstream};

use super::UnusableUpstream;
use crate::folder::{FolderError, Inbox, failed};

/// The longest answer, in bytes: an answer quotes what it answers.
const LONGEST: u64 = 64 << 20;
/// Files that are taken at a time.
const MOST: usize = 100;

/// A pair of folders.
#[derive(Debug)]
pub struct Folders {
    to: PathBuf,
    from: Inbox,
}

impl Folders {
    /// Drops into `to`, takes from `from`. Both are made on first use.
    ///
    /// # Errors
    /// [`UnusableUpstream::Folder`].
    pub fn open(to: &Path, from: &Path) -> Result<Self, UnusableUpstream> {
        fs::create_dir_all(to).map_err(failed(to, "be created"))?;
        Ok(Self { to: to.to_owned(), from: Inbox::open(from)? })
    }

    /// Written under another name, synced and renamed, so that nobody reads half of it.
    fn drop_into(&self, number: &str, envelope: &str) -> Result<(), FolderError> {
        let draft = self.to.join(format!(".{number}.xml.part"));
        let mut file = File::create(&draft).map_err(failed(&draft, "be created"))?;
        file.write_all(envelope.as_bytes()).map_err(failed(&draft, "be written"))?;
        file.sync_all().map_err(failed(&draft, "be synced"))?;
        let path = self.to.join(format!("{number}.xml"));
        fs::rename(&draft, &path).map_err(failed(&path, "be renamed"))?;
        let folder = File::open(&self.to).and_then(|folder| folder.sync_all());
        folder.map_err(failed(&self.to, "be synced"))
    }
}

impl Upstream for Folders {
    fn send(&self, number: &str, envelope: &str) -> Result<(), NotRelayed> {
        self.drop_into(number, envelope)
            .map_err(|error| NotRelayed::Away { why: told(&error), after: None })
    }

    fn fetch(&self) -> Result<Vec<Arrived>, NotSent> {
        let files = self.from.files().map_err(|error| NotSent(told(&error)))?;
        let mut arrived = Vec::new();
        for file in files.into_iter().take(MOST) {
            let bytes = self.from.read(&file, LONGEST).map_err(|error| NotSent(told(&error)))?;
            arrived.push(Arrived { place: file.name, messages: vec![bytes] });
        }
        Ok(arrived)
    }

    fn done(&self, place: &str) -> Result<(), NotSent> {
        let put_away = || {
            let file = self.from.files()?.into_iter().find(|file| file.name == place);
            file.map_or(Ok(()), |file| self.from.put_away(&file, false))
        };
        put_away().map_err(|error| NotSent(told(&error)))
    }
}

fn told(error: &FolderError) -> String {
    match error {
        FolderError::File { path, action, source } => {
            format!("`{}` could not {action}: {source}", path.display())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_go_into_one_folder_and_answers_come_from_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let [to, from] = ["to", "from"].map(|name| folder.path().join(name));
        let folders = Folders::open(&to, &from).unwrap();
        folders.send("TG1", "<a/>").unwrap();
        folders.send("TG1", "<a/>").unwrap();
        let names: Vec<_> = fs::read_dir(&to).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["TG1.xml"], "the same again is the same file");
        assert_eq!(folders.fetch().unwrap(), []);
        fs::write(from.join("2.xml"), "<b/>").unwrap();
        fs::write(from.join("1.xml"), "<c/>").unwrap();
        fs::write(from.join("3.xml.part"), "<").unwrap();
        let places = || -> Vec<_> {
            folders.fetch().unwrap().into_iter().map(|arrived| arrived.place).collect()
        };
        assert_eq!(places(), ["1.xml", "2.xml"]);
        folders.done("1.xml").unwrap();
        folders.done("1.xml").unwrap();
        assert_eq!(places(), ["2.xml"], "what is not done comes again");
    }

    #[test]
    fn a_folder_that_is_gone_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let [to, from] = ["to", "from"].map(|name| folder.path().join(name));
        let folders = Folders::open(&to, &from).unwrap();
        fs::remove_dir(&to).unwrap();
        let error = folders.send("TG1", "<a/>").unwrap_err();
        assert!(matches!(&error, NotRelayed::Away { why, .. } if why.contains("to")), "{error}");
    }
}
