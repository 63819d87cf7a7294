//! Does a new configuration fit the annotations that exist?
//!
//! What exists is known from the project's summary: counted tuples (control, object, type) and labels.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::results::TupleCount;
use crate::results::fit::{attached, makes};

/// A label and how often annotations and drafts use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelUse {
    /// `from_name`.
    pub from_name: String,
    /// Stored name of the label.
    pub label: String,
    /// Uses in annotations.
    pub annotations: u64,
    /// Uses in drafts.
    pub drafts: u64,
}

/// Why a configuration does not fit; the text is the API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incompatible {
    /// A control in use is missing or of another type; the API reports it under `label_config`.
    Config(String),
    /// A label in use is missing; the API reports it under `non_field_errors`.
    Labels(String),
}

impl Incompatible {
    /// The text for the client.
    pub fn message(&self) -> &str {
        match self {
            Incompatible::Config(message) | Incompatible::Labels(message) => message,
        }
    }
}

/// Checks a new configuration against what annotations and drafts hold.
///
/// Exempt are texts (`textarea`), relations, pairwise answers, chat messages and names that a Repeater placeholder
/// covers. A configuration without any control is accepted: annotations stay as they are. Labels that went missing
/// refuse it only when `strict` (the validation route is, a project update is not); labels that come from task data
/// or that people added to an old taxonomy never do.
pub fn check(config: &Config, tuples: &[TupleCount], labels: &[LabelUse], strict: bool) -> Result<(), Incompatible> {
    if !config.has_controls() {
        return Ok(());
    }
    let lost: Vec<String> = tuples
        .iter()
        .filter(|t| !exempt(&t.result_type) && !fits(config, t))
        .map(|t| {
            format!(
                "{} with from_name={}, to_name={}, type={}",
                t.count, t.from_name, t.to_name, t.result_type
            )
        })
        .collect();
    if !lost.is_empty() {
        let list = lost.join("\n");
        return Err(Incompatible::Config(format!(
            "Created annotations are incompatible with provided labeling schema, we found:\n{list}"
        )));
    }
    let mut by_control: BTreeMap<&str, Vec<&LabelUse>> = BTreeMap::new();
    for usage in labels.iter().filter(|u| u.annotations + u.drafts > 0) {
        by_control.entry(&usage.from_name).or_default().push(usage);
    }
    by_control
        .into_iter()
        .try_for_each(|(name, used)| check_labels(config, name, &used, strict))
}

fn exempt(result_type: &str) -> bool {
    matches!(result_type, "textarea" | "relation" | "pairwise" | "chatmessage")
}

fn fits(config: &Config, tuple: &TupleCount) -> bool {
    match config.control(&tuple.from_name) {
        Some(control) => attached(config, control, &tuple.to_name) && makes(config, control, &tuple.result_type),
        None => config.object(&tuple.from_name).is_some(),
    }
}

fn check_labels(config: &Config, name: &str, used: &[&LabelUse], strict: bool) -> Result<(), Incompatible> {
    let Some(control) = config.control(name) else {
        let count: u64 = used.iter().map(|u| u.annotations + u.drafts).sum();
        return Err(Incompatible::Config(format!(
            "There are {count} annotation(s) created with tag \"{name}\", you can't remove it"
        )));
    };
    let borrows = config
        .controls()
        .iter()
        .any(|c| matches!(c.tag.as_str(), "VideoRectangle" | "VideoVector"));
    let known =
        |label: &str| control.has_label(label) || borrows && config.controls().iter().any(|c| c.has_label(label));
    // Labels from the task, names that a placeholder covers, and taxonomies that annotators may extend.
    let free = control.dynamic_labels || control.name != name || control.extensible();
    let missing: Vec<String> = used.iter().filter(|u| !known(&u.label)).map(|u| counted(u)).collect();
    if missing.is_empty() || free || !strict {
        return Ok(());
    }
    let list = missing.join("\n");
    Err(Incompatible::Labels(format!(
        "These labels still exist in annotations or drafts:\n{list}\nPlease add labels to tag with name=\"{name}\"."
    )))
}

/// `pos (2 annotations, 1 draft)`.
fn counted(usage: &LabelUse) -> String {
    let counts: Vec<String> = [(usage.annotations, "annotation"), (usage.drafts, "draft")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}{}", if count > 1 { "s" } else { "" }))
        .collect();
    format!("{} ({})", usage.label, counts.join(", "))
}

/// True when the new configuration changes what results may hold (the API's `config_essential_data_has_changed`): a
/// control was added or changed its type or objects, or lost a label.
pub fn essential_data_changed(old: &Config, new: &Config) -> bool {
    new.controls().iter().any(|control| {
        let Some(before) = old.controls().iter().find(|c| c.name == control.name) else {
            return true;
        };
        let inputs = |c: &crate::config::Control| -> Vec<(String, String, Option<String>)> {
            c.inputs
                .iter()
                .map(|i| (i.tag.clone(), i.value.clone(), i.value_type.clone()))
                .collect()
        };
        before.tag != control.tag
            || inputs(before) != inputs(control)
            || before.labels.iter().any(|label| !control.has_label(label.name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(inner: &str) -> Config {
        Config::parse(&format!(r#"<View><Text name="text" value="$text"/>{inner}</View>"#)).unwrap()
    }

    fn tuple(from: &str, to: &str, kind: &str, count: u64) -> TupleCount {
        TupleCount {
            from_name: from.into(),
            to_name: to.into(),
            result_type: kind.into(),
            count,
        }
    }

    fn usage(from: &str, label: &str, annotations: u64, drafts: u64) -> LabelUse {
        LabelUse {
            from_name: from.into(),
            label: label.into(),
            annotations,
            drafts,
        }
    }

    const CHOICES: &str = r#"<Choices name="label" toName="text"><Choice value="neg"/></Choices>"#;

    #[test]
    fn a_removed_control_is_named_with_its_count() {
        let new = config(&CHOICES.replace("\"label\"", "\"other\""));
        let error = check(&new, &[tuple("label", "text", "choices", 1)], &[], false).unwrap_err();
        assert_eq!(
            error,
            Incompatible::Config(
                "Created annotations are incompatible with provided labeling schema, we found:\n\
                 1 with from_name=label, to_name=text, type=choices"
                    .into()
            )
        );
        let error = check(&new, &[], &[usage("label", "pos", 2, 1)], false).unwrap_err();
        assert_eq!(
            error.message(),
            "There are 3 annotation(s) created with tag \"label\", you can't remove it"
        );
    }

    #[test]
    fn a_removed_label_matters_only_when_strict() {
        let new = config(CHOICES);
        let used = [
            usage("label", "pos", 1, 0),
            usage("label", "neg", 4, 0),
            usage("label", "odd", 2, 3),
        ];
        assert_eq!(check(&new, &[], &used, false), Ok(()));
        let error = check(&new, &[], &used, true).unwrap_err();
        assert_eq!(
            error.message(),
            "These labels still exist in annotations or drafts:\npos (1 annotation)\nodd (2 annotations, 3 drafts)\n\
             Please add labels to tag with name=\"label\"."
        );
    }

    #[test]
    fn exempt_are_texts_placeholders_dynamic_labels_and_empty_configs() {
        let new = config(CHOICES);
        let free = [tuple("gone", "text", "textarea", 1), tuple("p", "p", "pairwise", 1)];
        assert_eq!(check(&new, &free, &[], true), Ok(()));
        let empty = Config::parse("<View></View>").unwrap();
        assert_eq!(check(&empty, &[tuple("a", "b", "labels", 1)], &[], true), Ok(()));
        let repeated = Config::parse(
            r#"<View><Repeater on="$u"><Text name="t_{{idx}}" value="$u[{{idx}}].x"/>
            <Choices name="c_{{idx}}" toName="t_{{idx}}"><Choice value="a"/></Choices></Repeater></View>"#,
        )
        .unwrap();
        let used = [usage("c_4", "a", 1, 0)];
        assert_eq!(
            check(&repeated, &[tuple("c_4", "t_4", "choices", 1)], &used, true),
            Ok(())
        );
        let dynamic = config(r#"<Choices name="label" toName="text" value="$options"/>"#);
        assert_eq!(check(&dynamic, &[], &[usage("label", "x", 1, 0)], true), Ok(()));
    }

    #[test]
    fn only_changes_of_meaning_are_essential() {
        let old = config(CHOICES);
        assert!(!essential_data_changed(&old, &config(CHOICES)));
        let more = CHOICES.replace(
            "<Choice value=\"neg\"/>",
            "<Choice value=\"neg\"/><Choice value=\"pos\"/>",
        );
        assert!(!essential_data_changed(&old, &config(&more)));
        assert!(essential_data_changed(&config(&more), &old));
        assert!(essential_data_changed(
            &old,
            &config(&format!("{CHOICES}<Rating name=\"r\" toName=\"text\"/>"))
        ));
    }
}
