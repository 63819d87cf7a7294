//! The classes of an export: their numbers, and the key points of poses.

use std::collections::HashMap;

use labelkeep_labeling::{Config, Label};
use serde_json::{Value, json};

/// Labels with their numbers, in the order of the file.
pub(super) struct Categories {
    list: Vec<(i64, String)>,
    by_name: HashMap<String, i64>,
}

impl Categories {
    /// Labels of these controls: those with a `category` first, with that number; the others by name, numbered past the
    /// numbers in use.
    pub(super) fn of(config: &Config, take: impl Fn(&str) -> bool) -> Categories {
        let mut fixed: Vec<(i64, String)> = Vec::new();
        let mut rest: Vec<String> = Vec::new();
        for label in labels_of(config, take) {
            match label.category() {
                Some(id) => fixed.push((id, label.name().to_owned())),
                None => rest.push(label.name().to_owned()),
            }
        }
        rest.retain(|name| !fixed.iter().any(|(_, known)| known == name));
        rest.sort();
        rest.dedup();
        let mut next = 0;
        let mut list: Vec<(i64, String)> = Vec::new();
        for (id, name) in fixed {
            if !list.iter().any(|(_, known)| *known == name) {
                list.push((id, name));
            }
        }
        let taken: Vec<i64> = list.iter().map(|(id, _)| *id).collect();
        for name in rest {
            while taken.contains(&next) {
                next += 1;
            }
            list.push((next, name));
            next += 1;
        }
        Categories::from(list)
    }

    /// Labels of these controls, numbered in the order of the configuration.
    pub(super) fn in_order(config: &Config, take: impl Fn(&str) -> bool) -> Categories {
        let mut names: Vec<String> = Vec::new();
        for label in labels_of(config, take) {
            if !names.iter().any(|name| name == label.name()) {
                names.push(label.name().to_owned());
            }
        }
        Categories::from((0..).zip(names).collect::<Vec<_>>())
    }

    fn from(list: Vec<(i64, String)>) -> Categories {
        let by_name = list.iter().map(|(id, name)| (name.clone(), *id)).collect();
        Categories { list, by_name }
    }

    /// Without these.
    pub(super) fn remove(&mut self, names: &[String]) {
        self.list.retain(|(_, name)| !names.contains(name));
        self.by_name.retain(|name, _| !names.contains(name));
    }

    pub(super) fn get(&self, label: &str) -> Option<i64> {
        self.by_name.get(label).copied()
    }

    /// A label that the configuration does not have gets the number of classes so far.
    pub(super) fn id(&mut self, label: &str) -> i64 {
        if let Some(id) = self.get(label) {
            return id;
        }
        let id = self.list.len() as i64;
        self.list.push((id, label.to_owned()));
        self.by_name.insert(label.to_owned(), id);
        id
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &str)> {
        self.list.iter().map(|(id, name)| (*id, name.as_str()))
    }

    /// `[{"id": …, "name": …}]`
    pub(super) fn json(&self) -> Vec<Value> {
        self.iter()
            .map(|(id, name)| json!({ "id": id, "name": name }))
            .collect()
    }
}

fn labels_of(config: &Config, take: impl Fn(&str) -> bool) -> impl Iterator<Item = &Label> {
    config
        .controls()
        .iter()
        .filter(move |control| take(&control.tag))
        .flat_map(|control| &control.labels)
}

/// The key points of a pose.
pub(super) struct Keypoints {
    /// In the order of the configuration.
    pub(super) names: Vec<String>,
    /// In the order of `model_index`; those without one are left out, of equal ones the first counts.
    pub(super) order: Vec<String>,
}

impl Keypoints {
    /// `None` without a `KeyPointLabels`.
    pub(super) fn of(config: &Config) -> Option<Keypoints> {
        config
            .controls()
            .iter()
            .find(|control| control.tag == "KeyPointLabels")?;
        let mut names: Vec<String> = Vec::new();
        let mut indexed: Vec<(i64, String)> = Vec::new();
        for label in labels_of(config, |tag| tag == "KeyPointLabels") {
            if names.iter().any(|name| name == label.name()) {
                continue;
            }
            names.push(label.name().to_owned());
            if let Some(index) = label
                .attribute("model_index")
                .and_then(|index| index.trim().parse().ok())
                && !indexed.iter().any(|(known, _)| *known == index)
            {
                indexed.push((index, label.name().to_owned()));
            }
        }
        indexed.sort_by_key(|(index, _)| *index);
        // Without any index the reference fails; the order of the configuration is the obvious one.
        let order = if indexed.is_empty() {
            names.clone()
        } else {
            indexed.into_iter().map(|(_, name)| name).collect()
        };
        Some(Keypoints { names, order })
    }
}

#[cfg(test)]
mod tests {
    use super::Categories;
    use labelkeep_labeling::Config;

    #[test]
    fn categories_with_a_number_come_first_and_the_rest_by_name() {
        let config = Config::parse(
            r#"<View><Image name="i" value="$i"/><RectangleLabels name="r" toName="i">
                <Label value="b"/><Label value="a"/><Label value="z" category="1"/></RectangleLabels></View>"#,
        )
        .expect("valid");
        let mut categories = Categories::of(&config, |_| true);
        assert_eq!(categories.id("new"), 3);
        assert_eq!(
            categories.iter().collect::<Vec<_>>(),
            [(1, "z"), (0, "a"), (2, "b"), (3, "new")]
        );
    }
}
