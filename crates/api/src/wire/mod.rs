//! Small types that wire models are made of.

pub mod answer;
mod base64url;
mod choice;
mod entries;
mod field;
mod json_array;
mod page;
mod patch;
pub mod ranged;
mod raw;
pub mod small;
pub mod stored;
mod strict;
mod time;
mod unread;

pub use base64url::Base64Url;
pub use choice::FieldChoice;
pub use field::parse_error;
pub(crate) use field::{Extra, read_fields, read_items, read_object};
pub use json_array::JsonArray;
pub use page::{Paged, Window};
pub use patch::Patch;
pub(crate) use patch::not_null;
pub use raw::Raw;
pub use strict::check as check_json;
pub use time::{Time, created_ago, fmt_time};
pub(crate) use time::{WRONG_TIME, parse_time};
pub(crate) use unread::UNREAD;
