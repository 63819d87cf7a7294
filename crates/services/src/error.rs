//! The errors of this room. `api::error` alone turns them into status codes.

use labelkeep_store::StoreError;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such object, or the actor may not know that there is. Holds its name in the singular, as in "Project".
    #[error("No {0} matches the given query.")]
    NotFound(&'static str),
    /// Nothing to give, with its own text (an empty queue).
    #[error("{0}")]
    Nothing(String),
    /// The actor sees the object but may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The session's person has to prove again who they are (SEC-032).
    #[error("Confirm that it is you: your last sign-in is more than ten minutes ago.")]
    Reauthenticate,
    /// The input is wrong; nothing has changed.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// The object has changed since the actor read it, or the same thing exists already.
    #[error("{0}")]
    Conflict(String),
    /// The input is larger than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// Too many attempts; try again after so many seconds.
    #[error("Too many attempts. Try again in {0} seconds.")]
    TooMany(u64),
    /// Busy; try again after so many seconds.
    #[error("The server is busy. Try again in {0} seconds.")]
    Busy(u64),
    /// The object's property cannot be changed this way (the wire answers 405).
    #[error("{0}")]
    ReadOnly(String),
    /// The database failed. The text is for the log only.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of ours could not be read or written. The text is for the log only.
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    /// The store in which files of ours lie did not do what it was asked. The text is for the log only.
    #[error("store of files: {0}")]
    Files(#[from] labelkeep_blob::BlobError),
    /// Something that cannot happen did. The text is for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl ServiceError {
    /// Whether it was a fault of ours, of which nobody who asks is the cause: the same may go well another time.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            ServiceError::Store(_) | ServiceError::File(_) | ServiceError::Files(_) | ServiceError::Internal(_)
        )
    }
}

/// What is wrong with the input, by field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invalid {
    /// Field name and texts; errors of the whole input are under `non_field_errors`.
    pub fields: Vec<(String, Vec<String>)>,
}

impl Invalid {
    /// One text about one field.
    pub fn field(name: impl Into<String>, text: impl Into<String>) -> Self {
        Invalid {
            fields: vec![(name.into(), vec![text.into()])],
        }
    }

    /// One text about the whole input.
    pub fn whole(text: impl Into<String>) -> Self {
        Invalid::field("non_field_errors", text)
    }

    /// Adds a text about a field.
    pub fn add(&mut self, name: &str, text: impl Into<String>) {
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some((_, texts)) => texts.push(text.into()),
            None => self.fields.push((name.to_owned(), vec![text.into()])),
        }
    }

    /// `Ok` when nothing is wrong.
    pub fn into_result(self) -> Result<(), Invalid> {
        if self.fields.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (field, texts)) in self.fields.iter().enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(formatter, "{separator}{field}: {}", texts.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}
