//! Files of other programs: workbooks, archives, annotated data sets, portraits.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write as _};

use labelkeep_formats::datasets::{Folder, Reading, datasets};
use labelkeep_formats::import::{FileKind, ImportError, Limits, TaskItem, import_file, import_parquet, unpack};
use labelkeep_formats::portrait;
use labelkeep_labeling::check_json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Target;
use crate::targets::{file, kind, owned, size, text};

/// Their targets.
pub(crate) const FILES: &[Target] = &[
    Target {
        name: "workbook",
        words: &[
            "<row r=\"1\">",
            "</row>",
            "<c r=\"A1\" t=\"s\">",
            "<c r=\"XFD1048576\" t=\"inlineStr\">",
            "<v>0</v>",
            "<v>1e308</v>",
            "</c>",
            "<is><t>a</t></is>",
            "<sheetData>",
            "t=\"b\"",
            "t=\"d\"",
            "s=\"1\"",
            "<f>1+1</f>",
            "<si><t>x</t></si>",
            "<sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\" state=\"hidden\"/>",
            "<xf numFmtId=\"14\"/>",
            "date1904=\"1\"",
            "<!DOCTYPE x [<!ENTITY a \"b\">]>",
            "Target=\"../../x\"",
            "\0",
        ],
        examples: workbooks,
        run: workbook,
    },
    Target {
        name: "parquet",
        words: &[
            "PAR1",
            "PARE",
            "\u{15}\0",
            "\u{15}\u{2}\u{19}",
            "\u{19}\u{1c}",
            "\u{7f}\u{7f}",
            "list",
            "element",
            "key_value",
        ],
        examples: parquets,
        run: parquet,
    },
    Target {
        name: "archive",
        words: &[
            "PK\u{3}\u{4}",
            "PK\u{1}\u{2}",
            "PK\u{5}\u{6}",
            "ustar",
            "../",
            "/etc/passwd",
            "a/b.json",
            "\0\0\0\0",
        ],
        examples: archives,
        run: archive,
    },
    Target {
        name: "dataset",
        words: &[
            "\"images\":[",
            "\"annotations\":[",
            "\"categories\":[",
            "\"segmentation\":",
            "\"bbox\":[",
            "\"image_id\":",
            "\"counts\":",
            "\"size\":[",
            "\"shapes\":[",
            "\"points\":[[",
            "\"label\":",
            "\"spans\":[",
            "\"entities\":",
            "<object>",
            "<bndbox>",
            "<xmin>1e400</xmin>",
            "<track id=\"0\" label=\"a\">",
            "<box frame=\"0\" xtl=\"1\"/>",
            "T1\tPER 0 3\tAda",
            "R1\tknows Arg1:T1 Arg2:T2",
            "0 0.5 0.5 0.1 0.1\n",
            "nan",
            "-DOCSTART- -X- -X- O\n",
            "Ada NNP B-NP B-PER\n",
            "names: [a, b]\n",
            "\0",
        ],
        examples: data_sets,
        run: data_set,
    },
    Target {
        name: "portrait",
        words: &[
            "IHDR", "IDAT", "tEXt", "\u{ff}", "Exif\0\0", "MM\0*", "GIF89a", ",", "!\u{f9}",
        ],
        examples: portraits,
        run: picture,
    },
];

/// The parts of a workbook, or the files of a data set, stand in one input with a zero byte between them.
fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == 0)
}

const SHEET: &str = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
    <row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>when</t></is></c></row>\
    <row r=\"2\"><c r=\"A2\"><v>1.5</v></c><c r=\"B2\" s=\"1\"><v>45000.25</v></c><c r=\"C2\" t=\"b\"><v>1</v></c></row>\
    </sheetData></worksheet>";
const TEXTS: &str = "<sst><si><t>text</t></si><si><r><t>a</t></r><r><t> b</t></r></si></sst>";
const STYLES: &str = "<styleSheet><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\"/></numFmts>\
    <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
const BOOK: &str = "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
    <sheet name=\"One\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
const RELATIONS: &str = "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>";

fn workbooks() -> Vec<Vec<u8>> {
    vec![
        [SHEET, TEXTS, STYLES, BOOK, RELATIONS].join("\0").into_bytes(),
        SHEET.as_bytes().to_vec(),
    ]
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        // Stored: what is mutated is the content, not its packing.
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, stored).expect("a file");
        archive.write_all(content).expect("in memory");
    }
    archive.finish().expect("an archive").into_inner()
}

fn workbook(bytes: &[u8]) -> String {
    let given: Vec<_> = parts(bytes).collect();
    let part = |number: usize, usual: &'static str| given.get(number).copied().unwrap_or(usual.as_bytes());
    let book = zipped(&[
        ("xl/worksheets/sheet1.xml", part(0, SHEET)),
        ("xl/sharedStrings.xml", part(1, TEXTS)),
        ("xl/styles.xml", part(2, STYLES)),
        ("xl/workbook.xml", part(3, BOOK)),
        ("xl/_rels/workbook.xml.rels", part(4, RELATIONS)),
    ]);
    let mut number = 0;
    let outcome = import_file(FileKind::Excel, file(&book), "/data/upload/1/x", &mut |item| {
        assert!(check_json(item.data.get()).is_ok(), "{}", item.data.get());
        number += 1;
        Ok(())
    });
    match outcome {
        Err(error) => format!("{} after {}", kind(&error.to_string()), number.min(3)),
        Ok(others) => format!("{} rows {} others", size(number), others.len()),
    }
}

fn archives() -> Vec<Vec<u8>> {
    let tar = {
        let mut block = vec![0_u8; 512];
        block[..6].copy_from_slice(b"a.json");
        block[100..107].copy_from_slice(b"0000644");
        block[124..135].copy_from_slice(b"00000000002");
        block[156] = b'0';
        block[257..262].copy_from_slice(b"ustar");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block.extend(b"{}");
        block.resize(512 * 4, 0);
        block
    };
    vec![
        zipped(&[("a/b.json", b"{}"), ("c.txt", b"x")]),
        tar,
        vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
    ]
}

fn archive(bytes: &[u8]) -> String {
    let limits = Limits {
        files: 20,
        bytes: 1024 * 1024,
        ratio: 100,
    };
    let mut answer = String::new();
    for name in ["a.zip", "a.tar", "a.json.gz"] {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("inside");
        std::fs::create_dir(&inside).expect("a folder");
        let outcome = unpack(file(bytes), name, &inside, limits);
        let beside: Vec<_> = std::fs::read_dir(folder.path()).expect("readable").flatten().collect();
        assert_eq!(beside.len(), 1, "something was written beside the folder");
        let mut total = 0;
        for entry in std::fs::read_dir(&inside).expect("readable").flatten() {
            let metadata = std::fs::symlink_metadata(entry.path()).expect("there");
            assert!(metadata.is_file(), "{:?} is no file", entry.file_name());
            total += metadata.len();
        }
        // What is over the limit by one buffer is found before the next one is written.
        assert!(total <= limits.bytes + 64 * 1024, "{total} bytes");
        answer += &match outcome {
            Err(error) => kind(&error.to_string()),
            Ok(directory) => format!("{};", directory.names().len()),
        };
    }
    answer
}

/// The same content under every name that a reader looks for.
struct Files(BTreeMap<String, Vec<u8>>);

impl Folder for Files {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        let bytes = self.0.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}

fn data_sets() -> Vec<Vec<u8>> {
    owned(&[
        r#"{"images":[{"id":1,"file_name":"a.png","width":10,"height":5}],"categories":[{"id":1,"name":"cat"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2],"segmentation":[[1,1,2,1,2,2]]},{"id":2,"image_id":1,"category_id":1,"iscrowd":1,"segmentation":{"size":[5,10],"counts":"0110"}}]}"#,
        r#"<annotation><filename>a.png</filename><size><width>10</width><height>5</height></size><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>"#,
        r#"<annotations><image id="0" name="a.png" width="10" height="5"><box label="cat" xtl="1" ytl="1" xbr="2" ybr="2"/><polygon label="cat" points="1,1;2,1;2,2"/></image></annotations>"#,
        "{\"text\":\"Ada knows Bo\",\"label\":[[0,3,\"PER\"]],\"spans\":[{\"start\":0,\"end\":3,\"label\":\"PER\"}],\"entities\":[{\"id\":1,\"label\":\"PER\",\"start_offset\":0,\"end_offset\":3}]}\n",
        r#"{"shapes":[{"label":"cat","points":[[1,1],[2,2]],"shape_type":"rectangle"}],"imagePath":"a.png","imageWidth":10,"imageHeight":5}"#,
        "T1\tPER 0 3\tAda\nT2\tPER 10 12\tBo\nR1\tknows Arg1:T1 Arg2:T2\n\0Ada knows Bo",
        "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.2 0.1 0.2 0.2\n\0cat\ndog\n",
        "-DOCSTART- -X- -X- O\n\nAda NNP B-NP B-PER\nknows VBZ B-VP O\n",
        "{\"source-ref\":\"s3://a/b.png\",\"boxes\":{\"image_size\":[{\"width\":10,\"height\":5,\"depth\":3}],\"annotations\":[{\"class_id\":0,\"left\":1,\"top\":1,\"width\":2,\"height\":2}]},\"boxes-metadata\":{\"class-map\":{\"0\":\"cat\"},\"type\":\"groundtruth/object-detection\"}}\n",
    ])
}

fn data_set(bytes: &[u8]) -> String {
    let given: Vec<_> = parts(bytes).collect();
    let first = given.first().copied().unwrap_or_default().to_vec();
    let second = given.get(1).map_or_else(|| first.clone(), |bytes| bytes.to_vec());
    let mut files = BTreeMap::new();
    for name in [
        "a.json",
        "a.jsonl",
        "a.ndjson",
        "a.xml",
        "a.ann",
        "a.conll",
        "a.manifest",
        "labels/a.txt",
        "data.yaml",
    ] {
        files.insert(name.to_owned(), first.clone());
    }
    for name in ["a.txt", "classes.txt", "obj.names"] {
        files.insert(name.to_owned(), second.clone());
    }
    files.insert("images/a.png".to_owned(), Vec::new());
    let files = Files(files);
    let media = |name: &str| name.to_owned();
    let mut answer = String::new();
    for reader in datasets() {
        let mut number = 0;
        let (outcome, config) = {
            let mut sink = |item: TaskItem| {
                assert!(
                    check_json(item.data.get()).is_ok(),
                    "{}: {}",
                    reader.name(),
                    item.data.get()
                );
                for annotation in &item.annotations {
                    let result = annotation.result.get();
                    assert!(check_json(result).is_ok(), "{}: {result}", reader.name());
                }
                number += 1;
                Ok(())
            };
            let mut reading = Reading::new(&files, None, &media, &mut sink);
            let outcome = reading.read(*reader);
            (outcome, reading.proposal.label_config())
        };
        if let Some(config) = config {
            assert!(
                labelkeep_labeling::Config::parse(&config).is_ok(),
                "{}: {config}",
                reader.name()
            );
        }
        answer.push_str(match outcome {
            Err(_) => "-",
            Ok(()) if number == 0 => "0",
            Ok(()) => "+",
        });
    }
    answer
}

fn portraits() -> Vec<Vec<u8>> {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;".to_vec();
    let made = portrait(&gif).expect("a picture");
    // The head of a JPEG file that goes on for ever.
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xe1\0\x1cExif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\xff\xc0\0\x0b\x08\0\x08\0\x10\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0".to_vec();
    vec![gif, made, jpeg]
}

fn picture(bytes: &[u8]) -> String {
    match portrait(bytes) {
        Err(error) => kind(&error.to_string()),
        Ok(made) => {
            assert!(made.starts_with(b"\x89PNG"), "{:?}", text(&made));
            assert_eq!(portrait(&made).as_ref(), Ok(&made), "what was made is taken, and stays");
            format!("portrait {}", size(made.len()))
        }
    }
}

fn parquets() -> Vec<Vec<u8>> {
    [
        &include_bytes!("../../formats/tests/parquet/tasks.parquet")[..],
        include_bytes!("../../formats/tests/parquet/lz4.parquet"),
        include_bytes!("../../formats/tests/parquet/zstd-v2.parquet"),
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}

fn parquet(bytes: &[u8]) -> String {
    let mut number = 0;
    let outcome = import_parquet(Cursor::new(bytes), &mut |item| {
        assert!(check_json(item.data.get()).is_ok(), "{}", item.data.get());
        number += 1;
        // Rows without anything in them cost no bytes, and the first ones tell most.
        if number < 50 { Ok(()) } else { Err(ImportError::Stopped) }
    });
    match outcome {
        Err(error) => format!("{} after {}", kind(&error.to_string()), number.min(3)),
        Ok(lost) => format!("{} items, {} columns with bytes", size(number), lost.len().min(3)),
    }
}
