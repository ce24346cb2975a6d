//! What is in flight: received and not yet acknowledged, held to so many bytes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The most bytes of messages that are received and not acknowledged, in the whole process. A message
/// that is larger goes alone.
pub(super) const MOST_IN_FLIGHT: usize = 64 << 20;

/// Counts bytes in flight and lets nobody in above the limit.
#[derive(Debug)]
pub(super) struct Flight {
    limit: usize,
    bytes: Mutex<usize>,
    freed: Condvar,
}

/// The bytes of one message in flight, until it is dropped.
#[derive(Debug)]
pub(super) struct Boarded {
    flight: Arc<Flight>,
    bytes: usize,
}

impl Flight {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, bytes: Mutex::default(), freed: Condvar::new() })
    }

    /// Waits until there is room for `bytes`.
    pub(super) fn board(self: &Arc<Self>, bytes: usize) -> Boarded {
        let in_flight = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut in_flight = self
            .freed
            .wait_while(in_flight, |now| *now > 0 && now.saturating_add(bytes) > self.limit)
            .unwrap_or_else(PoisonError::into_inner);
        *in_flight += bytes;
        Boarded { flight: Arc::clone(self), bytes }
    }
}

impl Drop for Boarded {
    fn drop(&mut self) {
        *self.flight.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.flight.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_does_not_fit_waits_until_there_is_room_and_a_giant_goes_alone() {
        let flight = Flight::new(10);
        let (first, second) = (flight.board(6), flight.board(4));
        let (tell, told) = channel();
        let theirs = Arc::clone(&flight);
        let waiting = std::thread::spawn(move || {
            let giant = theirs.board(100);
            tell.send(*theirs.bytes.lock().unwrap()).unwrap();
            drop(giant);
        });
        drop(first);
        assert!(told.try_recv().is_err(), "four bytes are still in flight");
        drop(second);
        assert_eq!(told.recv().unwrap(), 100);
        waiting.join().unwrap();
        assert_eq!(*flight.bytes.lock().unwrap(), 0);
    }
}
