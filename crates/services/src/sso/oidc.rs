//! A sign-in by OpenID Connect: authorization code with PKCE, to the provider and back (SEC-075, SEC-076).

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use labelkeep_crypt::Secret;
use labelkeep_crypt::secret::{equal_in_constant_time, hash_secret};
use labelkeep_store::accounts::identities::{self as store, FlowRow};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use serde_json::Value;

use super::arrive::{self, Arrival, Person};
use super::provider::{self, Metadata};
use super::settings::{Effective, effective};
use crate::accounts::{Caller, in_browser};
use crate::{Result, ServiceError, Services};

/// How long somebody may be at the provider, in microseconds.
const LIFE: i64 = 10 * 60 * 1_000_000;
/// Difference of clocks that is tolerated, in seconds.
const SKEW: i64 = 60;
/// Most groups of a person that are looked at.
const MAX_GROUPS: usize = 2_000;

/// Who wants to go to the provider.
#[derive(Debug)]
pub struct Start {
    /// Whose provider.
    pub organization_id: i64,
    /// Where to go in the end: a path of ours.
    pub next: String,
    /// Where the provider sends the browser back to, to the letter.
    pub redirect_uri: String,
}

/// The way to the provider. The cookie binds what comes back to this browser; its value is not stored.
#[derive(Debug)]
pub struct Departure {
    /// The provider's address for this sign-in.
    pub url: String,
    /// The cookie's value.
    pub cookie: Secret,
    /// How long it is good for, in seconds.
    pub seconds: i64,
}

/// What comes back, as it came.
#[derive(Debug)]
pub struct Callback {
    /// The cookie's value.
    pub cookie: String,
    /// `state`
    pub state: String,
    /// `code`
    pub code: Option<String>,
    /// `iss`
    pub iss: Option<String>,
    /// `error`
    pub error: Option<String>,
    /// The client's address.
    pub address: IpAddr,
    /// The client's `User-Agent`.
    pub agent: String,
}

/// Sends somebody to the provider to sign in.
pub async fn start(services: &Services, wish: Start) -> Result<Departure> {
    depart(services, wish, None).await
}

/// Sends somebody who is signed in there, to link the identity with their account.
pub async fn start_link(services: &Services, caller: &Caller, redirect_uri: String) -> Result<Departure> {
    in_browser(caller)?;
    let wish = Start {
        organization_id: caller.actor.organization_id,
        next: String::new(),
        redirect_uri,
    };
    depart(services, wish, Some(caller.actor.account_id)).await
}

async fn depart(services: &Services, wish: Start, account_id: Option<i64>) -> Result<Departure> {
    let in_force = effective(services, wish.organization_id).await?;
    if !in_force.settings.enabled {
        return Err(ServiceError::NotFound("Identity provider"));
    }
    let metadata = provider::known(services, &in_force.settings.issuer).await;
    let metadata = metadata.map_err(|_| unreachable_provider())?;
    let redirect = RedirectUrl::new(wish.redirect_uri.clone()).map_err(|error| internal(&error))?;
    let client = CoreClient::from_provider_metadata(
        Metadata::clone(&metadata),
        ClientId::new(in_force.settings.client_id.clone()),
        None,
    )
    .set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .set_pkce_challenge(challenge);
    for scope in in_force
        .settings
        .scopes
        .split_whitespace()
        .filter(|scope| *scope != "openid")
    {
        request = request.add_scope(Scope::new(scope.to_owned()));
    }
    let (url, state, nonce) = request.url();
    let (cookie, now) = (Secret::session_id(), services.now());
    let row = FlowRow {
        id_hash: cookie.hash().to_vec(),
        organization_id: wish.organization_id,
        account_id,
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        verifier: verifier.into_secret(),
        redirect_uri: wish.redirect_uri,
        next: wish.next,
        expires_at: now + LIFE,
    };
    services
        .db
        .write(move |tx| Box::pin(async move { store::insert_flow(tx, &row, now).await }))
        .await?;
    Ok(Departure {
        url: url.to_string(),
        cookie,
        seconds: LIFE / 1_000_000,
    })
}

/// What comes of the way back.
pub async fn finish(services: &Services, callback: Callback) -> Result<Arrival> {
    let (hash, now) = (hash_secret(&callback.cookie), services.now());
    let flow = services
        .db
        .write(move |tx| Box::pin(async move { store::take_flow(tx, &hash, now).await }))
        .await?;
    let refused = |text: &str| Ok(Arrival::Refused(text.to_owned()));
    let Some(flow) = flow else {
        return refused("This sign-in took too long, or began in another browser. Try again.");
    };
    // Somebody else's answer in this browser (SEC-075).
    if !equal_in_constant_time(flow.state.as_bytes(), callback.state.as_bytes()) {
        return refused("The answer does not belong to this sign-in. Try again.");
    }
    let in_force = effective(services, flow.organization_id).await?;
    if !in_force.settings.enabled {
        return refused("Single sign-on is not in force.");
    }
    match identify(services, &in_force, &flow, &callback).await {
        Ok(person) => arrive::arrive(services, &in_force, flow, person, &callback).await,
        Err(reason) => {
            tracing::warn!(
                organization = flow.organization_id,
                reason,
                "a sign-in by a provider failed"
            );
            arrive::note_failure(services, &flow, &callback, &reason).await?;
            refused("The provider's answer was not accepted. The server's log says why.")
        }
    }
}

/// Who the provider says it is. Errors are for the log and the audit trail.
async fn identify(
    services: &Services,
    in_force: &Effective,
    flow: &FlowRow,
    callback: &Callback,
) -> Result<Person, String> {
    let settings = &in_force.settings;
    let metadata = provider::known(services, &settings.issuer).await?;
    // An answer of another provider (RFC 9207).
    match &callback.iss {
        Some(iss) if *iss == settings.issuer => {}
        Some(_) => return Err("the answer names another issuer".to_owned()),
        None if metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported =>
        {
            return Err("the answer does not name its issuer".to_owned());
        }
        None => {}
    }
    if let Some(error) = &callback.error {
        let error: String = error.chars().filter(|c| !c.is_control()).take(100).collect();
        return Err(format!("the provider refused: {error}"));
    }
    let code = callback.code.clone().ok_or("the answer has no code")?;
    let token = exchange(services, in_force, flow, &metadata, code).await?;
    let claims = match verify(&token, &metadata, settings, flow) {
        // Keys may have been changed since they were read.
        Err(_) => {
            let fresh = provider::discover(services, &settings.issuer).await?;
            verify(&token, &fresh, settings, flow)?
        }
        Ok(claims) => claims,
    };
    let all = payload(&token).ok_or("the ID token cannot be read")?;
    let texts = |value: Option<&Value>| -> Vec<String> {
        match value {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|entry| entry.as_str().map(str::to_owned))
                .take(MAX_GROUPS)
                .collect(),
            _ => Vec::new(),
        }
    };
    let name = |key: &str| all.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Person {
        issuer: settings.issuer.clone(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_lowercase()).unwrap_or_default(),
        email_refuted: claims.email_verified() == Some(false),
        first_name: name("given_name"),
        last_name: name("family_name"),
        groups: texts(all.get(settings.group_claim.as_str())),
        strong: texts(all.get("amr")).iter().any(|method| method == "mfa"),
    })
}

/// The code for an ID token.
async fn exchange(
    services: &Services,
    in_force: &Effective,
    flow: &FlowRow,
    metadata: &Arc<Metadata>,
    code: String,
) -> Result<CoreIdToken, String> {
    let settings = &in_force.settings;
    if settings.issuer.starts_with("https:")
        && metadata
            .token_endpoint()
            .is_none_or(|url| url.url().scheme() != "https")
    {
        return Err("the token endpoint is not https".to_owned());
    }
    let secret = in_force
        .secret
        .as_ref()
        .map(|secret| ClientSecret::new(secret.expose().to_owned()));
    let redirect = RedirectUrl::new(flow.redirect_uri.clone()).map_err(|error| error.to_string())?;
    let mut client = CoreClient::from_provider_metadata(
        Metadata::clone(metadata),
        ClientId::new(settings.client_id.clone()),
        secret,
    )
    .set_redirect_uri(redirect);
    let methods = metadata.token_endpoint_auth_methods_supported();
    if methods.is_some_and(|known| !known.contains(&CoreClientAuthMethod::ClientSecretBasic)) {
        client = client.set_auth_type(AuthType::RequestBody);
    }
    let http = provider::http_client(services);
    let response = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| error.to_string())?
        .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(|error| provider::chain(&error))?;
    // What may be done at the provider in the person's name is of no interest here, and is forgotten.
    let _ = response.access_token();
    response
        .id_token()
        .cloned()
        .ok_or_else(|| "there is no ID token".to_owned())
}

/// Signature by the issuer's key, issuer, audience, times and nonce. No algorithm with a shared secret, and never `none`.
fn verify(
    token: &CoreIdToken,
    metadata: &Metadata,
    settings: &super::OidcSettings,
    flow: &FlowRow,
) -> Result<CoreIdTokenClaims, String> {
    use CoreJwsSigningAlgorithm::*;
    let client_id = ClientId::new(settings.client_id.clone());
    let skew = chrono::Duration::seconds(SKEW);
    // That of a public client: it knows no secret that could have signed the token.
    let verifier =
        CoreIdTokenVerifier::new_public_client(client_id, metadata.issuer().clone(), metadata.jwks().clone())
            .set_allowed_algs([
                RsaSsaPkcs1V15Sha256,
                RsaSsaPkcs1V15Sha384,
                RsaSsaPkcs1V15Sha512,
                RsaSsaPssSha256,
                RsaSsaPssSha384,
                RsaSsaPssSha512,
                EcdsaP256Sha256,
                EcdsaP384Sha384,
                EdDsa,
            ])
            // Other audiences are fine as long as the token was made for us, which `azp` says below.
            .set_other_audience_verifier_fn(|_| true)
            .set_time_fn(move || chrono::Utc::now() - skew)
            .set_issue_time_verifier_fn(move |at| {
                let now = chrono::Utc::now();
                if at > now + skew || at < now - chrono::Duration::microseconds(LIFE) - skew {
                    return Err("the ID token was issued at another time".to_owned());
                }
                Ok(())
            });
    let nonce = Nonce::new(flow.nonce.clone());
    let claims = token
        .claims(&verifier, &nonce)
        .map_err(|error| provider::chain(&error))?;
    let party = claims.authorized_party();
    let foreign = party.is_some_and(|party| party.as_str() != settings.client_id);
    if foreign || (claims.audiences().len() > 1 && party.is_none()) {
        return Err("the ID token was made for somebody else".to_owned());
    }
    Ok(claims.clone())
}

/// The claims of a token whose signature was verified, those that no type has a field for included.
fn payload(token: &CoreIdToken) -> Option<serde_json::Map<String, Value>> {
    let text = token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn unreachable_provider() -> ServiceError {
    ServiceError::Conflict("The identity provider cannot be reached at the moment. Try again later.".to_owned())
}

fn internal(error: &dyn std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}
