//! What a source has read already, beside the list of its bucket.

use std::collections::VecDeque;

use labelkeep_store::storages::objects::{self, KnownObject};

use crate::{Result, Services};

/// Known objects that are in memory at once.
const KNOWN: i64 = 1_000;

/// Known objects between two keys, in the order of keys: so many at a time, as a bucket that was emptied has none to lay beside them.
pub(super) struct Known<'a> {
    services: &'a Services,
    storage_id: i64,
    after: String,
    until: &'a str,
    rows: VecDeque<KnownObject>,
    is_read: bool,
}

impl<'a> Known<'a> {
    pub(super) fn new(services: &'a Services, storage_id: i64, after: &str, until: &'a str) -> Self {
        Known {
            services,
            storage_id,
            after: after.to_owned(),
            until,
            rows: VecDeque::new(),
            is_read: false,
        }
    }

    /// The next one, if it is such a one.
    pub(super) async fn next_if(
        &mut self,
        is_wanted: impl FnOnce(&KnownObject) -> bool,
    ) -> Result<Option<KnownObject>> {
        if self.rows.is_empty() && !self.is_read {
            let db = &self.services.db;
            let rows = objects::known(db, self.storage_id, &self.after, self.until, KNOWN).await?;
            self.is_read = (rows.len() as i64) < KNOWN;
            if let Some(last) = rows.last() {
                self.after.clone_from(&last.object_key);
            }
            self.rows = rows.into();
        }
        Ok(self.rows.pop_front_if(|row| is_wanted(row)))
    }
}
