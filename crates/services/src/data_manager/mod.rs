//! The data manager: lists of tasks with columns, filters and order, the views in which people keep them, and what is done to the
//! tasks of a list.

pub mod actions;
pub mod columns;
pub mod events;
pub mod index;
pub mod list;
mod pace;
pub mod places;
mod predicate;
pub mod query;
pub mod statistics;
pub mod trash;
pub mod views;
