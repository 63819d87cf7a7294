//! The built browser app, embedded in the binary. In debug builds the files are read from `web/app/dist` each time, so
//! that a new build of the app needs no new build of the server.

mod asset;
mod page;

pub use asset::{Asset, asset};
pub use page::{Page, render};

/// What `npm run build` in `web/` leaves behind. Empty when it has not run.
#[derive(rust_embed::Embed)]
#[folder = "../../web/app/dist"]
#[allow_missing = true]
struct Built;
