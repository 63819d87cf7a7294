//! What stands around the routes: checks of the head, limits, the rule of the trailing slash, answers to what is no route.

use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower::ServiceExt as _;

use crate::extract::{Authenticated, ClientAddress, cookie, cookie_names};
use crate::middleware::cross_origin::Preflight;
use crate::middleware::forwarded::Sender;
use crate::middleware::limits::Arrival;
use crate::middleware::slash::Settled;
use crate::middleware::{
    audit as audit_layer, cross_origin, forwarded, head, host, limits, log, panic, request_id, response_headers, slash,
};
use crate::scim::ScimFailure;
use crate::server::{Peer, elsewhere};
use crate::{ApiError, App, media_host, pages, router};

/// What the server calls for each request.
#[derive(Clone)]
pub struct Entry {
    app: App,
    routes: Router,
    /// The fallback's way to the router. The router holds it weakly: a router that owned itself, and with it the database's
    /// connections, would never go.
    _whole: Arc<OnceLock<Router>>,
}

/// Puts the routes and everything around them together.
pub fn app(app: App) -> Entry {
    // The fallback routes once more, with a slash; it gets to the router through this cell.
    let whole: Arc<OnceLock<Router>> = Arc::default();
    let again = Arc::downgrade(&whole);
    let routes = router::routes()
        .into_router()
        .layer(axum::middleware::from_fn_with_state(app.clone(), audit_layer::watch))
        .method_not_allowed_fallback(wrong_method)
        .fallback(move |request: Request| unknown(again.clone(), request))
        .with_state(app.clone());
    let _ = whole.set(routes.clone());
    Entry {
        app,
        routes,
        _whole: whole,
    }
}

impl Entry {
    /// Answers one request.
    pub async fn answer(&self, mut request: Request, peer: Peer) -> Response {
        let (id, started) = (request_id::fresh(), Instant::now());
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let going = self.app.metrics.request();
        let mut sender = forwarded::read(request.headers(), peer, &self.app.settings.trusted_proxies);
        let address = sender.address;
        request.extensions_mut().insert(ClientAddress(address));
        if let Some(host) = sender.host.take().and_then(|host| HeaderValue::from_str(&host).ok()) {
            request.headers_mut().insert(header::HOST, host);
        }
        let cross_origin = cross_origin::ask(&self.app, &mut request);
        let secure = peer.encrypted || (sender.by_proxy && !sender.said_plain);
        let work = request_id::scope(id.clone(), panic::caught(self.inside(request, peer, sender)));
        let mut response = work.await;
        if let Some(permission) = cross_origin {
            response = permission.say(response);
        }
        response_headers::complete(&mut response, &id);
        if secure {
            response_headers::strict_transport(&mut response, self.app.settings.strict_transport);
        }
        let took = started.elapsed();
        self.app.metrics.answered(&method, response.status(), took);
        log::write(&id, address, &method, &path, response.status(), took);
        drop(going);
        response
    }

    /// Plain HTTP is for one machine and for declared proxies (SEC-009); who came to a proxy by it is led to TLS (SEC-007).
    fn unprotected(&self, request: &Request, peer: Peer, sender: &Sender) -> Option<Response> {
        if sender.said_plain
            && let Some(origin) = &self.app.settings.public_origin
            && origin.starts_with("https://")
        {
            return Some(elsewhere(origin, request));
        }
        if peer.encrypted || peer.address.is_loopback() || sender.by_proxy {
            return None;
        }
        Some(ApiError::forbidden("This port is for the proxies of this installation.").into_response())
    }

    async fn inside(&self, mut request: Request, peer: Peer, sender: Sender) -> Response {
        if let Some(refusal) = self.unprotected(&request, peer, &sender) {
            return refusal;
        }
        let address = sender.address;
        let path = request.uri().path();
        let for_media = media_host::is_asked(&self.app, request.headers());
        let proper = head::check(request.uri(), request.headers())
            .and_then(|()| host::check(request.headers(), request.uri(), &self.app, for_media))
            .and_then(|()| match limits::is_live(path) {
                true => cross_origin::guard_live(&self.app, request.headers()),
                false => Ok(()),
            });
        if let Err(error) = proper {
            return error.into_response();
        }
        // Health and the built files have no part in the limits: a full server is still there.
        let reserved = path.starts_with("/health") || path.starts_with("/assets/");
        let arrival = match (reserved, self.claims(request.headers())) {
            (true, _) => Arrival::Reserved,
            // A link proves for whom it was made; many people of one house read at once.
            (false, true) => Arrival::Claims,
            (false, false) if for_media => Arrival::Claims,
            (false, false) if path.starts_with("/user/login/") => Arrival::SignIn,
            (false, false) => Arrival::Stranger,
        };
        // The addresses of provisioning have no slash, and errors of their own.
        let (time, slashless, provisions) = (time_limit(path), !path.ends_with('/'), is_scim(path));
        let places = match limits::enter_anyone(&self.app, address, arrival).await {
            Ok(places) => places,
            Err(error) => return error.into_response(),
        };
        request.extensions_mut().insert(places.clone());
        if for_media {
            return places.until_sent(media_host::answer(&self.app, request).await);
        }
        let routed = self.routes.clone().oneshot(request);
        let response = match tokio::time::timeout(time, routed).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "This took too long.").into_response(),
        };
        let response = places.until_sent(response);
        // The rule of the trailing slash, second half: this path was served as it is, and with a slash it is no route.
        if response.status() == StatusCode::NOT_FOUND
            && slashless
            && !provisions
            && response.extensions().get::<Settled>().is_none()
        {
            return pages::not_found();
        }
        response
    }

    /// Whether the request brings what could prove something.
    fn claims(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(header::AUTHORIZATION)
            || headers.contains_key("x-api-key")
            || cookie(headers, cookie_names(&self.app).session).is_some()
    }
}

/// How long a handler may take to its first byte (SEC-224). The body of an import is bounded by its progress.
fn time_limit(path: &str) -> Duration {
    if path.contains("/import") || path.contains("/reimport") || path == "/scim/v2/Bulk" {
        Duration::from_secs(600)
    } else {
        Duration::from_secs(60)
    }
}

fn is_scim(path: &str) -> bool {
    path.starts_with("/scim/")
}

/// No route has this path: perhaps with a slash, perhaps it is a file of the app; else there is no such page.
async fn unknown(routes: Weak<OnceLock<Router>>, mut request: Request) -> Response {
    if is_scim(request.uri().path()) {
        return ScimFailure::new(StatusCode::NOT_FOUND, "There is no such address.").into_response();
    }
    if let Some(file) = pages::files::built(request.method(), request.uri(), request.headers()) {
        return file;
    }
    let routes = routes.upgrade().and_then(|whole| whole.get().cloned());
    let (Some(uri), Some(routes)) = (slash::with_slash(request.uri()), routes) else {
        return pages::not_found();
    };
    *request.uri_mut() = uri;
    match routes.oneshot(request).await {
        Ok(mut response) => {
            response.extensions_mut().insert(Settled);
            response
        }
        Err(never) => match never {},
    }
}

/// The route exists, but not with this method; `Allow` is added by the router.
async fn wrong_method(axum::extract::State(app): axum::extract::State<App>, request: Request) -> Response {
    let method = request.method().clone();
    let is_api = request.uri().path().starts_with("/api/");
    if method == Method::OPTIONS {
        return options(&app, request, is_api).await;
    }
    let text = format!("Method \"{method}\" not allowed.");
    if is_scim(request.uri().path()) {
        return ScimFailure::new(StatusCode::METHOD_NOT_ALLOWED, text).into_response();
    }
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, text).into_response()
}

/// What a route takes and gives. What browsers ask for pages of other origins is answered by [`cross_origin`].
async fn options(app: &App, request: Request, is_api: bool) -> Response {
    use axum::extract::FromRequestParts as _;
    let (mut parts, _) = request.into_parts();
    if parts.extensions.get::<Preflight>().is_some() {
        return StatusCode::NO_CONTENT.into_response();
    }
    if is_api && let Err(error) = Authenticated::from_request_parts(&mut parts, app).await {
        return error.into_response();
    }
    let name: Vec<&str> = parts
        .uri
        .path()
        .split('/')
        .filter(|part| !part.is_empty() && *part != "api")
        .collect();
    let body = serde_json::json!({
        "name": name.join(" "),
        "description": "",
        "renders": ["application/json"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    });
    let mut response = axum::Json(body).into_response();
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("Origin"));
    response
}
