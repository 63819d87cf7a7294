//! Fields of a change that may be left out, emptied or given.

use serde::{Deserialize, Deserializer};

/// A field of a PATCH body. Give it `#[serde(default)]`, so that a missing one is [`Patch::Absent`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Not in the body: stays as it is.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value.
    Value(T),
}

impl<T> Patch<T> {
    /// The value, if one was given.
    pub fn value(self) -> Option<T> {
        match self {
            Patch::Value(value) => Some(value),
            Patch::Absent | Patch::Null => None,
        }
    }

    /// Sets a field that may not be empty; `null` is an error under the field's name.
    pub fn apply(self, name: &str, target: &mut T, errors: &mut labelkeep_services::Invalid) {
        match self {
            Patch::Absent => {}
            Patch::Null => errors.add(name, "This field may not be null."),
            Patch::Value(value) => *target = value,
        }
    }

    /// `None` when absent, `Some(None)` when null.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Patch::Absent => None,
            Patch::Null => Some(None),
            Patch::Value(value) => Some(Some(value)),
        }
    }
}

/// For a field that may be left out but not be null: `#[serde(default, deserialize_with = "not_null")]`.
pub(crate) fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Patch::Value(value),
            None => Patch::Null,
        })
    }
}
