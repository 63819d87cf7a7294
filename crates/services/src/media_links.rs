//! Files of people on a host of their own (`MEDIA_ORIGIN`, SEC-164): what the product's own address lets somebody see is handed out
//! at another one, which knows no cookies and no pages, by a link that is good for a few minutes.
//!
//! Rights are asked where the link is made, at the address that the task names. The link holds all that its host has to know,
//! sealed; within five minutes the same file has the same link, so that browsers keep what they have read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use labelkeep_crypt::Place;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::files::StoredFile;
use crate::storages::media::Found;
use crate::{Result, Services, uploads};

/// How long the same file has the same link, in microseconds; a link is good for once to twice as long.
const WINDOW: i64 = 5 * 60 * 1_000_000;
/// Most bytes of a link that are looked at: the longest key of an object, sealed and encoded.
const LINK_MAX: usize = 4_096;

/// A file that somebody may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Media {
    /// An upload: its project, and its name there.
    Upload(i64, String),
    /// An object: its storage, and its key.
    Object(i64, String),
}

#[derive(Serialize, Deserialize)]
struct Content {
    account: i64,
    expires_at: i64,
    media: Media,
}

/// What a link leads to.
pub struct Opened {
    /// For whom it was made.
    pub account_id: i64,
    media: Media,
}

/// A file of a link.
pub enum LinkedFile {
    /// One of ours.
    Upload {
        /// Its bytes.
        file: StoredFile,
        /// Names its content.
        tag: String,
        /// Its name for people.
        name: String,
    },
    /// One of a storage.
    Object(Box<Found>),
}

const PLACE: Place<'_> = Place {
    organization: 0,
    table: "media_link",
    column: "content",
    row: "",
};

/// The link by which the account gets the file; none where files have no host of their own.
pub fn link(services: &Services, account_id: i64, media: Media) -> Option<String> {
    let origin = services.settings.media_origin.as_deref()?;
    let name = match &media {
        Media::Upload(_, name) | Media::Object(_, name) => name.rsplit('/').next().unwrap_or(name).to_owned(),
    };
    let content = Content {
        account: account_id,
        expires_at: (services.now() / WINDOW + 2) * WINDOW,
        media,
    };
    let content = serde_json::to_vec(&content).ok()?;
    let link = URL_SAFE_NO_PAD.encode(services.keys.seal_alike(PLACE, &content));
    // The link stands in the query, which no log keeps; the name is for who saves the file.
    Some(format!(
        "{origin}/file/{}?link={link}",
        utf8_percent_encode(&name, NON_ALPHANUMERIC)
    ))
}

/// What a link of ours leads to, while it is good.
pub fn open(services: &Services, link: &str) -> Option<Opened> {
    let sealed = Some(link)
        .filter(|link| link.len() <= LINK_MAX)
        .and_then(|link| URL_SAFE_NO_PAD.decode(link).ok())?;
    let content = services.keys.open(PLACE, &sealed).ok()?;
    let content: Content = serde_json::from_slice(&content).ok()?;
    (services.now() < content.expires_at).then_some(Opened {
        account_id: content.account,
        media: content.media,
    })
}

/// The file.
///
/// # Errors
/// [`crate::ServiceError::NotFound`]: it was removed, or its storage was.
pub async fn file(services: &Services, opened: Opened) -> Result<LinkedFile> {
    match opened.media {
        Media::Upload(project_id, name) => {
            let (row, file) = uploads::stored(services, project_id, &name).await?;
            Ok(LinkedFile::Upload {
                file,
                tag: row.id.to_string(),
                name,
            })
        }
        Media::Object(storage_id, key) => {
            let found = Found::of(services, storage_id, key).await?;
            Ok(LinkedFile::Object(Box::new(found)))
        }
    }
}
