//! Cleaning of SVG pictures by an allow-list (SEC-165): what can run, load or link goes.

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
        if attribute.namespace().is_none() && harmless(attribute.name(), attribute.value()) {
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
        assert!(clean_svg("<!DOCTYPE svg [<!ENTITY x 'y'>]><svg>&x;</svg>").is_err());
    }
}
