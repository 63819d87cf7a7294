//! What object stores send when something happens to an object, as they send it. Everything in here is from outside.
//!
//! | store | how it comes |
//! | --- | --- |
//! | S3 and its kin | the event itself (MinIO, SQS forwarders), in an envelope of SNS, or as an event of EventBridge |
//! | Google Cloud Storage | a push of Pub/Sub |
//! | Azure | Event Grid, in its own schema or as CloudEvents |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The most events of one body.
const EVENTS_MAX: usize = 1_000;

/// An object that is new, or has new content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// Names the event: the same one that is sent again has the same.
    pub(super) id: String,
    /// When it happened, in microseconds since 1970-01-01 UTC.
    pub(super) at: i64,
    /// The bucket or container.
    pub(super) bucket: String,
    /// The whole key.
    pub(super) key: String,
    /// Bytes, as far as the store says.
    pub(super) size: u64,
}

/// What a body is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Events of new objects; those of other kinds are left out.
    Events(Vec<Event>),
    /// Azure asks whether somebody listens: the answer says this code.
    Validation(String),
    /// Amazon asks whether somebody listens: this address has to be opened.
    Confirmation(String),
}

/// Reads a body.
///
/// # Errors
/// A text for the sender when it is nothing that a store sends.
pub(super) fn read(bytes: &[u8]) -> Result<Body, &'static str> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| "This is not JSON.")?;
    match text(&value, "/Type") {
        Some("UnsubscribeConfirmation") => Ok(Body::Events(Vec::new())),
        Some("SubscriptionConfirmation") => {
            let address = text(&value, "/SubscribeURL").ok_or("The confirmation has no address.")?;
            Ok(Body::Confirmation(address.to_owned()))
        }
        Some("Notification") => {
            let message = text(&value, "/Message").ok_or("The notification has no message.")?;
            let inside: Value = serde_json::from_str(message).map_err(|_| "The message is not JSON.")?;
            plain(&inside)
        }
        _ => plain(&value),
    }
}

fn plain(value: &Value) -> Result<Body, &'static str> {
    let one = std::slice::from_ref(value);
    let items = value.as_array().map_or(one, Vec::as_slice);
    if items.len() > EVENTS_MAX {
        return Err("These are too many events at once.");
    }
    let mut events = Vec::new();
    for item in items {
        if text(item, "/eventType") == Some("Microsoft.EventGrid.SubscriptionValidationEvent") {
            let code = text(item, "/data/validationCode").ok_or("The validation has no code.")?;
            return Ok(Body::Validation(code.to_owned()));
        }
        if let Some(records) = item.get("Records").and_then(Value::as_array) {
            if records.len() > EVENTS_MAX {
                return Err("These are too many events at once.");
            }
            for record in records {
                events.extend(s3(record)?);
            }
        } else if text(item, "/Event") == Some("s3:TestEvent") {
            // Amazon tries the way once.
        } else if item.get("detail-type").is_some() {
            events.extend(event_bridge(item)?);
        } else if item.get("message").is_some() {
            events.extend(pub_sub(item)?);
        } else if item.get("subject").is_some() {
            events.extend(event_grid(item)?);
        } else {
            return Err("This is no event of an object store that is known here.");
        }
        if events.len() > EVENTS_MAX {
            return Err("These are too many events at once.");
        }
    }
    Ok(Body::Events(events))
}

fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path)?.as_str()
}

/// A number, or a text that is one.
fn size(value: &Value, path: &str) -> u64 {
    let value = value.pointer(path);
    let number = value.and_then(Value::as_u64);
    number.or_else(|| value?.as_str()?.parse().ok()).unwrap_or(0)
}

fn time(value: &Value, path: &str) -> Result<i64, &'static str> {
    let parsed = text(value, path).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    parsed.map(|at| at.timestamp_micros()).ok_or("The event has no time.")
}

fn needed<'a>(value: &'a Value, path: &str) -> Result<&'a str, &'static str> {
    text(value, path)
        .filter(|text| !text.is_empty() && text.len() <= 2_048 && !text.contains('\0'))
        .ok_or("The event does not name its bucket and object.")
}

/// A record of an S3 event. Its key is encoded as in a form.
fn s3(record: &Value) -> Result<Option<Event>, &'static str> {
    let kind = text(record, "/eventName").ok_or("The record does not say what happened.")?;
    if !kind.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        return Ok(None);
    }
    let spaced = needed(record, "/s3/object/key")?.replace('+', " ");
    let key = percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .filter(|key| !key.contains('\0'))
        .ok_or("The key is no text.")?;
    let bucket = needed(record, "/s3/bucket/name")?;
    let at = time(record, "/eventTime")?;
    let order = text(record, "/s3/object/sequencer").unwrap_or_default();
    Ok(Some(Event {
        id: format!("{bucket}/{key} {at} {order}"),
        at,
        bucket: bucket.to_owned(),
        key: key.into_owned(),
        size: size(record, "/s3/object/size"),
    }))
}

/// An event of EventBridge. Its key is as it is.
fn event_bridge(event: &Value) -> Result<Option<Event>, &'static str> {
    if text(event, "/source") != Some("aws.s3") || text(event, "/detail-type") != Some("Object Created") {
        return Ok(None);
    }
    Ok(Some(Event {
        id: needed(event, "/id")?.to_owned(),
        at: time(event, "/time")?,
        bucket: needed(event, "/detail/bucket/name")?.to_owned(),
        key: needed(event, "/detail/object/key")?.to_owned(),
        size: size(event, "/detail/object/size"),
    }))
}

/// A push of Pub/Sub: what happened is in its attributes, the object in its data.
fn pub_sub(push: &Value) -> Result<Option<Event>, &'static str> {
    if text(push, "/message/attributes/eventType") != Some("OBJECT_FINALIZE") {
        return Ok(None);
    }
    let data = text(push, "/message/data").and_then(|data| STANDARD.decode(data).ok());
    let object: Value = data
        .and_then(|data| serde_json::from_slice(&data).ok())
        .unwrap_or_default();
    let at = time(push, "/message/attributes/eventTime").or_else(|_| time(push, "/message/publishTime"))?;
    Ok(Some(Event {
        id: needed(push, "/message/messageId")?.to_owned(),
        at,
        bucket: needed(push, "/message/attributes/bucketId")?.to_owned(),
        key: needed(push, "/message/attributes/objectId")?.to_owned(),
        size: size(&object, "/size"),
    }))
}

/// An event of Event Grid, in its own schema or as a CloudEvent.
fn event_grid(event: &Value) -> Result<Option<Event>, &'static str> {
    let kind = text(event, "/eventType").or_else(|| text(event, "/type"));
    if kind != Some("Microsoft.Storage.BlobCreated") {
        return Ok(None);
    }
    let subject = needed(event, "/subject")?;
    let (container, key) = subject
        .strip_prefix("/blobServices/default/containers/")
        .and_then(|rest| rest.split_once("/blobs/"))
        .filter(|(container, key)| !container.is_empty() && !key.is_empty())
        .ok_or("The event does not name its bucket and object.")?;
    Ok(Some(Event {
        id: needed(event, "/id")?.to_owned(),
        at: time(event, "/eventTime").or_else(|_| time(event, "/time"))?,
        bucket: container.to_owned(),
        key: key.to_owned(),
        size: size(event, "/data/contentLength"),
    }))
}

/// Whether an address is one at which Amazon takes confirmations.
pub(super) fn is_of_amazon(address: &str) -> bool {
    let host = address
        .strip_prefix("https://sns.")
        .and_then(|rest| rest.split('/').next());
    let region = host.and_then(|host| {
        host.strip_suffix(".amazonaws.com")
            .or_else(|| host.strip_suffix(".amazonaws.com.cn"))
    });
    region.is_some_and(|region| {
        !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn events(body: Value) -> Vec<Event> {
        match read(body.to_string().as_bytes()) {
            Ok(Body::Events(events)) => events,
            other => panic!("{other:?}"),
        }
    }

    /// As the documentation of Amazon S3 shows it.
    fn of_s3(name: &str, key: &str) -> Value {
        json!({ "Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-west-2", "eventTime": "1970-01-01T00:00:01.000Z",
            "eventName": name, "userIdentity": { "principalId": "AIDAJDPLRKLG7UEXAMPLE" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8" },
            "s3": { "s3SchemaVersion": "1.0", "configurationId": "testConfigRule",
                "bucket": { "name": "mybucket", "ownerIdentity": { "principalId": "A3NL1KOZZKExample" }, "arn": "arn:aws:s3:::mybucket" },
                "object": { "key": key, "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e", "sequencer": "0055AED6DCD90281E5" } },
        }] })
    }

    #[test]
    fn events_of_s3_come_bare_in_sns_and_by_eventbridge() {
        let bare = events(of_s3("ObjectCreated:Put", "in/Happy+Face%2B%C3%A9.jpg"));
        assert_eq!(bare.len(), 1);
        assert_eq!(
            (bare[0].bucket.as_str(), bare[0].key.as_str()),
            ("mybucket", "in/Happy Face+é.jpg")
        );
        assert_eq!((bare[0].at, bare[0].size), (1_000_000, 1024));
        assert_eq!(
            events(of_s3("s3:ObjectCreated:CompleteMultipartUpload", "a")).len(),
            1,
            "as MinIO names it"
        );
        assert!(events(of_s3("ObjectRemoved:Delete", "a")).is_empty());
        let sns = json!({ "Type": "Notification", "MessageId": "22b80b92", "TopicArn": "arn:aws:sns:us-west-2:123:t", "Subject": "Amazon S3 Notification",
            "Message": of_s3("ObjectCreated:Put", "in/Happy+Face%2B%C3%A9.jpg").to_string(), "Timestamp": "1970-01-01T00:00:02.000Z",
            "SignatureVersion": "1", "Signature": "x", "SigningCertURL": "https://sns.us-west-2.amazonaws.com/x.pem" });
        assert_eq!(events(sns), bare);
        let test = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z", "Bucket": "bucketname" });
        assert!(events(test).is_empty());
        let bridge = json!({ "version": "0", "id": "17793124-05d4", "detail-type": "Object Created", "source": "aws.s3", "account": "111122223333",
            "time": "1970-01-01T00:00:03Z", "region": "ca-central-1", "resources": ["arn:aws:s3:::mybucket"],
            "detail": { "version": "0", "bucket": { "name": "mybucket" }, "object": { "key": "a+b %.jpg", "size": 5, "etag": "b1946ac9", "sequencer": "00617F08299329D189" }, "reason": "PutObject" } });
        let bridged = events(bridge);
        assert_eq!(
            (bridged[0].id.as_str(), bridged[0].key.as_str(), bridged[0].size),
            ("17793124-05d4", "a+b %.jpg", 5)
        );
    }

    #[test]
    fn events_of_google_come_by_pub_sub() {
        let data = STANDARD
            .encode(json!({ "kind": "storage#object", "name": "in/é 1.jpg", "bucket": "b", "size": "77" }).to_string());
        let push = |kind: &str| {
            json!({ "message": { "attributes": { "bucketId": "b", "objectId": "in/é 1.jpg", "eventType": kind, "payloadFormat": "JSON_API_V1",
            "objectGeneration": "1", "eventTime": "1970-01-01T00:00:01.5Z", "notificationConfig": "projects/_/buckets/b/notificationConfigs/1" },
            "data": data, "messageId": "2070443601311540", "publishTime": "1970-01-01T00:00:02Z" }, "subscription": "projects/p/subscriptions/s" })
        };
        let found = events(push("OBJECT_FINALIZE"));
        let expected = Event {
            id: "2070443601311540".into(),
            at: 1_500_000,
            bucket: "b".into(),
            key: "in/é 1.jpg".into(),
            size: 77,
        };
        assert_eq!(found, [expected]);
        assert!(events(push("OBJECT_DELETE")).is_empty());
    }

    #[test]
    fn events_of_azure_come_by_event_grid() {
        let grid = |kind: &str| {
            json!([{ "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
            "subject": "/blobServices/default/containers/c/blobs/in/a b.jpg", "eventType": kind, "eventTime": "1970-01-01T00:00:01.5Z",
            "id": "831e1650-001e-001b-66ab-eeb76e069631", "data": { "api": "PutBlockList", "eTag": "\"0x8D4BCC2E4835CD0\"", "contentType": "text/plain",
            "contentLength": 524_288, "blobType": "BlockBlob", "url": "https://a.blob.core.windows.net/c/in/a%20b.jpg", "sequencer": "00000000000004420000000000028963" },
            "dataVersion": "", "metadataVersion": "1" }])
        };
        let found = events(grid("Microsoft.Storage.BlobCreated"));
        assert_eq!(
            (found[0].bucket.as_str(), found[0].key.as_str(), found[0].size),
            ("c", "in/a b.jpg", 524_288)
        );
        assert!(events(grid("Microsoft.Storage.BlobDeleted")).is_empty());
        let cloud = json!({ "source": "/subscriptions/s", "subject": "/blobServices/default/containers/c/blobs/x", "type": "Microsoft.Storage.BlobCreated",
            "time": "1970-01-01T00:00:01Z", "id": "9", "data": { "contentLength": 1 }, "specversion": "1.0" });
        assert_eq!(events(cloud)[0].key, "x");
        let asks = json!([{ "id": "2d1781af", "topic": "t", "subject": "", "data": { "validationCode": "512d38b6", "validationUrl": "https://x" },
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "eventTime": "2018-01-25T22:12:19.4556811Z", "dataVersion": "1" }]);
        assert_eq!(
            read(asks.to_string().as_bytes()),
            Ok(Body::Validation("512d38b6".into()))
        );
    }

    #[test]
    fn only_amazon_confirms() {
        let asks = json!({ "Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1" });
        let Ok(Body::Confirmation(address)) = read(asks.to_string().as_bytes()) else {
            panic!("no confirmation")
        };
        assert!(is_of_amazon(&address));
        for other in [
            "http://sns.eu-west-1.amazonaws.com/",
            "https://sns.evil.com/x.amazonaws.com",
            "https://sns.a.b.amazonaws.com/",
            "https://sns.x@evil.amazonaws.com/",
            "https://sns..amazonaws.com/",
            "",
        ] {
            assert!(!is_of_amazon(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_event_is_refused_and_panics_nothing() {
        for other in [
            "",
            "{",
            "7",
            "null",
            "[]x",
            "{}",
            r#"{"Records":[{}]}"#,
            r#"{"message":{}}x"#,
            r#"{"Type":"Notification"}"#,
            r#"{"Type":"Notification","Message":"{"}"#,
            r#"{"subject":"","eventType":"Microsoft.Storage.BlobCreated"}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","eventTime":"2026-01-01T00:00:00Z","s3":{"bucket":{"name":"b"},"object":{"key":"%FF"}}}]}"#,
            r#"{"Records":[{"eventName":"ObjectCreated:Put","eventTime":"2026-01-01T00:00:00Z","s3":{"bucket":{"name":"b"},"object":{"key":"a%00b"}}}]}"#,
        ] {
            assert!(read(other.as_bytes()).is_err(), "{other}");
        }
        let many = vec![json!({ "Event": "s3:TestEvent" }); EVENTS_MAX + 1];
        assert!(read(json!(many).to_string().as_bytes()).is_err());
        let nested = vec![json!({ "Records": vec![of_s3("ObjectCreated:Put", "a")["Records"][0].clone(); 600] }); 2];
        assert!(read(json!(nested).to_string().as_bytes()).is_err());
    }
}
