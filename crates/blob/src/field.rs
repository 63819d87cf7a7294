//! What people fill in to connect an object store.

use std::collections::BTreeMap;
use std::fmt;

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// A line that is not shown, and never given back.
    Password,
    /// A text of several lines, such as a certificate.
    Lines,
    /// The same, and never given back, such as a file of keys.
    SecretLines,
    /// A whole number from 0 on; this one when nothing else is said.
    Number(u32),
    /// On or off; off when nothing else is said.
    Switch,
}

impl Kind {
    /// Whether it is kept sealed and never given back.
    pub fn is_secret(self) -> bool {
        matches!(self, Kind::Password | Kind::SecretLines)
    }
}

/// A field of a provider's form.
#[derive(Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What is shown while it is empty.
    pub placeholder: &'static str,
    /// One sentence, or nothing.
    pub help: &'static str,
    /// How it is filled in.
    pub kind: Kind,
    /// Whether the form asks for it.
    pub is_required: bool,
    /// Whether it says where requests go: secrets are not sent to another place than the one they were given for (SEC-150).
    pub is_place: bool,
    /// Whether it belongs to the keys rather than to one bucket: a named connection has it, and what uses the connection does not.
    pub is_of_connection: bool,
    /// Whether the form has it; clients may set it all the same.
    pub is_shown: bool,
    /// A switch without which the form does not ask for it.
    pub when: Option<&'static str>,
    /// A switch that makes it superfluous: then it is not asked for, and is empty.
    pub unless: Option<&'static str>,
}

impl Field {
    /// Whether a new value leads requests to another place.
    pub fn moves(&self, value: Option<&str>, settings: &Values, secrets: &Values) -> bool {
        let is_empty = |text: &&str| text.is_empty() || (self.kind == Kind::Switch && *text != "true");
        let new = value.filter(|text| !is_empty(text));
        self.is_place
            && match self.kind.is_secret() {
                false => settings.get(self.name) != new,
                // One that was not shown, and not typed, stays.
                true => new.is_some_and(|new| secrets.get(self.name) != Some(new.trim())),
            }
    }

    /// Puts a new value where it belongs; none empties it.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn put(&self, value: Option<&str>, settings: &mut Values, secrets: &mut Values) -> Result<(), &'static str> {
        let text = value.unwrap_or_default();
        match self.kind {
            // An empty secret is one that the form did not show.
            Kind::Password | Kind::SecretLines if value.is_some() && text.is_empty() => {}
            Kind::Password | Kind::SecretLines => secrets.set(self.name, text.trim()),
            Kind::Number(_) if !text.is_empty() && text.parse::<u32>().is_err() => {
                return Err("A valid integer is required.");
            }
            Kind::Switch if text != "true" => settings.set(self.name, ""),
            Kind::Text | Kind::Lines | Kind::Number(_) | Kind::Switch => settings.set(self.name, text),
        }
        Ok(())
    }

    /// A line of text.
    pub(crate) const fn text(name: &'static str, label: &'static str) -> Field {
        Field {
            name,
            label,
            placeholder: "",
            help: "",
            kind: Kind::Text,
            is_required: false,
            is_place: false,
            is_of_connection: false,
            is_shown: true,
            when: None,
            unless: None,
        }
    }

    /// A secret.
    pub(crate) const fn password(name: &'static str, label: &'static str) -> Field {
        Field {
            kind: Kind::Password,
            is_of_connection: true,
            ..Field::text(name, label)
        }
    }

    /// A text of several lines.
    pub(crate) const fn lines(name: &'static str, label: &'static str) -> Field {
        Field {
            kind: Kind::Lines,
            ..Field::text(name, label)
        }
    }

    /// A secret of several lines.
    pub(crate) const fn secret_lines(name: &'static str, label: &'static str) -> Field {
        Field {
            kind: Kind::SecretLines,
            is_of_connection: true,
            ..Field::text(name, label)
        }
    }

    /// A whole number.
    pub(crate) const fn number(name: &'static str, label: &'static str, usual: u32) -> Field {
        Field {
            kind: Kind::Number(usual),
            ..Field::text(name, label)
        }
    }

    /// Something that is on or off.
    pub(crate) const fn switch(name: &'static str, label: &'static str) -> Field {
        Field {
            kind: Kind::Switch,
            ..Field::text(name, label)
        }
    }

    pub(crate) const fn required(self) -> Field {
        Field {
            is_required: true,
            ..self
        }
    }

    pub(crate) const fn place(self) -> Field {
        Field { is_place: true, ..self }
    }

    pub(crate) const fn of_connection(self) -> Field {
        Field {
            is_of_connection: true,
            ..self
        }
    }

    pub(crate) const fn not_shown(self) -> Field {
        Field {
            is_shown: false,
            ..self
        }
    }

    pub(crate) const fn when(self, switch: &'static str) -> Field {
        Field {
            when: Some(switch),
            ..self
        }
    }

    pub(crate) const fn unless(self, switch: &Field) -> Field {
        Field {
            unless: Some(switch.name),
            ..self
        }
    }

    pub(crate) const fn such_as(self, placeholder: &'static str) -> Field {
        Field { placeholder, ..self }
    }

    pub(crate) const fn help(self, help: &'static str) -> Field {
        Field { help, ..self }
    }
}

/// What was filled in, by the names of the fields; empty texts are left out. Its debug output shows no values.
#[derive(Clone, Default)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Sets a field; an empty text removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// All values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether nothing was filled in.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
