//! SQLite's one writer, with group commit.
//!
//! A commit costs one `fsync` (1 to 5 ms on common disks), a labeling save some 0.2 ms of work. While
//! one commit is on its way to the disk, the saves of the other annotators queue up and share the next. Each runs behind a
//! savepoint, so that one that fails takes back its own changes only; nobody is answered before the commit.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use rusqlite::Connection;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

use crate::{BoxFuture, Result, StoreError, Tx};

/// What waits for the writer before callers have to wait for a place.
const QUEUE: usize = 1024;
/// A group is committed when it has this many members…
const GROUP: usize = 64;
/// …or has taken this long, so that the first member is not kept waiting by the rest.
const GROUP_TIME: Duration = Duration::from_millis(8);

/// Told how the commit went; answers the caller.
type Answer = Box<dyn FnOnce(Result<()>) + Send>;
/// Does the work; says whether its changes stay.
type Work = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, (bool, Answer)> + Send>;

/// What must be true when the caller is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// On disk: a power cut loses nothing.
    Disk,
    /// With the operating system: a crash of the process loses nothing; a power cut may take it back, in order, with what
    /// was written after it.
    System,
}

struct Job {
    work: Work,
    durability: Durability,
}

pub(crate) struct GroupCommit {
    jobs: mpsc::Sender<Job>,
    /// Closed when the writer has come to its end.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    stop: Arc<Notify>,
}

impl GroupCommit {
    /// Starts the writer. It has a thread of its own: statements run there one after the other without changing threads,
    /// and a commit that waits for the disk keeps nobody else from running.
    pub(crate) fn start(connection: Connection) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let stop = Arc::new(Notify::new());
        let (end, ended) = oneshot::channel();
        let (runtime, stopped) = (tokio::runtime::Handle::current(), stop.clone());
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                runtime.block_on(write_groups(Tx::Sqlite(connection), queue, stopped));
                drop(end);
            })
            .map_err(|source| StoreError::File {
                path: "the thread that writes".to_owned(),
                source,
            })?;
        Ok(GroupCommit {
            jobs,
            ended: Mutex::new(Some(ended)),
            stop,
        })
    }

    pub(crate) async fn run<R, E, F>(&self, durability: Durability, work: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |tx| {
            Box::pin(async move {
                let outcome = work(tx).await;
                let keep = outcome.is_ok();
                let answer: Answer = Box::new(move |commit| {
                    // A caller that has gone away does not want the answer; the work stays done.
                    let _ = reply.send(match commit {
                        Ok(()) => outcome,
                        Err(error) => outcome.and(Err(error.into())),
                    });
                });
                (keep, answer)
            })
        });
        let job = Job { work, durability };
        self.jobs.send(job).await.map_err(|_| StoreError::Aborted)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Aborted.into()))
    }

    pub(crate) async fn close(&self) {
        self.stop.notify_one();
        if let Some(ended) = self.ended.lock().await.take() {
            let _ = ended.await;
        }
    }
}

async fn write_groups(mut tx: Tx, mut queue: mpsc::Receiver<Job>, stop: Arc<Notify>) {
    let mut kept = None;
    // As the connection was opened.
    let mut current = Durability::Disk;
    loop {
        let first = match kept.take() {
            Some(job) => job,
            None => tokio::select! {
                biased;
                job = queue.recv() => match job {
                    Some(job) => job,
                    None => break,
                },
                () = stop.notified() => {
                    queue.close();
                    continue;
                }
            },
        };
        if let Err(error) = write_group(&mut tx, first, &mut queue, &mut kept, &mut current).await {
            tracing::error!(%error, "a group of writes failed");
            // It may have broken off in the middle. The next group needs a connection without a transaction, also to choose how
            // it is synced; there is nothing to take back when this fails.
            let _ = tx.execute("ROLLBACK", vec![]).await;
        }
    }
    if let Tx::Sqlite(connection) = tx
        && let Err((_, error)) = connection.close()
    {
        tracing::warn!(%error, "the database could not be closed");
    }
}

/// Carries out `first` and what waits behind it. A group that need not be synced ends before a member that must be: SQLite
/// takes the choice before the transaction begins; that member is left in `kept`.
async fn write_group(
    tx: &mut Tx,
    first: Job,
    queue: &mut mpsc::Receiver<Job>,
    kept: &mut Option<Job>,
    current: &mut Durability,
) -> Result<()> {
    let started = Instant::now();
    let mut answers = Vec::new();
    let durability = first.durability;
    if durability != *current {
        let sql = match durability {
            Durability::Disk => "PRAGMA synchronous = FULL",
            Durability::System => "PRAGMA synchronous = NORMAL",
        };
        tx.execute(sql, vec![]).await?;
        *current = durability;
    }
    tx.execute("BEGIN IMMEDIATE", vec![]).await?;
    let mut next = Some(first);
    while let Some(job) = next.take() {
        // The first of a group needs no savepoint: if it fails, the whole transaction is its own.
        let alone = answers.is_empty();
        if !alone {
            tx.execute("SAVEPOINT member", vec![]).await?;
        }
        // A panic ends one write, not the writer (SEC-232); its caller learns that it was aborted.
        match AssertUnwindSafe((job.work)(tx)).catch_unwind().await {
            Ok((true, answer)) => {
                if !alone {
                    tx.execute("RELEASE member", vec![]).await?;
                }
                answers.push(answer);
            }
            failed => {
                if alone {
                    tx.execute("ROLLBACK", vec![]).await?;
                    tx.execute("BEGIN IMMEDIATE", vec![]).await?;
                } else {
                    tx.execute("ROLLBACK TO member", vec![]).await?;
                    tx.execute("RELEASE member", vec![]).await?;
                }
                if let Ok((_, answer)) = failed {
                    answer(Ok(()));
                }
            }
        }
        if answers.len() < GROUP && started.elapsed() < GROUP_TIME {
            match queue.try_recv() {
                Ok(job) if durability == Durability::System && job.durability == Durability::Disk => *kept = Some(job),
                job => next = job.ok(),
            }
        }
    }
    let commit = tx.execute("COMMIT", vec![]).await;
    let failed = commit.is_err();
    for answer in answers {
        answer(if failed { Err(StoreError::Aborted) } else { Ok(()) });
    }
    commit.map(|_| ())
}
