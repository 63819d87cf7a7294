//! Each class of weakness that was published about labeling tools, tried on us.

mod fetching;
mod files;
mod filters;
mod keys;
mod paths;
mod scripts;
mod takeover;

/// What must never come out, whoever asks: how a password is kept.
const HASH: &str = "$argon2id$";
