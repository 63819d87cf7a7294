//! Which tasks and annotations an export takes, and how much of what hangs on them it writes.

use labelkeep_store::annotations::AnnotationRow;
use labelkeep_store::exports::SnapshotRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A selection. The default is that of the export in one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Only tasks that a view of the data manager shows: its filters and selection, as they were when the export was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Value>,
    /// Only tasks that somebody skipped, or that nobody did.
    pub skipped: Option<bool>,
    /// Only tasks that are labeled, or that are not.
    pub finished: Option<bool>,
    /// Only tasks with an annotation that is not skipped, or without.
    pub annotated: Option<bool>,
    /// Only tasks of which an annotation is kept.
    pub only_with_annotations: bool,
    /// Which annotations are kept; none: all.
    pub annotations: Option<Kept>,
    /// Drafts are written whole, not by their number.
    pub expand_drafts: bool,
    /// The same for predictions.
    pub expand_predictions: bool,
    /// The same for those who annotated.
    pub expand_annotators: bool,
    /// Boxes on video get the frames between their key frames.
    pub interpolate: bool,
}

impl Default for Selection {
    fn default() -> Self {
        Selection {
            view: None,
            skipped: None,
            finished: None,
            annotated: None,
            only_with_annotations: false,
            annotations: None,
            expand_drafts: true,
            expand_predictions: false,
            expand_annotators: false,
            interpolate: false,
        }
    }
}

/// Annotations of any of these kinds are kept; of all kinds when none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Neither skipped nor ground truth.
    pub usual: bool,
    /// Ground truth.
    pub ground_truth: bool,
    /// Skipped.
    pub skipped: bool,
}

impl Selection {
    /// What a snapshot was asked to take; none when that cannot be read.
    pub(super) fn of(row: &SnapshotRow) -> Option<Selection> {
        let options: Value = serde_json::from_str(&row.options).ok()?;
        serde_json::from_value(options.get("selection")?.clone()).ok()
    }

    /// Whether the annotation is kept.
    pub(super) fn takes(&self, row: &AnnotationRow) -> bool {
        let Some(kept) = self.annotations else { return true };
        if !(kept.usual || kept.ground_truth || kept.skipped) {
            return true;
        }
        kept.usual && !row.was_cancelled && !row.ground_truth
            || kept.ground_truth && row.ground_truth
            || kept.skipped && row.was_cancelled
    }
}
