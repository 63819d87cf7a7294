//! What of accounts goes away with time: rows of ended sessions, old failures, hashes that nobody used again.

use labelkeep_store::accounts as store;
use labelkeep_store::audit::{self, Origin};

use super::{DAY, throttle};
use crate::{Result, ServiceError, Services};

/// How long the row of an ended session stays (SEC-033).
const ENDED_SESSIONS: i64 = 30 * DAY;
/// The longest life of a session that an organization may set (SEC-028).
const LONGEST_SESSION: i64 = 30 * DAY;
/// How long an account that moved in keeps a hash of the other program (SEC-060).
const FOREIGN_HASHES: i64 = 180 * DAY;

/// Does it, as of `now`.
pub(crate) async fn tidy(services: &Services, now: i64) -> Result<()> {
    let longest = LONGEST_SESSION.max(services.settings.session_max_seconds * 1_000_000);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let ended = now - ENDED_SESSIONS;
                store::sessions::purge(tx, ended, ended - longest).await?;
                throttle::purge(tx, now).await?;
                store::note_foreign_hashes(tx, now).await?;
                for id in store::forget_foreign_hashes(tx, now - FOREIGN_HASHES).await? {
                    let origin = Origin::default();
                    audit::record(tx, &origin, "password.expire", &format!("user:{id}"), "{}", now).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}
