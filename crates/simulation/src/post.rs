//! What the clients send, and what becomes of it: a message that was not acknowledged is sent again.

use tongguan_domain::ids::MessageId;
use tongguan_testkit::cast::Cast;
use tongguan_testkit::parcels::{Document, MessageError, message};
use tongguan_testkit::traffic::Dice;

/// Documents of one kind that go together.
const MOST_TOGETHER: u64 = 4;

/// A message of a client.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) text: String,
    /// The numbers of its documents.
    pub(crate) guids: Vec<String>,
    pub(crate) standing: Standing,
    /// How often it was handed over.
    pub(crate) times: u32,
}

/// Where a message of a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// To be sent, also once more after nobody acknowledged it.
    Ready,
    /// Handed to a process.
    Underway,
    /// Acknowledged under this id.
    Acknowledged(MessageId),
}

/// Everything that the clients send.
#[derive(Debug, Default)]
pub(crate) struct Post {
    pub(crate) messages: Vec<Posted>,
}

impl Post {
    /// Writes documents down as messages, in an order of their own and some together.
    pub(crate) fn add(
        &mut self,
        cast: &Cast,
        mut documents: Vec<Document>,
        dice: &mut Dice,
    ) -> Result<(), MessageError> {
        dice.shuffle(&mut documents);
        while let Some(first) = documents.pop() {
            let kind = first.message_number();
            let mut together = vec![first];
            let wanted = dice.between(1, MOST_TOGETHER);
            while (together.len() as u64) < wanted {
                let same = documents.iter().position(|other| other.message_number() == kind);
                let Some(place) = same else { break };
                together.push(documents.remove(place));
            }
            self.put(cast, &together)?;
        }
        Ok(())
    }

    /// Writes documents down as one message.
    pub(crate) fn put(&mut self, cast: &Cast, documents: &[Document]) -> Result<(), MessageError> {
        let text = message(cast, documents, self.messages.len() as u64 + 1)?;
        let guids = documents.iter().map(|it| it.filing().guid.as_str().to_owned()).collect();
        self.messages.push(Posted { text, guids, standing: Standing::Ready, times: 0 });
        Ok(())
    }

    /// A message that ends in its midst: nobody can read it, and it is kept and acknowledged all the same.
    pub(crate) fn put_half(&mut self, dice: &mut Dice) {
        if self.messages.is_empty() {
            return;
        }
        let whole = &dice.pick(&self.messages).text;
        let text = whole.chars().take(whole.chars().count() / 2).collect();
        let (guids, standing) = (Vec::new(), Standing::Ready);
        self.messages.push(Posted { text, guids, standing, times: 0 });
    }

    /// A message to be sent next: mostly one of the first that are ready, and sometimes one that was acknowledged
    /// already, as programs send again after a time-out.
    pub(crate) fn next(&self, dice: &mut Dice) -> Option<usize> {
        let of = |wanted: fn(&Standing) -> bool| -> Vec<usize> {
            let places = self.messages.iter().enumerate();
            places.filter(|(_, it)| wanted(&it.standing)).map(|(place, _)| place).collect()
        };
        let ready = of(|standing| *standing == Standing::Ready);
        if !dice.one_in(15) && !ready.is_empty() {
            let window = ready.len().min(12) as u64;
            return ready.get(usize::try_from(dice.below(window)).unwrap_or(0)).copied();
        }
        let done = of(|standing| matches!(standing, Standing::Acknowledged(_)));
        let few = |place: &usize| self.messages.get(*place).is_some_and(|it| it.times < 4);
        let done: Vec<usize> = done.into_iter().filter(few).collect();
        if done.is_empty() { None } else { Some(*dice.pick(&done)) }
    }

    /// Whether everything was acknowledged.
    pub(crate) fn is_done(&self) -> bool {
        self.messages.iter().all(|it| matches!(it.standing, Standing::Acknowledged(_)))
    }

    /// What was handed over and will not be acknowledged any more is sent again, unless a copy was acknowledged.
    pub(crate) fn lost(&mut self, place: usize) {
        if let Some(posted) = self.messages.get_mut(place)
            && posted.standing == Standing::Underway
        {
            posted.standing = Standing::Ready;
        }
    }
}
