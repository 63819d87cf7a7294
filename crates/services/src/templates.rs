//! The gallery of labeling templates: own-written configurations with a guide and a sample task, embedded in the program.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../templates"]
struct Files;

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Title of its group.
    pub group: String,
    /// Its name in addresses.
    pub slug: String,
    /// For people.
    pub title: String,
    /// What it is for and how to work with it.
    pub details: String,
    /// The configuration.
    pub config: String,
    /// Whether the editor draws all of its tags today.
    pub drawn: bool,
    /// Data of a sample task; addresses of sample pictures are ours.
    pub sample: serde_json::Value,
}

/// The gallery.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    /// Titles of the groups, in order.
    pub groups: Vec<String>,
    /// The templates, in order of their groups.
    pub templates: Vec<Template>,
}

#[derive(Deserialize)]
struct Index {
    groups: Vec<Group>,
    templates: Vec<Entry>,
}

#[derive(Deserialize)]
struct Group {
    id: String,
    title: String,
}

#[derive(Deserialize)]
struct Entry {
    group: String,
    slug: String,
    title: String,
    #[serde(default)]
    order: i64,
    details: String,
    config: String,
    #[serde(default)]
    drawn: bool,
    #[serde(default)]
    sample: serde_json::Value,
}

static GALLERY: LazyLock<Gallery> = LazyLock::new(|| read().unwrap_or_default());

/// All templates.
pub fn gallery() -> &'static Gallery {
    &GALLERY
}

/// A picture of a sample task.
pub fn media(name: &str) -> Option<Cow<'static, [u8]>> {
    if name.contains("..") {
        return None;
    }
    Files::get(&format!("media/{name}")).map(|file| file.data)
}

fn read() -> Option<Gallery> {
    let index: Index = serde_json::from_slice(&Files::get("index.json")?.data).ok()?;
    let mut templates = Vec::with_capacity(index.templates.len());
    for group in &index.groups {
        let mut entries: Vec<&Entry> = index.templates.iter().filter(|entry| entry.group == group.id).collect();
        entries.sort_by_key(|entry| entry.order);
        for entry in entries {
            let config = Files::get(&entry.config)?;
            let mut sample = entry.sample.clone();
            with_addresses(&mut sample);
            templates.push(Template {
                group: group.title.clone(),
                slug: entry.slug.clone(),
                title: entry.title.clone(),
                details: entry.details.clone(),
                config: String::from_utf8(config.data.into_owned()).ok()?,
                drawn: entry.drawn,
                sample,
            });
        }
    }
    Some(Gallery {
        groups: index.groups.into_iter().map(|group| group.title).collect(),
        templates,
    })
}

/// `media/…` of a sample becomes the address under which we serve it.
fn with_addresses(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.starts_with("media/") => *text = format!("/templates/{text}"),
        serde_json::Value::Array(list) => list.iter_mut().for_each(with_addresses),
        serde_json::Value::Object(map) => map.values_mut().for_each(with_addresses),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_valid_and_its_sample_fits() {
        let gallery = gallery();
        assert!(
            gallery.templates.iter().filter(|template| template.drawn).count() >= 20,
            "at least 20 can be used today"
        );
        for template in &gallery.templates {
            let config = labelkeep_labeling::Config::parse(&template.config)
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", template.slug));
            assert!(config.has_controls(), "{}", template.slug);
            config
                .check_data(&template.sample.to_string())
                .unwrap_or_else(|error| panic!("{}: {error}", template.slug));
        }
    }

    #[test]
    fn media_stay_inside_their_folder() {
        assert!(media("../index.json").is_none());
    }
}
