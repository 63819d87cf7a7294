//! What can be wrong with a file.

/// Why an import ended.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bytes are not of the format; line and column count from 1.
    #[error("{message}: line {line} column {column}")]
    Syntax {
        /// What is wrong.
        message: String,
        /// Line.
        line: u64,
        /// Column in bytes.
        column: u64,
    },
    /// An item is wrong; counts from 0.
    #[error("Error at item {index}: {message}")]
    Item {
        /// Which one.
        index: u64,
        /// What is wrong.
        message: String,
    },
    /// A row of a table is wrong; the header is line 1.
    #[error("Error in line {line}: {message}")]
    Row {
        /// Line of the file.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The whole file is wrong.
    #[error("{0}")]
    Whole(String),
    /// More than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// The receiver wants no more.
    #[error("the import was stopped")]
    Stopped,
    /// The bytes could not be read.
    #[error("{0}")]
    Read(std::io::Error),
}

impl ImportError {
    /// The whole file is wrong.
    pub fn whole(text: impl Into<String>) -> Self {
        ImportError::Whole(text.into())
    }
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::FileTooLarge => ImportError::TooLarge(error.to_string()),
            std::io::ErrorKind::InvalidData => {
                ImportError::Whole("The file is not UTF-8 text. Save it as UTF-8.".to_owned())
            }
            _ => ImportError::Read(error),
        }
    }
}
