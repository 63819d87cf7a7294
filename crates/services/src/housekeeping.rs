//! What nobody waits for: leftovers that queries leave out, but that would grow for ever.

use labelkeep_store::{accounts::links, queue};

use crate::{
    Result, ServiceError, Services, accounts, data_manager, export, files, import, jobs, mail, notifications,
    thumbnails, uploads,
};

/// Removes what broken-off imports left, reservations and links that have run out, and what of sessions and passwords has
/// had its time; tells people about tokens that end soon. At the start and then every hour; doing it twice, or on two
/// replicas at once, does no harm.
pub async fn run(services: &Services) -> Result<()> {
    import::clean_up(services).await?;
    uploads::clean_up(services).await?;
    export::snapshots::expire(services).await?;
    export::snapshots::clean_up(services).await?;
    files::tidy(services).await?;
    thumbnails::tidy(services).await?;
    mail::announce_ending_tokens(services).await?;
    let now = services.now();
    accounts::tidy(services, now).await?;
    data_manager::trash::tidy(services).await?;
    jobs::tidy(services).await?;
    notifications::tidy(services).await?;
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                queue::purge_locks(tx, now).await?;
                links::purge(tx, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await
}
