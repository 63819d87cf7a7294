//! A proxy between the server and what it talks to: it cuts connections, drips answers and refuses, when it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is closed before a byte has come through.
    Refused,
    /// It is closed after so many bytes of answers.
    Cut(usize),
    /// Answers come so many bytes at a time, with this pause before each.
    Slow(usize, Duration),
}

/// The proxy; gone with this value.
pub struct FaultProxy {
    address: String,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    open: Arc<Mutex<Vec<tokio::task::AbortHandle>>>,
    task: tokio::task::JoinHandle<()>,
}

impl FaultProxy {
    /// Starts one before a server, `http://127.0.0.1:9000`.
    pub async fn before(endpoint: &str) -> FaultProxy {
        let behind = endpoint.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let faults = Arc::new(Mutex::new(VecDeque::new()));
        let open: Arc<Mutex<Vec<tokio::task::AbortHandle>>> = Arc::default();
        let (waiting, carried) = (faults.clone(), open.clone());
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let fault = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Ok(far) = TcpStream::connect(&behind).await else {
                    continue;
                };
                let carrying = tokio::spawn(carry(near, far, fault.unwrap_or(Fault::None)));
                carried
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(carrying.abort_handle());
            }
        });
        FaultProxy {
            address,
            faults,
            open,
            task,
        }
    }

    /// Its address, in the place of the server's.
    pub fn endpoint(&self) -> &str {
        &self.address
    }

    /// Does this to the next connections, one after the other.
    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(faults);
    }

    /// Closes all connections.
    pub fn close(&self) {
        for carrying in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            carrying.abort();
        }
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries bytes both ways until one side ends, or the fault does.
async fn carry(near: TcpStream, far: TcpStream, fault: Fault) {
    if fault == Fault::Refused {
        return;
    }
    let (mut from_near, mut to_near) = near.into_split();
    let (mut from_far, mut to_far) = far.into_split();
    let asking = tokio::io::copy(&mut from_near, &mut to_far);
    let answering = async {
        let mut buffer = vec![0; 64 * 1024];
        let mut carried = 0;
        loop {
            let most = match fault {
                Fault::Cut(after) => buffer.len().min(after - carried),
                Fault::Slow(piece, _) => piece,
                Fault::None | Fault::Refused => buffer.len(),
            };
            if most == 0 {
                return;
            }
            if let Fault::Slow(_, pause) = fault {
                tokio::time::sleep(pause).await;
            }
            let Ok(length @ 1..) = from_far.read(&mut buffer[..most]).await else {
                return;
            };
            carried += length;
            if to_near.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = asking => {}
        () = answering => {}
    }
}
