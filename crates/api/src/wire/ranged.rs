//! A file as an answer: whole, a part of it, or nothing new.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use labelkeep_services::files::StoredFile;

use crate::{ApiError, ApiResult};

/// The file, or the range that is asked for; `tag` names its content. Says nothing of its type.
pub async fn file(file: &StoredFile, tag: &str, headers: &HeaderMap) -> ApiResult<Response> {
    let size = file.size().await?;
    let etag = format!("\"{tag}-{size}\"");
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == etag.as_bytes())
    {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    // A part of what has changed meanwhile would not fit what the client has.
    let same = headers
        .get(header::IF_RANGE)
        .is_none_or(|value| value.as_bytes() == etag.as_bytes());
    let range = match headers.get(header::RANGE).and_then(|value| value.to_str().ok()) {
        Some(text) if same => match range(text, size) {
            Asked::Whole => None,
            Asked::Part(first, last) => Some((first, last)),
            Asked::Outside => {
                return Err(
                    ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "The range is outside of the file.")
                        .with_header(header::CONTENT_RANGE, header_value(&format!("bytes */{size}"))),
                );
            }
        },
        _ => None,
    };
    let (first, length) = range.map_or((0, size), |(first, last)| (first, last - first + 1));
    let pieces = file.read(first, length).await?;
    let status = if range.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = (status, axum::body::Body::from_stream(pieces)).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::ETAG, header_value(&etag));
    if let Some((first, last)) = range {
        out.insert(
            header::CONTENT_RANGE,
            header_value(&format!("bytes {first}-{last}/{size}")),
        );
    }
    Ok(response)
}

/// A header of text; empty when the text cannot be one.
pub fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// It is not understood, or asks for several ranges: such a header is ignored (RFC 9110 §14.2).
    Whole,
    /// The first and last byte.
    Part(u64, u64),
    /// Nothing that the file has.
    Outside,
}

fn range(text: &str, size: u64) -> Asked {
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<u64>().ok())
            .flatten()
    };
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|text| text.split_once('-')) else {
        return Asked::Whole;
    };
    let (first, last) = match (first, number(first), number(last)) {
        ("", _, Some(suffix)) if suffix > 0 => (size.saturating_sub(suffix), size.saturating_sub(1)),
        ("", _, Some(_)) => return Asked::Outside,
        (_, Some(first), Some(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (_, Some(first), None) if last.is_empty() => (first, size.saturating_sub(1)),
        _ => return Asked::Whole,
    };
    if first < size {
        Asked::Part(first, last)
    } else {
        Asked::Outside
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Asked, range};

    proptest! {
        #[test]
        fn sec_245_whatever_range_is_asked_for_lies_within_the_file(
            text in prop_oneof![
                ".{0,40}",
                "bytes=[0-9]{0,20}-[0-9]{0,20}",
                "bytes=[-0-9+ ,.a-z\u{0660}-\u{0669}]{0,30}",
                Just(format!("bytes={}-{}", u64::MAX, u64::MAX)),
                Just(format!("bytes=0-{}", u64::MAX)),
                Just(format!("bytes=-{}", u64::MAX)),
            ],
            size in prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()],
        ) {
            if let Asked::Part(first, last) = range(&text, size) {
                prop_assert!(first <= last && last < size, "{first}-{last} of {size}");
            }
        }
    }

    #[test]
    fn ranges_are_clamped_or_refused() {
        assert_eq!(range("bytes=0-9", 100), Asked::Part(0, 9));
        assert_eq!(range("bytes=90-", 100), Asked::Part(90, 99));
        assert_eq!(range("bytes=-10", 100), Asked::Part(90, 99));
        assert_eq!(range("bytes=-500", 100), Asked::Part(0, 99));
        assert_eq!(range("bytes=50-999", 100), Asked::Part(50, 99));
        for outside in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(range(outside, 100), Asked::Outside, "{outside}");
        }
        for other in [
            "bytes=a-b",
            "bytes=9-1",
            "lines=0-1",
            "bytes=0-1,5-6",
            "bytes=",
            "x",
            "bytes=-",
            "bytes=+1-2",
        ] {
            assert_eq!(range(other, 100), Asked::Whole, "{other}");
        }
        assert_eq!(range("bytes=0-", 0), Asked::Outside);
    }
}
