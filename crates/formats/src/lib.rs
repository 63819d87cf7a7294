//! Importers (bytes → tasks) and exporters (tasks → bytes) over `Read` and `Write`.
//!
//! Each format is one file behind one small trait or function; nothing here knows databases, networks or clocks. The
//! exact rules of each format are those of the reference that clients and training code rely on; where ours differs,
//! `docs/compatibility.md` says so.

pub mod brush;
pub mod datasets;
pub mod export;
mod file_name;
pub mod import;
mod parquet;
mod picture;
mod picture_size;
mod portrait;
mod svg;
mod thumbnail;

pub use file_name::clean_file_name;
pub use picture_size::of as picture_size;
pub use portrait::{PORTRAIT_BYTES, PortraitError, portrait};
pub use svg::clean_svg;
pub use thumbnail::{THUMBNAIL_BYTES, Thumbnail, thumbnail};
