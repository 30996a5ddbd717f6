// rmp-serde: to_vec writes a struct as an array, to_vec_named as a map with the fields' names as texts.
// SPDX-License-Identifier: MIT
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use std::collections::BTreeMap;
use std::io::BufRead;

const NOTHING: u32 = 0x69a40fd3;
const SMALL: u32 = 0x68a468a6;
const INT: u32 = 0x48034d30;
const TEXT: u32 = 0x61a3ab9b;
const BYTES: u32 = 0x48803234;
const INTS: u32 = 0x7c1105f7;
const OPT: u32 = 0x61f21c8d;
const CIRCLE: u32 = 0x6bf64813;

// What #[derive(Serialize)] makes of a struct whose fields are renamed to "1" and "2".
struct Two<A, B>(A, B);

impl<A: Serialize, B: Serialize> Serialize for Two<A, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut it = serializer.serialize_struct("Two", 2)?;
        it.serialize_field("1", &self.0)?;
        it.serialize_field("2", &self.1)?;
        it.end()
    }
}

struct Octets(Vec<u8>);

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

enum Value {
    Nil,
    Bool(bool),
    Negative(i64),
    Unsigned(u64),
    Real(f64),
    Text(String),
    Octets(Vec<u8>),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Nil => serializer.serialize_unit(),
            Value::Bool(it) => serializer.serialize_bool(*it),
            Value::Negative(it) => serializer.serialize_i64(*it),
            Value::Unsigned(it) => serializer.serialize_u64(*it),
            Value::Real(it) => serializer.serialize_f64(*it),
            Value::Text(it) => serializer.serialize_str(it),
            Value::Octets(it) => serializer.serialize_bytes(it),
            Value::List(it) => it.serialize(serializer),
            Value::Map(it) => {
                let mut map = serializer.serialize_map(Some(it.len()))?;
                for (key, value) in it {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;
    fn expecting(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        to.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }
    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }
    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Negative(it))
    }
    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(it))
    }
    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Value::Real(it))
    }
    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::Text(it.to_string()))
    }
    fn visit_bytes<E>(self, it: &[u8]) -> Result<Value, E> {
        Ok(Value::Octets(it.to_vec()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(it) = seq.next_element()? {
            list.push(it);
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(it) = map.next_entry()? {
            entries.push(it);
        }
        Ok(Value::Map(entries))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

fn show(bytes: Vec<u8>) {
    println!("{}", bytes.iter().map(|byte| format!("{:02x}", byte)).collect::<String>());
}

fn own<T: Serialize>(tag: u32, fields: T) {
    show(rmp_serde::to_vec(&(tag, fields)).unwrap());
}

fn named<T: Serialize>(tag: u32, fields: T) {
    show(rmp_serde::to_vec_named(&(tag, fields)).unwrap());
}

fn field<T: Serialize>(number: u32, value: T) -> BTreeMap<u32, T> {
    let mut map = BTreeMap::new();
    map.insert(number, value);
    map
}

fn all_own() {
    let empty: BTreeMap<u32, u32> = BTreeMap::new();
    own(NOTHING, empty);
    own(SMALL, Two(5, 1.5));
    own(INT, (1_700_000_000_000u64,));
    own(TEXT, ("Grüße",));
    own(BYTES, field(1, Octets(vec![0, 255])));
    own(INTS, field(1, [1, -2, 3]));
    let nil: Option<u32> = None;
    own(OPT, (nil, nil, "a", nil, nil, nil, true));
    named(OPT, field(6, Two(1, 2)));
    named(OPT, field(11, (CIRCLE, Two(Two(1, 2), 0.5))));
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("own") {
        return all_own();
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let bytes: Vec<u8> =
            (0..line.len() / 2).map(|i| u8::from_str_radix(&line[2 * i..2 * i + 2], 16).unwrap()).collect();
        let message: Value = rmp_serde::from_slice(&bytes).unwrap();
        show(rmp_serde::to_vec(&message).unwrap());
    }
}
