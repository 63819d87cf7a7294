//! The classes of an export: their numbers, and the key points of poses.

use std::collections::{HashMap, HashSet};

use labelkeep_labeling::{Config, Label};
use serde_json::{Value, json};

/// Labels with their numbers, in the order of the file.
pub(super) struct Categories {
    list: Vec<(i64, String)>,
    by_name: HashMap<String, i64>,
    /// The class that all key points share, at this place of the list, with their names.
    pose: Option<(usize, Vec<String>)>,
}

/// Name of the class that all key points share.
const POSE: &str = "default";

impl Categories {
    /// Labels of these controls: those with a `category` first, with that number; the others by name, numbered past the
    /// numbers in use. A label that two controls number is listed twice, and has the number of the later.
    pub(super) fn of(config: &Config, take: impl Fn(&str) -> bool) -> Categories {
        let mut list: Vec<(i64, String)> = Vec::new();
        let mut rest: Vec<String> = Vec::new();
        for label in labels_of(config, take) {
            match label.category() {
                Some(id) => list.push((id, label.name().to_owned())),
                None => rest.push(label.name().to_owned()),
            }
        }
        let fixed = Categories::from(list);
        rest.retain(|name| fixed.get(name).is_none());
        rest.sort();
        rest.dedup();
        let taken: HashSet<i64> = fixed.by_name.values().copied().collect();
        let free = (0..).filter(|id| !taken.contains(id));
        let numbered = free.zip(rest);
        Categories::from(fixed.list.into_iter().chain(numbered).collect())
    }

    /// Labels of these controls, numbered in the order of the configuration.
    pub(super) fn in_order(config: &Config, take: impl Fn(&str) -> bool) -> Categories {
        let mut names: Vec<String> = Vec::new();
        for label in labels_of(config, take) {
            if !names.iter().any(|name| name == label.name()) {
                names.push(label.name().to_owned());
            }
        }
        Categories::from((0..).zip(names).collect())
    }

    fn from(list: Vec<(i64, String)>) -> Categories {
        let by_name = list.iter().map(|(id, name)| (name.clone(), *id)).collect();
        Categories {
            list,
            by_name,
            pose: None,
        }
    }

    /// The labels of key points become one class after the others, whoever else has labels of these names.
    pub(super) fn join_pose(&mut self, keypoints: &Keypoints) {
        let names = &keypoints.names;
        if names.is_empty() {
            return;
        }
        self.list.retain(|(_, name)| !names.contains(name));
        let id = self.list.iter().map(|(id, _)| id.saturating_add(1)).max().unwrap_or(0);
        self.by_name = self.list.iter().map(|(id, name)| (name.clone(), *id)).collect();
        self.by_name.extend(names.iter().map(|name| (name.clone(), id)));
        self.pose = Some((self.list.len(), names.clone()));
        self.list.push((id, POSE.to_owned()));
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
            .enumerate()
            .map(|(place, (id, name))| match &self.pose {
                Some((pose, names)) if *pose == place => {
                    json!({ "id": id, "name": name, "supercategory": POSE, "keypoints": names, "skeleton": [] })
                }
                _ => json!({ "id": id, "name": name }),
            })
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
        let order = indexed.into_iter().map(|(_, name)| name).collect();
        Some(Keypoints { names, order })
    }

    /// Where the reference fails for want of any index, the order of the configuration is the obvious one.
    pub(super) fn order_or_names(&self) -> &[String] {
        if self.order.is_empty() {
            &self.names
        } else {
            &self.order
        }
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

    #[test]
    fn a_label_that_two_controls_number_has_the_number_of_the_later() {
        let config = Config::parse(
            r#"<View><Image name="i" value="$i"/><RectangleLabels name="r" toName="i"><Label value="a" category="3"/>
                <Label value="c"/></RectangleLabels><PolygonLabels name="p" toName="i"><Label value="a" category="0"/>
                </PolygonLabels></View>"#,
        )
        .expect("valid");
        let mut categories = Categories::of(&config, |_| true);
        assert_eq!(categories.id("a"), 0);
        assert_eq!(categories.iter().collect::<Vec<_>>(), [(3, "a"), (0, "a"), (1, "c")]);
        assert_eq!(categories.id("new"), 3);
    }
}
