//! Integration tests of the labeling language.

mod cases;
mod hostile;
mod registry;
mod speed;
