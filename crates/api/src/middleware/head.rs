//! How large a request's head may be (SEC-224).

use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use crate::ApiError;

const MAX_URL: usize = 8 * 1024;
const MAX_HEADERS: usize = 32 * 1024;

pub(crate) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    let url = uri.path().len() + uri.query().map_or(0, str::len);
    if url > MAX_URL {
        return Err(ApiError::new(
            StatusCode::URI_TOO_LONG,
            format!("The address is longer than {MAX_URL} bytes."),
        ));
    }
    // No name, number or text of ours has one, and no database keeps it.
    if uri.path().contains("%00") {
        return Err(ApiError::bad_request("The address holds a NUL character."));
    }
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if size > MAX_HEADERS {
        let text = format!("The headers are larger than {MAX_HEADERS} bytes.");
        return Err(ApiError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, text));
    }
    Ok(())
}

/// 400, and the connection is closed: what follows might be the end of this request for one reader and the start of
/// another for the next.
pub(crate) fn two_lengths() -> ApiError {
    ApiError::bad_request("The request says twice how long its body is.")
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))
}
