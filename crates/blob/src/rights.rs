//! Rights of keys beyond what a storage is for (SEC-196): they are looked for where nothing is done by it, and said as a hint.

use crate::Purpose;

/// A right that keys have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// To list the objects of the bucket.
    List,
    /// To read objects.
    Read,
    /// To write objects.
    Write,
    /// To delete objects.
    Delete,
    /// To list the other buckets of the account.
    Buckets,
    /// To everything in the account.
    Everything,
}

impl Right {
    /// Whether a storage makes use of it.
    pub(crate) fn is_needed(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Source => matches!(self, Right::List | Right::Read),
            Purpose::Target => self == Right::Write,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Right::List => "list what is there",
            Right::Read => "read objects",
            Right::Write => "write objects",
            Right::Delete => "delete objects",
            Right::Buckets => "list other buckets",
            Right::Everything => "do everything in the account",
        }
    }
}

/// What to say about rights that are not needed; nothing when there are none.
pub fn hint(purpose: Purpose, mut beyond: Vec<Right>) -> Option<String> {
    beyond.sort_unstable();
    beyond.dedup();
    let words: Vec<_> = beyond.into_iter().map(Right::in_words).collect();
    let (last, others) = words.split_last()?;
    let list = match others {
        [] => (*last).to_owned(),
        others => format!("{} and {last}", others.join(", ")),
    };
    let enough = match purpose {
        Purpose::Source => "list and read",
        Purpose::Target => "write, and delete if that is chosen,",
    };
    Some(format!(
        "These credentials may also {list}. Ones that may only {enough} are enough, and safer."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_196_rights_beyond_are_said_in_words() {
        assert_eq!(hint(Purpose::Source, Vec::new()), None);
        assert_eq!(
            hint(Purpose::Source, vec![Right::Buckets, Right::Write, Right::Write]).as_deref(),
            Some(
                "These credentials may also write objects and list other buckets. Ones that may only list and read are enough, and safer."
            )
        );
        let target = hint(Purpose::Target, vec![Right::Read]).expect("a hint");
        assert!(
            target.contains("may also read objects.") && target.contains("may only write"),
            "{target}"
        );
    }
}
