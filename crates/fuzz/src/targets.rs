//! The parsers of languages, and what must be true of their answers besides that there is one.

use std::fs::File;
use std::io::Write as _;
use std::net::IpAddr;

use labelkeep_crypt::jwt::{SigningKey, SigningKeys};
use labelkeep_crypt::webauthn::{Registration, RelyingParty, verify_registration};
use labelkeep_formats::import::{FileKind, check_file, import_file, import_json};
use labelkeep_formats::{brush, clean_file_name, clean_svg};
use labelkeep_labeling::{Config, Mode, check_json, check_result};
use labelkeep_net::target::{Target as Url, TargetHost};
use labelkeep_net::{Consumer, Policy, PolicySettings};

use crate::Target;

/// Their targets.
pub(crate) const LANGUAGES: &[Target] = &[
    Target {
        name: "config",
        words: &[
            "<View>",
            "</View>",
            "<Choices name=\"c\" toName=\"t\">",
            "<Choice value=\"a\"/>",
            "<Label value=\"a\" background=\"#fff\"/>",
            "<Text name=\"t\" value=\"$t\"/>",
            "<Image name=\"i\" value=\"$i\"/>",
            "<RectangleLabels name=\"r\" toName=\"i\">",
            "<!DOCTYPE x [<!ENTITY a \"b\">]>",
            "&a;",
            "&amp;",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<?xml version=\"1.0\"?>",
            "<Repeater on=\"$a\">",
            "{{idx}}",
            "visibleWhen=\"choice-selected\"",
            "<Style>.a{color:red}</Style>",
            "$a.b[0]",
            "<TextArea name=\"x\" toName=\"t\"/>",
        ],
        examples: configs,
        run: config,
    },
    Target {
        name: "result",
        words: &[
            "\"value\":{",
            "\"from_name\":",
            "\"to_name\":",
            "\"type\":\"rectanglelabels\"",
            "\"rle\":[",
            "\"format\":\"rle\"",
            "\"points\":[[",
            "\"start\":",
            "\"original_width\":",
            "\"choices\":[",
            "\"brushlabels\":[",
            "\"sequence\":[",
            "\"ranker\":",
            "\"taxonomy\":[[",
            "\"id\":",
            "\"parentID\":",
            "\"relation\"",
            "\"width\":",
            "\"score\":",
        ],
        examples: results,
        run: result,
    },
    Target {
        name: "json",
        words: &[
            "\"data\":",
            "\"annotations\":[",
            "\"predictions\":[",
            "\"result\":[",
            "\"completed_by\":",
            "\"id\":",
            "\"text\":",
            "\"score\":",
            "},{",
            "\"meta\":",
            "\"drafts\":",
        ],
        examples: items,
        run: json,
    },
    Target {
        name: "table",
        words: &[
            "\"\"", ",", ";", "\t", "\n", "\r", "a,a,a", "1.5", "True", "NA", "=1+1", "\u{feff}", "'",
        ],
        examples: tables,
        run: table,
    },
    Target {
        name: "url",
        words: &[
            "http://",
            "https://",
            "@",
            "\\",
            "127.0.0.1",
            "0x7f",
            "0177",
            "2130706433",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "１２７",
            "。",
            "%31",
            "localhost",
            "metadata.google.internal",
            "xn--",
            ":80",
            "//",
            "#",
            "?",
            "..",
            "\u{ad}",
            "\u{200d}",
            "file:",
            "0.0.0.0",
            "%00",
        ],
        examples: urls,
        run: url,
    },
    Target {
        name: "brush",
        words: &[],
        examples: masks,
        run: mask,
    },
    Target {
        name: "filter",
        words: &[
            "userName",
            " eq ",
            " and ",
            " or ",
            "not (",
            ")",
            "(",
            "emails[",
            "]",
            "type eq \"work\"",
            " pr",
            " co \"a\"",
            " sw ",
            " gt ",
            "\"\\u0041\"",
            "active",
            "meta.created",
            "urn:ietf:params:scim:schemas:core:2.0:User:",
            "name.familyName",
            "true",
            "null",
            "1.5e3",
        ],
        examples: filters,
        run: filter,
    },
    Target {
        name: "passkey",
        words: &["\u{a3}", "fmt", "none", "attStmt", "authData", "\u{7f}"],
        examples: attestations,
        run: passkey,
    },
    Target {
        name: "token",
        words: &[".", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJFZERTQSJ9", "=", "e30"],
        examples: tokens,
        run: token,
    },
    Target {
        name: "svg",
        words: &[
            "<script>",
            "<a href=\"javascript:x\">",
            " onload=\"x\"",
            "<use href=\"#a\"/>",
            "<style>",
            "<foreignObject>",
            "<g>",
            "</g>",
            " xmlns:x=\"y\"",
            "x:href=\"z\"",
            "url(http://a)",
            "<animate attributeName=\"href\"/>",
            "<!DOCTYPE",
            "<![CDATA[",
            "&#60;",
            " style=\"fill:url(#a)\"",
        ],
        examples: pictures,
        run: picture,
    },
    Target {
        name: "name",
        words: &[
            "../", "..\\", "\u{202e}", "\0", "/", "CON", ".csv", "%2f", "\u{ff0f}", "e\u{301}", ".", "~",
        ],
        examples: names,
        run: name,
    },
];

pub(crate) fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// A message without its numbers and quotations: which kind it is.
pub(crate) fn kind(message: &str) -> String {
    message
        .split_whitespace()
        .filter(|word| word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == ':'))
        .collect::<Vec<_>>()
        .join(" ")
}

/// How large, roughly.
pub(crate) fn size(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

pub(crate) fn owned(examples: &[&str]) -> Vec<Vec<u8>> {
    examples.iter().map(|example| example.as_bytes().to_vec()).collect()
}

fn configs() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/label-configs");
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    all.sort();
    all.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

fn config(bytes: &[u8]) -> String {
    match Config::parse(&text(bytes)) {
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason");
            kind(&errors[0].to_string())
        }
        Ok(config) => {
            let (task, result) = (config.sample_task(), config.sample_result());
            let parsed = config.parsed_label_config();
            let result = result.to_string();
            if let Err(error) = check_result(&result, Some(&config), Mode::Lenient) {
                panic!("the sample of a configuration is refused: {error} in {result}");
            }
            let keys = task.as_object().map_or(0, serde_json::Map::len);
            format!(
                "{} controls {} objects {keys} keys {}",
                config.controls().len(),
                config.objects().len(),
                size(parsed.to_string().len())
            )
        }
    }
}

fn results() -> Vec<Vec<u8>> {
    let mut all = owned(&[
        r#"[{"id":"a","from_name":"c","to_name":"t","type":"choices","value":{"choices":["a"]}}]"#,
        r#"[{"id":"b","from_name":"r","to_name":"i","type":"rectanglelabels","original_width":10,"original_height":5,"image_rotation":0,"value":{"x":1,"y":2,"width":3.5,"height":4,"rotation":0,"rectanglelabels":["a"]}},{"from_id":"b","to_id":"a","type":"relation","direction":"right"}]"#,
        r#"[{"id":"c","type":"brushlabels","from_name":"b","to_name":"i","original_width":4,"original_height":4,"value":{"format":"rle","rle":[0,0,0,64,57,110,56,2],"brushlabels":["x"]}}]"#,
    ]);
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/results");
    for entry in std::fs::read_dir(fixture).into_iter().flatten().flatten() {
        all.extend(std::fs::read(entry.path()).ok().filter(|bytes| bytes.len() < 32 * 1024));
    }
    all.sort();
    all
}

fn result(bytes: &[u8]) -> String {
    let text = text(bytes);
    let plain = check_json(&text);
    match check_result(&text, None, Mode::Lenient) {
        Err(error) => kind(&error.message),
        Ok(summary) => {
            assert!(plain.is_ok(), "a result is taken that is no JSON of ours: {plain:?}");
            format!("{} items", size(format!("{summary:?}").len()))
        }
    }
}

fn items() -> Vec<Vec<u8>> {
    owned(&[
        r#"[{"text":"a"},{"data":{"text":"b"},"annotations":[{"result":[],"completed_by":1}],"predictions":[{"result":[],"score":0.5,"model_version":"m"}]}]"#,
        r#"{"data":{"a":[1,2.5,null,true]},"meta":{"x":"y"}}"#,
        "[\n{\"text\": \"\\ud83d\\ude00\"},\n{\"text\": \"b\"}\n]",
    ])
}

fn json(bytes: &[u8]) -> String {
    let mut number = 0;
    let mut reader = bytes;
    let outcome = import_json(&mut reader, &mut |item| {
        // What is taken is JSON by our rules.
        assert!(check_json(item.data.get()).is_ok(), "{}", item.data.get());
        number += 1;
        Ok(())
    });
    match outcome {
        Err(error) => format!("{} after {}", kind(&error.to_string()), number.min(3)),
        Ok(()) => format!("{} items", size(number)),
    }
}

fn tables() -> Vec<Vec<u8>> {
    owned(&[
        "text,n\none,1\n\"two, and \"\"more\"\"\",2\n",
        "a;b\n1;x\n;y\n",
        "a\tb\n\"x\ny\"\t2\n",
        "\u{feff}a,a,\n1,2,3\n",
    ])
}

pub(crate) fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("writable");
    file
}

fn table(bytes: &[u8]) -> String {
    let mut answer = String::new();
    for kind_of_file in [FileKind::Csv, FileKind::Tsv, FileKind::Txt, FileKind::Markup] {
        let mut number = 0;
        let outcome = import_file(kind_of_file, file(bytes), "/data/upload/1/x", &mut |item| {
            assert!(check_json(item.data.get()).is_ok(), "{}", item.data.get());
            number += 1;
            Ok(())
        });
        answer += &match outcome {
            Err(error) => kind(&error.to_string()),
            Ok(_) => format!("{};", size(number)),
        };
    }
    answer
}

fn urls() -> Vec<Vec<u8>> {
    owned(&[
        "https://example.com/a/b.json?c=d#e",
        "http://127.0.0.1:8080/",
        "http://[::ffff:10.0.0.1]/",
        "http://user:word@example.com/",
        "http://0x7f.1/",
        "http://１２７.０.０.１/",
        "http://xn--bcher-kva.example/",
        "http://metadata.google.internal./",
        "file:///etc/passwd",
    ])
}

fn url(bytes: &[u8]) -> String {
    let text = text(bytes);
    let target = match Url::parse(&text) {
        Err(error) => return kind(&error.to_string()),
        Ok(target) => target,
    };
    let url = target.url();
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.as_str().len() <= 2_048 && target.port() != 0);
    // Whoever reads the URL that is used finds the host that was checked.
    let again = Url::parse(url.as_str()).unwrap_or_else(|error| panic!("{url} is not read again: {error}"));
    assert_eq!(again.host(), target.host(), "{url}");
    let policy = Policy::new(&PolicySettings::default()).expect("settings");
    match target.host() {
        TargetHost::Name(name) => {
            assert!(
                name.is_ascii() && !name.contains(['/', '@', '\\', ' ', '%', ':']),
                "{name}"
            );
            assert!(name.parse::<IpAddr>().is_err(), "{name} is an address");
            format!("name {}", size(name.len()))
        }
        TargetHost::Address(address) => {
            let verdict = policy.check_address(Consumer::Import, &target, *address, &[]);
            let inward = match address {
                IpAddr::V4(address) => {
                    address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified()
                }
                IpAddr::V6(address) => address.is_loopback() || address.is_unspecified() || address.to_ipv4().is_some(),
            };
            assert!(!inward || verdict.is_err(), "{url} passes");
            format!("address {}", verdict.is_ok())
        }
    }
}

fn masks() -> Vec<Vec<u8>> {
    [vec![0, 0, 255, 255], vec![7; 64], (0..=255).collect::<Vec<u8>>()]
        .iter()
        .map(|mask| {
            let side = (mask.len() as f64).sqrt() as u16;
            let mut bytes = [side.to_be_bytes(), side.to_be_bytes()].concat();
            bytes.extend(brush::encode(mask));
            bytes
        })
        .collect()
}

fn mask(bytes: &[u8]) -> String {
    let Some((head, stream)) = bytes.split_at_checked(4) else {
        return "short".to_owned();
    };
    let number = |at: usize| u32::from(u16::from_be_bytes([head[at], head[at + 1]])) % 2_048;
    let (width, height) = (number(0), number(2));
    match brush::decode(stream, width, height) {
        Err(error) => kind(&error.to_string()),
        Ok(mask) => {
            assert_eq!(mask.len(), width as usize * height as usize, "a byte a pixel");
            let again = brush::decode(&brush::encode(&mask), width, height);
            assert_eq!(again.as_ref().ok(), Some(&mask), "what is written is read");
            format!("mask {}", size(mask.len()))
        }
    }
}

fn filters() -> Vec<Vec<u8>> {
    owned(&[
        r#"userName eq "ada@example.com""#,
        r#"emails[type eq "work" and value co "@example.com"] or not (active eq true)"#,
        r#"name.familyName sw "O" and (meta.lastModified gt "2020-01-01T00:00:00Z" or title pr)"#,
    ])
}

fn filter(bytes: &[u8]) -> String {
    let resource = serde_json::json!({
        "userName": "ada@example.com", "active": true, "name": { "familyName": "Olsen" }, "title": "x",
        "emails": [{ "type": "work", "value": "ada@example.com", "primary": true }], "meta": { "lastModified": "2026-01-01T00:00:00Z" },
    });
    let text = text(bytes);
    let met = labelkeep_services::scim::meets(&resource, &text);
    // Nothing else says what came of it: the shape of the text stands for it.
    let shape: String = text
        .chars()
        .filter(|letter| "()[]\".".contains(*letter))
        .take(6)
        .collect();
    format!("{met} {shape}")
}

fn attestations() -> Vec<Vec<u8>> {
    let mut data = vec![0_u8; 32];
    data.push(0x45);
    data.extend([0; 4 + 16]);
    data.extend([0, 16]);
    data.extend([0xc1; 16]);
    data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
    data.extend([3; 32]);
    data.extend([0x22, 0x58, 32]);
    data.extend([4; 32]);
    let mut object = vec![0xa3, 0x63];
    object.extend(b"fmt");
    object.push(0x64);
    object.extend(b"none");
    object.push(0x67);
    object.extend(b"attStmt");
    object.extend([0xa0, 0x68]);
    object.extend(b"authData");
    object.extend([0x58, data.len() as u8]);
    object.extend(&data);
    vec![object]
}

fn passkey(bytes: &[u8]) -> String {
    let rp = RelyingParty::new("labels.example", "https://labels.example");
    let page = br#"{"type":"webauthn.create","challenge":"YQ","origin":"https://labels.example","crossOrigin":false}"#;
    let outcome = verify_registration(
        &rp,
        b"a",
        Registration {
            client_data_json: page,
            attestation_object: bytes,
        },
    );
    // The bytes as what the browser says, too.
    let said = verify_registration(
        &rp,
        b"a",
        Registration {
            client_data_json: bytes,
            attestation_object: bytes,
        },
    );
    format!("{:?} {:?}", outcome.map(|made| made.id.len()), said.is_ok())
}

fn tokens() -> Vec<Vec<u8>> {
    let keys = SigningKeys::new(SigningKey::generate(), []);
    vec![
        keys.issue_refresh(1, 1_000, 2_000_000_000)
            .token
            .expose()
            .as_bytes()
            .to_vec(),
        b"a.b.c".to_vec(),
    ]
}

fn token(bytes: &[u8]) -> String {
    use std::sync::OnceLock;
    static KEYS: OnceLock<SigningKeys> = OnceLock::new();
    let keys = KEYS.get_or_init(|| SigningKeys::new(SigningKey::generate(), []));
    let text = text(bytes);
    let (access, refresh) = (keys.verify_access(&text, 1_500), keys.verify_refresh(&text, 1_500));
    assert!(
        access.is_err() && refresh.is_err(),
        "a token that nobody issued is taken: {text}"
    );
    format!("{:?} {:?}", access.err(), refresh.err())
}

fn pictures() -> Vec<Vec<u8>> {
    owned(&[
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs><g fill="url(#a)"><path d="M0 0L9 9"/><text x="1">hi &amp; ho</text></g></svg>"##,
        r#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><a href="javascript:x"><rect/></a><image href="http://a/"/></svg>"#,
    ])
}

fn picture(bytes: &[u8]) -> String {
    match clean_svg(&text(bytes)) {
        Err(error) => kind(&error),
        Ok(cleaned) => {
            let lower = cleaned.to_lowercase();
            for mark in [
                "<script",
                "<foreignobject",
                "<iframe",
                "<animate",
                "<set",
                "<image",
                "<!doctype",
                "<!entity",
                "<style",
            ] {
                assert!(!lower.contains(mark), "{mark} stays in {cleaned}");
            }
            let again = clean_svg(&cleaned)
                .unwrap_or_else(|error| panic!("what was cleaned is no picture: {error}: {cleaned}"));
            assert_eq!(again, cleaned, "cleaning twice changes nothing");
            format!("picture {}", size(cleaned.len()))
        }
    }
}

fn names() -> Vec<Vec<u8>> {
    owned(&[
        "a b.png",
        "../../etc/passwd",
        "\u{202e}gnp.exe",
        "C:\\windows\\a.csv",
        "e\u{301}.json",
        ".htaccess",
    ])
}

fn name(bytes: &[u8]) -> String {
    let text = text(bytes);
    let name = clean_file_name(&text);
    assert!(!name.is_empty() && name.len() <= 255, "{name:?}");
    assert!(
        !name.contains(['/', '\\', '\0']) && name != "." && name != "..",
        "{name:?}"
    );
    assert!(!name.chars().any(char::is_control), "{name:?}");
    assert!(
        !name.chars().any(
            |letter| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
        ),
        "{name:?}"
    );
    assert_eq!(clean_file_name(&name), name, "cleaning twice changes nothing");
    format!(
        "{:?} {}",
        check_file(&name, bytes).map_err(|error| kind(&error.to_string())),
        size(name.len())
    )
}
