//! Thrift's compact protocol, as far as Parquet's metadata uses it: numbered fields of structures, read without knowing which there are.
//!
//! What is read comes from outside: nesting and the number of parts are bounded, and a length is never believed before its bytes are there.

use super::Problem;

/// How deep structures may lie in each other; Parquet's own stay below ten.
const DEPTH: usize = 24;

/// A value of any type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Thing<'a> {
    Bool(bool),
    Int(i64),
    Bytes(&'a [u8]),
    List(Vec<Thing<'a>>),
    Struct(Vec<(i16, Thing<'a>)>),
    /// A floating point number or a map: nothing here reads one.
    Other,
}

impl<'a> Thing<'a> {
    /// A field of a structure.
    pub(super) fn field(&self, id: i16) -> Option<&Thing<'a>> {
        match self {
            Thing::Struct(fields) => fields.iter().find(|(known, _)| *known == id).map(|(_, thing)| thing),
            _ => None,
        }
    }

    pub(super) fn int(&self, id: i16) -> Option<i64> {
        match self.field(id)? {
            Thing::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn bool(&self, id: i16) -> Option<bool> {
        match self.field(id)? {
            Thing::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn text(&self, id: i16) -> Option<&'a str> {
        match self.field(id)? {
            Thing::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    pub(super) fn list(&self, id: i16) -> &[Thing<'a>] {
        match self.field(id) {
            Some(Thing::List(list)) => list,
            _ => &[],
        }
    }
}

/// Reads structures from bytes.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// How many values may still be read.
    room: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], room: usize) -> Self {
        Reader { bytes, at: 0, room }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn structure(&mut self) -> Result<Thing<'a>, Problem> {
        self.fields(DEPTH)
    }

    fn fields(&mut self, depth: usize) -> Result<Thing<'a>, Problem> {
        let depth = depth
            .checked_sub(1)
            .ok_or(Problem::Damaged("its metadata is nested too deep"))?;
        let mut fields = Vec::new();
        let mut id: i16 = 0;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return Ok(Thing::Struct(fields));
            }
            id = match head >> 4 {
                0 => i16::try_from(self.zigzag()?)
                    .map_err(|_| Problem::Damaged("a field of its metadata has no number"))?,
                step => id.saturating_add(i16::from(step)),
            };
            let thing = match kind {
                1 => Thing::Bool(true),
                2 => Thing::Bool(false),
                _ => self.thing(kind, depth)?,
            };
            fields.push((id, thing));
        }
    }

    fn thing(&mut self, kind: u8, depth: usize) -> Result<Thing<'a>, Problem> {
        self.room = self
            .room
            .checked_sub(1)
            .ok_or(Problem::Damaged("its metadata has too many parts"))?;
        Ok(match kind {
            // In lists a truth value is a byte.
            1 | 2 => Thing::Bool(self.byte()? == 1),
            3 => Thing::Int(i64::from(self.byte()? as i8)),
            4..=6 => Thing::Int(self.zigzag()?),
            7 => {
                self.take(8)?;
                Thing::Other
            }
            8 => {
                let length = self.length()?;
                Thing::Bytes(self.take(length)?)
            }
            9 | 10 => self.elements(depth)?,
            11 => self.map(depth)?,
            12 => self.fields(depth)?,
            _ => return Err(Problem::Damaged("its metadata has a value of an unknown type")),
        })
    }

    fn elements(&mut self, depth: usize) -> Result<Thing<'a>, Problem> {
        let depth = depth
            .checked_sub(1)
            .ok_or(Problem::Damaged("its metadata is nested too deep"))?;
        let head = self.byte()?;
        let number = match head >> 4 {
            15 => self.length()?,
            number => usize::from(number),
        };
        // Each element has a byte at least.
        let mut list = Vec::with_capacity(number.min(self.bytes.len() - self.at).min(self.room));
        for _ in 0..number {
            list.push(self.thing(head & 0x0f, depth)?);
        }
        Ok(Thing::List(list))
    }

    fn map(&mut self, depth: usize) -> Result<Thing<'a>, Problem> {
        let depth = depth
            .checked_sub(1)
            .ok_or(Problem::Damaged("its metadata is nested too deep"))?;
        let number = self.length()?;
        if number > 0 {
            let kinds = self.byte()?;
            for _ in 0..number {
                self.thing(kinds >> 4, depth)?;
                self.thing(kinds & 0x0f, depth)?;
            }
        }
        Ok(Thing::Other)
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        let byte = *self.bytes.get(self.at).ok_or(Problem::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let bytes = self
            .bytes
            .get(self.at..)
            .and_then(|rest| rest.get(..length))
            .ok_or(Problem::Short)?;
        self.at += length;
        Ok(bytes)
    }

    fn length(&mut self) -> Result<usize, Problem> {
        let number = varint(self.bytes, &mut self.at)?;
        usize::try_from(number).map_err(|_| Problem::Short)
    }

    fn zigzag(&mut self) -> Result<i64, Problem> {
        Ok(unzigzag(varint(self.bytes, &mut self.at)?))
    }
}

/// A number of seven bits a byte, the lowest first.
pub(super) fn varint(bytes: &[u8], at: &mut usize) -> Result<u64, Problem> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at).ok_or(Problem::Short)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Problem::Damaged("a number has more than 64 bits"))
}

pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Writes structures.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    /// The number of the last field of each structure that is open.
    last: Vec<i16>,
}

impl Writer {
    pub(super) fn begin(&mut self) {
        self.last.push(0);
    }

    pub(super) fn end(&mut self) {
        self.last.pop();
        self.bytes.push(0);
    }

    fn head(&mut self, id: i16, kind: u8) {
        let last = self.last.last_mut().map_or(0, |last| std::mem::replace(last, id));
        // Fields are written in the order of their numbers, which lie close together.
        self.bytes.push(((id - last) as u8) << 4 | kind);
    }

    pub(super) fn int(&mut self, id: i16, number: i64) {
        self.head(id, 6);
        self.zigzag(number);
    }

    /// Enumerations and 32-bit numbers.
    pub(super) fn small(&mut self, id: i16, number: i32) {
        self.head(id, 5);
        self.zigzag(i64::from(number));
    }

    pub(super) fn bool(&mut self, id: i16, value: bool) {
        self.head(id, if value { 1 } else { 2 });
    }

    pub(super) fn text(&mut self, id: i16, text: &str) {
        self.head(id, 8);
        self.bare_text(text);
    }

    /// Opens a structure in a field; [`Writer::end`] closes it.
    pub(super) fn structure(&mut self, id: i16) {
        self.head(id, 12);
        self.begin();
    }

    /// The head of a list; its elements follow: structures between `begin` and `end`, or bare numbers and texts.
    pub(super) fn list(&mut self, id: i16, kind: u8, number: usize) {
        self.head(id, 9);
        if number < 15 {
            self.bytes.push((number as u8) << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            push_varint(&mut self.bytes, number as u64);
        }
    }

    pub(super) fn bare_text(&mut self, text: &str) {
        push_varint(&mut self.bytes, text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(super) fn zigzag(&mut self, number: i64) {
        push_varint(&mut self.bytes, ((number << 1) ^ (number >> 63)) as u64);
    }
}

pub(super) fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
