//! A body as a blocking reader: the import parses in a thread while the bytes come in.

use std::io::{self, Read};

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use tokio::sync::mpsc;

/// How many pieces of the body may wait for the parser.
const AHEAD: usize = 16;

/// The reading end.
pub(super) struct BodyReader {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    current: Bytes,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.current = piece?,
                None => return Ok(0),
            }
        }
        let number = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..number]);
        Ok(number)
    }
}

/// The body as a reader, and the work that feeds it; `max` is the limit in bytes.
pub(super) fn reader(body: Body, max: u64) -> (BodyReader, impl Future<Output = ()> + Send) {
    let (sender, pieces) = mpsc::channel(AHEAD);
    let feed = async move {
        let mut stream = body.into_data_stream();
        let mut received = 0;
        while let Some(piece) = stream.next().await {
            let piece = match piece {
                Ok(piece) => {
                    received += piece.len() as u64;
                    if received > max {
                        Err(io::Error::new(
                            io::ErrorKind::FileTooLarge,
                            format!("Maximum size of a JSON body is {max} bytes"),
                        ))
                    } else {
                        Ok(piece)
                    }
                }
                Err(_) => Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the connection broke off in the middle of the body",
                )),
            };
            let broken = piece.is_err();
            // The parser stops early when something is wrong; the rest of the body does not matter then.
            if sender.send(piece).await.is_err() || broken {
                return;
            }
        }
    };
    (
        BodyReader {
            pieces,
            current: Bytes::new(),
        },
        feed,
    )
}
