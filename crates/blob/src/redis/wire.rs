//! The protocol of Redis, its version 2 (RESP2): commands go out as lists of texts, replies come back. Who answers may be anybody,
//! so everything that is read has a limit.

use std::time::Duration;

use labelkeep_net::Dialled;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::time::timeout;

use crate::{BlobError, Fault};

/// The longest line, in bytes: an error, a number, a length.
const LINE_MAX: u64 = 16 * 1024;
/// The longest value, in bytes; what is read as tasks is not longer.
const VALUE_MAX: u64 = 128 * 1024 * 1024;
/// What the replies to one question may take in memory, in bytes.
const ANSWER_MAX: u64 = 256 * 1024 * 1024;
/// What a reply takes besides what it says.
const REPLY_SIZE: u64 = 64;
/// The longest list.
const LIST_MAX: i64 = 1_000_000;
/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What Redis answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// A short text, such as `OK`.
    Text(String),
    /// An error with its code, `WRONGPASS …`.
    Error(String),
    Number(i64),
    /// A value; none when there is none.
    Value(Option<Vec<u8>>),
    List(Vec<Reply>),
}

/// A connection.
pub(super) struct Connection {
    stream: BufStream<Box<dyn Dialled>>,
    /// Bytes that the replies to one question may take, and what is left of them.
    room: u64,
    left: u64,
}

/// A command: its name and what goes with it.
pub(super) type Command<'a> = Vec<&'a [u8]>;

fn broken() -> BlobError {
    BlobError::later("The connection to Redis ended before the answer was complete")
}

fn nonsense() -> BlobError {
    BlobError::new(Fault::Unknown, "What answers there is no Redis")
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Dialled>) -> Connection {
        Connection {
            stream: BufStream::new(stream),
            room: ANSWER_MAX,
            left: ANSWER_MAX,
        }
    }

    /// Sends commands at once and gives their replies, one for each.
    pub(super) async fn ask_all(&mut self, commands: &[Command<'_>]) -> Result<Vec<Reply>, BlobError> {
        self.left = self.room;
        let late = |_| BlobError::later("Redis took too long to answer");
        timeout(PATIENCE, self.send(commands)).await.map_err(late)??;
        let mut replies = Vec::with_capacity(commands.len());
        for _ in commands {
            replies.push(timeout(PATIENCE, self.reply()).await.map_err(late)??);
        }
        Ok(replies)
    }

    async fn send(&mut self, commands: &[Command<'_>]) -> Result<(), BlobError> {
        for command in commands {
            let mut text = format!("*{}\r\n", command.len()).into_bytes();
            for part in command {
                text.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
                text.extend_from_slice(part);
                text.extend_from_slice(b"\r\n");
            }
            self.stream.write_all(&text).await.map_err(|_| broken())?;
        }
        self.stream.flush().await.map_err(|_| broken())
    }

    /// A reply; a list in a list is read, but no deeper: none of what we ask for answers so.
    async fn reply(&mut self) -> Result<Reply, BlobError> {
        match self.part().await? {
            Part::Whole(reply) => Ok(reply),
            Part::List(length) => {
                let mut list = Vec::new();
                for _ in 0..length {
                    list.push(match self.part().await? {
                        Part::Whole(reply) => reply,
                        Part::List(length) => {
                            let mut inner = Vec::new();
                            for _ in 0..length {
                                match self.part().await? {
                                    Part::Whole(reply) => inner.push(reply),
                                    Part::List(_) => return Err(nonsense()),
                                }
                            }
                            Reply::List(inner)
                        }
                    });
                }
                Ok(Reply::List(list))
            }
        }
    }

    async fn part(&mut self) -> Result<Part, BlobError> {
        let line = self.line().await?;
        self.spend(REPLY_SIZE + line.len() as u64)?;
        let (kind, rest) = line.split_at_checked(1).ok_or_else(nonsense)?;
        let number = || rest.parse::<i64>().map_err(|_| nonsense());
        Ok(match kind {
            "+" => Part::Whole(Reply::Text(rest.to_owned())),
            "-" => Part::Whole(Reply::Error(rest.to_owned())),
            ":" => Part::Whole(Reply::Number(number()?)),
            "$" => Part::Whole(Reply::Value(self.value(number()?).await?)),
            "*" => Part::List(
                Some(number()?)
                    .filter(|length| *length <= LIST_MAX)
                    .ok_or_else(nonsense)?,
            ),
            _ => return Err(nonsense()),
        })
    }

    /// Lists of lists would be endless else.
    fn spend(&mut self, bytes: u64) -> Result<(), BlobError> {
        let too_much = || BlobError::new(Fault::Unknown, "Redis answered more than there is room for");
        self.left = self.left.checked_sub(bytes).ok_or_else(too_much)?;
        Ok(())
    }

    async fn value(&mut self, length: i64) -> Result<Option<Vec<u8>>, BlobError> {
        // There is none.
        let Ok(length) = u64::try_from(length) else {
            return Ok(None);
        };
        if length > VALUE_MAX {
            let text = format!("The value is larger than {VALUE_MAX} bytes");
            return Err(BlobError::new(Fault::Unknown, text));
        }
        self.spend(length)?;
        let mut value = Vec::new();
        // What is said to come takes no memory before it is there.
        let read = (&mut self.stream).take(length).read_to_end(&mut value).await;
        if read.map_err(|_| broken())? as u64 != length {
            return Err(broken());
        }
        let mut end = [0; 2];
        self.stream.read_exact(&mut end).await.map_err(|_| broken())?;
        if end == *b"\r\n" {
            Ok(Some(value))
        } else {
            Err(nonsense())
        }
    }

    async fn line(&mut self) -> Result<String, BlobError> {
        let mut line = Vec::new();
        let read = (&mut self.stream).take(LINE_MAX).read_until(b'\n', &mut line).await;
        if read.map_err(|_| broken())? == 0 {
            return Err(broken());
        }
        let text = line.strip_suffix(b"\r\n").ok_or_else(nonsense)?;
        // Errors may quote what was sent.
        Ok(String::from_utf8_lossy(text).into_owned())
    }
}

enum Part {
    Whole(Reply),
    List(i64),
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(text: &[u8]) -> Result<Reply, BlobError> {
        let (ours, mut theirs) = tokio::io::duplex(1024 * 1024);
        theirs.write_all(text).await.expect("room");
        drop(theirs);
        Connection::new(Box::new(ours)).reply().await
    }

    #[tokio::test]
    async fn sec_233_an_answer_of_any_shape_has_an_end() {
        let (ours, theirs) = tokio::io::duplex(1024 * 1024);
        let (mut questions, mut theirs) = tokio::io::split(theirs);
        tokio::spawn(async move { tokio::io::copy(&mut questions, &mut tokio::io::sink()).await });
        // A million lists of a thousand numbers: 4 bytes each on the wire, many more in memory.
        tokio::spawn(async move {
            let list = format!("*1000\r\n{}", ":1\r\n".repeat(1_000));
            let mut sent = theirs.write_all(b"*1000000\r\n").await;
            while sent.is_ok() {
                sent = theirs.write_all(list.as_bytes()).await;
            }
        });
        let mut connection = Connection::new(Box::new(ours));
        connection.room = 1024 * 1024;
        let outcome = connection.ask_all(&[vec![&b"SCAN"[..]]]).await;
        assert!(outcome.is_err_and(|error| error.text.contains("more than there is room for")));
    }

    #[tokio::test]
    async fn replies_are_read() {
        assert_eq!(read(b"+OK\r\n").await, Ok(Reply::Text("OK".to_owned())));
        assert_eq!(read(b":-7\r\n").await, Ok(Reply::Number(-7)));
        assert_eq!(read(b"$-1\r\n").await, Ok(Reply::Value(None)));
        assert_eq!(
            read(b"$4\r\na\r\nb\r\n").await,
            Ok(Reply::Value(Some(b"a\r\nb".to_vec())))
        );
        let list = Reply::List(vec![
            Reply::Value(Some(b"0".to_vec())),
            Reply::List(vec![Reply::Value(Some(b"k".to_vec()))]),
        ]);
        assert_eq!(read(b"*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n").await, Ok(list));
    }

    #[tokio::test]
    async fn what_is_no_reply_is_an_error() {
        for bad in [
            &b""[..],
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"+no end",
            b"$5\r\nabc",
            b"$3\r\nabcd\r\n",
            b"$99999999999\r\n",
            b"*99999999999\r\n",
            b"*1\r\n*1\r\n*1\r\n*1\r\n",
            b":x\r\n",
            b"\r\n",
            b"\xff\r\n",
        ] {
            assert!(read(bad).await.is_err(), "{bad:?}");
        }
        assert!(read(&[b'+'; 100_000]).await.is_err(), "a line without an end");
    }
}
