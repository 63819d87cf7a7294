//! The file of a COCO data set, read once from front to back: its images and annotations are kept in a temporary file, since the
//! annotations of an image may lie anywhere, and of each only its place is held in memory (24 bytes).

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::fs::File as TemporaryFile;
use std::io::{BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::rc::Rc;

use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::import::ImportError;

#[derive(Deserialize, Serialize)]
pub(super) struct Image {
    pub(super) id: Value,
    pub(super) file_name: Option<String>,
    pub(super) coco_url: Option<String>,
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct Category {
    id: i64,
    pub(super) name: String,
    #[serde(default)]
    pub(super) keypoints: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Annotation {
    image_id: Value,
    pub(super) category_id: Option<i64>,
    pub(super) bbox: Option<Value>,
    pub(super) segmentation: Option<Value>,
    pub(super) keypoints: Option<Vec<f64>>,
    pub(super) caption: Option<String>,
}

/// Most images and annotations of a file: their places take 480 MB then.
const ROWS: usize = 20_000_000;
/// Largest entry of the file, and most that the annotations of one image may have together, in bytes.
const ENTRY: u64 = 256 * 1024 * 1024;

/// Where something lies in the temporary file.
#[derive(Clone, Copy)]
struct Place {
    /// The first bytes of the MD5 of the image's id.
    image: u64,
    begin: u64,
    length: u32,
    /// An image came for it.
    taken: bool,
}

/// A file that has been read.
pub(super) struct File {
    store: Store,
    images: Vec<Place>,
    /// By image; of one image in the order of the file.
    annotations: Vec<Place>,
    categories: HashMap<i64, Category>,
}

impl File {
    /// Reads a file; `None` when it is none of COCO.
    pub(super) fn read(reader: impl Read, name: &str) -> Result<Option<File>, ImportError> {
        let room = Rc::new(Cell::new(ENTRY));
        let mut reading = Reading {
            room: room.clone(),
            store: Some(Store::new()?),
            failed: None,
            images: None,
            annotations: None,
            categories: HashMap::new(),
        };
        let reader = Bounded {
            reader: skip_mark(reader)?,
            room,
        };
        let mut deserializer = serde_json::Deserializer::from_reader(BufReader::with_capacity(256 * 1024, reader));
        let outcome = Top(&mut reading).deserialize(&mut deserializer);
        if let Some(error) = reading.failed.take() {
            return Err(error);
        }
        let is_coco = reading.images.is_some() || reading.annotations.is_some();
        match outcome.and_then(|()| deserializer.end()) {
            Err(error) if is_coco || error.is_io() => return Err(ImportError::whole(format!("{name}: {error}"))),
            // Some other JSON that lies beside it, or none at all.
            Err(_) => return Ok(None),
            Ok(()) => {}
        }
        let (Some(images), Some(mut annotations), Some(mut store)) =
            (reading.images, reading.annotations, reading.store)
        else {
            return Ok(None);
        };
        // Stable: those of one image stay in their order.
        annotations.sort_by_key(|place| place.image);
        store.written()?;
        Ok(Some(File {
            store,
            images,
            annotations,
            categories: reading.categories,
        }))
    }

    /// The category of a number.
    pub(super) fn category(&self, id: i64) -> Option<&Category> {
        self.categories.get(&id)
    }

    /// The names of the categories, in the order of their ids.
    pub(super) fn classes(&self) -> impl Iterator<Item = &str> {
        let mut found: Vec<&Category> = self.categories.values().collect();
        found.sort_unstable_by_key(|category| category.id);
        found.into_iter().map(|category| category.name.as_str())
    }

    /// How many images there are.
    pub(super) fn length(&self) -> usize {
        self.images.len()
    }

    /// An image of the file with the annotations that are not another's already.
    pub(super) fn image(&mut self, index: usize) -> Result<Option<(Image, Vec<Annotation>)>, ImportError> {
        let Some(place) = self.images.get(index).copied() else {
            return Ok(None);
        };
        let image: Image = self.store.get(place)?;
        let mut found = Vec::new();
        let first = self.annotations.partition_point(|other| other.image < place.image);
        let own = self.annotations.get_mut(first..).unwrap_or_default();
        // An image that stands twice in the file: the first one has them.
        if own
            .first()
            .is_some_and(|other| other.image == place.image && other.taken)
        {
            return Ok(Some((image, found)));
        }
        let mut bytes = 0;
        for other in own.iter_mut().take_while(|other| other.image == place.image) {
            bytes += u64::from(other.length);
            if bytes > ENTRY {
                let text = format!("The annotations of image {} have more than {ENTRY} bytes.", image.id);
                return Err(ImportError::TooLarge(text));
            }
            let annotation: Annotation = self.store.get(*other)?;
            if annotation.image_id == image.id {
                other.taken = true;
                found.push(annotation);
            }
        }
        Ok(Some((image, found)))
    }

    /// How many annotations no image came for.
    pub(super) fn strays(&self) -> usize {
        self.annotations.iter().filter(|place| !place.taken).count()
    }
}

fn hash(id: &Value) -> u64 {
    let digest = md5::compute(id.to_string()).0;
    u64::from_le_bytes(digest.first_chunk::<8>().copied().unwrap_or_default())
}

/// The bytes behind a byte order mark.
fn skip_mark(mut reader: impl Read) -> Result<impl Read, ImportError> {
    let mut head = Vec::new();
    reader.by_ref().take(3).read_to_end(&mut head)?;
    if head == b"\xef\xbb\xbf" {
        head.clear();
    }
    Ok(std::io::Cursor::new(head).chain(reader))
}

/// Refuses what is larger than the room for it, which is given anew for each entry.
struct Bounded<R> {
    reader: R,
    room: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let number = self.reader.read(buffer)?;
        match self.room.get().checked_sub(number as u64) {
            Some(room) => self.room.set(room),
            None => return Err(std::io::Error::other(format!("an entry is larger than {ENTRY} bytes"))),
        }
        Ok(number)
    }
}

/// JSON values in a temporary file: written one behind the other, then read anywhere.
struct Store {
    file: BufWriter<TemporaryFile>,
    end: u64,
    reader: Option<BufReader<TemporaryFile>>,
    at: u64,
    buffer: Vec<u8>,
}

impl Store {
    fn new() -> Result<Store, ImportError> {
        Ok(Store {
            file: BufWriter::with_capacity(256 * 1024, tempfile::tempfile()?),
            end: 0,
            reader: None,
            at: 0,
            buffer: Vec::new(),
        })
    }

    fn put(&mut self, image: &Value, value: &impl Serialize) -> Result<Place, ImportError> {
        self.buffer.clear();
        let wrong = |error: String| ImportError::whole(format!("an entry of image {image}: {error}"));
        serde_json::to_writer(&mut self.buffer, value).map_err(|error| wrong(error.to_string()))?;
        // What is kept of it becomes data and results (SEC-160).
        let text = std::str::from_utf8(&self.buffer).map_err(|error| wrong(error.to_string()))?;
        labelkeep_labeling::check_json(text).map_err(|error| wrong(error.to_string()))?;
        let length = u32::try_from(self.buffer.len())
            .map_err(|_| ImportError::TooLarge("an annotation is larger than 4 GiB".to_owned()))?;
        self.file.write_all(&self.buffer)?;
        let begin = self.end;
        self.end += u64::from(length);
        Ok(Place {
            image: hash(image),
            begin,
            length,
            taken: false,
        })
    }

    /// From here on it is read.
    fn written(&mut self) -> Result<(), ImportError> {
        self.file.flush()?;
        let mut file = self.file.get_ref().try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        self.reader = Some(BufReader::with_capacity(64 * 1024, file));
        self.at = 0;
        Ok(())
    }

    fn get<T: DeserializeOwned>(&mut self, place: Place) -> Result<T, ImportError> {
        let Some(reader) = &mut self.reader else {
            return Err(ImportError::whole("nothing has been read yet"));
        };
        // Mostly they follow one another, and the reader has them already.
        if place.begin != self.at {
            let way = i64::try_from(place.begin).unwrap_or_default() - i64::try_from(self.at).unwrap_or_default();
            reader.seek_relative(way)?;
        }
        self.buffer.resize(place.length as usize, 0);
        reader.read_exact(&mut self.buffer)?;
        self.at = place.begin + u64::from(place.length);
        serde_json::from_slice(&self.buffer).map_err(|error| ImportError::whole(error.to_string()))
    }
}

/// What has been read so far.
struct Reading {
    /// For the next entry.
    room: Rc<Cell<u64>>,
    store: Option<Store>,
    /// Why it was broken off, when that was not the JSON.
    failed: Option<ImportError>,
    images: Option<Vec<Place>>,
    annotations: Option<Vec<Place>>,
    categories: HashMap<i64, Category>,
}

impl Reading {
    fn put(&mut self, image: &Value, value: &impl Serialize) -> Option<Place> {
        let number = self.images.as_ref().map_or(0, Vec::len) + self.annotations.as_ref().map_or(0, Vec::len);
        let placed = if number >= ROWS {
            let text = format!("The file has more than {ROWS} images and annotations; import it in parts.");
            Err(ImportError::TooLarge(text))
        } else {
            self.store.as_mut()?.put(image, value)
        };
        placed.map_err(|error| self.failed = Some(error)).ok()
    }
}

/// The object of the file.
struct Top<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with images, annotations and categories")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        while let Some(key) = map.next_key::<String>()? {
            reading.room.set(ENTRY);
            match key.as_str() {
                "images" => {
                    reading.images.get_or_insert_default();
                    map.next_value_seed(Rows {
                        reading,
                        take: |reading, image: Image| {
                            let place = reading.put(&image.id, &image);
                            place
                                .map(|place| reading.images.get_or_insert_default().push(place))
                                .is_some()
                        },
                    })?;
                }
                "annotations" => {
                    reading.annotations.get_or_insert_default();
                    map.next_value_seed(Rows {
                        reading,
                        take: |reading, annotation: Annotation| {
                            let place = reading.put(&annotation.image_id, &annotation);
                            place
                                .map(|place| reading.annotations.get_or_insert_default().push(place))
                                .is_some()
                        },
                    })?;
                }
                "categories" => map.next_value_seed(Rows {
                    reading,
                    take: |reading, category: Category| {
                        let names = std::iter::once(&category.name).chain(&category.keypoints);
                        if names.into_iter().any(|name| name.contains('\0')) {
                            let text = format!("category {}: a name holds a NUL character", category.id);
                            reading.failed = Some(ImportError::whole(text));
                            return false;
                        }
                        reading.categories.insert(category.id, category);
                        true
                    },
                })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A list, element by element.
struct Rows<'a, T> {
    reading: &'a mut Reading,
    /// False: it is broken off.
    take: fn(&mut Reading, T) -> bool,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Rows<'_, T> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<T>()? {
            self.reading.room.set(ENTRY);
            if !(self.take)(self.reading, row) {
                return Err(serde::de::Error::custom("the file cannot be kept"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn annotations_find_their_image_wherever_they_lie() {
        let text = r#"{"annotations": [{"image_id": "b", "category_id": 1}, {"image_id": 7, "category_id": 2}, {"image_id": 9},
            {"image_id": "b", "category_id": 3}], "info": {"x": [1, {"y": 2}]}, "images": [{"id": 7, "file_name": "7.png"},
            {"id": "b", "file_name": "b.png"}, {"id": 7, "file_name": "again.png"}], "categories": [{"id": 1, "name": "one"}]}"#;
        let mut file = File::read(text.as_bytes(), "a.json").expect("read").expect("COCO");
        let mut found = Vec::new();
        for index in 0..file.length() {
            let (image, annotations) = file.image(index).expect("read").expect("an image");
            let categories: Vec<Option<i64>> = annotations.iter().map(|row| row.category_id).collect();
            found.push((image.file_name.unwrap_or_default(), categories));
        }
        assert_eq!(
            found,
            [
                ("7.png".to_owned(), vec![Some(2)]),
                ("b.png".to_owned(), vec![Some(1), Some(3)]),
                ("again.png".to_owned(), vec![])
            ]
        );
        assert_eq!(file.strays(), 1);
        assert_eq!(file.category(1).map(|category| category.name.as_str()), Some("one"));
    }

    #[test]
    fn other_files_are_no_coco_and_broken_ones_say_where() {
        for other in ["[1, 2]", "{\"a\": 1}", "no JSON", "", "{\"images\": [], \"x\": 1}"] {
            assert!(
                File::read(other.as_bytes(), "x.json").expect("no error").is_none(),
                "{other}"
            );
        }
        let broken = "{\"images\": [{\"id\": 1}],\n\"annotations\": [{\"image_id\": }]}";
        let error = File::read(broken.as_bytes(), "a.json")
            .map(|_| ())
            .expect_err("broken")
            .to_string();
        assert!(error.starts_with("a.json: ") && error.contains("line 2"), "{error}");
        for hostile in [
            r#"{"images": [{"id": 1, "file_name": "a\u0000.png"}], "annotations": []}"#,
            r#"{"images": [], "annotations": [{"image_id": 1, "caption": "\u0000"}]}"#,
            r#"{"images": [], "annotations": [], "categories": [{"id": 1, "name": "\u0000"}]}"#,
        ] {
            let error = File::read(hostile.as_bytes(), "a.json")
                .map(|_| ())
                .expect_err("NUL")
                .to_string();
            assert!(error.contains("NUL"), "{error}");
        }
        let marked = "\u{feff}{\"images\": [], \"annotations\": []}";
        assert!(File::read(marked.as_bytes(), "a.json").expect("read").is_some());
    }
}
