//! XML text to a plain tree of elements, with limits (SEC-159) and positions.

use std::collections::BTreeMap;

use roxmltree::{Document, ParsingOptions};

use crate::config::ConfigError;

/// Largest accepted configuration text, in bytes.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// Deepest accepted nesting of elements.
pub(crate) const MAX_DEPTH: usize = 100;
/// Most elements in one configuration.
pub(crate) const MAX_ELEMENTS: usize = 10_000;
/// Most attributes on one element.
pub(crate) const MAX_ATTRIBUTES: usize = 200;

/// One element. Children are indices into [`Tree::nodes`].
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Tag in the spelling of the registry, or as written when the registry does not know it.
    pub(crate) tag: String,
    /// Attributes in document order, names as written.
    pub(crate) raw: Vec<(String, String)>,
    /// The same with names in the spelling of the registry.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    /// Text directly inside the element, trimmed; for opaque tags all that is inside, as written.
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Node {
    /// Value of an attribute, under its registry spelling.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// As [`Node::get`], but an empty value counts as missing.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|v| !v.is_empty())
    }

    /// True when the attribute is written `true` (in any case).
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v.trim().eq_ignore_ascii_case("true"))
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError {
            message: message.into(),
            line: Some(self.line),
            column: Some(self.column),
        }
    }
}

/// All elements in document order; the root is the first.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The last comment after the root element that is a JSON object, as written.
    pub(crate) trailing_comment: Option<String>,
}

impl Tree {
    pub(crate) fn parse(xml: &str) -> Result<Tree, ConfigError> {
        let plain = |message: String| ConfigError {
            message,
            line: None,
            column: None,
        };
        if xml.trim().is_empty() {
            return Err(plain("Label config is not set or is empty".into()));
        }
        if xml.len() > MAX_BYTES {
            return Err(plain(format!("Label config is larger than {MAX_BYTES} bytes")));
        }
        // Each element may bring a text node before and after it; comments count too.
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: 4 * MAX_ELEMENTS as u32,
            ..Default::default()
        };
        let doc = Document::parse_with_options(xml, options).map_err(|e| xml_error(xml, &e))?;
        let root = doc.root_element();
        if let Some(at) = doctype_before(&doc, root.range().start) {
            let mut here = Cursor::new(xml);
            let (line, column) = here.at(at);
            return Err(ConfigError {
                message: "DTD is not allowed in a label config".into(),
                line: Some(line),
                column: Some(column),
            });
        }
        build(xml, &doc)
    }

    /// The elements above `index`, nearest first.
    pub(crate) fn ancestors(&self, index: usize) -> impl Iterator<Item = &Node> {
        std::iter::successors(self.nodes[index].parent, |&i| self.nodes[i].parent).map(|i| &self.nodes[i])
    }
}

fn build(xml: &str, doc: &Document) -> Result<Tree, ConfigError> {
    let registry = crate::registry::registry();
    let root = doc.root_element();
    let mut cursor = Cursor::new(xml);
    let mut nodes: Vec<Node> = Vec::new();
    // roxmltree walks in document order, so a stack of open elements gives parent and depth.
    let mut open: Vec<(roxmltree::NodeId, usize)> = Vec::new();
    let mut opaque_end = 0;
    for element in root.descendants().filter(roxmltree::Node::is_element) {
        if element.range().start < opaque_end {
            continue;
        }
        let (line, column) = cursor.at(element.range().start);
        let fail = |message: String| ConfigError {
            message,
            line: Some(line),
            column: Some(column),
        };
        let parent_id = element.parent_element().map(|p| p.id());
        while open.last().is_some_and(|(id, _)| Some(*id) != parent_id) {
            open.pop();
        }
        if nodes.len() >= MAX_ELEMENTS {
            return Err(fail(format!("Label config has more than {MAX_ELEMENTS} elements")));
        }
        if open.len() >= MAX_DEPTH {
            return Err(fail(format!("Label config is nested deeper than {MAX_DEPTH} elements")));
        }
        if element.attributes().len() > MAX_ATTRIBUTES {
            return Err(fail(format!("An element has more than {MAX_ATTRIBUTES} attributes")));
        }
        let written = element.tag_name().name();
        let tag = registry.canonical_tag(written).unwrap_or(written).to_owned();
        let raw: Vec<(String, String)> = element
            .attributes()
            .map(|a| (a.name().to_owned(), a.value().to_owned()))
            .collect();
        let mut attributes = BTreeMap::new();
        for (name, value) in &raw {
            let name = registry.canonical_attribute(&tag, name);
            attributes.entry(name).or_insert_with(|| value.clone());
        }
        let text = if registry.is_opaque(&tag) {
            opaque_end = element.range().end;
            inner(xml, &element)
        } else {
            element
                .children()
                .filter(roxmltree::Node::is_text)
                .filter_map(|t| t.text())
                .collect::<String>()
        };
        let parent = open.last().map(|(_, i)| *i);
        let index = nodes.len();
        if let Some(p) = parent {
            nodes[p].children.push(index);
        }
        open.push((element.id(), index));
        let text = text.trim().to_owned();
        nodes.push(Node {
            tag,
            raw,
            attributes,
            parent,
            children: Vec::new(),
            text,
            line,
            column,
        });
    }
    let trailing_comment = doc
        .root()
        .children()
        .skip_while(|n| n.id() != root.id())
        .filter(roxmltree::Node::is_comment)
        .filter_map(|c| c.text())
        .map(str::trim)
        .filter(|c| c.starts_with('{'))
        .last()
        .map(str::to_owned);
    Ok(Tree {
        nodes,
        trailing_comment,
    })
}

/// The source text between an element's tags.
fn inner(xml: &str, element: &roxmltree::Node) -> String {
    match (element.first_child(), element.last_child()) {
        (Some(first), Some(last)) => xml[first.range().start..last.range().end].to_owned(),
        _ => String::new(),
    }
}

/// roxmltree lets an empty DOCTYPE pass; we refuse every one. Returns its byte offset.
fn doctype_before(doc: &Document, root_start: usize) -> Option<usize> {
    let prolog = &doc.input_text()[..root_start];
    let comments: Vec<_> = doc
        .root()
        .children()
        .filter(roxmltree::Node::is_comment)
        .map(|c| c.range())
        .collect();
    prolog
        .match_indices("<!DOCTYPE")
        .map(|(at, _)| at)
        .find(|at| !comments.iter().any(|c| c.contains(at)))
}

/// The parser's complaint in the words and counting that clients know: `what: line L, column C`, C from 0.
fn xml_error(xml: &str, error: &roxmltree::Error) -> ConfigError {
    use roxmltree::Error as E;
    let what = match error {
        E::DtdDetected => {
            let at = xml.find("<!DOCTYPE").unwrap_or(0);
            let (line, column) = Cursor::new(xml).at(at);
            let message = "DTD is not allowed in a label config".into();
            return ConfigError {
                message,
                line: Some(line),
                column: Some(column),
            };
        }
        E::NodesLimitReached | E::AttributesLimitReached | E::NamespacesLimitReached => {
            let message = format!("Label config has more than {MAX_ELEMENTS} elements");
            return ConfigError {
                message,
                line: None,
                column: None,
            };
        }
        E::UnexpectedEndOfStream | E::UnclosedRootNode => return unexpected_end(xml),
        E::NoRootNode => return no_root(xml),
        E::UnexpectedCloseTag(..) => "mismatched tag",
        E::UnknownEntityReference(name, _) => &format!("undefined entity &{name};"),
        E::DuplicatedAttribute(..) => "duplicate attribute",
        E::UnknownNamespace(..) => "unbound prefix",
        E::UnexpectedDeclaration(_) => "XML or text declaration not at start of entity",
        _ if !xml.trim_start_matches('\u{feff}').trim_start().starts_with('<') => return no_root(xml),
        _ if is_after_root(xml, error.pos()) => "junk after document element",
        _ => "not well-formed (invalid token)",
    };
    let pos = error.pos();
    // The counterpart points at the name in a closing tag and behind a lone ampersand.
    let shift = match error {
        E::UnexpectedCloseTag(..) => 2,
        E::MalformedEntityReference(_) => 1,
        _ => 0,
    };
    ConfigError {
        message: format!("{what}: line {}, column {}", pos.row, pos.col.saturating_sub(1) + shift),
        line: Some(pos.row),
        column: Some(pos.col),
    }
}

/// True when the text before a position is a whole document.
fn is_after_root(xml: &str, pos: roxmltree::TextPos) -> bool {
    let line_start: usize = xml.split_inclusive('\n').take(pos.row as usize - 1).map(str::len).sum();
    let rest = &xml[line_start..];
    let in_line = rest
        .char_indices()
        .nth(pos.col as usize - 1)
        .map_or(rest.len(), |(at, _)| at);
    Document::parse(&xml[..line_start + in_line]).is_ok()
}

/// There is text but no element.
fn no_root(xml: &str) -> ConfigError {
    let plain = xml.trim_start_matches('\u{feff}').trim_start();
    if plain.is_empty() || plain.starts_with('<') {
        return unexpected_end(xml);
    }
    let (line, column) = Cursor::new(xml).at(xml.len() - plain.len());
    ConfigError {
        message: format!("syntax error: line {line}, column {}", column - 1),
        line: Some(line),
        column: Some(column),
    }
}

/// The text stops inside a tag (`unclosed token`, at the `<` that opened it) or between tags (`no element found`).
fn unexpected_end(xml: &str) -> ConfigError {
    let open = xml.rfind('<').filter(|at| !xml[*at..].contains('>'));
    let (what, at) = match open {
        Some(at) => ("unclosed token", at),
        None => ("no element found", xml.len()),
    };
    let (line, column) = Cursor::new(xml).at(at);
    ConfigError {
        message: format!("{what}: line {line}, column {}", column - 1),
        line: Some(line),
        column: Some(column),
    }
}

/// Turns ascending byte offsets into line and column in one pass over the text.
struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Cursor {
            text,
            offset: 0,
            line: 1,
            column: 1,
        }
    }

    /// Line and column (both from 1, columns in code points) of an offset not before the last one asked for.
    fn at(&mut self, offset: usize) -> (u32, u32) {
        for c in self.text[self.offset..offset].chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset = offset;
        (self.line, self.column)
    }
}
