//! Numbers in the path. What is not a number does not belong to the route: the page for unknown addresses.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::{ApiError, App};

/// The first number of the path.
#[derive(Debug, Clone, Copy)]
pub struct PathId(pub i64);

/// The first `N` numbers of the path, in order; two when nothing is said.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<const N: usize = 2>(pub [i64; N]);

impl FromRequestParts<App> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let PathIds([id]) = PathIds::from_request_parts(parts, app).await?;
        Ok(PathId(id))
    }
}

impl<const N: usize> FromRequestParts<App> for PathIds<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::no_such_page())?;
        let mut ids = [0; N];
        // A kind is a word before the numbers.
        let mut values = params
            .iter()
            .filter(|(name, _)| *name != "kind")
            .map(|(_, value)| value);
        for id in &mut ids {
            let digits = values
                .next()
                .filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
            *id = digits
                .filter(|digits| !digits.is_empty())
                // A number beyond all ids is the id of nothing.
                .map(|digits| digits.parse().unwrap_or(i64::MAX))
                .ok_or_else(ApiError::no_such_page)?;
        }
        Ok(PathIds(ids))
    }
}
