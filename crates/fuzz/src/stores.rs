//! What object stores say: answers to what is asked of them, and events that they send by themselves. Whoever sets up a storage
//! chooses who that is.

use labelkeep_blob::answers::{self, Store};
use labelkeep_blob::{Page, Position};
use labelkeep_services::storages::events;

use crate::Target;
use crate::targets::{kind, owned, size};

/// Their targets.
pub(crate) const STORES: &[Target] = &[
    Target {
        name: "store",
        words: &[
            "<ListBucketResult>",
            "</ListBucketResult>",
            "<Contents><Key>a/b</Key></Contents>",
            "<Key>in/</Key>",
            "<Key>%00%FF</Key>",
            "<CommonPrefixes><Prefix>in/d/</Prefix></CommonPrefixes>",
            "<IsTruncated>true</IsTruncated>",
            "<NextContinuationToken>t</NextContinuationToken>",
            "<EncodingType>url</EncodingType>",
            "<Size>-1</Size>",
            "<LastModified>9999-12-31T23:59:60Z</LastModified>",
            "<EnumerationResults><Blobs>",
            "<Blob><Name>in/a</Name></Blob>",
            "<Name Encoded=\"true\">in/%00</Name>",
            "<ResourceType>directory</ResourceType>",
            "<NextMarker>m</NextMarker>",
            "<Error><Code>NoSuchKey</Code></Error>",
            "<Credentials><Expiration>0000-01-01T00:00:00Z</Expiration>",
            "<!DOCTYPE x [<!ENTITY a \"b\">]>",
            "&a;",
            "<![CDATA[",
            "xmlns:a=\"b\"",
            "\u{feff}",
            "\"items\":[",
            "{\"name\":\"in/\\u0000\",\"size\":\"18446744073709551616\"}",
            "\"prefixes\":[\"in/\"]",
            "\"nextPageToken\":\"t\"",
            "{\"error\":{\"errors\":[{\"reason\":\"notFound\"}]}}",
        ],
        examples: answers_of_stores,
        run: answer,
    },
    Target {
        name: "event",
        words: &[
            "{\"Records\":[",
            "\"eventName\":\"ObjectCreated:Put\"",
            "\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"a+%C3%A9%00\"}}",
            "\"eventTime\":\"+262142-12-31T23:59:60Z\"",
            "\"Type\":\"Notification\"",
            "\"Message\":\"{\\\"Records\\\":[]}\"",
            "\"SubscribeURL\":\"https://sns.x.amazonaws.com\"",
            "\"detail-type\":\"Object Created\"",
            "\"message\":{\"attributes\":{",
            "\"data\":\"e30=\"",
            "\"eventType\":\"Microsoft.Storage.BlobCreated\"",
            "\"subject\":\"/blobServices/default/containers/c/blobs/x\"",
            "\"validationCode\":\"x\"",
            "1e400",
            "[[[[[[[[",
        ],
        examples: bodies,
        run: event,
    },
];

fn answers_of_stores() -> Vec<Vec<u8>> {
    owned(&[
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>\
         <IsTruncated>true</IsTruncated><NextContinuationToken>t==</NextContinuationToken><Contents><Key>in/b+c%2B%C3%A9.jpg</Key>\
         <LastModified>2026-11-23T08:38:09.000Z</LastModified><ETag>&quot;abc&quot;</ETag><Size>12</Size></Contents>\
         <CommonPrefixes><Prefix>in/d/</Prefix></CommonPrefixes></ListBucketResult>",
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs><Blob><Name Encoded=\"true\">in/a%EF%BF%BE</Name>\
         <Properties><Last-Modified>Mon, 23 Nov 2026 08:38:09 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>3</Content-Length>\
         <ResourceType>file</ResourceType></Properties></Blob><BlobPrefix><Name>in/d/</Name></BlobPrefix></Blobs><NextMarker>m</NextMarker>\
         </EnumerationResults>",
        "{\"items\": [{\"name\": \"in/b\", \"size\": \"12\", \"updated\": \"2026-11-23T08:38:09Z\", \"generation\": \"7\"}], \
         \"prefixes\": [\"in/c/\"], \"nextPageToken\": \"t\"}",
        "{\"error\": {\"code\": 403, \"message\": \"m\", \"errors\": [{\"reason\": \"forbidden\"}]}}",
        "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>",
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>2026-11-29T12:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        "<UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</SignedTid><SignedStart>2026-11-29T00:00:00Z</SignedStart>\
         <SignedExpiry>2026-11-29T12:00:00Z</SignedExpiry><SignedService>b</SignedService><SignedVersion>v</SignedVersion><Value>aGk=</Value>\
         </UserDelegationKey>",
    ])
}

fn answer(bytes: &[u8]) -> String {
    let mut said = String::new();
    for store in [Store::S3, Store::Azure, Store::Gcs] {
        let from = Position {
            after: "in/a".to_owned(),
            token: Some("t".to_owned()),
        };
        said += &match answers::list(store, bytes, &from, "in") {
            Err(error) => kind(&error.text),
            Ok(page) => checked(&page, &from),
        };
        for status in [200, 301, 403, 404, 429, 503] {
            let told = answers::failure(store, status, bytes).text;
            assert!(told.len() < 300, "an error tells what the store said: {told}");
            assert!(!told.chars().any(char::is_control), "{told:?}");
        }
        said += if answers::is_key(store, bytes) { " key;" } else { ";" };
    }
    said
}

/// What is given on of a list is in order, new, below the prefix, and can be kept in a database; and the list moves.
fn checked(page: &Page, from: &Position) -> String {
    let keys: Vec<&str> = page.objects.iter().map(|object| object.key.as_str()).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    for object in &page.objects {
        let key = &object.key;
        assert!(
            key.starts_with("in/") && *key > from.after && !key.ends_with('/'),
            "{key:?}"
        );
        assert!(!key.contains('\0') && !object.etag.contains('\0'), "{object:?}");
    }
    if let Some(next) = &page.next {
        assert!(next.after >= from.after && (next.after != from.after || next.token != from.token));
        assert!(!next.after.contains('\0'), "{next:?}");
    }
    format!("page {} {}", size(keys.len()), page.next.is_some())
}

fn bodies() -> Vec<Vec<u8>> {
    owned(&[
        r#"{"Records":[{"eventName":"ObjectCreated:Put","eventTime":"1970-01-01T00:00:01.000Z","s3":{"bucket":{"name":"b"},"object":{"key":"in/a+%C3%A9","size":9,"sequencer":"00"}}}]}"#,
        r#"{"Type":"Notification","Message":"{\"Records\":[]}"}"#,
        r#"{"Type":"SubscriptionConfirmation","SubscribeURL":"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"}"#,
        r#"{"detail-type":"Object Created","source":"aws.s3","id":"1","time":"1970-01-01T00:00:03Z","detail":{"bucket":{"name":"b"},"object":{"key":"k","size":5}}}"#,
        r#"{"message":{"attributes":{"bucketId":"b","objectId":"k","eventType":"OBJECT_FINALIZE","eventTime":"1970-01-01T00:00:01.5Z"},"data":"eyJzaXplIjoiNyJ9","messageId":"2"}}"#,
        r#"[{"subject":"/blobServices/default/containers/c/blobs/in/a b","eventType":"Microsoft.Storage.BlobCreated","eventTime":"1970-01-01T00:00:01Z","id":"8","data":{"contentLength":5}}]"#,
        r#"[{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d"}}]"#,
    ])
}

fn event(bytes: &[u8]) -> String {
    match events::events_in(bytes) {
        Err(error) => kind(error),
        Ok(None) => "a question".to_owned(),
        Ok(Some(number)) => {
            assert!(number <= 1_000, "{number}");
            format!("events {}", size(number))
        }
    }
}
