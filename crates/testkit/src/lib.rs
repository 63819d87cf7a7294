//! Starts the real server for a test, in this process, on a free port, with its own folder and database; and hands out
//! real clients: anonymous, signed in with a cookie, with a token.
//!
//! A test is written once and runs on both databases:
//!
//! ```ignore
//! labelkeep_testkit::on_both_databases! {
//!     async fn a_project_can_be_read(kit: Kit) {
//!         let owner = kit.owner().await;
//!         assert_eq!(owner.get("/api/projects/").await.status, 200);
//!     }
//! }
//! ```
//!
//! PostgreSQL is the server of `LABELKEEP_TEST_POSTGRES_URL`, else a private one that the kit starts from
//! `/usr/lib/postgresql`. Without either the test says on standard error that it was skipped.

mod certificates;
mod client;
mod fault_proxy;
mod kit;
mod postgres;
mod redis;
pub mod s3;

pub use certificates::{Authority, Pair, set_mode};
pub use client::{Client, Reply};
pub use fault_proxy::{Fault, FaultProxy};
pub use kit::{Engine, Kit, KitOptions, OWNER, PASSWORD};
pub use postgres::SecurePostgres;
pub use redis::RedisServer;
pub use s3::S3Server;
pub use serde_json::{Value, json};

/// Makes a module of each test, with one test for each database.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* async fn $name:ident($kit:ident: Kit $(, $options:expr)?) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($kit: $crate::Kit) $body

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                #[allow(unused_mut, unused_assignments)]
                let mut options = $crate::KitOptions::default();
                $(options = $options;)?
                run($crate::Kit::start($crate::Engine::Sqlite, options).await.expect("SQLite is always there")).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                #[allow(unused_mut, unused_assignments)]
                let mut options = $crate::KitOptions::default();
                $(options = $options;)?
                if let Some(kit) = $crate::Kit::start($crate::Engine::Postgres, options).await {
                    run(kit).await;
                }
            }
        }
    )+};
}
