//! Cleaning of SVG pictures by an allow-list (SEC-165): what can run, load or link goes.

use std::borrow::Cow;
use std::fmt::Write as _;

const TAGS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "circle",
    "ellipse",
    "line",
    "path",
    "polygon",
    "polyline",
    "rect",
    "text",
    "tspan",
    "linearGradient",
    "radialGradient",
    "stop",
    "title",
    "desc",
    "clipPath",
    "mask",
    "symbol",
];

/// Largest depth of elements.
const DEPTH: u32 = 100;

/// The picture with only harmless elements and attributes. Fails when it is not XML, or has a document type.
pub fn clean_svg(text: &str) -> Result<String, String> {
    let text = &without_document_type(text);
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: 200_000,
        ..Default::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Err("the first element of an SVG picture must be <svg>".to_owned());
    }
    let mut out = String::with_capacity(text.len());
    write_element(root, &mut out, 0, true);
    Ok(out)
}

/// The text without `<!DOCTYPE svg …>`, which drawing programs write. One that declares something of its own stays, and is
/// refused by the parser.
fn without_document_type(text: &str) -> Cow<'_, str> {
    let Some(from) = text.find("<!DOCTYPE") else {
        return Cow::Borrowed(text);
    };
    match text[from..].find(['>', '[']) {
        Some(length) if text.as_bytes()[from + length] == b'>' => {
            Cow::Owned(format!("{}{}", &text[..from], &text[from + length + 1..]))
        }
        _ => Cow::Borrowed(text),
    }
}

/// What a `style` attribute may set: how a shape looks, and nothing that loads or moves.
const STYLES: &[&str] = &[
    "color",
    "display",
    "fill",
    "fill-opacity",
    "fill-rule",
    "clip-path",
    "clip-rule",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "letter-spacing",
    "mask",
    "opacity",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "text-decoration",
    "visibility",
];

/// The harmless declarations of a `style` attribute.
fn clean_style(value: &str) -> String {
    value
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| {
            STYLES.contains(name) && !value.contains(['\\', '@', '/', '!', '<']) && harmless(name, value)
        })
        .map(|(name, value)| format!("{name}:{value}"))
        .collect::<Vec<_>>()
        .join(";")
}

fn write_element(node: roxmltree::Node<'_, '_>, out: &mut String, depth: u32, outermost: bool) {
    let name = node.tag_name().name();
    if depth > DEPTH || !TAGS.contains(&name) {
        return;
    }
    let _ = write!(out, "<{name}");
    if outermost {
        out.push_str(" xmlns=\"http://www.w3.org/2000/svg\"");
    }
    for attribute in node.attributes() {
        if attribute.namespace().is_none() && attribute.name() == "style" {
            let style = clean_style(attribute.value());
            if !style.is_empty() {
                let _ = write!(out, " style=\"{}\"", escaped(&style));
            }
        } else if attribute.namespace().is_none() && harmless(attribute.name(), attribute.value()) {
            let _ = write!(out, " {}=\"{}\"", attribute.name(), escaped(attribute.value()));
        }
    }
    out.push('>');
    for child in node.children() {
        if child.is_element() {
            write_element(child, out, depth + 1, false);
        } else if child.is_text() && matches!(name, "text" | "tspan" | "title" | "desc") {
            out.push_str(&escaped(child.text().unwrap_or_default()));
        }
    }
    let _ = write!(out, "</{name}>");
}

fn harmless(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.starts_with("on") || matches!(name.as_str(), "href" | "src" | "style" | "class") {
        return false;
    }
    let value: String = value
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase();
    // url(#gradient) stays inside the picture; any other address leaves it.
    !value.contains("javascript:") && !value.contains("data:") && !value.replace("url(#", "").contains("url(")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::clean_svg;

    #[test]
    fn sec_165_nothing_that_runs_loads_or_links_stays() {
        let dirty = r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="x()" viewBox="0 0 9 9">
            <script>x()</script><foreignObject><body/></foreignObject><image href="http://e/x.png"/>
            <a xlink:href="javascript:x()"><rect/></a><rect fill="url(#g)" width="3" onclick="x()"/><rect fill="url(http://e)"/>
            <animate attributeName="href" to="javascript:x()"/></svg>"##;
        let cleaned = clean_svg(dirty).expect("is SVG");
        assert!(cleaned.contains(r##"<rect fill="url(#g)" width="3">"##) && cleaned.contains("viewBox"));
        for bad in [
            "script",
            "foreign",
            "image",
            "onload",
            "onclick",
            "javascript",
            "http://e",
            "animate",
        ] {
            assert!(!cleaned.contains(bad), "{bad} in {cleaned}");
        }
        let drawn = clean_svg(
            "<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://e/svg11.dtd'><svg><path style='fill:#f00;background:url(http://e);stroke:u\\72l(x);stroke-width:2'/></svg>",
        );
        assert!(drawn.is_ok_and(|drawn| drawn.contains(r#"<path style="fill:#f00;stroke-width:2">"#)));
        assert!(clean_svg("<!DOCTYPE svg [<!ENTITY x 'y'>]><svg>&x;</svg>").is_err());
    }
}
