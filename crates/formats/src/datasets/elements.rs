//! Elements of a large XML file, one after the other: of the file itself only one of them is in memory.

use std::io::Read;

use crate::import::ImportError;

/// Largest element, in bytes.
const ELEMENT: usize = 256 * 1024 * 1024;
/// Longest tag, comment or instruction between elements, in bytes.
const MARKUP: usize = 1024 * 1024;

/// Calls with each element that lies so deep (1: below the root) and is wanted (by the names of the one around it and its own), until one
/// of them fails. It comes as a document with the root's tag around it, whose prefixes it may use. Gives the name of the root; none for
/// what does not begin as XML. Inside of elements nothing is checked here: whoever parses them does.
///
/// # Errors
/// Document types (nothing is ever resolved), elements that are too large, ends that do not come, and text that is not UTF-8.
pub(crate) fn each(
    reader: &mut dyn Read,
    name: &str,
    level: usize,
    wanted: &dyn Fn(&str, &str) -> bool,
    with: &mut dyn FnMut(&str) -> Result<(), ImportError>,
) -> Result<Option<String>, ImportError> {
    let wrong = |text: &str| ImportError::whole(format!("{name}: {text}"));
    let mut bytes = Bytes::new(reader);
    let mut root: Option<(String, Vec<u8>)> = None;
    let mut around = String::new();
    let mut depth = 0_usize;
    // The element that is being gathered; none: what passes is not kept.
    let mut kept: Option<Vec<u8>> = None;
    let mut seen = false;
    while let Some(byte) = bytes.next()? {
        if byte != b'<' {
            if !seen && !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf) {
                return Ok(None);
            }
            if let Some(kept) = &mut kept {
                kept.push(byte);
                if kept.len() > ELEMENT {
                    return Err(too_large(name));
                }
            }
            continue;
        }
        seen = true;
        let room = if kept.is_some() { ELEMENT } else { MARKUP };
        let tag = bytes
            .tag(room)?
            .ok_or_else(|| wrong("it ends within a tag, or a tag is too long"))?;
        if tag.starts_with(b"<!DOCTYPE") {
            return Err(wrong("files with a document type are not read"));
        }
        let plain = !tag.starts_with(b"<!") && !tag.starts_with(b"<?");
        let closes = tag.starts_with(b"</");
        let empty = plain && tag.ends_with(b"/>");
        if plain && !closes {
            depth += 1;
            let called = element_name(&tag);
            if depth == 1 && root.is_none() {
                let mut open = tag.clone();
                if empty {
                    open.truncate(open.len() - 2);
                    open.push(b'>');
                }
                root = Some((called.clone(), open));
            }
            if depth == level + 1 && wanted(&around, &called) {
                kept = Some(root.as_ref().map(|(_, open)| open.clone()).unwrap_or_default());
            }
            if depth == level {
                around = called;
            }
        }
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&tag);
            if kept.len() > ELEMENT {
                return Err(too_large(name));
            }
        }
        if closes || empty {
            depth = depth
                .checked_sub(1)
                .ok_or_else(|| wrong("an element ends that has not begun"))?;
            if depth == level
                && let Some(mut text) = kept.take()
            {
                if let Some((name, _)) = &root {
                    text.extend_from_slice(format!("</{name}>").as_bytes());
                }
                let text = std::str::from_utf8(&text).map_err(|_| wrong("it is not UTF-8 text. Save it as UTF-8."))?;
                with(text)?;
            }
        }
    }
    if depth > 0 {
        return Err(wrong("it ends before its last element does"));
    }
    Ok(root.map(|(name, _)| name))
}

fn too_large(name: &str) -> ImportError {
    ImportError::TooLarge(format!("{name}: an element is larger than {ELEMENT} bytes"))
}

fn element_name(tag: &[u8]) -> String {
    let name = tag.get(1..).unwrap_or_default();
    let end = name
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
        .unwrap_or(name.len());
    String::from_utf8_lossy(&name[..end]).into_owned()
}

/// Bytes of a reader, with a buffer.
struct Bytes<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
}

impl<'a> Bytes<'a> {
    fn new(reader: &'a mut dyn Read) -> Bytes<'a> {
        Bytes {
            reader,
            buffer: vec![0; 256 * 1024],
            at: 0,
            end: 0,
        }
    }

    fn next(&mut self) -> Result<Option<u8>, ImportError> {
        if self.at == self.end {
            self.at = 0;
            self.end = self.reader.read(&mut self.buffer)?;
            if self.end == 0 {
                return Ok(None);
            }
        }
        let byte = self.buffer.get(self.at).copied();
        self.at += 1;
        Ok(byte)
    }

    /// What begins with the `<` that has just been read, up to its end: a tag (a `>` between quotes is none), a comment, a CDATA
    /// section, an instruction. `None` when it does not end, or not within `room` bytes.
    fn tag(&mut self, room: usize) -> Result<Option<Vec<u8>>, ImportError> {
        let mut tag = vec![b'<'];
        let mut quote = None;
        while let Some(byte) = self.next()? {
            tag.push(byte);
            if tag.len() > room {
                return Ok(None);
            }
            let whole = if tag.starts_with(b"<!--") {
                tag.len() >= 7 && tag.ends_with(b"-->")
            } else if tag.starts_with(b"<![CDATA[") {
                tag.ends_with(b"]]>")
            } else if tag.starts_with(b"<?") {
                tag.ends_with(b"?>")
            } else if b"<!--".starts_with(&tag) || b"<![CDATA[".starts_with(&tag) {
                false
            } else {
                match (quote, byte) {
                    (Some(open), _) if open == byte => {
                        quote = None;
                        false
                    }
                    (None, b'"' | b'\'') => {
                        quote = Some(byte);
                        false
                    }
                    (None, b'>') => true,
                    _ => false,
                }
            };
            if whole {
                return Ok(Some(tag));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::each;

    fn parts(text: &str) -> Result<(Option<String>, Vec<String>), String> {
        let mut found = Vec::new();
        let root = each(
            &mut text.as_bytes(),
            "a.xml",
            1,
            &|root, name| root == "annotations" && name == "image",
            &mut |part| {
                found.push(part.to_owned());
                Ok(())
            },
        );
        root.map(|root| (root, found)).map_err(|error| error.to_string())
    }

    #[test]
    fn elements_come_whole_whatever_is_in_them() {
        let text = "\u{feff}<?xml version=\"1.0\"?><!-- <image> --><annotations a='>'><meta><image/></meta><image n=\"a>b\"><box/>\
            <![CDATA[</image>]]><image>in</image> ä</image>\n<image/><!----></annotations>";
        let (root, found) = parts(text).expect("well formed");
        assert_eq!(root.as_deref(), Some("annotations"));
        let inside = "<image n=\"a>b\"><box/><![CDATA[</image>]]><image>in</image> ä</image>";
        let around = |inside: &str| format!("<annotations a='>'>{inside}</annotations>");
        assert_eq!(found, [around(inside), around("<image/>")]);
    }

    #[test]
    fn what_is_no_xml_or_broken_off_is_said() {
        assert_eq!(parts("{\"a\": 1}"), Ok((None, vec![])));
        assert_eq!(parts(""), Ok((None, vec![])));
        for wrong in [
            "<a><image>",
            "<a",
            "<a><!-- ",
            "</a>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
            "<a></a></a>",
        ] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
        let bytes: &[u8] = b"<a><image>\xff</image></a>";
        let outcome = each(&mut &*bytes, "a.xml", 1, &|_, _| true, &mut |_| Ok(()));
        assert!(outcome.expect_err("not UTF-8").to_string().contains("UTF-8"));
    }
}
