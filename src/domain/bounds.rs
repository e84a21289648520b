//! Bounds for what is read with serde: `#[serde(deserialize_with = "bounds::list::<_, _, 100>")]`.

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;
use std::marker::PhantomData;

/// A list of at most `MOST` entries; the one after that is refused before it is read.
pub fn list<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_seq(Short::<T, MOST>(PhantomData))
}

struct Short<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Short<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut list = vec![];
        while list.len() < MOST {
            match seq.next_element()? {
                Some(entry) => list.push(entry),
                None => return Ok(list),
            }
        }
        match seq.next_element::<de::IgnoredAny>()? {
            None => Ok(list),
            Some(_) => Err(A::Error::custom(format!("a list here has at most {MOST} entries"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Three {
        #[serde(default, deserialize_with = "list::<_, _, 3>")]
        ids: Vec<u8>,
    }

    #[test]
    fn a_list_ends_where_it_must() {
        let read = |json: &str| serde_json::from_str::<Three>(json).map(|t| t.ids).map_err(|e| e.to_string());
        assert_eq!(read("{}"), Ok(vec![]));
        assert_eq!(read(r#"{"ids":[1,2,3]}"#), Ok(vec![1, 2, 3]));
        let error = read(r#"{"ids":[1,2,3,"not even a number"]}"#).unwrap_err();
        assert!(error.starts_with("a list here has at most 3 entries"), "{error}");
        assert!(read(r#"{"ids":[1,"x"]}"#).is_err());
    }
}
