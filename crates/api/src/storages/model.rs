//! Storages on the wire. Which fields there are is said by the providers.

use labelkeep_services::access::StorageRow;
use labelkeep_services::storages::{self, Change, Field, Kind, Notes, Preview, Provider, Purpose};
use labelkeep_services::{Invalid, ServiceError};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::extract::Strict;
use crate::wire::{Patch, Time, UNREAD, not_null};
use crate::{ApiError, ApiResult};

/// A new storage, changes of one, or what is to be tried.
#[derive(Debug, Deserialize)]
pub(crate) struct StorageIn {
    #[serde(default, deserialize_with = "not_null")]
    pub(super) project: Option<i64>,
    /// A storage that is there: what the body leaves out is taken from it.
    #[serde(default)]
    pub(super) id: Option<i64>,
    /// Of a preview.
    #[serde(default)]
    pub(super) limit: Option<usize>,
    #[serde(default)]
    title: Patch<String>,
    #[serde(default)]
    description: Patch<String>,
    #[serde(default)]
    regex_filter: Patch<String>,
    #[serde(default, deserialize_with = "not_null")]
    use_blob_urls: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    recursive_scan: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    presign: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    presign_ttl: Option<i64>,
    #[serde(default)]
    can_delete_objects: Patch<bool>,
    #[serde(default, deserialize_with = "not_null")]
    synchronizable: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    append_only: Option<bool>,
    #[serde(default)]
    connection: Patch<i64>,
    /// What the provider asks for.
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// Whether a property is this field. The official client has an argument without the underscore.
fn is_named(field: &Field, name: &str) -> bool {
    field.name == name || (field.name == "s3_endpoint" && name == "s3endpoint")
}

impl StorageIn {
    /// Names what nobody reads, when the caller is strict (SEC-119).
    pub(super) fn checked(self, provider: &dyn Provider, purpose: Purpose, strict: &Strict) -> ApiResult<Self> {
        let fields = provider.fields(purpose);
        let mut invalid = Invalid::default();
        for name in self
            .fields
            .keys()
            .filter(|name| !fields.iter().any(|field| is_named(field, name)))
        {
            invalid.add(name, UNREAD);
        }
        if strict.0 {
            invalid.into_result().map_err(ServiceError::from)?;
        }
        Ok(self)
    }

    pub(super) fn project(&self) -> ApiResult<i64> {
        self.project
            .ok_or_else(|| ApiError::field("project", "This field is required."))
    }

    /// What it says; what nobody reads is ignored, or refused when the caller is strict.
    pub(super) fn into_change(self, provider: &dyn Provider, purpose: Purpose) -> ApiResult<Change> {
        let fields = provider.fields(purpose);
        let mut values = Vec::with_capacity(self.fields.len());
        for (name, value) in self.fields {
            let Some(field) = fields.iter().find(|field| is_named(field, &name)) else {
                continue;
            };
            values.push((field.name.to_owned(), text_of(field, value)?));
        }
        Ok(Change {
            title: self.title.into_option(),
            description: self.description.into_option(),
            regex_filter: self.regex_filter.into_option(),
            use_blob_urls: self.use_blob_urls,
            recursive_scan: self.recursive_scan,
            presign: self.presign,
            presign_ttl: self.presign_ttl,
            can_delete_objects: self.can_delete_objects.into_option(),
            synchronizable: self.synchronizable,
            append_only: self.append_only,
            connection: self.connection.into_option(),
            values,
        })
    }
}

/// What a field of a provider is set to; none empties it.
pub(super) fn text_of(field: &Field, value: Value) -> ApiResult<Option<String>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(is_on) if field.kind == Kind::Switch => Ok(Some(is_on.to_string())),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(ApiError::field(field.name, "Not a valid string.")),
    }
}

/// A storage. Secrets are not in it.
pub(super) struct StorageOut<'a>(pub(super) &'a StorageRow);

impl Serialize for StorageOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.0;
        let provider = storages::provider(&row.kind).map_err(S::Error::custom)?;
        let purpose = storages::purpose_of(row);
        let is_source = purpose == Purpose::Source;
        let settings = storages::settings_of(row);
        let meta: Option<&RawValue> = serde_json::from_str(&row.meta).ok();
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("id", &row.id)?;
        out.serialize_entry("type", &row.kind)?;
        out.serialize_entry("synchronizable", &row.synchronizable)?;
        if is_source && provider.signs() {
            out.serialize_entry("presign", &row.presign)?;
        }
        out.serialize_entry("last_sync", &row.last_sync.map(Time))?;
        out.serialize_entry("last_sync_count", &row.last_sync_count)?;
        out.serialize_entry("last_sync_job", &row.last_job_id.map(|id| id.to_string()))?;
        out.serialize_entry("status", &row.status)?;
        out.serialize_entry("traceback", &row.traceback)?;
        out.serialize_entry("meta", &meta)?;
        out.serialize_entry("title", &row.title)?;
        out.serialize_entry("description", &row.description)?;
        out.serialize_entry("created_at", &Time(row.created_at))?;
        for field in shown(provider, purpose) {
            let text = settings.iter().find(|(name, _)| name == field.name);
            let value = text.map(|(_, value)| value.as_str());
            match field.kind {
                Kind::Switch => out.serialize_entry(field.name, &(value == Some("true")))?,
                Kind::Number(usual) => {
                    let number = value.and_then(|text| text.parse().ok()).unwrap_or(usual);
                    out.serialize_entry(field.name, &number)?;
                }
                _ => out.serialize_entry(field.name, &value)?,
            }
        }
        out.serialize_entry("regex_filter", &row.regex_filter)?;
        out.serialize_entry("use_blob_urls", &row.use_blob_urls)?;
        if is_source {
            if provider.signs() {
                out.serialize_entry("presign_ttl", &row.presign_ttl)?;
            }
            out.serialize_entry("recursive_scan", &row.recursive_scan)?;
            out.serialize_entry("append_only", &row.append_only)?;
            out.serialize_entry("events", &row.events_hash.is_some())?;
        } else {
            out.serialize_entry("can_delete_objects", &row.can_delete_objects)?;
        }
        out.serialize_entry("connection", &row.connection_id)?;
        out.serialize_entry("project", &row.project_id)?;
        out.end()
    }
}

fn shown(provider: &dyn Provider, purpose: Purpose) -> impl Iterator<Item = &'static Field> {
    provider
        .fields(purpose)
        .into_iter()
        .filter(|field| !field.kind.is_secret())
}

/// A kind of storage.
#[derive(Serialize)]
pub(super) struct TypeOut {
    name: &'static str,
    title: &'static str,
}

impl TypeOut {
    pub(super) fn of(provider: &dyn Provider) -> Self {
        TypeOut {
            name: provider.kind(),
            title: provider.title(),
        }
    }
}

/// A field of a provider in a form. `ofConnection`: where the storage uses a connection, that one says it.
pub(super) fn field_out(field: &Field) -> Value {
    json!({
        "type": match field.kind {
            Kind::Text => "text",
            Kind::Password => "password",
            Kind::Lines | Kind::SecretLines => "textarea",
            Kind::Number(_) => "counter",
            Kind::Switch => "toggle",
        },
        "name": field.name,
        "label": field.label,
        "required": field.is_required,
        "placeholder": field.placeholder,
        "description": field.help,
        "skipAutofill": field.kind.is_secret(),
        "secret": field.kind.is_secret(),
        "value": match field.kind {
            Kind::Number(usual) => usual.into(),
            Kind::Switch => false.into(),
            _ => Value::Null,
        },
        "min": matches!(field.kind, Kind::Number(_)).then_some(0),
        "when": field.when,
        "unless": field.unless,
        "ofConnection": field.is_of_connection,
    })
}

/// The layout of a form: rows of fields. The server's own credentials are offered where they may be used.
pub(super) fn form(provider: &dyn Provider, purpose: Purpose, has_server: bool) -> Vec<Value> {
    let text = |name: &str, label: &str, is_required: bool| json!({ "type": "text", "name": name, "label": label, "required": is_required });
    let switch = |name: &str, label: &str, help: &str, value: bool| json!({ "type": "toggle", "name": name, "label": label, "description": help, "value": value });
    let row = |columns: usize, fields: Vec<Value>| json!({ "columnCount": columns, "fields": fields });
    let mut rows = vec![row(1, vec![text("title", "Storage name", false)])];
    let is_offered = |field: &Field| field.is_shown && (has_server || field.name != storages::SERVER_CREDENTIALS.name);
    let shown = provider.fields(purpose).into_iter().filter(|field| is_offered(field));
    rows.push(row(2, shown.map(field_out).collect()));
    match purpose {
        Purpose::Source => {
            let filter = json!({
                "type": "text",
                "name": "regex_filter",
                "label": "File filter",
                "placeholder": r".*\.jpg",
                "description": "A regular expression with which the whole key has to begin.",
            });
            let each = switch(
                "use_blob_urls",
                "Each file is one task",
                "Off: files hold tasks, as JSON or JSON Lines.",
                true,
            );
            rows.push(row(1, vec![filter]));
            let mut fields = Vec::new();
            if provider.has_addresses() {
                fields.push(each);
            }
            if provider.has_folders() {
                let help = "Off: only files that lie in the folder itself.";
                fields.push(switch("recursive_scan", "With all folders below", help, false));
            }
            let help = "For stores where new files always come last in the order of names: a sync then skips what it has seen.";
            fields.push(switch("append_only", "New files come last", help, false));
            rows.push(row(2, fields));
            if provider.signs() {
                let help =
                    "The browser gets them from the store itself. Off: through this server, which hides the store.";
                let signed = switch("presign", "Show files by signed links", help, true);
                let minutes = json!({
                    "type": "counter",
                    "name": "presign_ttl",
                    "label": "Minutes that a link works",
                    "min": 1,
                    "max": 60,
                    "value": 1,
                });
                rows.push(row(2, vec![signed, minutes]));
            }
        }
        Purpose::Target => {
            let help = "Off: what was written stays.";
            let deletes = switch(
                "can_delete_objects",
                "Delete objects of deleted annotations",
                help,
                false,
            );
            rows.push(row(1, vec![deletes]));
        }
    }
    rows
}

/// Objects that a storage would take.
#[derive(Serialize)]
pub(super) struct FilesOut<'a> {
    files: Vec<FileOut<'a>>,
}

#[derive(Serialize)]
struct FileOut<'a> {
    key: Option<&'a str>,
    last_modified: Option<Time>,
    size: Option<u64>,
}

impl<'a> FilesOut<'a> {
    pub(super) fn of(preview: &'a Preview) -> Self {
        let mut files: Vec<_> = preview
            .objects
            .iter()
            .map(|object| FileOut {
                key: Some(&object.key),
                last_modified: object.modified.map(Time),
                size: Some(object.size),
            })
            .collect();
        if preview.is_cut {
            files.push(FileOut {
                key: None,
                last_modified: None,
                size: None,
            });
        }
        FilesOut { files }
    }
}

/// What there is to say about a storage.
#[derive(Serialize)]
pub(super) struct NotesOut<'a> {
    waiting: i64,
    failed: i64,
    annotations: Vec<FailureOut<'a>>,
    objects: Vec<ObjectOut<'a>>,
}

#[derive(Serialize)]
struct FailureOut<'a> {
    annotation: i64,
    error: &'a str,
}

#[derive(Serialize)]
struct ObjectOut<'a> {
    key: &'a str,
    has_changed: bool,
    problem: Option<&'a str>,
}

impl<'a> NotesOut<'a> {
    pub(super) fn of(notes: &'a Notes) -> Self {
        NotesOut {
            waiting: notes.waiting,
            failed: notes.failed,
            annotations: notes
                .failures
                .iter()
                .map(|(annotation, error)| FailureOut {
                    annotation: *annotation,
                    error,
                })
                .collect(),
            objects: notes
                .objects
                .iter()
                .map(|object| ObjectOut {
                    key: &object.object_key,
                    has_changed: object.has_changed,
                    problem: object.problem.as_deref(),
                })
                .collect(),
        }
    }
}
