//! What nobody waits for: leftovers that queries leave out, but that would grow for ever.

use labelkeep_store::queue;

use crate::{Result, ServiceError, Services, import};

/// Removes what broken-off imports left and reservations that have run out. At the start and then every hour; doing it
/// twice, or on two replicas at once, does no harm.
pub async fn run(services: &Services) -> Result<()> {
    import::clean_up(services).await?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                queue::purge_locks(tx, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await
}
