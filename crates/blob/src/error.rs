//! What goes wrong with object stores, in words for who connected one. Neither bodies of answers nor texts of libraries are in them
//! (SEC-143).

use std::fmt;

use labelkeep_net::NetError;

/// Whose fault it is, and so what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A field is missing or wrong; its name, when it is one.
    Input(Option<&'static str>),
    /// Keys lack a right.
    Denied,
    /// Keys are wrong, or not good any more: nothing else will be given for them either.
    Keys,
    /// There is no such bucket, folder or object.
    Missing,
    /// The part that was asked for is not in the object.
    Range,
    /// It may work later: no connection, too many requests, a fault of the store.
    Later,
    /// The guard of outgoing requests refused the address.
    Guard(NetError),
    /// What came back is not what such a store answers.
    Unknown,
}

/// Why an object store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobError {
    /// What kind it is.
    pub fault: Fault,
    /// For people.
    pub text: String,
}

impl BlobError {
    pub(crate) fn new(fault: Fault, text: impl Into<String>) -> Self {
        BlobError {
            fault,
            text: text.into(),
        }
    }

    pub(crate) fn field(name: &'static str, text: impl Into<String>) -> Self {
        BlobError::new(Fault::Input(Some(name)), text)
    }

    pub(crate) fn missing(text: impl Into<String>) -> Self {
        BlobError::new(Fault::Missing, text)
    }

    pub(crate) fn later(text: impl Into<String>) -> Self {
        BlobError::new(Fault::Later, text)
    }

    /// The field that is missing or wrong, when it is one.
    pub fn field_name(&self) -> Option<&'static str> {
        match self.fault {
            Fault::Input(name) => name,
            _ => None,
        }
    }

    /// Whether the same request may succeed another time.
    pub fn may_pass(&self) -> bool {
        self.fault == Fault::Later
    }
}

impl From<NetError> for BlobError {
    fn from(error: NetError) -> Self {
        let text = error.to_string();
        let fault = match &error {
            error if error.is_forbidden() => Fault::Guard(error.clone()),
            NetError::InvalidUrl { .. } => Fault::Input(None),
            NetError::Unreachable | NetError::TimedOut | NetError::Interrupted => {
                return BlobError::later(match error {
                    NetError::Unreachable => {
                        "The storage could not be reached: look whether its address is right, and whether it answers there"
                    }
                    NetError::TimedOut => "The storage took too long to answer",
                    _ => "The connection to the storage ended before the answer was complete",
                });
            }
            _ => Fault::Unknown,
        };
        BlobError { fault, text }
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for BlobError {}
