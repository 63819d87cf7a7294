//! The query as a typed structure. Unknown fields are ignored; of repeated ones the last counts.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::wire::{Extra, FieldChoice, read_fields};
use crate::{ApiError, App};

/// The query. Booleans are `true 1 yes on` and `false 0 no off`; anything else is 400.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let pairs = pairs(parts.uri.query().unwrap_or_default());
        Ok(Query(read_fields(&pairs, Extra::Ignored)?))
    }
}

impl FromRequestParts<App> for FieldChoice {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let pairs = pairs(parts.uri.query().unwrap_or_default());
        let all = |wanted: &'static str| {
            pairs
                .iter()
                .filter(move |(name, _)| name == wanted)
                .map(|(_, value)| value.as_ref())
        };
        Ok(FieldChoice::of(all("include"), all("omit")))
    }
}

/// The pairs of a query or of an urlencoded form.
pub(crate) fn pairs(text: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('+', " ");
    let text = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
    // As bytes that are no text: no database keeps a NUL.
    Cow::Owned(text.replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded() {
        let pairs = pairs("a=1+2&b=%C3%A9&c&&d=x=y&e=%00%FF");
        let plain: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .collect();
        assert_eq!(
            plain,
            [
                ("a", "1 2"),
                ("b", "é"),
                ("c", ""),
                ("d", "x=y"),
                ("e", "\u{fffd}\u{fffd}")
            ]
        );
    }
}
