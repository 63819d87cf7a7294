//! Pages, and what the server says of itself.

use crate::routes::{Open, Routes, get};
use crate::{pages, service};

/// Pages: HTML for people.
pub(super) fn pages() -> Routes {
    Routes::new()
        .route("/", get(pages::app::page).open(Open::Page))
        .route("/projects/", get(pages::app::page).open(Open::Page))
        .route("/projects/{id}/", get(pages::app::page).open(Open::Page))
        .route("/projects/{id}/{*rest}", get(pages::app::page).open(Open::Page))
        .route("/people/", get(pages::app::page).open(Open::Page))
        .route("/organization/", get(pages::app::page).open(Open::Page))
        .route("/organization/{*rest}", get(pages::app::page).open(Open::Page))
        .route("/models/", get(pages::app::page).open(Open::Page))
        .route("/user/account/", get(pages::app::page).open(Open::Page))
        .route("/user/account/{*rest}", get(pages::app::page).open(Open::Page))
        .route(
            "/user/login/",
            get(pages::login::show)
                .open(Open::SignIn)
                .post(pages::login::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/signup/",
            get(pages::signup::show)
                .open(Open::SignIn)
                .post(pages::signup::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/reset/",
            get(pages::reset::show)
                .open(Open::SignIn)
                .post(pages::reset::submit)
                .open(Open::SignIn),
        )
        .route(
            "/user/verify-email/",
            get(pages::verify::show)
                .open(Open::OwnProof)
                .post(pages::verify::submit)
                .open(Open::OwnProof),
        )
        .route(
            "/logout/",
            get(pages::logout::show)
                .open(Open::SignIn)
                .post(pages::logout::submit)
                .open(Open::SignIn),
        )
        .route("/frame.html", get(pages::app::frame).open(Open::Page))
        .route("/data/avatars/{name}", get(pages::files::avatar).own())
}

/// About the server: open to everybody but the flags.
pub(super) fn service() -> Routes {
    Routes::new()
        .route("/api/version/", get(service::version::json).open(Open::Health))
        .route("/version/", get(service::version::page).open(Open::Health))
        .route("/health/", get(service::health::health).open(Open::Health))
        .route("/metrics/", get(service::health::metrics).open(Open::Health))
        .route(
            "/__lsa/",
            get(service::health::beacon)
                .open(Open::Public)
                .post(service::health::beacon)
                .open(Open::Public),
        )
        .route("/feature-flags/", get(service::flags::list).own())
        .route(
            "/.well-known/security.txt",
            get(service::security_txt::read).open(Open::Public),
        )
}
