//! Watches heads of requests as they arrive, for what the parser does not tell.
//!
//! Time: a head has to be whole ten seconds after its first byte (SEC-224), while a connection may rest longer between two
//! requests; clients that keep theirs would otherwise run into a closed one.
//!
//! Lengths: of a request with `Content-Length` and `Transfer-Encoding`, or with two lengths, the parser keeps one. Another
//! reader in front of us might keep the other and see a second request where we see a body (SEC-010).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

const HEAD_TIME: Duration = Duration::from_secs(10);

/// What the service and the connection tell each other.
#[derive(Default)]
pub(crate) struct Watch {
    /// Whether a request is being answered; what arrives now is its body.
    answering: AtomicBool,
    /// How many were answered.
    answered: AtomicU64,
    two_lengths: AtomicBool,
}

impl Watch {
    /// A head was whole. Says whether it had two ways to tell its body's length.
    pub(crate) fn begin(&self) -> bool {
        self.answering.store(true, Ordering::Relaxed);
        self.two_lengths.swap(false, Ordering::Relaxed)
    }

    /// The answer is made; the next byte begins another head.
    pub(crate) fn end(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.answering.store(false, Ordering::Relaxed);
    }
}

/// A connection with a watch on its heads.
pub(crate) struct HeadWatched<S> {
    stream: S,
    watch: Arc<Watch>,
    sleep: Option<Pin<Box<Sleep>>>,
    scan: Scan,
    /// Which head `scan` and `sleep` belong to.
    head: u64,
}

impl<S> HeadWatched<S> {
    pub(crate) fn new(stream: S, watch: Arc<Watch>) -> Self {
        HeadWatched {
            stream,
            watch,
            sleep: None,
            scan: Scan::default(),
            head: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeadWatched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let head = this.watch.answered.load(Ordering::Relaxed);
        if this.head != head {
            (this.head, this.scan, this.sleep) = (head, Scan::default(), None);
        }
        if this.watch.answering.load(Ordering::Relaxed) {
            this.sleep = None;
            return read;
        }
        let fresh = &buffer.filled()[before..];
        if !fresh.is_empty() {
            this.sleep.get_or_insert_with(|| Box::pin(sleep(HEAD_TIME)));
            if this.scan.feed(fresh) {
                this.watch.two_lengths.store(true, Ordering::Relaxed);
            }
        }
        let over = this
            .sleep
            .as_mut()
            .is_some_and(|sleep| sleep.as_mut().poll(context).is_ready());
        if over {
            Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head came too slowly")))
        } else {
            read
        }
    }
}

/// Reads the names of header lines until the empty line.
#[derive(Default)]
struct Scan {
    name: Vec<u8>,
    /// Past the colon of the line, or the name is none of ours.
    rest_of_line: bool,
    lengths: u32,
    codings: u32,
    done: bool,
}

impl Scan {
    const LONGEST: usize = b"transfer-encoding".len();

    /// Takes the next bytes; says whether the head names its body's length twice.
    fn feed(&mut self, bytes: &[u8]) -> bool {
        for &byte in bytes {
            if self.done {
                break;
            }
            match byte {
                b'\n' => {
                    self.done = !self.rest_of_line && self.name.is_empty();
                    self.rest_of_line = false;
                    self.name.clear();
                }
                b'\r' => {}
                _ if self.rest_of_line => {}
                b':' => {
                    self.lengths += u32::from(self.name.eq_ignore_ascii_case(b"content-length"));
                    self.codings += u32::from(self.name.eq_ignore_ascii_case(b"transfer-encoding"));
                    self.rest_of_line = true;
                }
                _ if self.name.len() >= Self::LONGEST => self.rest_of_line = true,
                byte => self.name.push(byte),
            }
        }
        self.lengths + self.codings > 1
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeadWatched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_010_two_lengths_are_seen_in_any_order_and_in_any_pieces() {
        let head = |lines: &str| format!("POST /a:b HTTP/1.1\r\nHost: x\r\n{lines}\r\n");
        for (lines, two) in [
            ("Content-Length: 3\r\n", false),
            ("Transfer-Encoding: chunked\r\n", false),
            ("X-Content-Length: 3\r\nContent-Length: 3\r\n", false),
            ("content-length: 3\r\nTRANSFER-ENCODING: chunked\r\n", true),
            ("Transfer-Encoding: chunked\r\nX: y\r\nContent-Length: 3\r\n", true),
            ("Content-Length: 3\r\nContent-Length: 3\r\n", true),
        ] {
            let head = head(lines);
            assert_eq!(Scan::default().feed(head.as_bytes()), two, "{head}");
            let mut scan = Scan::default();
            let found = head.as_bytes().iter().map(|byte| scan.feed(&[*byte])).last();
            assert_eq!(found, Some(two), "{head}");
        }
        let body = head("Content-Length: 40\r\n") + "Content-Length: 3\r\nTransfer-Encoding: x\r\n";
        assert!(!Scan::default().feed(body.as_bytes()), "a body is no head");
    }
}
