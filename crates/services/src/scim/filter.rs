//! The language of filters and paths (RFC 7644 §3.4.2.2 and §3.5.2), parsed by its grammar with bounds (SEC-085). Pure:
//! what a filter means is in `evaluate` for values, and in `select` for the database.

use std::fmt;

use serde_json::Value;

/// Longest text, in characters.
pub const MAX_LENGTH: usize = 1_024;
/// Most parentheses and brackets within each other.
pub const MAX_DEPTH: usize = 5;

/// A condition on a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of these.
    And(Vec<Filter>),
    /// At least one of these.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// The attribute has a value.
    Present(Attribute),
    /// The attribute compared with a value: null, a truth value, a number or a text.
    Compare(Attribute, Operator, Value),
    /// One of the attribute's values meets the condition.
    Within(Attribute, Box<Filter>),
}

/// The name of an attribute in lower case: attributes do not differ by case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The schema before it, in lower case.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The name of a part of it.
    pub part: Option<String>,
}

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// What a change is about: `members[value eq "7"].display`.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The attribute.
    pub attribute: Attribute,
    /// Which of its values.
    pub filter: Option<Filter>,
}

/// What is wrong with a text, for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl Operator {
    const ALL: [(Operator, &'static str); 9] = [
        (Operator::Equal, "eq"),
        (Operator::NotEqual, "ne"),
        (Operator::Contains, "co"),
        (Operator::StartsWith, "sw"),
        (Operator::EndsWith, "ew"),
        (Operator::Greater, "gt"),
        (Operator::GreaterOrEqual, "ge"),
        (Operator::Less, "lt"),
        (Operator::LessOrEqual, "le"),
    ];

    fn of(word: &str) -> Option<Operator> {
        let found = Operator::ALL.iter().find(|(_, text)| word.eq_ignore_ascii_case(text));
        found.map(|(operator, _)| *operator)
    }

    fn word(self) -> &'static str {
        Operator::ALL
            .iter()
            .find(|(operator, _)| *operator == self)
            .map_or("eq", |(_, word)| word)
    }
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Filter, Unreadable> {
        let mut reader = Reader::new(text)?;
        let filter = reader.any_of(0)?;
        reader.end()?;
        Ok(filter)
    }
}

impl Attribute {
    /// An attribute without a schema, or a part of it.
    pub fn is(&self, name: &str, part: Option<&str>) -> bool {
        self.name.eq_ignore_ascii_case(name)
            && self.part.as_deref().map(str::to_ascii_lowercase) == part.map(str::to_ascii_lowercase)
    }

    /// Reads the name of an attribute, as in `attributes=userName,name.givenName`.
    pub fn parse(text: &str) -> Result<Attribute, Unreadable> {
        let mut reader = Reader::new(text)?;
        let attribute = reader.attribute()?;
        reader.end()?;
        Ok(attribute)
    }
}

impl Path {
    /// Reads the path of a change.
    pub fn parse(text: &str) -> Result<Path, Unreadable> {
        let mut reader = Reader::new(text)?;
        let mut attribute = reader.attribute()?;
        let mut filter = None;
        if attribute.part.is_none() && reader.takes('[') {
            filter = Some(reader.any_of(1)?);
            reader.wants(']')?;
            if reader.takes('.') {
                attribute.part = Some(reader.name()?);
            }
        }
        reader.end()?;
        Ok(Path { attribute, filter })
    }
}

/// Reads a text from left to right.
struct Reader<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Result<Self, Unreadable> {
        if text.chars().count() > MAX_LENGTH {
            return Err(Unreadable(format!("It is longer than {MAX_LENGTH} characters.")));
        }
        let mut reader = Reader { text, at: 0 };
        reader.blanks();
        Ok(reader)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    fn wrong<T>(&self, wanted: &str) -> Result<T, Unreadable> {
        let place = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        Err(Unreadable(format!("Expected {wanted} at character {place}.")))
    }

    fn end(&mut self) -> Result<(), Unreadable> {
        self.blanks();
        if self.rest().is_empty() {
            return Ok(());
        }
        self.wrong("the end")
    }

    fn takes(&mut self, character: char) -> bool {
        let found = self.rest().starts_with(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    fn wants(&mut self, character: char) -> Result<(), Unreadable> {
        self.blanks();
        if self.takes(character) {
            return Ok(());
        }
        self.wrong(&format!("“{character}”"))
    }

    /// Takes a word of the language, which ends where no letter follows.
    fn takes_word(&mut self, word: &str) -> bool {
        self.blanks();
        let rest = self.rest();
        let found = rest
            .get(..word.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || "_-.:$".contains(c));
        if found {
            self.at += word.len();
        }
        found
    }

    /// `a or b or …`, at this depth.
    fn any_of(&mut self, depth: usize) -> Result<Filter, Unreadable> {
        let mut list = vec![self.all_of(depth)?];
        while self.takes_word("or") {
            list.push(self.all_of(depth)?);
        }
        Ok(single(list, Filter::Or))
    }

    /// `a and b and …`
    fn all_of(&mut self, depth: usize) -> Result<Filter, Unreadable> {
        let mut list = vec![self.one(depth)?];
        while self.takes_word("and") {
            list.push(self.one(depth)?);
        }
        Ok(single(list, Filter::And))
    }

    fn one(&mut self, depth: usize) -> Result<Filter, Unreadable> {
        if depth > MAX_DEPTH {
            return Err(Unreadable(format!("It is nested deeper than {MAX_DEPTH}.")));
        }
        self.blanks();
        let before = self.at;
        let not = self.takes_word("not");
        self.blanks();
        if self.takes('(') {
            let inner = self.any_of(depth + 1)?;
            self.wants(')')?;
            return Ok(if not { Filter::Not(Box::new(inner)) } else { inner });
        }
        // An attribute may have this name.
        self.at = before;
        let attribute = self.attribute()?;
        if self.takes('[') {
            let inner = self.any_of(depth + 1)?;
            self.wants(']')?;
            return Ok(Filter::Within(attribute, Box::new(inner)));
        }
        if self.takes_word("pr") {
            return Ok(Filter::Present(attribute));
        }
        self.blanks();
        let word: String = self.rest().chars().take_while(char::is_ascii_alphabetic).collect();
        let Some(operator) = Operator::of(&word) else {
            return self.wrong("an operator: eq ne co sw ew gt ge lt le pr");
        };
        self.at += word.len();
        let value = self.value()?;
        Ok(Filter::Compare(attribute, operator, value))
    }

    /// `urn:…:User:name.part`, or without its schema or part.
    fn attribute(&mut self) -> Result<Attribute, Unreadable> {
        self.blanks();
        let length = self
            .rest()
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.:$".contains(byte))
            .count();
        let whole = &self.rest()[..length];
        let (schema, own) = match whole.rsplit_once(':') {
            Some((schema, own)) if schema.len() > 4 && schema[..4].eq_ignore_ascii_case("urn:") => (Some(schema), own),
            Some(_) => return self.wrong("the name of an attribute"),
            None => (None, whole),
        };
        let (name, part) = match own.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (own, None),
        };
        // The version of a schema has a dot: `…:2.0:User:name.part` and the schema alone both end behind a colon.
        if !is_name(name) || part.is_some_and(|part| !is_name(part)) {
            return self.wrong("the name of an attribute");
        }
        self.at += length;
        Ok(Attribute {
            schema: schema.map(str::to_ascii_lowercase),
            name: name.to_ascii_lowercase(),
            part: part.map(str::to_ascii_lowercase),
        })
    }

    fn name(&mut self) -> Result<String, Unreadable> {
        let length = self
            .rest()
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(byte))
            .count();
        let name = &self.rest()[..length];
        if !is_name(name) {
            return self.wrong("the name of a part");
        }
        self.at += length;
        Ok(name.to_ascii_lowercase())
    }

    /// A value of JSON that is no object and no list.
    fn value(&mut self) -> Result<Value, Unreadable> {
        if !self.rest().starts_with(' ') {
            return self.wrong("a blank");
        }
        self.blanks();
        let rest = self.rest();
        let length = if let Some(text) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = text.bytes().position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            });
            match end {
                Some(end) => end + 2,
                None => return self.wrong("the end of the text, a quotation mark,"),
            }
        } else {
            rest.find([' ', ')', ']']).unwrap_or(rest.len())
        };
        // Some clients write True and False.
        let text = &rest[..length];
        let value = match text.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => match serde_json::from_str(text) {
                Ok(value @ (Value::Number(_) | Value::String(_))) => value,
                _ => return self.wrong("a text in quotation marks, a number, true, false or null"),
            },
        };
        if value.as_str().is_some_and(|text| text.contains('\0')) {
            return self.wrong("a text without NUL characters");
        }
        self.at += length;
        Ok(value)
    }
}

/// Names begin with a letter; `$ref` is one, too.
fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic()) || name == "$ref";
    begins && !name[1..].contains(['.', ':', '$'])
}

fn single(mut list: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        Some(last) => {
            list.push(last);
            many(list)
        }
        None => many(list),
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(formatter, "{schema}:")?;
        }
        formatter.write_str(&self.name)?;
        match &self.part {
            Some(part) => write!(formatter, ".{part}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |formatter: &mut fmt::Formatter<'_>, list: &[Filter], word: &str| {
            for (index, filter) in list.iter().enumerate() {
                if index > 0 {
                    write!(formatter, " {word} ")?;
                }
                match filter {
                    Filter::And(_) | Filter::Or(_) => write!(formatter, "({filter})")?,
                    _ => write!(formatter, "{filter}")?,
                }
            }
            Ok(())
        };
        match self {
            Filter::And(list) => joined(formatter, list, "and"),
            Filter::Or(list) => joined(formatter, list, "or"),
            Filter::Not(inner) => write!(formatter, "not ({inner})"),
            Filter::Present(attribute) => write!(formatter, "{attribute} pr"),
            Filter::Compare(attribute, operator, value) => write!(formatter, "{attribute} {} {value}", operator.word()),
            Filter::Within(attribute, inner) => write!(formatter, "{attribute}[{inner}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attribute(name: &str, part: Option<&str>) -> Attribute {
        Attribute {
            schema: None,
            name: name.to_owned(),
            part: part.map(str::to_owned),
        }
    }

    fn compare(name: &str, value: Value) -> Filter {
        Filter::Compare(attribute(name, None), Operator::Equal, value)
    }

    #[test]
    fn and_binds_closer_than_or_and_parentheses_closest() {
        let parse = |text: &str| Filter::parse(text).expect(text);
        let (a, b, c) = (compare("a", json!(1)), compare("b", json!(2)), compare("c", json!(3)));
        assert_eq!(
            parse("a eq 1 or b eq 2 and c eq 3"),
            Filter::Or(vec![a.clone(), Filter::And(vec![b.clone(), c.clone()])])
        );
        assert_eq!(
            parse("  (a EQ 1 OR b eq 2) And not(c eq 3) "),
            Filter::And(vec![Filter::Or(vec![a, b]), Filter::Not(Box::new(c))])
        );
    }

    #[test]
    fn forms_that_clients_send() {
        let parse = |text: &str| Filter::parse(text).expect(text);
        assert_eq!(
            parse(r#"userName eq "Ada \"A\" ü""#),
            compare("username", json!("Ada \"A\" ü"))
        );
        assert_eq!(parse("active eq True"), compare("active", json!(true)));
        assert_eq!(
            parse(r#"emails[type eq "work" and value co "@example.com"]"#),
            Filter::Within(
                attribute("emails", None),
                Box::new(Filter::And(vec![
                    compare("type", json!("work")),
                    Filter::Compare(attribute("value", None), Operator::Contains, json!("@example.com")),
                ]))
            )
        );
        let full = parse(r#"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName sw "J""#);
        let Filter::Compare(found, Operator::StartsWith, _) = full else {
            panic!("{full:?}")
        };
        assert_eq!(
            found.schema.as_deref(),
            Some("urn:ietf:params:scim:schemas:core:2.0:user")
        );
        assert!(found.is("name", Some("familyname")));
        assert_eq!(parse("not pr"), Filter::Present(attribute("not", None)));
    }

    #[test]
    fn paths_of_changes() {
        let parse = |text: &str| Path::parse(text).expect(text);
        let path = parse(r#"members[value eq "7"].display"#);
        assert!(path.attribute.is("members", Some("display")));
        assert_eq!(path.filter, Some(compare("value", json!("7"))));
        assert_eq!(parse("name.givenName").filter, None);
        assert!(parse("members[value eq \"7\"]").attribute.is("members", None));
        for wrong in [
            "",
            "members[",
            "members[]",
            "members[value eq 7",
            "a.b.c",
            "a b",
            "members[a pr].",
            "urn:x",
            "a[b pr]c",
        ] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sec_085_hostile_filters_are_refused() {
        let open = "(".repeat(MAX_DEPTH + 1) + "a pr" + &")".repeat(MAX_DEPTH + 1);
        let long = format!("a eq \"{}\"", "x".repeat(MAX_LENGTH));
        let inside = "a[".repeat(MAX_DEPTH + 1) + "b pr" + &"]".repeat(MAX_DEPTH + 1);
        for wrong in [
            "",
            " ",
            "a",
            "a eq",
            "a eq ",
            "a eq b",
            "a eq \"",
            r#"a eq "\"#,
            "a eq [1]",
            "a eq {}",
            "a xx 1",
            "a eq 1 and",
            "or a pr",
            "(a pr",
            "a pr)",
            "a pr b pr",
            "a[b pr",
            "1a pr",
            "a. pr",
            "a..b pr",
            ":a pr",
            "x:a pr",
            "a eq 1e999",
            "a eq \"\\u0000\"",
            "a eq \"\\ud800\"",
            "a eq'1'",
            "not a pr",
            "a eq 1;drop table account",
            &open,
            &long,
            &inside,
            "ä pr",
            "a pr\0",
        ] {
            assert!(Filter::parse(wrong).is_err(), "{wrong}");
        }
        let deepest = "(".repeat(MAX_DEPTH) + "a pr" + &")".repeat(MAX_DEPTH);
        assert!(Filter::parse(&deepest).is_ok());
        let wide = vec!["a pr"; 100].join(" or ");
        assert!(Filter::parse(&wide).is_ok());
    }
}
