//! Projects whose media the server never touches (SEC-192): it neither fetches, stores nor sends them, and gives out nothing but
//! links that the object stores answer themselves. What would break that is refused where it is asked for, and once more where the
//! bytes would move, so that no order of changes gets around it.

use labelkeep_blob::{Provider, Purpose};
use labelkeep_store::projects::{self, ProjectRow};
use labelkeep_store::storages::{self as rows, StorageRow};
use labelkeep_store::{Tx, uploads};
use serde_json::json;

use super::provider;
use crate::{Invalid, Result, ServiceError, Services};

/// What somebody is told who asks for bytes of such a project.
const NEVER: &str = "The server never touches the media of this project: it is set so in the project's settings.";

/// Refuses what would bring the bytes of media through the server.
pub(crate) fn check(project: &ProjectRow) -> Result<()> {
    if project.never_touches_media {
        return Err(Invalid::whole(NEVER).into());
    }
    Ok(())
}

/// The same for a file of this name, if it is shown to people as it is.
pub(crate) fn check_file(project: &ProjectRow, name: &str) -> Result<()> {
    if project.never_touches_media && labelkeep_formats::import::is_media(name) {
        let text = format!("{name}: {NEVER} Put the file into a bucket, and connect that as a source.");
        return Err(Invalid::whole(text).into());
    }
    Ok(())
}

/// Refuses to send the bytes of a project's object to somebody.
pub(super) async fn check_sent(services: &Services, project_id: i64) -> Result<()> {
    if projects::never_touches_media(&services.db, project_id).await? {
        return Err(ServiceError::Forbidden(NEVER.to_owned()));
    }
    Ok(())
}

/// What of a source's settings would bring bytes through the server: a field and why.
fn faults(provider: &dyn Provider, use_blob_urls: bool, presign: bool) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    if !provider.signs() {
        let title = provider.title();
        faults.push(("non_field_errors", format!("{NEVER} {title} has no links of its own.")));
        return faults;
    }
    if !presign {
        faults.push(("presign", format!("{NEVER} Show files by signed links.")));
    }
    if !use_blob_urls {
        let text = format!("{NEVER} It can read no tasks out of files; make each file one task.");
        faults.push(("use_blob_urls", text));
    }
    faults
}

/// Refuses a source that would need the server.
pub(super) fn check_source(
    project: &ProjectRow,
    provider: &dyn Provider,
    purpose: Purpose,
    use_blob_urls: bool,
    presign: bool,
) -> Result<()> {
    if !project.never_touches_media || purpose == Purpose::Target {
        return Ok(());
    }
    let mut invalid = Invalid::default();
    for (field, text) in faults(provider, use_blob_urls, presign) {
        invalid.add(field, text);
    }
    Ok(invalid.into_result()?)
}

/// Sets whether the server leaves a locked project's media alone, unless it has some already; gives what the audit log says of it.
pub(crate) async fn put(tx: &mut Tx, project: &ProjectRow, wanted: Option<bool>) -> Result<String> {
    let Some(wanted) = wanted.filter(|wanted| *wanted != project.never_touches_media) else {
        return Ok("{}".to_owned());
    };
    if wanted {
        let mut texts = Vec::new();
        for source in rows::sources_in(tx, project.id).await? {
            if !faults(provider(&source.kind)?, source.use_blob_urls, source.presign).is_empty() {
                texts.push(format!(
                    "The source {} needs the server. Let it make each file one task and show files by signed links, or disconnect it.",
                    name_of(&source)
                ));
            }
        }
        let names = uploads::names_of_project(tx, project.id).await?;
        let kept = names
            .iter()
            .filter(|name| labelkeep_formats::import::is_media(name))
            .count();
        if kept > 0 {
            texts.push(format!(
                "Uploaded files of the project that lie on this server: {kept}. Delete them first."
            ));
        }
        if !texts.is_empty() {
            return Err(Invalid::field("never_touches_media", texts.join(" ")).into());
        }
    }
    projects::set_never_touches_media(tx, project.id, wanted).await?;
    Ok(json!({ "never_touches_media": wanted }).to_string())
}

/// What people call a storage.
pub(super) fn name_of(row: &StorageRow) -> String {
    let title = row.title.as_deref().filter(|title| !title.is_empty());
    format!("\"{}\"", title.unwrap_or(&row.kind))
}
