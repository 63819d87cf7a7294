//! Tasks: pages of them, one with all that hangs on it, and their changes.

mod read;
mod removal;
pub(crate) mod weight;
mod write;

pub use read::{
    Depth, Page, People, Person, TaskWithParts, annotations, detail, narrow_annotation, neighbour, page, people,
    project_of, shown_data,
};
pub(crate) use read::{facts_of, with_parts};
pub use removal::{delete, delete_all, delete_many};
pub(crate) use write::change_columns;
pub use write::{Change, NewWork, create, update};
