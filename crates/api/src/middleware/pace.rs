//! A body that does not arrive at 1 KiB/s is given up, and so is an answer that is not taken (SEC-224): neither a slow sender nor a
//! slow reader must hold a place for ever.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Bytes a second at least, on the average of a window.
const RATE: u64 = 1024;
const WINDOW: Duration = Duration::from_secs(10);

/// A body with a watch on its pace. The watch runs only while somebody waits for bytes.
pub(crate) struct Paced<B> {
    body: B,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Bytes since the window began.
    seen: u64,
}

impl<B> Paced<B> {
    pub(crate) fn new(body: B) -> Self {
        Paced {
            body,
            sleep: None,
            seen: 0,
        }
    }
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                this.seen += frame.data_ref().map_or(0, |data| data.len() as u64);
                if this.seen >= RATE * WINDOW.as_secs() {
                    (this.seen, this.sleep) = (0, None);
                }
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let sleep = this
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + WINDOW)));
        match sleep.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err("the body came too slowly".into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose other end must take what is sent: one that takes nothing for a while is given up, and with it the memory
/// and the places that its answer holds. What waits in the kernel's buffer moves in large pieces, so that patience is minutes.
pub(crate) struct Taken<S> {
    stream: S,
    patience: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<S> Taken<S> {
    pub(crate) fn new(stream: S, patience: Duration) -> Self {
        Taken {
            stream,
            patience,
            sleep: None,
        }
    }

    /// Looks at the clock while nothing is taken.
    fn watched<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.sleep = None;
            return outcome;
        }
        let patience = self.patience;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match sleep.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer is not taken"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.watched(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.watched(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watched(context, outcome)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn sec_224_sec_231_an_answer_that_nobody_takes_is_given_up() {
        let patience = Duration::from_millis(300);
        let (server, mut client) = tokio::io::duplex(1024);
        let mut server = Taken::new(server, patience);
        // Who takes a piece now and then gets it all.
        let writing = tokio::spawn(async move {
            let outcome = server.write_all(&[7; 8 * 1024]).await;
            (server, outcome)
        });
        let mut taken = 0;
        while taken < 8 * 1024 {
            tokio::time::sleep(patience / 6).await;
            taken += client.read(&mut [0; 1024]).await.expect("bytes");
        }
        let (mut server, outcome) = writing.await.expect("no panic");
        outcome.expect("all was taken");
        // Who stops taking does not.
        let begun = Instant::now();
        let error = server.write_all(&[7; 8 * 1024]).await.expect_err("given up");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= patience);
    }
}
