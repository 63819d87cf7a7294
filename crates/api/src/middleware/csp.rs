//! Content security policy (SEC-041). What attack: markup of somebody else that gets into a page must not run scripts,
//! load styles or send data away. Scripts come from our own files only; styles from our files or with this answer's nonce.

use http::HeaderValue;

use crate::App;

/// A policy for a page that carries this nonce. `storages`: origins from which the page's project gets its objects (SEC-042).
pub(crate) fn policy(app: &App, nonce: &str, storages: &[String]) -> HeaderValue {
    let (storages, connect) = (listed(storages), listed(&app.settings.csp_connect_origins));
    text(
        nonce,
        &format!("{}{storages}", media(app)),
        &format!("{connect}{}{storages}{}", of_files(app), near(app)),
    )
}

/// The same for pages that show nothing from anywhere: errors.
pub(crate) fn plain(nonce: &str) -> HeaderValue {
    text(nonce, "", "")
}

/// On one's own machine, pictures and model servers are often served by another local port.
fn near(app: &App) -> &'static str {
    match app.settings.local {
        true => " http://localhost:* http://127.0.0.1:*",
        false => "",
    }
}

/// Where pictures, sound and video may come from besides us: a list (SEC-042), else anywhere over TLS.
fn media(app: &App) -> String {
    match &app.settings.csp_media_origins {
        Some(origins) => format!("{}{}", listed(origins), of_files(app)),
        None => format!(" https:{}{}", of_files(app), near(app)),
    }
}

/// The host of files of people, if it is another one (SEC-164).
fn of_files(app: &App) -> String {
    let origin = app.services.settings.media_origin.as_ref();
    origin.map_or_else(String::new, |origin| format!(" {origin}"))
}

fn listed(origins: &[String]) -> String {
    origins.iter().map(|origin| format!(" {origin}")).collect()
}

fn text(nonce: &str, media: &str, connect: &str) -> HeaderValue {
    let text = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; \
         img-src 'self' data: blob:{media}; media-src 'self' blob:{media}; connect-src 'self'{connect}; \
         worker-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types labelkeep"
    );
    HeaderValue::from_str(&text).unwrap_or(NOTHING)
}

/// For every answer that is not a page of ours: nothing may be loaded by it.
pub(crate) const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// For the empty page that frames cleaned HTML of task data (SEC-174): it may show pictures, and nothing else.
pub(crate) fn frame(app: &App) -> HeaderValue {
    let text = format!(
        "default-src 'none'; img-src data: blob:{}; style-src 'unsafe-inline'; frame-ancestors 'self'",
        media(app)
    );
    HeaderValue::from_str(&text).unwrap_or(NOTHING)
}
