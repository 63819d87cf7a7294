//! A body that does not arrive at 1 KiB/s is given up (SEC-224): a slow sender must not hold a place for ever.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
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
