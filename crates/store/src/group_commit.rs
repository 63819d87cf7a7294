//! SQLite's one writer, with group commit.
//!
//! To bring a commit to the disk takes 1 to 5 ms on common disks, a labeling save some 0.2 ms of work. While
//! one commit is on its way there, the saves of the other annotators queue up and share the next. Each runs behind a
//! savepoint, so that one that fails takes back its own changes only; nobody is answered before the commit.
//!
//! What waits for the disk runs in a thread of its own, so that it keeps nobody else from running. What does not wait for it
//! runs where it is asked when the writer is free: waking another thread, and being woken by it, costs as much as the work.
//!
//! SQLite only hands a commit to the operating system (`synchronous=NORMAL`). Here its log is brought to the disk, behind the
//! commit and before the answers: the writer is free meanwhile, and one group holds saves that wait for it and work that
//! does not. Reads see a commit while it is on its way; what is written on their ground comes behind it in the log, and is not
//! answered before both are on the disk.
//!
//! Steps of long work (imports, jobs) come one at a time behind the saves of people (`turns`), and bring nothing to the disk here:
//! that, and copying a log that has grown long into the database, is done beside the writer (`beside`).
//!
//! Where room gets short, each write has a transaction of its own (SEC-154): SQLite takes the whole transaction back when one
//! statement finds no room, and what is lost with a neighbour could not be done again, as work is done once.

use std::cell::Cell;
use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use rusqlite::Connection;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

use crate::beside::Beside;
use crate::turns::{Message, News, Queue, Turn};
use crate::{BoxFuture, Result, StoreError, Tx};

/// What waits for the writer before callers have to wait for a place.
const QUEUE: usize = 1024;
/// A group is committed when it has this many members…
const GROUP: usize = 64;
/// …or has taken this long, so that the first member is not kept waiting by the rest.
const GROUP_TIME: Duration = Duration::from_millis(8);
/// Pages in the log (16 MiB) from which on they are copied into the database. A save changes some fifteen pages, most of them
/// the same as the save before: copied rarely, each is copied once for many saves.
const CHECKPOINT_PAGES: u32 = 4000;
/// So many pages, the writer copies itself: what was saved while the rest was copied beside it. Then the log begins anew.
const REST_PAGES: u32 = 256;
/// How often the rest is copied beside the writer in the hope of a smaller one.
const ROUNDS: u32 = 3;
/// Free bytes on the disk below which nobody shares a transaction: more than one group writes, four times over.
const ROOM: u64 = 256 * 1024 * 1024;

thread_local! {
    /// Pages in the log after the newest commit of this thread: SQLite tells them to a function that has nowhere else to
    /// leave them.
    static LOG_PAGES: Cell<u32> = const { Cell::new(0) };
}

/// Told how the commit went; answers the caller.
type Answer = Box<dyn FnOnce(Result<()>) + Send>;
/// Does the work; says whether its changes stay.
type Work = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, (bool, Answer)> + Send>;

/// How a write is carried out, and what is true when its caller is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// On disk: a power cut loses nothing.
    Disk,
    /// With the operating system: a crash of the process loses nothing; a power cut may take it back, in order, with what
    /// was written after it.
    System,
    /// A step of long work: as `System`, and behind everybody else.
    Step,
}

pub(crate) struct Job {
    work: Work,
    pub(crate) manner: Manner,
}

#[cfg(test)]
impl Job {
    /// One that does nothing.
    pub(crate) fn empty(manner: Manner) -> Job {
        let work: Work = Box::new(|_| Box::pin(async { (true, Box::new(|_| {}) as Answer) }));
        Job { work, manner }
    }
}

pub(crate) struct GroupCommit {
    writer: Arc<Mutex<Writer>>,
    messages: mpsc::Sender<Message>,
    /// Closed when the writer has come to its end.
    ended: AsyncMutex<Option<oneshot::Receiver<()>>>,
}

impl GroupCommit {
    /// Starts the thread of the writer. `path` is the database's file; its log is there as long as the connection.
    pub(crate) fn start(connection: Connection, path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        Self::with_room(connection, path, Box::new(move || free_bytes(&folder)))
    }

    /// The same, with another way to learn how many bytes are free on the disk.
    fn with_room(connection: Connection, path: &Path, room: Box<dyn Fn() -> u64 + Send>) -> Result<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let open_log = || {
            File::open(&log).map_err(|source| StoreError::File {
                path: log.display().to_string(),
                source,
            })
        };
        let (log_of_writer, log_beside) = (open_log()?, open_log()?);
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages.unsigned_abs());
            Ok(())
        }));
        let (messages, queue) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel();
        let writer = Arc::new(Mutex::new(Writer {
            tx: Some(Tx::Sqlite(connection)),
            log_pages: 0,
            copied_from: CHECKPOINT_PAGES,
            room,
        }));
        let beside = Beside::start(path.to_owned(), log_beside, messages.downgrade())?;
        let of_thread = writer.clone();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                serve(&of_thread, &log_of_writer, beside, Queue::new(queue));
                drop(end);
            })
            .map_err(|source| StoreError::File {
                path: "the thread that writes".to_owned(),
                source,
            })?;
        Ok(GroupCommit {
            writer,
            messages,
            ended: AsyncMutex::new(Some(ended)),
        })
    }

    pub(crate) async fn run<R, E, F>(&self, manner: Manner, work: F) -> Result<R, E>
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
        if let Some(job) = self.here(Job { work, manner }) {
            self.tell(Message::Job(job)).await?;
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Aborted.into()))
    }

    /// Carries the job out at once, unless it has to wait for the disk or for the writer, or takes long.
    fn here(&self, job: Job) -> Option<Job> {
        if job.manner != Manner::System {
            return Some(job);
        }
        let mut writer = match self.writer.try_lock() {
            Ok(writer) => writer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Some(job),
        };
        writer.write(job, || None);
        if writer.log_is_long() {
            // A full queue is no loss: the thread looks after each group.
            let _ = self.messages.try_send(Message::News(News::Long));
        }
        None
    }

    async fn tell(&self, message: Message) -> Result<()> {
        self.messages.send(message).await.map_err(|_| StoreError::Aborted)
    }

    /// Ends the writer after what it has been given.
    pub(crate) async fn close(&self) {
        // An error says that it has ended.
        let _ = self.tell(Message::News(News::End)).await;
        if let Some(ended) = self.ended.lock().await.take() {
            let _ = ended.await;
        }
    }
}

fn serve(writer: &Mutex<Writer>, log: &File, beside: Beside, mut queue: Queue) {
    let locked = || writer.lock().unwrap_or_else(PoisonError::into_inner);
    let mut rounds = 0;
    while let Some(turn) = queue.next() {
        match turn {
            Turn::Group(job) => {
                let waiting = locked().write(job, || queue.member());
                if !waiting.is_empty() {
                    let synced = log.sync_data();
                    if let Err(error) = &synced {
                        tracing::error!(%error, "the log could not be brought to the disk: the program has to be started anew");
                        locked().give_up();
                    }
                    for answer in waiting {
                        answer(synced.as_ref().map_err(|_| StoreError::Aborted).copied());
                    }
                }
            }
            Turn::Step(job) => {
                locked().write(job, || None);
                beside.flush();
            }
            Turn::News(News::Copied(pages)) => {
                queue.holds_steps = locked().rest_is_long(pages) && rounds < ROUNDS;
                if queue.holds_steps {
                    rounds += 1;
                    beside.copy();
                } else {
                    rounds = 0;
                    locked().copy_rest();
                }
            }
            Turn::News(News::Failed) => locked().give_up(),
            Turn::News(News::Long) => {}
            Turn::News(News::End) => queue.close(),
        }
        // Behind the answers; steps wait until it is done, people go on.
        if !queue.holds_steps && locked().log_is_long() {
            queue.holds_steps = true;
            beside.copy();
        }
    }
    beside.end();
    locked().close();
}

/// How much an unprivileged process may still write there; much, where that cannot be told.
fn free_bytes(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

struct Writer {
    /// None when it has been closed.
    tx: Option<Tx>,
    /// Pages in the log behind the newest commit.
    log_pages: u32,
    /// From how many on they are copied into the database; more while readers keep the log from beginning anew.
    copied_from: u32,
    /// Free bytes on the disk.
    room: Box<dyn Fn() -> u64 + Send>,
}

impl Writer {
    /// Carries out `first` and what `more` gives behind it in one transaction. Gives the answers that wait for the disk.
    fn write(&mut self, first: Job, mut more: impl FnMut() -> Option<Job>) -> Vec<Answer> {
        let Some(tx) = &mut self.tx else { return Vec::new() };
        LOG_PAGES.set(0);
        // Asked once a group: a call to the operating system takes a microsecond.
        let shares = (self.room)() >= ROOM;
        let outcome = write_group(tx, first, || if shares { more() } else { None });
        // Nothing is told of a transaction that has changed nothing.
        if LOG_PAGES.get() > 0 {
            self.log_pages = LOG_PAGES.get();
            if self.log_pages < CHECKPOINT_PAGES {
                self.copied_from = CHECKPOINT_PAGES;
            }
        }
        outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "a group of writes failed");
            // It may have broken off in the middle. The next group needs a connection without a transaction; there is nothing
            // to take back when this fails.
            let _ = run(tx, "ROLLBACK");
            Vec::new()
        })
    }

    /// Ends writing. The operating system forgets what it could not bring to the disk: a later attempt that succeeds would
    /// say nothing about it. What is in the log is read again at the next start.
    fn give_up(&mut self) {
        self.tx = None;
    }

    fn log_is_long(&self) -> bool {
        self.log_pages >= self.copied_from
    }

    /// Whether much has come into the log beyond the pages that have been copied.
    fn rest_is_long(&self, copied: Option<u32>) -> bool {
        copied.is_some_and(|copied| self.log_pages.saturating_sub(copied) > REST_PAGES)
    }

    /// Copies what has come into the log meanwhile. When nothing is left, the next commit begins it anew, unless somebody still
    /// reads in it.
    fn copy_rest(&mut self) {
        self.copied_from = self.log_pages + CHECKPOINT_PAGES / 8;
        if let Some(tx) = &mut self.tx
            && let Err(error) = run(tx, "PRAGMA wal_checkpoint(PASSIVE)")
        {
            tracing::warn!(%error, "the log was not copied into the database");
        }
    }

    fn close(&mut self) {
        if let Some(Tx::Sqlite(connection)) = self.tx.take()
            && let Err((_, error)) = connection.close()
        {
            tracing::warn!(%error, "the database could not be closed");
        }
    }
}

fn run(tx: &mut Tx, sql: &'static str) -> Result<u64> {
    at_once(tx.execute(sql, vec![]))?
}

/// The outcome of a future that waits for nothing but statements, which are done when they return. Work that waits for
/// anything else would keep everybody from writing meanwhile, and is broken off.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T> {
    future.now_or_never().ok_or(StoreError::Aborted)
}

/// Runs `first` and what `more` gives in one transaction. Answers whom it can; gives the answers that wait for the disk.
fn write_group(tx: &mut Tx, first: Job, mut more: impl FnMut() -> Option<Job>) -> Result<Vec<Answer>> {
    let started = Instant::now();
    let mut done = Vec::new();
    run(tx, "BEGIN IMMEDIATE")?;
    let mut next = Some(first);
    while let Some(Job { work, manner }) = next.take() {
        // The first of a group needs no savepoint: if it fails, the whole transaction is its own.
        let alone = done.is_empty();
        if !alone {
            run(tx, "SAVEPOINT member")?;
        }
        // A panic ends one write, not the writer (SEC-232); its caller learns that it was aborted.
        match at_once(AssertUnwindSafe(work(tx)).catch_unwind()) {
            Ok(Ok((true, answer))) => {
                if !alone {
                    run(tx, "RELEASE member")?;
                }
                done.push((manner, answer));
            }
            failed => {
                if tx.is_over() {
                    // With this one all that was written before it in the group is taken back.
                    for (_, answer) in done.drain(..) {
                        answer(Err(StoreError::Full));
                    }
                    run(tx, "BEGIN IMMEDIATE")?;
                } else if alone {
                    run(tx, "ROLLBACK")?;
                    run(tx, "BEGIN IMMEDIATE")?;
                } else {
                    run(tx, "ROLLBACK TO member")?;
                    run(tx, "RELEASE member")?;
                }
                if let Ok(Ok((_, answer))) = failed {
                    answer(Ok(()));
                }
            }
        }
        if done.len() < GROUP && started.elapsed() < GROUP_TIME {
            next = more();
        }
    }
    let committed = run(tx, "COMMIT");
    let mut waiting = Vec::new();
    for (manner, answer) in done {
        match manner {
            _ if committed.as_ref().is_err_and(StoreError::is_full) => answer(Err(StoreError::Full)),
            _ if committed.is_err() => answer(Err(StoreError::Aborted)),
            Manner::Disk => waiting.push(answer),
            Manner::System | Manner::Step => answer(Ok(())),
        }
    }
    committed.map(|_| waiting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    /// A writer whose database is in memory, and whose log is this file.
    fn writer(log: &Path) -> (tempfile::TempDir, GroupCommit) {
        writer_with_room(log, u64::MAX)
    }

    /// The same on a disk with so many free bytes.
    fn writer_with_room(log: &Path, free: u64) -> (tempfile::TempDir, GroupCommit) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data.sqlite3");
        std::os::unix::fs::symlink(log, folder.path().join("data.sqlite3-wal")).expect("a link");
        let connection = Connection::open_in_memory().expect("in memory");
        connection
            .execute_batch("CREATE TABLE save (id INTEGER)")
            .expect("a table");
        let room = Box::new(move || free);
        (
            folder,
            GroupCommit::with_room(connection, &path, room).expect("a writer"),
        )
    }

    async fn limit(writer: &GroupCommit, pages: &'static str) {
        let set: Result<Option<(i64,)>> = writer
            .run(Manner::System, move |tx| {
                Box::pin(async move { tx.optional(pages, args![]).await })
            })
            .await;
        set.expect("a limit");
    }

    /// More than a database of 20 pages takes.
    async fn large(writer: &GroupCommit) -> Result<u64> {
        writer
            .run(Manner::Disk, |tx| {
                Box::pin(async {
                    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                        INSERT INTO save (id) SELECT i FROM n";
                    tx.execute(sql, args![]).await
                })
            })
            .await
    }

    async fn save(writer: &GroupCommit, manner: Manner) -> Result<i64> {
        writer
            .run(manner, |tx| {
                Box::pin(async {
                    tx.execute("INSERT INTO save (id) VALUES (1)", args![]).await?;
                    Ok(tx.one::<(i64,)>("SELECT COUNT(*) FROM save", args![]).await?.0)
                })
            })
            .await
    }

    #[tokio::test]
    async fn saves_that_wait_for_the_disk_and_work_that_does_not_are_answered() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let (_folder, writer) = writer(log.path());
        assert_eq!(save(&writer, Manner::Disk).await.expect("saved"), 1);
        assert_eq!(save(&writer, Manner::System).await.expect("saved"), 2);
        writer.close().await;
        assert!(save(&writer, Manner::System).await.is_err(), "closed");
    }

    #[tokio::test]
    async fn the_log_is_copied_beside_the_saves_and_begins_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data.sqlite3");
        let connection = crate::sqlite::open_writer(&path).expect("opens");
        connection
            .execute_batch("CREATE TABLE save (id INTEGER); CREATE TABLE chunk (content BLOB)")
            .expect("tables");
        let writer = GroupCommit::start(connection, &path).expect("a writer");
        // 60 MiB in steps of one, and somebody who saves meanwhile.
        for number in 1..=60 {
            let step = writer.run::<_, StoreError, _>(Manner::Step, |tx| {
                Box::pin(async {
                    tx.execute("INSERT INTO chunk (content) VALUES (zeroblob(1048576))", args![])
                        .await
                })
            });
            let (step, saved) = tokio::join!(step, save(&writer, Manner::Disk));
            assert_eq!(step.expect("a step"), 1);
            assert_eq!(saved.expect("saved"), number);
        }
        let length = |name: &str| std::fs::metadata(folder.path().join(name)).expect("a file").len();
        let log = length("data.sqlite3-wal");
        assert!(log < 32 * 1024 * 1024, "the log has {log} bytes");
        writer.close().await;
        assert!(length("data.sqlite3") > 60 * 1024 * 1024);
    }

    #[tokio::test]
    async fn sec_154_a_write_without_room_says_why_and_the_next_ones_go_on() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let (_folder, writer) = writer(log.path());
        assert_eq!(save(&writer, Manner::Disk).await.expect("saved"), 1);
        limit(&writer, "PRAGMA max_page_count = 20").await;
        let large = large(&writer).await;
        assert!(large.as_ref().is_err_and(StoreError::is_full), "{large:?}");
        assert_eq!(save(&writer, Manner::Disk).await.expect("small ones go on"), 2);
        limit(&writer, "PRAGMA max_page_count = 100000").await;
        assert_eq!(save(&writer, Manner::Disk).await.expect("saved"), 3);
    }

    #[tokio::test]
    async fn sec_154_where_room_is_short_a_write_without_room_fails_alone() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let (_folder, writer) = writer_with_room(log.path(), ROOM - 1);
        limit(&writer, "PRAGMA max_page_count = 20").await;
        // All three wait for the writer, so that they would be one group.
        let held = writer.writer.lock().expect("free");
        let ours = async { tokio::join!(save(&writer, Manner::Disk), large(&writer), save(&writer, Manner::Disk)) };
        let mut ours = std::pin::pin!(ours);
        assert!((&mut ours).now_or_never().is_none());
        drop(held);
        let (before, large, behind) = ours.await;
        assert!(large.as_ref().is_err_and(StoreError::is_full), "{large:?}");
        assert_eq!((before.expect("saved"), behind.expect("saved")), (1, 2));
    }

    #[tokio::test]
    async fn a_disk_that_fails_answers_no_save_and_ends_writing() {
        // Nothing can be synced there.
        let (_folder, writer) = writer(Path::new("/dev/null"));
        assert_eq!(save(&writer, Manner::System).await.expect("does not wait"), 1);
        assert!(save(&writer, Manner::Disk).await.is_err());
        for manner in [Manner::System, Manner::Disk, Manner::Step] {
            assert!(save(&writer, manner).await.is_err(), "{manner:?}");
        }
    }
}
