//! Excel workbooks (`.xlsx`, `.xlsm`): the first sheet that is shown is a table, as in CSV: the first row names the keys, each further
//! one is a task. Cells have types of their own, so nothing is guessed.
//!
//! A workbook is an archive of XML that comes from outside: what is unpacked of it is bounded (SEC-158), rows are read one by one, and
//! only the texts that its cells share are held in memory.

mod table;

use std::cell::Cell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::rc::Rc;

use roxmltree::{Document, Node};
use zip::ZipArchive;

use super::{ImportError, Limits, Sink};
use crate::datasets::elements;
use table::{Table, plain, shows_date};

/// Largest part that is read as a whole, in bytes: the list of sheets, the styles.
const PART: u64 = 16 * 1024 * 1024;
/// Most bytes of the texts that cells share.
const TEXTS: usize = 256 * 1024 * 1024;
/// Bytes that any workbook may unpack to.
const FREE: u64 = 10 * 1024 * 1024;

/// Reads the first sheet that is shown. Gives the names of the others, which are left out.
pub(super) fn import(file: &File, sink: &mut Sink<'_>) -> Result<Vec<String>, ImportError> {
    let mut book = Book::open(file)?;
    let sheets = book.sheets()?;
    let first = sheets.iter().find(|sheet| !sheet.hidden).or_else(|| sheets.first());
    let first = first.ok_or_else(|| ImportError::whole("The workbook has no sheet."))?;
    let dates = book.dates()?;
    let texts = book.texts()?;
    let mut table = Table::new(texts, dates, book.epoch_1904);
    let path = first.path.clone();
    let mut reader = book.part(&path)?.ok_or_else(|| damaged(&path))?;
    let wanted = |parent: &str, element: &str| local(parent) == "sheetData" && local(element) == "row";
    elements::each(&mut reader, &path, 2, &wanted, &mut |text| {
        let tree = parse(&path, text)?;
        match tree.root_element().first_element_child() {
            Some(row) => table.take(row, sink),
            None => Ok(()),
        }
    })?;
    let others = sheets.iter().filter(|sheet| sheet.path != path);
    Ok(others.map(|sheet| sheet.name.clone()).collect())
}

fn damaged(part: &str) -> ImportError {
    ImportError::whole(format!("The workbook is damaged: it has no {part}."))
}

fn parse<'a>(part: &str, text: &'a str) -> Result<Document<'a>, ImportError> {
    Document::parse(text).map_err(|error| ImportError::whole(format!("The workbook is damaged: {part}: {error}")))
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

/// An attribute by its name without prefix: workbooks of the two standards have different ones.
fn attribute<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name() == name)
        .map(|attribute| attribute.value())
}

struct Sheet {
    name: String,
    path: String,
    hidden: bool,
}

/// The archive.
struct Book<'a> {
    archive: ZipArchive<BufReader<&'a File>>,
    /// Bytes that may still be unpacked.
    room: Rc<Cell<u64>>,
    /// Path of the workbook's part, and of the folder that it is in.
    workbook: String,
    folder: String,
    /// Days count from 1904, not from 1900.
    epoch_1904: bool,
}

impl<'a> Book<'a> {
    fn open(file: &'a File) -> Result<Book<'a>, ImportError> {
        let size = file.metadata()?.len();
        let limits = Limits::default();
        let archive = ZipArchive::new(super::rewound(file)?)
            .map_err(|error| ImportError::whole(format!("This is no Excel workbook: {error}")))?;
        let mut book = Book {
            archive,
            room: Rc::new(Cell::new(limits.bytes.min(size.saturating_mul(limits.ratio).max(FREE)))),
            workbook: "xl/workbook.xml".to_owned(),
            folder: "xl".to_owned(),
            epoch_1904: false,
        };
        if let Some(text) = book.text("_rels/.rels")? {
            let tree = parse("_rels/.rels", &text)?;
            let office = children(tree.root_element(), "Relationship")
                .find(|one| {
                    one.attribute("Type")
                        .is_some_and(|kind| kind.ends_with("/officeDocument"))
                })
                .and_then(|one| one.attribute("Target"));
            if let Some(target) = office {
                target.trim_start_matches('/').clone_into(&mut book.workbook);
                let folder = book.workbook.rsplit_once('/').map_or("", |(folder, _)| folder);
                book.folder = folder.to_owned();
            }
        }
        Ok(book)
    }

    /// The bytes of a part, as far as there is room for them.
    fn part(&mut self, path: &str) -> Result<Option<impl Read>, ImportError> {
        let room = self.room.clone();
        match self.archive.by_name(path) {
            Ok(entry) => Ok(Some(Bounded { reader: entry, room })),
            Err(zip::result::ZipError::FileNotFound) => Ok(None),
            Err(error) => Err(ImportError::whole(format!("The workbook is damaged: {path}: {error}"))),
        }
    }

    /// The text of a small part.
    fn text(&mut self, path: &str) -> Result<Option<String>, ImportError> {
        let Some(reader) = self.part(path)? else {
            return Ok(None);
        };
        let mut text = String::new();
        reader.take(PART + 1).read_to_string(&mut text)?;
        if text.len() as u64 > PART {
            return Err(ImportError::TooLarge(format!("{path} is larger than {PART} bytes")));
        }
        Ok(Some(text))
    }

    /// The path of a part that the workbook names.
    fn at(&self, target: &str) -> String {
        match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None if self.folder.is_empty() => target.to_owned(),
            None => format!("{}/{target}", self.folder),
        }
    }

    fn sheets(&mut self) -> Result<Vec<Sheet>, ImportError> {
        let workbook = self.workbook.clone();
        let text = self.text(&workbook)?.ok_or_else(|| damaged(&workbook))?;
        let file = workbook.rsplit('/').next().unwrap_or_default();
        let relations = self.at(&format!("_rels/{file}.rels"));
        let relations = self.text(&relations)?.ok_or_else(|| damaged(&relations))?;
        let relations = parse("the list of its parts", &relations)?;
        let targets: HashMap<&str, &str> = children(relations.root_element(), "Relationship")
            .filter_map(|one| Some((one.attribute("Id")?, one.attribute("Target")?)))
            .collect();
        let tree = parse(&workbook, &text)?;
        self.epoch_1904 = children(tree.root_element(), "workbookPr")
            .filter_map(|facts| attribute(facts, "date1904"))
            .any(|text| matches!(text, "1" | "true"));
        let list = children(tree.root_element(), "sheets").flat_map(|list| children(list, "sheet"));
        let sheet = |node: Node<'_, '_>| {
            let id = node
                .attributes()
                .find(|one| one.name() == "id")
                .map(|one| one.value())?;
            Some(Sheet {
                name: node.attribute("name").unwrap_or_default().to_owned(),
                path: self.at(targets.get(id)?),
                hidden: node.attribute("state").is_some_and(|state| state != "visible"),
            })
        };
        Ok(list.filter_map(sheet).collect())
    }

    /// For each style whether it shows a number as a date or a time.
    fn dates(&mut self) -> Result<Vec<bool>, ImportError> {
        let path = self.at("styles.xml");
        let Some(text) = self.text(&path)? else {
            return Ok(Vec::new());
        };
        let tree = parse(&path, &text)?;
        let root = tree.root_element();
        let codes: HashMap<&str, bool> = children(root, "numFmts")
            .flat_map(|list| children(list, "numFmt"))
            .filter_map(|one| Some((one.attribute("numFmtId")?, shows_date(one.attribute("formatCode")?))))
            .collect();
        let is_date = |style: Node<'_, '_>| {
            let id = style.attribute("numFmtId").unwrap_or("0");
            // Numbers that every workbook knows without saying what they are.
            let known = id
                .parse::<u32>()
                .is_ok_and(|id| matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58));
            codes.get(id).copied().unwrap_or(known)
        };
        let styles = children(root, "cellXfs").flat_map(|list| children(list, "xf"));
        Ok(styles.map(is_date).collect())
    }

    /// The texts that cells share, by number.
    fn texts(&mut self) -> Result<Vec<Box<str>>, ImportError> {
        let path = self.at("sharedStrings.xml");
        let Some(mut reader) = self.part(&path)? else {
            return Ok(Vec::new());
        };
        let (mut texts, mut bytes) = (Vec::new(), 0);
        elements::each(
            &mut reader,
            &path,
            1,
            &|_, element| local(element) == "si",
            &mut |text| {
                let tree = parse(&path, text)?;
                let text = tree.root_element().first_element_child().map(plain).unwrap_or_default();
                bytes += text.len() + std::mem::size_of::<Box<str>>();
                if bytes > TEXTS {
                    let text = "The texts of the workbook have more than 256 MiB. Save the sheet as CSV.";
                    return Err(ImportError::TooLarge(text.to_owned()));
                }
                texts.push(text.into_boxed_str());
                Ok(())
            },
        )?;
        Ok(texts)
    }
}

/// Refuses what unpacks to more than there is room for.
struct Bounded<R> {
    reader: R,
    room: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let number = self.reader.read(buffer)?;
        let room = self.room.get().checked_sub(number as u64).ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::FileTooLarge,
                "The workbook unpacks to more than a hundred times its size. Save the sheet as CSV.",
            )
        })?;
        self.room.set(room);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::Value;

    use super::*;

    const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId1" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/>
        </Relationships>"#;
    const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/><sheets>
        <sheet name="Hidden" sheetId="2" state="hidden" r:id="rId2"/><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const STYLES: &str = r##"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1">
        <numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"##;
    const TEXTS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>text</t></si>
        <si><r><t>Grüße, </t></r><r><t xml:space="preserve">😀_x000D_ </t></r><rPh><t>reading</t></rPh></si></sst>"#;

    fn workbook(sheet: &str) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        let mut archive = zip::ZipWriter::new(&mut file);
        let options = zip::write::SimpleFileOptions::default();
        for (name, text) in [
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
            ("xl/styles.xml", STYLES),
            ("xl/sharedStrings.xml", TEXTS),
            ("xl/worksheets/sheet1.xml", sheet),
        ] {
            archive.start_file(name, options).expect("an entry");
            archive.write_all(text.as_bytes()).expect("written");
        }
        archive.finish().expect("an archive");
        file
    }

    fn sheet(rows: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
        )
    }

    fn read(rows: &str) -> Result<(Vec<String>, Vec<String>), String> {
        let mut found = Vec::new();
        let others = import(&workbook(&sheet(rows)), &mut |item| {
            found.push(item.data.get().to_owned());
            Ok(())
        });
        others.map(|others| (found, others)).map_err(|error| error.to_string())
    }

    const HEADER: &str = r#"<row r="1" x14ac:dyDescent="0.25"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>n</t></is></c>
        <c r="C1" t="str"><v>when</v></c><c r="D1" t="s"><v>0</v></c></row>"#;

    #[test]
    fn cells_keep_their_types() {
        let rows = r#"<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>1.50</v></c><c r="C3" s="1"><v>46355</v></c><c r="D3" t="b"><v>1</v></c></row>
            <row r="4"/><row r="5"><c r="B5"><f>1+1</f><v>2</v></c><c r="C5" s="2"><v>46355.4375</v></c><c r="D5" t="e"><v>#DIV/0!</v></c></row>"#;
        let (found, others) = read(&format!("{HEADER}{rows}")).expect("a table");
        assert_eq!(
            found,
            [
                r#"{"text":"Grüße, 😀\r ","n":1.5,"when":"2026-11-29","text.1":true}"#,
                r#"{"text":"","n":2,"when":"2026-11-29T10:30:00","text.1":""}"#
            ]
        );
        assert_eq!(others, ["Hidden"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_row_and_column() {
        let error = read(&format!("{HEADER}<row r=\"7\"><c r=\"AB7\"><v>1</v></c></row>")).expect_err("no header");
        assert_eq!(
            error,
            "Error in line 7: column AB has a value, but no name in the header"
        );
        let error = read(&format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"s\"><v>9</v></c></row>")).expect_err("no text");
        assert!(error.starts_with("Error in line 2:"), "{error}");
        let error = read("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>").expect_err("too wide");
        assert!(error.contains("10000 columns"), "{error}");
        for rows in ["<row", "<row><c></row>", "<row><c r=\"ÄÖ\"/></row>"] {
            assert!(read(rows).is_err(), "{rows}");
        }
        let mut text = tempfile::tempfile().expect("a file");
        text.write_all(b"PK\x03\x04 no archive").expect("written");
        assert!(import(&text, &mut |_| Ok(())).is_err());
    }

    #[test]
    fn sec_158_what_unpacks_to_too_much_is_refused() {
        let rows = format!("{HEADER}{}", " ".repeat(12 * 1024 * 1024));
        let error = read(&rows).expect_err("too much");
        assert!(error.contains("hundred times"), "{error}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// A sheet with pieces cut out, doubled and exchanged is read or refused; nothing panics or hangs.
        #[test]
        fn damaged_sheets_are_read_or_refused(cuts in proptest::collection::vec((0..700_usize, 0..40_usize, 0..700_usize), 1..6)) {
            let rows = "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" s=\"2\"><v>1e400</v></c><c><is><t>x</t></is></c></row>";
            let mut text: Vec<char> = format!("{HEADER}{rows}").chars().collect();
            for (from, length, to) in cuts {
                let from = from.min(text.len());
                let piece: Vec<char> = text.drain(from..(from + length).min(text.len())).collect();
                let to = to.min(text.len());
                text.splice(to..to, piece.iter().chain(&piece).copied());
            }
            let text: String = text.into_iter().collect();
            if let Ok((found, _)) = read(&text) {
                for data in found {
                    proptest::prop_assert!(serde_json::from_str::<Value>(&data).is_ok(), "{}", data);
                }
            }
        }
    }
}
