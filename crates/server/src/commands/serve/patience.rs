//! How long a connection is waited for: a new one for its first request, a kept one for its next, a caller for
//! the rest of a request's head, and for taking what it is answered.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time;

/// How long a connection is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a handshake, for a new connection's first request, and for the rest of a head that has begun.
    pub head: Duration,
    /// For the next request of a kept connection, and for a caller who takes no byte of an answer.
    pub idle: Duration,
}

/// A connection that counts what it reads, and breaks when its caller takes nothing of an answer for too long.
pub struct Heard<S> {
    stream: S,
    reads: Arc<AtomicU64>,
    idle: Duration,
    /// Runs while nothing can be written.
    stalled: Option<Pin<Box<time::Sleep>>>,
}

/// Tells hyper when it has waited long enough for a head. What hyper asks for is overruled: it knows one limit
/// for kept connections and for heads that have begun, and there are two.
pub struct HeadTimer {
    patience: Patience,
    reads: Arc<AtomicU64>,
    is_kept: AtomicBool,
}

/// Until a head has been waited for long enough.
struct HeadWait {
    reads: Arc<AtomicU64>,
    /// How many reads there were when the waiting began; nothing where the head has begun.
    idle_since: Option<u64>,
    head: Duration,
    until: Pin<Box<time::Sleep>>,
}

impl Patience {
    /// A connection that is watched, and the timer that watches it.
    pub fn with<S>(self, stream: S) -> (Heard<S>, HeadTimer) {
        let reads = Arc::new(AtomicU64::new(0));
        let timer = HeadTimer { patience: self, reads: reads.clone(), is_kept: false.into() };
        (Heard { stream, reads, idle: self.idle, stalled: None }, timer)
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        let Patience { head, idle } = self.patience;
        let reads = self.reads.clone();
        let is_kept = self.is_kept.swap(true, Ordering::Relaxed);
        let idle_since = is_kept.then(|| reads.load(Ordering::Relaxed));
        let until = Box::pin(time::sleep(if is_kept { idle } else { head }));
        Box::pin(HeadWait { reads, idle_since, head, until })
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(Duration::ZERO)
    }
}

impl Future for HeadWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let reads = self.reads.load(Ordering::Relaxed);
        if self.idle_since.take_if(|before| *before != reads).is_some() {
            let until = time::Instant::now() + self.head;
            self.until.as_mut().reset(until);
        }
        self.until.as_mut().poll(cx)
    }
}

impl Sleep for HeadWait {}

impl<S> Heard<S> {
    fn unless_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(time::sleep(self.idle)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, into));
        self.reads.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stalled(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.unless_stalled(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.unless_stalled(cx, shut)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.unless_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
