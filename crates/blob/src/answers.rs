//! What stores answer, read as their providers read it: for whoever tries what hostile ones do. An endpoint may lead anywhere, so that
//! nothing in an answer may end the process, take it long, or name what was not asked for.

use labelkeep_net::{HeaderMap, HeaderValue};

use crate::web::Prefix;
use crate::{BlobError, Page, Position, azure, gcs, s3};

/// Stores that are asked over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// Amazon S3 and its kin.
    S3,
    /// Azure Blob Storage.
    Azure,
    /// Google Cloud Storage.
    Gcs,
}

/// Reads the answer to a question for a list behind `from` and below `prefix`.
///
/// # Errors
/// What is no list, or one that would be read for ever.
pub fn list(store: Store, answer: &[u8], from: &Position, prefix: &str) -> Result<Page, BlobError> {
    let listed = match store {
        Store::S3 => s3::answer::list(answer)?,
        Store::Azure => azure::answer::list(answer)?.0,
        Store::Gcs => gcs::answer::list(answer)?,
    };
    listed.page(from, &Prefix::new(prefix))
}

/// Reads an answer that is an error; gives what people are told. Azure says what is wrong in a header, which `answer` stands for.
pub fn failure(store: Store, status: u16, answer: &[u8]) -> BlobError {
    match store {
        Store::S3 => {
            let code = s3::answer::code(answer).unwrap_or_default();
            s3::answer::error(status, &code, "bucket", "s3://bucket/key")
        }
        Store::Azure => {
            let mut headers = HeaderMap::new();
            if let Ok(code) = HeaderValue::from_bytes(answer) {
                headers.insert("x-ms-error-code", code);
            }
            let code = azure::code(&headers);
            azure::answer::error(
                status,
                &code,
                "bucket",
                "azure-blob://bucket/key",
                azure::answer::With::Key,
            )
        }
        Store::Gcs => gcs::answer::error(status, &gcs::answer::reason(answer), "bucket", None),
    }
}

/// Reads what a service answers that gives temporary keys (AWS) or a key that signs links (Azure); says whether there is one in it.
/// Google's tokens come as JSON of two fields.
pub fn is_key(store: Store, answer: &[u8]) -> bool {
    match store {
        Store::S3 => s3::has_key(answer),
        Store::Azure => azure::has_key(answer),
        Store::Gcs => false,
    }
}
