//! Which tags and types of data the configurations use: once an hour, how many projects use each.

use std::collections::{BTreeMap, BTreeSet};

use labelkeep_labeling::Config;
use labelkeep_labeling::registry::registry;
use labelkeep_store::statistics as store;

use super::DAY;
use crate::{Result, ServiceError, Services};

/// Projects that are read at once.
const STRETCH: i64 = 200;

/// Counts for today.
pub(super) async fn count(services: &Services) -> Result<()> {
    let mut projects: BTreeMap<(i64, &'static str, &'static str), i64> = BTreeMap::new();
    let mut after = 0;
    loop {
        let rows = store::configs(&services.db, after, STRETCH).await?;
        let Some((last, ..)) = rows.last() else { break };
        after = *last;
        for (_, organization_id, xml) in rows {
            let Ok(config) = Config::parse(&xml) else { continue };
            for (kind, name) in names(&config) {
                *projects.entry((organization_id, kind, name)).or_default() += 1;
            }
        }
        tokio::task::yield_now().await;
    }
    if projects.is_empty() {
        return Ok(());
    }
    let day = services.now().div_euclid(DAY);
    services
        .db
        .write_unsynced(move |tx| {
            Box::pin(async move {
                for ((organization_id, kind, name), number) in projects {
                    store::set(tx, organization_id, day, kind, name, number).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

/// Controls as tags, objects as types of data; names of the registry only.
fn names(config: &Config) -> BTreeSet<(&'static str, &'static str)> {
    let known = |tag: &str| {
        registry()
            .tags()
            .find(|(name, _)| *name == tag)
            .map_or("other", |(name, _)| name)
    };
    let controls = config.controls().iter().map(|control| ("tag", known(&control.tag)));
    let objects = config.objects().iter().map(|object| ("data_type", known(&object.tag)));
    controls.chain(objects).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_237_only_names_of_the_registry_are_counted() {
        let config = Config::parse(
            r#"<View><Image name="secret-image" value="$secret"/>
               <RectangleLabels name="secret-box" toName="secret-image"><Label value="Secret"/></RectangleLabels></View>"#,
        )
        .expect("a configuration");
        assert_eq!(
            names(&config).into_iter().collect::<Vec<_>>(),
            [("data_type", "Image"), ("tag", "RectangleLabels")]
        );
    }
}
