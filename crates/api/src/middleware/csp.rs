//! Content security policy (SEC-041). What attack: markup of somebody else that gets into a page must not run scripts,
//! load styles or send data away. Scripts come from our own files only; styles from our files or with this answer's nonce.

use http::HeaderValue;

use crate::App;

/// A policy for a page that carries this nonce.
pub(crate) fn policy(app: &App, nonce: &str) -> HeaderValue {
    // On one's own machine, pictures and model servers are often served by another local port.
    let local = if app.settings.local {
        " http://localhost:* http://127.0.0.1:*"
    } else {
        ""
    };
    let connect: String = app
        .settings
        .csp_connect_origins
        .iter()
        .map(|origin| format!(" {origin}"))
        .collect();
    text(nonce, local, &connect)
}

/// The same for pages that show nothing from anywhere: errors.
pub(crate) fn plain(nonce: &str) -> HeaderValue {
    text(nonce, "", "")
}

fn text(nonce: &str, local: &str, connect: &str) -> HeaderValue {
    let text = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; \
         img-src 'self' data: blob: https:{local}; media-src 'self' blob: https:{local}; connect-src 'self'{connect}{local}; \
         worker-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types labelkeep"
    );
    HeaderValue::from_str(&text).unwrap_or(NOTHING)
}

/// For every answer that is not a page of ours: nothing may be loaded by it.
pub(crate) const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// For the empty page that frames cleaned HTML of task data (SEC-174): it may show pictures, and nothing else.
pub(crate) fn frame(app: &App) -> HeaderValue {
    let local = if app.settings.local {
        " http://localhost:* http://127.0.0.1:*"
    } else {
        ""
    };
    let text = format!(
        "default-src 'none'; img-src data: blob: https:{local}; style-src 'unsafe-inline'; frame-ancestors 'self'"
    );
    HeaderValue::from_str(&text).unwrap_or(NOTHING)
}
