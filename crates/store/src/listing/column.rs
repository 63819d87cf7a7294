//! The columns of a list of tasks.

/// What a column holds, and so what may be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A time, in microseconds.
    Time,
    /// True or false.
    Boolean,
    /// A text.
    Text,
    /// People.
    People,
    /// The results of annotations or predictions.
    Results,
    /// Ids of annotations.
    Ids,
    /// Names of model versions.
    Versions,
}

/// A key of task data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataField {
    /// Its name; with `__` between keys, when it lies deeper.
    pub key: String,
    /// Tasks that were imported before the key was known have its value under `$undefined$`.
    pub or_undefined: bool,
    /// Its values are numbers: how it is compared and put in order.
    pub as_number: bool,
    /// The complete index of its values, when there is one (`task_field.field_id`).
    pub index: Option<i64>,
    /// Up to which task the text index of the project reaches, when there is one.
    pub text_index: Option<TextIndex>,
}

/// A text index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextIndex {
    /// The project's first task.
    pub from: i64,
    /// Every task up to this one is in it.
    pub until: i64,
}

macro_rules! columns {
    ($($(#[doc = $about:literal])* $name:ident $wire:literal $kind:ident),+ $(,)?) => {
        /// A column.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Column {
            $($(#[doc = $about])* $name,)+
            /// A key of task data.
            Data(DataField),
        }

        impl Column {
            /// The columns that every project has.
            pub const BUILT_IN: &[Column] = &[$(Column::$name),+];

            /// Its name on the wire; of a data column its key, without `data.`.
            pub fn name(&self) -> &str {
                match self {
                    $(Column::$name => $wire,)+
                    Column::Data(field) => &field.key,
                }
            }

            /// What it holds.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Column::$name => Kind::$kind,)+
                    Column::Data(field) if field.as_number => Kind::Number,
                    Column::Data(_) => Kind::Text,
                }
            }
        }
    };
}

columns! {
    /// The task's id.
    Id "id" Number,
    /// Its number in the project.
    InnerId "inner_id" Number,
    /// When its newest annotation was made, once it is labeled.
    CompletedAt "completed_at" Time,
    /// Annotations that are not skipped.
    TotalAnnotations "total_annotations" Number,
    /// Skipped ones.
    CancelledAnnotations "cancelled_annotations" Number,
    /// Predictions.
    TotalPredictions "total_predictions" Number,
    /// Who has annotated it.
    Annotators "annotators" People,
    /// Results of its annotations.
    AnnotationsResults "annotations_results" Results,
    /// Ids of its annotations.
    AnnotationsIds "annotations_ids" Ids,
    /// Mean score of its predictions.
    PredictionsScore "predictions_score" Number,
    /// Model versions of its predictions.
    PredictionsModelVersions "predictions_model_versions" Versions,
    /// Results of its predictions.
    PredictionsResults "predictions_results" Results,
    /// The name of the uploaded file from which it came.
    FileUpload "file_upload" Text,
    /// The name of the object in a storage from which it came.
    StorageFilename "storage_filename" Text,
    /// When it was made.
    CreatedAt "created_at" Time,
    /// When it or its annotations last changed.
    UpdatedAt "updated_at" Time,
    /// Who changed it last.
    UpdatedBy "updated_by" People,
    /// Mean time of its annotations, in seconds.
    AverageLeadTime "avg_lead_time" Number,
    /// Whether somebody has a draft.
    DraftExists "draft_exists" Boolean,
    /// Whether it is labeled as often as it should be.
    IsLabeled "is_labeled" Boolean,
    /// Whether one of its annotations is the ground truth.
    GroundTruth "ground_truth" Boolean,
    /// Whether it may be skipped.
    AllowSkip "allow_skip" Boolean,
    /// How many people should annotate it.
    Overlap "overlap" Number,
    /// Annotators to whom it is assigned.
    Assigned "assigned" People,
}

impl Column {
    /// The built-in column of this name.
    pub fn built_in(name: &str) -> Option<Column> {
        Self::BUILT_IN.iter().find(|column| column.name() == name).cloned()
    }

    /// Whether it tells of the work of others: left out for whoever sees only their own.
    pub fn names_others(&self) -> bool {
        matches!(self, Column::Annotators | Column::UpdatedBy | Column::Assigned)
    }

    /// Whether every task has a value.
    pub(super) fn is_always_there(&self) -> bool {
        self.kind() == Kind::Boolean
            || matches!(
                self,
                Column::Id
                    | Column::InnerId
                    | Column::TotalAnnotations
                    | Column::CancelledAnnotations
                    | Column::TotalPredictions
                    | Column::Overlap
                    | Column::CreatedAt
                    | Column::UpdatedAt
            )
    }

    /// Whether lists can be put in its order.
    pub fn is_orderable(&self) -> bool {
        !matches!(self.kind(), Kind::People | Kind::Results | Kind::Versions | Kind::Ids)
    }
}
