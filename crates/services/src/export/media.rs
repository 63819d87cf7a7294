//! Files that exported tasks refer to.

use std::io::Read;

use labelkeep_formats::export::Media;
use labelkeep_store as store;
use labelkeep_store::projects::ProjectRow;

use crate::Services;

/// Uploads of the exported project. Files of other projects are not found, whoever exports (SEC-170).
pub(super) struct Uploads {
    pub(super) services: Services,
    pub(super) project: ProjectRow,
    pub(super) runtime: tokio::runtime::Handle,
}

impl Uploads {
    fn path(&self, url: &str) -> Option<std::path::PathBuf> {
        let name = url.strip_prefix(&format!("/data/upload/{}/", self.project.id))?;
        let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
        let found = store::uploads::by_name(&self.services.db, self.project.id, &name);
        let row = self.runtime.block_on(found).ok().flatten()?;
        Some(self.services.settings.upload_folder.join(row.stored_as))
    }
}

impl Media for Uploads {
    fn size(&self, url: &str) -> Option<(u32, u32)> {
        let size = imagesize::size(self.path(url)?).ok()?;
        Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
    }

    fn open(&self, url: &str) -> Option<Box<dyn Read>> {
        std::fs::File::open(self.path(url)?)
            .ok()
            .map(|file| Box::new(file) as Box<dyn Read>)
    }
}
