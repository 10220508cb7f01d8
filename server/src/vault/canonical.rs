//! JSON with one spelling: what is signed must read the same to everyone.
//!
//! Allowed are objects, arrays, texts, whole numbers, true, false and null. A fraction or a name that occurs twice in an
//! object is refused, because readers differ on them. The canonical bytes are UTF-8 without spaces or line breaks,
//! the members of objects ordered by the bytes of their names, texts as `serde_json` writes them: `"` and `\` and
//! control characters escaped (`\b \t \n \f \r`, else `\u00xx` in lower case), everything else as it is.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A JSON value with one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canonical {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Canonical>),
    /// An object, its members in order.
    Object(BTreeMap<String, Canonical>),
}

impl Canonical {
    /// The one spelling of a value.
    ///
    /// # Errors
    /// When the value has a fraction, or a map whose names are no texts.
    pub fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(&serde_json::to_vec(value)?)
    }

    /// The canonical bytes.
    ///
    /// # Errors
    /// None that is known: every value here can be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads the value as a type.
    ///
    /// # Errors
    /// What does not fit.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.to_bytes()?)
    }
}

impl Serialize for Canonical {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Array(values) => {
                let mut array = serializer.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| array.serialize_element(value))?;
                array.end()
            }
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| object.serialize_entry(name, value))?;
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Canonical;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, an array, a text, a whole number, true, false or null")
            }

            fn visit_unit<E>(self) -> Result<Canonical, E> {
                Ok(Canonical::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Canonical, E> {
                Ok(Canonical::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Canonical, E> {
                Ok(Canonical::Number(value))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Canonical, E> {
                i64::try_from(value).map(Canonical::Number).map_err(|_| E::custom(format!("{value} is too large")))
            }

            fn visit_str<E>(self, value: &str) -> Result<Canonical, E> {
                Ok(Canonical::Text(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Canonical, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(Canonical::Array(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Canonical, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format!("`{name}` occurs twice in an object")));
                    }
                    members.insert(name, map.next_value()?);
                }
                Ok(Canonical::Object(members))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str) -> String {
        let value: Canonical = serde_json::from_str(text).unwrap();
        String::from_utf8(value.to_bytes().unwrap()).unwrap()
    }

    #[test]
    fn order_spaces_and_escapes_do_not_matter() {
        let text = " { \"b\" : [1, -2 ,true,null], \"a\":\"\\u00e9\\/\\n\\u0001\" } ";
        assert_eq!(spelled(text), "{\"a\":\"é/\\n\\u0001\",\"b\":[1,-2,true,null]}");
    }

    #[test]
    fn what_readers_differ_on_is_refused() {
        for text in
            ["1.5", "1e3", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":1}", "9223372036854775808", "", "{", "[1] 2"]
        {
            assert!(serde_json::from_str::<Canonical>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_bytes_read_back_to_themselves(names in proptest::collection::vec(".{0,5}", 0..6), n in any::<i64>(), text in ".{0,20}") {
            let members = names.into_iter().map(|name| (name, Canonical::Array(vec![Canonical::Number(n), Canonical::Text(text.clone())])));
            let value = Canonical::Object(members.collect());
            let bytes = value.to_bytes().unwrap();
            let again: Canonical = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(again.to_bytes().unwrap(), bytes);
            prop_assert_eq!(again, value);
        }
    }
}
