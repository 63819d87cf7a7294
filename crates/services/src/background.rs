//! Work that takes a processor for long, such as reading a file or writing an export: in threads that let those who answer people
//! go first. A machine with few processors would else keep a person waiting for every slice of it.

use tokio::sync::oneshot;

/// How far such threads stand back, in the system's scale from -20 (first) to 19 (last).
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Runs `work` in a thread of its own; what comes of it, or an error when it has panicked. It goes on when nobody waits.
///
/// Not one of the runtime's threads for waiting work: a thread that has stood back may not come forward again.
pub(crate) fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (sender, outcome) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let whole = move || {
        let _inside = runtime.enter();
        stand_back();
        // Whoever waited may have gone.
        let _ = sender.send(work());
    };
    // Without room for a further thread nothing runs, and whoever waits is told so.
    if let Err(error) = std::thread::Builder::new().name("background".to_owned()).spawn(whole) {
        tracing::error!(%error, "no thread for work in the background");
    }
    outcome
}

fn stand_back() {
    // On Linux this is the priority of the thread that asks; elsewhere it would be that of the whole program.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "a thread could not stand back");
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn work_runs_beside_and_a_panic_is_an_error() {
        assert_eq!(super::run(|| 1 + 1).await.ok(), Some(2));
        assert!(super::run(|| std::panic::resume_unwind(Box::new(()))).await.is_err());
        let runtime = super::run(|| tokio::runtime::Handle::try_current().is_ok());
        assert_eq!(runtime.await.ok(), Some(true), "it may wait for what the runtime does");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_its_own_thread_stands_back() {
        let priority = || rustix::process::getpriority_process(None).ok();
        let before = priority();
        assert!(super::run(priority).await.ok() > Some(before), "further back");
        assert_eq!(priority(), before);
    }
}
