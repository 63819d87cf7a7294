//! What somebody wants a storage to be, checked.

use labelkeep_blob::{BlobError, Bucket, Field, Provider, Purpose, Values};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::sqlite_functions::pattern_of;
use labelkeep_store::storages::{StorageFields, StorageRow};

use super::connections::{self, ConnectionRow};
use super::{opened, purpose_of, untouched};
use crate::{Invalid, Result, Services};

/// Changes of a storage; `None` leaves a field as it is. Also what a new one is made of.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // the fields of the compatible API
pub struct Change {
    pub title: Option<Option<String>>,
    pub description: Option<Option<String>>,
    pub regex_filter: Option<Option<String>>,
    pub use_blob_urls: Option<bool>,
    pub recursive_scan: Option<bool>,
    pub presign: Option<bool>,
    pub presign_ttl: Option<i64>,
    pub can_delete_objects: Option<Option<bool>>,
    pub synchronizable: Option<bool>,
    /// Whether new objects only come behind those that are there; then syncs go on behind the last key.
    pub append_only: Option<bool>,
    /// The connection of the organization whose keys it uses; `Some(None)`: keys of its own.
    pub connection: Option<Option<i64>>,
    /// Fields of the provider; `None` empties one.
    pub values: Vec<(String, Option<String>)>,
}

/// A storage as it is to be.
#[derive(Clone)]
pub(super) struct Wanted {
    provider: &'static dyn Provider,
    purpose: Purpose,
    settings: Values,
    pub(super) secrets: Values,
    title: Option<String>,
    description: Option<String>,
    regex_filter: Option<String>,
    use_blob_urls: bool,
    pub(super) recursive_scan: bool,
    presign: bool,
    presign_ttl: i64,
    can_delete_objects: Option<bool>,
    synchronizable: bool,
    append_only: bool,
    connection: Option<ConnectionRow>,
}

/// Whether a key matches.
type Matches = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Which keys a source takes.
pub(super) struct Filter(Option<Matches>);

impl Filter {
    /// A filter of people: it has to match from the first character of the key. It takes linear time (SEC-228).
    pub(super) fn new(regex: Option<&str>) -> Result<Filter> {
        let Some(regex) = regex.filter(|regex| !regex.is_empty()) else {
            return Ok(Filter(None));
        };
        let wrong = || {
            Invalid::field(
                "regex_filter",
                "This is not a valid regular expression, or it is too large.",
            )
        };
        if regex.chars().count() > 1_024 {
            return Err(wrong().into());
        }
        // By itself, too: a pattern that closes the group around it is none.
        pattern_of(regex).ok_or_else(wrong)?;
        let pattern = pattern_of(&format!("^(?:{regex})")).ok_or_else(wrong)?;
        Ok(Filter(Some(Box::new(move |key| pattern.is_match(key)))))
    }

    pub(super) fn takes(&self, key: &str) -> bool {
        self.0.as_ref().is_none_or(|matches| matches(key))
    }
}

/// Longest title, in characters.
const TITLE_MAX: usize = 256;
/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 10_000;
/// Longest value of a field, in bytes.
const VALUE_MAX: usize = 16 * 1024;
/// Longest life of a signed link, in minutes (SEC-189).
const TTL_MAX: i64 = 60;

impl Wanted {
    /// A new storage.
    pub(super) fn new(
        provider: &'static dyn Provider,
        purpose: Purpose,
        connection: Option<ConnectionRow>,
        change: Change,
    ) -> Result<Wanted> {
        let empty = Wanted {
            provider,
            purpose,
            settings: Values::default(),
            secrets: Values::default(),
            title: None,
            description: None,
            regex_filter: None,
            use_blob_urls: false,
            recursive_scan: false,
            presign: true,
            presign_ttl: 1,
            can_delete_objects: None,
            synchronizable: true,
            append_only: false,
            connection,
        };
        empty.changed(change)
    }

    /// A storage that is there, changed.
    pub(super) fn of(
        services: &Services,
        provider: &'static dyn Provider,
        row: &StorageRow,
        connection: Option<ConnectionRow>,
        change: Change,
    ) -> Result<Wanted> {
        let known = Wanted {
            provider,
            purpose: purpose_of(row),
            settings: opened::settings(row),
            secrets: opened::secrets(services, row)?,
            title: row.title.clone(),
            description: row.description.clone(),
            regex_filter: row.regex_filter.clone(),
            use_blob_urls: row.use_blob_urls,
            recursive_scan: row.recursive_scan,
            presign: row.presign,
            presign_ttl: row.presign_ttl,
            can_delete_objects: row.can_delete_objects,
            synchronizable: row.synchronizable,
            append_only: row.append_only,
            connection,
        };
        known.changed(change)
    }

    fn changed(mut self, change: Change) -> Result<Wanted> {
        let mut invalid = Invalid::default();
        let fields = self.provider.fields(self.purpose);
        let moved = change.values.iter().any(|(name, value)| {
            let field = fields.iter().find(|field| field.name == name);
            field.is_some_and(|field| field.moves(value.as_deref(), &self.settings, &self.secrets))
        });
        // Keys go to nobody but the one that they were given for (SEC-150).
        if moved {
            self.secrets = Values::default();
        }
        // What a connection says, a storage does not say.
        let is_said = self.connection.is_some();
        if is_said {
            self.secrets = Values::default();
        }
        for (name, value) in &change.values {
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                continue;
            };
            let text = value.as_deref().unwrap_or_default();
            if is_said && field.is_of_connection {
                if !text.is_empty() {
                    invalid.add(name, "The connection says this. Leave it away, or take no connection.");
                }
                continue;
            }
            if text.len() > VALUE_MAX || text.contains('\0') {
                invalid.add(name, "This value is too long, or has characters that it cannot have.");
            }
            if let Err(text) = field.put(value.as_deref(), &mut self.settings, &mut self.secrets) {
                invalid.add(name, text);
            }
        }
        for field in fields.iter().filter(|field| is_said && field.is_of_connection) {
            self.settings.set(field.name, "");
        }
        // Who enters keys wants them to be used.
        for (name, value) in &change.values {
            let field = fields.iter().find(|field| field.name == name);
            let is_entered = value.as_deref().is_some_and(|value| !value.is_empty());
            if let Some(switch) = field.and_then(|field| field.unless)
                && is_entered
                && !change.values.iter().any(|(name, _)| name == switch)
            {
                self.settings.set(switch, "");
            }
        }
        // What a switch makes superfluous is not kept.
        for field in &fields {
            if field.unless.is_some_and(|switch| self.settings.is_on(switch)) {
                self.settings.set(field.name, "");
                self.secrets.set(field.name, "");
            }
        }
        if let Some(title) = change.title {
            let title = title.as_deref().map(crate::names::plain);
            if title.as_ref().is_some_and(|title| title.chars().count() > TITLE_MAX) {
                invalid.add("title", "Ensure this field has no more than 256 characters.");
            }
            self.title = title;
        }
        if let Some(regex) = change.regex_filter {
            self.regex_filter = regex.filter(|regex| !regex.is_empty());
        }
        if let Some(minutes) = change.presign_ttl {
            if !(0..=TTL_MAX).contains(&minutes) {
                invalid.add("presign_ttl", "A signed link lives between 1 and 60 minutes.");
            }
            self.presign_ttl = minutes.clamp(1, TTL_MAX);
        }
        if let Some(Some(description)) = &change.description
            && description.chars().count() > DESCRIPTION_MAX
        {
            invalid.add("description", "Ensure this field has no more than 10000 characters.");
        }
        self.description = change.description.unwrap_or(self.description);
        self.use_blob_urls = change.use_blob_urls.unwrap_or(self.use_blob_urls);
        self.recursive_scan = change.recursive_scan.unwrap_or(self.recursive_scan);
        self.presign = change.presign.unwrap_or(self.presign);
        self.can_delete_objects = change.can_delete_objects.unwrap_or(self.can_delete_objects);
        self.synchronizable = change.synchronizable.unwrap_or(self.synchronizable);
        self.append_only = change.append_only.unwrap_or(self.append_only);
        if self.use_blob_urls && !self.provider.has_addresses() {
            let text = "What is stored there has no addresses: it is read as tasks.";
            invalid.add("use_blob_urls", text);
        }
        invalid.into_result()?;
        self.filter()?;
        if let Some(connection) = &self.connection {
            connections::check_place(connection, self.provider, &self.settings)?;
        }
        Ok(self)
    }

    /// Whether it is to be a source.
    pub(super) fn is_source(&self) -> bool {
        self.purpose == Purpose::Source
    }

    /// Whether it is to delete objects.
    pub(super) fn deletes(&self) -> bool {
        self.can_delete_objects == Some(true)
    }

    /// Refuses what a project does not allow whose media the server never touches.
    pub(super) fn check_untouched(&self, project: &ProjectRow) -> Result<()> {
        untouched::check_source(project, self.provider, self.purpose, self.use_blob_urls, self.presign)
    }

    pub(super) fn filter(&self) -> Result<Filter> {
        Filter::new(self.regex_filter.as_deref())
    }

    pub(super) fn open(&self, services: &Services, organization_id: i64) -> Result<Result<Box<dyn Bucket>, BlobError>> {
        let mut values = self.settings.clone();
        for (name, value) in self.secrets.iter() {
            values.set(name, value);
        }
        if let Some(connection) = &self.connection {
            connections::over(services, connection, &mut values)?;
        }
        let world = opened::world(services, organization_id);
        Ok(self.provider.open(&values, self.purpose, &world))
    }

    /// Whether other objects are taken than before, so that nothing is known of how far a sync has come.
    pub(super) fn reads_elsewhere(&self, row: &StorageRow) -> bool {
        let known = opened::settings(row);
        let differs = |field: &&Field| self.settings.get(field.name) != known.get(field.name);
        self.provider.fields(self.purpose).iter().any(differs)
            || self.connection.as_ref().map(|connection| connection.id) != row.connection_id
            || self.regex_filter != row.regex_filter
            || self.recursive_scan != row.recursive_scan
            || self.use_blob_urls != row.use_blob_urls
    }

    pub(super) fn fields(&self) -> Result<StorageFields> {
        Ok(StorageFields {
            title: self.title.clone(),
            description: self.description.clone(),
            settings: opened::written(&self.settings)?,
            regex_filter: self.regex_filter.clone(),
            use_blob_urls: self.use_blob_urls,
            recursive_scan: self.recursive_scan,
            presign: self.presign,
            presign_ttl: self.presign_ttl,
            can_delete_objects: self.can_delete_objects,
            synchronizable: self.synchronizable,
            connection_id: self.connection.as_ref().map(|connection| connection.id),
            append_only: self.append_only,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn sec_228_filters_match_from_the_first_character_in_linear_time() {
        let takes = |regex: &str, key: &str| Filter::new(Some(regex)).expect("a pattern").takes(key);
        assert!(takes(".*jpg", "a.jpg.txt"), "the end is open");
        assert!(!takes(r".*\.jpg", "x/y.JPG"));
        assert!(!takes("jpg", "a.jpg"));
        assert!(takes("a|b", "b.txt"));
        assert!(takes("(a+)+", &"a".repeat(100_000)));
        for bad in ["(", "a)(", "(?=a)", r"(a)\1", &"a".repeat(1_025), "(a{1000}){1000}"] {
            assert!(Filter::new(Some(bad)).is_err(), "{bad:.20}");
        }
        assert!(Filter::new(None).expect("none").takes("anything"));
    }
}
