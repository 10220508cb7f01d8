//! What may be stored at one step, by what its person was told.

use serde_json::Value;

/// Where a stored value comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// It was acknowledged.
    Acknowledged,
    /// It was in flight, and done.
    InFlight,
}

/// What may be stored at one step.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// The last acknowledged value; several when they were sent at once; none when the step was never answered.
    acknowledged: Vec<Value>,
    /// Sent and not answered.
    in_flight: Vec<Value>,
}

impl Entry {
    /// A value is sent.
    pub fn sent(&mut self, value: &Value) {
        self.in_flight.push(value.clone());
    }

    /// Some of the values that were sent at once are acknowledged; the others are cut off.
    pub fn acknowledged(&mut self, values: &[Value]) {
        self.acknowledged = values.to_vec();
        self.in_flight.retain(|value| !values.contains(value));
    }

    /// A value that was sent is refused: it is stored nowhere.
    pub fn refused(&mut self, value: &Value) {
        self.in_flight.retain(|sent| sent != value);
    }

    /// Whether an answer was acknowledged.
    pub fn is_answered(&self) -> bool {
        !self.acknowledged.is_empty()
    }

    /// Compares with what is stored. From now on exactly this may be there.
    pub fn settle(&mut self, stored: Option<&Value>) -> Result<Found, String> {
        let found = match stored {
            None if self.acknowledged.is_empty() => Found::Acknowledged,
            Some(value) if self.acknowledged.contains(value) => Found::Acknowledged,
            Some(value) if self.in_flight.contains(value) => Found::InFlight,
            other => return Err(format!("{other:?} is stored; {self:?}")),
        };
        *self = Self { acknowledged: stored.into_iter().cloned().collect(), in_flight: Vec::new() };
        Ok(found)
    }
}

#[test]
fn an_acknowledged_value_must_be_there_and_one_in_flight_may() {
    let [one, two, three] = [1, 2, 3].map(|n| serde_json::json!({"option": n}));
    let mut entry = Entry::default();
    assert_eq!(entry.settle(None), Ok(Found::Acknowledged));
    assert!(entry.clone().settle(Some(&one)).is_err(), "from nowhere");
    entry.sent(&one);
    assert_eq!(entry.clone().settle(None), Ok(Found::Acknowledged));
    assert_eq!(entry.clone().settle(Some(&one)), Ok(Found::InFlight));
    entry.acknowledged(std::slice::from_ref(&one));
    assert!(entry.clone().settle(None).is_err(), "lost");
    entry.sent(&two);
    entry.sent(&three);
    assert_eq!(entry.clone().settle(Some(&one)), Ok(Found::Acknowledged));
    assert_eq!(entry.clone().settle(Some(&three)), Ok(Found::InFlight));
    entry.acknowledged(std::slice::from_ref(&two));
    assert!(entry.clone().settle(Some(&one)).is_err(), "an older value");
    assert_eq!(entry.clone().settle(Some(&three)), Ok(Found::InFlight));
    entry.refused(&three);
    assert!(entry.settle(Some(&three)).is_err(), "refused and yet stored");
}
