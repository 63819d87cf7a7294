//! Cleaning of the HTML that people may write: project instructions.

use std::collections::HashSet;
use std::sync::LazyLock;

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = ammonia::Builder::default();
    // Only what instructions need; frames and embeds of the upstream's list would load foreign pages into ours.
    cleaner
        .tags(HashSet::from([
            "a",
            "b",
            "blockquote",
            "br",
            "code",
            "dd",
            "del",
            "div",
            "dl",
            "dt",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "kbd",
            "li",
            "mark",
            "ol",
            "p",
            "pre",
            "s",
            "small",
            "span",
            "strong",
            "sub",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
});

/// The text with everything removed that could run, load a page, or restyle ours.
pub(crate) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn sec_176_scripts_handlers_and_frames_go_and_formatting_stays() {
        let dirty = r#"<p onclick="x()">Mark <b>all</b><script>alert(1)</script><iframe src="//e"></iframe><a href="javascript:x">l</a></p>"#;
        let cleaned = clean(dirty);
        assert!(cleaned.contains("<p>Mark <b>all</b>"));
        for bad in ["onclick", "script", "iframe", "javascript"] {
            assert!(!cleaned.contains(bad), "{bad} in {cleaned}");
        }
    }
}
