//! Connections that read, opened when first needed and kept, so many at a time.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::driver::Link;

/// The connections.
#[derive(Debug)]
pub(crate) struct Readers {
    pool: Mutex<Pool>,
    returned: Condvar,
    most: usize,
}

#[derive(Debug)]
struct Pool {
    idle: Vec<Link>,
    /// How many more may be in use.
    free: usize,
}

/// A place in the pool, given back when dropped, with its connection if it is still good.
pub(crate) struct Borrowed<'p> {
    readers: &'p Readers,
    pub(crate) link: Option<Link>,
}

impl Readers {
    pub(crate) const fn new(most: usize) -> Self {
        let pool = Mutex::new(Pool { idle: Vec::new(), free: most });
        Self { pool, returned: Condvar::new(), most }
    }

    /// How many may be in use at a time.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    pub(crate) fn borrow(&self) -> Borrowed<'_> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pool = self
            .returned
            .wait_while(pool, |pool| pool.free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        pool.free -= 1;
        Borrowed { readers: self, link: pool.idle.pop() }
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.free += 1;
        pool.idle.extend(self.link.take());
        self.readers.returned.notify_one();
    }
}
