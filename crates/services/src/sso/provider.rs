//! The conversation with a provider: what it says of itself and its keys, kept for five minutes; and the exchange of the
//! code. Everything goes through the guarded way out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use labelkeep_net::{Consumer, Exchange, Limits, NetError};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, HttpRequest, HttpResponse, IssuerUrl, ProviderMetadata, http};
use serde::{Deserialize, Serialize};

use crate::Services;

/// What a provider says of itself beyond OpenID Connect Core.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct More {
    /// RFC 9207: it names itself in what comes back.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// What a provider says of itself.
pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

const LIFE: Duration = Duration::from_secs(300);
/// Providers that are remembered.
const MOST: usize = 1_000;

/// What providers said lately, by issuer.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<String, (Instant, Arc<Metadata>)>>);

/// What the provider says of itself, from memory when it was asked lately. The error is a text for administrators.
pub(super) async fn known(services: &Services, issuer: &str) -> Result<Arc<Metadata>, String> {
    let found = {
        let kept = services.providers.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(issuer)
            .filter(|(at, _)| at.elapsed() < LIFE)
            .map(|(_, metadata)| metadata.clone())
    };
    match found {
        Some(metadata) => Ok(metadata),
        None => discover(services, issuer).await,
    }
}

/// Asks the provider. Its document must name exactly this issuer (SEC-075).
pub(super) async fn discover(services: &Services, issuer: &str) -> Result<Arc<Metadata>, String> {
    let url = IssuerUrl::new(issuer.to_owned()).map_err(|_| "The issuer is not a URL.".to_owned())?;
    let metadata = Metadata::discover_async(url, &http_client(services)).await;
    let metadata = Arc::new(metadata.map_err(|error| {
        tracing::warn!(issuer, error = %chain(&error), "an identity provider could not be read");
        format!("{issuer} did not answer as an OpenID provider: {}.", chain(&error))
    })?);
    let mut kept = services.providers.0.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST {
        kept.retain(|_, (at, _)| at.elapsed() < LIFE);
    }
    kept.insert(issuer.to_owned(), (Instant::now(), metadata.clone()));
    Ok(metadata)
}

/// Why a request to a provider failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Net(#[from] NetError),
    #[error("the answer cannot be read")]
    Answer(#[from] http::Error),
}

/// The guarded way out in the form that the protocol library asks for.
pub(super) fn http_client(
    services: &Services,
) -> impl Fn(HttpRequest) -> futures_util::future::BoxFuture<'static, Result<HttpResponse, Failure>> + Send + Sync + 'static
{
    let net = services.net.clone();
    move |request: HttpRequest| {
        let net = net.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let exchange = Exchange {
                method: parts.method,
                url: parts.uri.to_string(),
                headers: parts.headers,
                body,
            };
            let answer = net.exchange(Consumer::SignIn, exchange, Limits::sign_in()).await?;
            let mut response = http::Response::builder().status(answer.status);
            if let Some(headers) = response.headers_mut() {
                *headers = answer.headers;
            }
            Ok(response.body(answer.body)?)
        })
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
