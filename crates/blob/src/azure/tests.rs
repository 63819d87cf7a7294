use super::sign::{self, Asked};
use super::*;
use crate::Fault;

#[test]
fn sec_148_names_of_containers_and_accounts_are_checked() {
    for good in ["my-images", "abc", "$web", "a1b"] {
        assert!(is_container(good), "{good}");
    }
    for bad in [
        "",
        "ab",
        "A-b-c",
        "a--b",
        "-abc",
        "abc-",
        "a/b",
        "a.b",
        "$other",
        &"x".repeat(64),
    ] {
        assert!(!is_container(bad), "{bad}");
    }
    assert!(is_account("devstoreaccount1"));
    for bad in ["", "ab", "a-b-c", "Abc", "evil.example/x", "a@b.c"] {
        assert!(!is_account(bad), "{bad}");
    }
}

#[test]
fn an_endpoint_may_have_the_account_in_its_path() {
    let place = |endpoint: &str| Place::of_endpoint(endpoint).map(|place| (place.base, place.path));
    assert_eq!(
        place("http://127.0.0.1:10000/devstoreaccount1/"),
        Ok(("http://127.0.0.1:10000".to_owned(), "/devstoreaccount1".to_owned()))
    );
    assert_eq!(
        place("https://x.blob.core.chinacloudapi.cn"),
        Ok(("https://x.blob.core.chinacloudapi.cn".to_owned(), String::new()))
    );
    for bad in ["ftp://x", "https://u@x", "https://x/a/b", "https://x/?a=b", "x"] {
        assert!(place(bad).is_err(), "{bad}");
    }
}

#[test]
fn keys_and_tokens_are_read_as_people_copy_them() {
    assert_eq!(read_sas("?sv=1&sig=a%2Fb").as_deref(), Ok("sv=1&sig=a%2Fb"));
    assert_eq!(
        read_sas("https://x.blob.core.windows.net/?sv=1&sig=a").as_deref(),
        Ok("sv=1&sig=a")
    );
    for bad in ["", "sv=1", "sig=a b&sv=1", "a#sv=1&sig=b"] {
        assert!(read_sas(bad).is_err(), "{bad}");
    }
    assert!(read_key("bm8gc2VjcmV0").is_ok());
    assert!(read_key("not base64!").is_err() && read_key("").is_err());
}

#[test]
fn what_is_signed_changes_the_signature() {
    let signed = |path: &str, length: usize, date: &str| {
        let asked = Asked {
            method: "GET",
            account: "account",
            path,
            query: &[("restype", "container".to_owned())],
            headers: &[("x-ms-date", date.to_owned())],
            length: length as u64,
        };
        sign::authorization(&asked, b"key")
    };
    let one = signed("/c", 0, "today");
    assert!(one.starts_with("SharedKey account:"), "{one}");
    for other in [
        signed("/d", 0, "today"),
        signed("/c", 1, "today"),
        signed("/c", 0, "tomorrow"),
    ] {
        assert_ne!(one, other);
    }
}

#[test]
fn lists_are_read_and_folders_are_known() {
    let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>\
        <Blob><Name>b &amp; é.jpg</Name><Properties><Last-Modified>Wed, 09 Sep 2009 09:20:02 GMT</Last-Modified>\
        <Etag>0x8CBFF45D8A29A19</Etag><Content-Length>12</Content-Length></Properties></Blob>\
        <Blob><Name Encoded=\"true\">a%EF%BF%BE.txt</Name><Properties/></Blob>\
        <BlobPrefix><Name>c/</Name></BlobPrefix></Blobs><NextMarker>2!x</NextMarker></EnumerationResults>";
    let (list, is_tree) = answer::list(xml.as_bytes()).expect("a list");
    assert!(!is_tree && list.is_truncated && list.last.starts_with("c/"));
    let keys: Vec<_> = list.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["a\u{fffe}.txt", "b & é.jpg"]);
    assert_eq!(
        (list.objects[1].size, list.objects[1].etag.as_str()),
        (12, "0x8CBFF45D8A29A19")
    );
    let tree = "<EnumerationResults><Blobs><Blob><Name>d</Name><Properties><ResourceType>directory</ResourceType>\
        </Properties></Blob><Blob><Name>d/x</Name><Properties><ResourceType>file</ResourceType></Properties></Blob></Blobs>\
        <NextMarker/></EnumerationResults>";
    let (list, is_tree) = answer::list(tree.as_bytes()).expect("a list");
    assert!(is_tree && !list.is_truncated);
    assert_eq!(list.objects.len(), 1, "a folder is no object");
    for bad in [
        &b""[..],
        b"<html/>",
        b"\xff",
        b"<EnumerationResults><Blobs><Blob/></Blobs></EnumerationResults>",
        b"<!DOCTYPE a [<!ENTITY b \"c\">]><EnumerationResults>&b;</EnumerationResults>",
    ] {
        assert!(answer::list(bad).is_err());
    }
}

#[test]
fn sec_143_errors_are_in_plain_words() {
    let error = |status, code| answer::error(status, code, "c", "azure-blob://c", answer::With::Key);
    assert!(error(403, "AuthenticationFailed").text.contains("account key"));
    assert_eq!(error(404, "ContainerNotFound").text, "Cannot find container c in Azure");
    assert!(error(503, "ServerBusy").may_pass() && error(500, "").may_pass());
    assert_eq!(error(416, "InvalidRange").fault, Fault::Range);
}
