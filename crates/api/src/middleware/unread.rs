//! A body that nobody has read to its end, because the request was refused before or asks for none.
//!
//! A small one is taken in before the answer, and the connection goes on. Of a large one, what is on its way is taken in
//! beside the answer, and the connection ends: a socket that is closed over bytes which wait in it is reset at the other
//! end, and the refusal would be lost with it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

/// What is taken in before the answer, at most.
const SMALL: u64 = 64 * 1024;
/// How long the rest of a small body is waited for; it has arrived with the head, as a rule.
const MOMENT: Duration = Duration::from_secs(1);
/// How long and how much is taken in beside an answer: most senders read it only when they have sent everything, and those
/// of gigabytes are cut off.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST: u64 = 64 * 1024 * 1024;

/// Where a body is put that was let go before its end.
pub(crate) struct Unread<B>(Arc<Mutex<Option<B>>>);

/// A body that comes back to [`Unread`] when it is let go before its end.
pub(crate) struct Lent<B> {
    /// Taken by the end of the body.
    body: Option<B>,
    unread: Arc<Mutex<Option<B>>>,
}

/// Lends the body out.
pub(crate) fn lend<B: Body>(body: B) -> (Lent<B>, Unread<B>) {
    let unread = Arc::new(Mutex::new(None));
    let lent = Lent {
        body: Some(body).filter(|body| !body.is_end_stream()),
        unread: unread.clone(),
    };
    (lent, Unread(unread))
}

impl<B: Body + Send + Unpin + 'static> Unread<B>
where
    B::Data: Send,
{
    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Takes in what is left of the body. Says whether the connection may go on behind the answer.
    pub(crate) async fn settle(self) -> bool {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut body) = left else { return true };
        if body.size_hint().exact().is_some_and(|size| size <= SMALL)
            && timeout(MOMENT, drain(&mut body)).await == Ok(true)
        {
            return true;
        }
        tokio::spawn(async move { timeout(PATIENCE, drain(&mut body)).await });
        false
    }
}

/// Whether the end was reached.
async fn drain<B: Body + Unpin>(body: &mut B) -> bool {
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        seen += frame.data_ref().map_or(0, |data| bytes::Buf::remaining(data) as u64);
        if seen > MOST {
            return false;
        }
    }
    true
}

impl<B: Body + Unpin> Body for Lent<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = std::task::ready!(Pin::new(&mut *body).poll_frame(context));
        if body.is_end_stream() || !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B> Drop for Lent<B> {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
