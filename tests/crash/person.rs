//! One person with two tabs: what she does until the service is gone.

use client::{Answer, Connection, setup::Beneficiary};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::moment::Round;
use crate::sheet::{Progress, Sheet};

/// A write under an idempotency key.
struct Keyed {
    sheet_idx: usize,
    position: u64,
    value: Value,
    key: String,
}

/// Somebody who answers.
pub struct Person {
    pub idx: usize,
    pub beneficiary: Beneficiary,
    pub sheets: Vec<Sheet>,
    pub rng: ChaCha8Rng,
    /// Answers that were in flight at the last kill and are stored.
    pub n_found: u64,
    /// The last one that was cut off by a kill.
    cut: Option<Keyed>,
    /// The last one that was acknowledged, and its answer.
    kept: Option<(Keyed, Vec<u8>)>,
}

/// Both tabs of somebody.
struct Tabs {
    round: Round,
    token: String,
    one: Connection,
    two: Connection,
}

impl Tabs {
    async fn put(&mut self, path: &str, value: &Value, key: Option<&str>) -> Option<Answer> {
        self.round.write(&mut self.one, ["PUT", path, &self.token], Some(value), key).await
    }

    /// Two requests at once.
    async fn both(&mut self, requests: [(&str, &str, Option<&Value>); 2]) -> [Option<Answer>; 2] {
        let [one, two] = requests;
        let (one, two) = tokio::join!(
            self.round.write(&mut self.one, [one.0, one.1, &self.token], one.2, None),
            self.round.write(&mut self.two, [two.0, two.1, &self.token], two.2, None),
        );
        [one, two]
    }
}

/// That an answer was acknowledged.
fn assert_saved(answer: &Answer, position: u64) {
    assert_eq!((answer.status, &answer.json()["position"]), (200, &json!(position)), "{}", answer.text());
}

impl Person {
    pub fn new(idx: usize, beneficiary: Beneficiary, sheets: Vec<Sheet>, rng: ChaCha8Rng) -> Self {
        Self { idx, beneficiary, sheets, rng, n_found: 0, cut: None, kept: None }
    }

    /// The sheets that take answers.
    pub fn under_way(&self) -> Vec<usize> {
        (0..self.sheets.len()).filter(|idx| self.sheets[*idx].progress == Progress::UnderWay).collect()
    }

    /// Goes on until the service is gone.
    pub async fn sit(mut self, round: Round) -> Self {
        let (one, two) = (round.tab(), round.tab());
        let mut tabs = Tabs { round, token: self.beneficiary.token.clone(), one, two };
        if self.repeat(&mut tabs).await.is_some() {
            while self.act(&mut tabs).await.is_some() {}
        }
        self
    }

    /// One thing; `None` when it was cut off.
    async fn act(&mut self, tabs: &mut Tabs) -> Option<()> {
        let under_way = self.under_way();
        let sheet_idx = under_way[self.rng.random_range(0..under_way.len())];
        let position = self.rng.random_range(1..=self.sheets[sheet_idx].n_steps());
        match self.rng.random_range(0..100) {
            0..60 => self.save(tabs, sheet_idx, position).await,
            60..72 => self.save_twice(tabs, sheet_idx, position).await,
            72..84 => self.save_two_at_once(tabs, sheet_idx, position).await,
            84..98 => self.save_under_a_key(tabs, sheet_idx, position).await,
            // One sheet stays, so that there is something to write on until the kill.
            _ if under_way.len() == 1 => Some(()),
            98 => self.submit_twice(tabs, sheet_idx).await,
            _ => self.submit_while_saving(tabs, sheet_idx, position).await,
        }
    }

    /// The next value of a step, noted as sent.
    fn send(&mut self, sheet_idx: usize, position: u64) -> (String, Value) {
        let sheet = &mut self.sheets[sheet_idx];
        let value = sheet.value(position, self.idx);
        sheet.entry(position).sent(&value);
        (sheet.path(&format!("/answers/{position}")), value)
    }

    async fn save(&mut self, tabs: &mut Tabs, sheet_idx: usize, position: u64) -> Option<()> {
        let (path, value) = self.send(sheet_idx, position);
        assert_saved(&tabs.put(&path, &value, None).await?, position);
        self.sheets[sheet_idx].entry(position).acknowledged(&[value]);
        Some(())
    }

    /// A double click.
    async fn save_twice(&mut self, tabs: &mut Tabs, sheet_idx: usize, position: u64) -> Option<()> {
        let (path, value) = self.send(sheet_idx, position);
        let [one, two] = tabs.both([("PUT", &path, Some(&value)), ("PUT", &path, Some(&value))]).await;
        for answer in [&one, &two].into_iter().flatten() {
            assert_saved(answer, position);
            self.sheets[sheet_idx].entry(position).acknowledged(std::slice::from_ref(&value));
        }
        one.and(two).map(|_| ())
    }

    /// Two tabs that do not know of each other: either value may be the last.
    async fn save_two_at_once(&mut self, tabs: &mut Tabs, sheet_idx: usize, position: u64) -> Option<()> {
        let (path, first) = self.send(sheet_idx, position);
        let (_, second) = self.send(sheet_idx, position);
        let [one, two] = tabs.both([("PUT", &path, Some(&first)), ("PUT", &path, Some(&second))]).await;
        let mut acknowledged = Vec::new();
        for (answer, value) in [(&one, first), (&two, second)] {
            if let Some(answer) = answer {
                assert_saved(answer, position);
                acknowledged.push(value);
            }
        }
        if !acknowledged.is_empty() {
            self.sheets[sheet_idx].entry(position).acknowledged(&acknowledged);
        }
        one.and(two).map(|_| ())
    }

    /// Under a key, then changed, then the first request again: the change stays.
    async fn save_under_a_key(&mut self, tabs: &mut Tabs, sheet_idx: usize, position: u64) -> Option<()> {
        let (path, value) = self.send(sheet_idx, position);
        let keyed = Keyed { sheet_idx, position, value, key: format!("key {:032x}", self.rng.random::<u128>()) };
        let Some(answer) = tabs.put(&path, &keyed.value, Some(&keyed.key)).await else {
            self.cut = Some(keyed);
            return None;
        };
        assert_saved(&answer, position);
        self.sheets[sheet_idx].entry(position).acknowledged(std::slice::from_ref(&keyed.value));
        self.kept = Some((keyed, answer.bytes));
        self.save(tabs, sheet_idx, position).await?;
        self.repeat_kept(tabs).await
    }

    /// An acknowledged request again: the same answer, and nothing is done.
    async fn repeat_kept(&mut self, tabs: &mut Tabs) -> Option<()> {
        let Some((keyed, answered)) = &self.kept else { return Some(()) };
        let path = self.sheets[keyed.sheet_idx].path(&format!("/answers/{}", keyed.position));
        let again = tabs.put(&path, &keyed.value, Some(&keyed.key)).await?;
        assert_eq!((again.status, &again.bytes), (200, answered), "{}", again.text());
        assert_eq!(again.headers["idempotency-replayed"], "true");
        Some(())
    }

    /// What a client sends again after the service was away.
    async fn repeat(&mut self, tabs: &mut Tabs) -> Option<()> {
        self.repeat_kept(tabs).await?;
        let Some(Keyed { sheet_idx, position, value, key }) = self.cut.take() else { return Some(()) };
        let sheet = &mut self.sheets[sheet_idx];
        sheet.entry(position).sent(&value);
        let answer = tabs.put(&sheet.path(&format!("/answers/{position}")), &value, Some(&key)).await?;
        if answer.status == 409 {
            // The service cannot know yet that the first one will never end.
            assert_eq!(answer.json()["reason"], "under-way", "{}", answer.text());
            sheet.entry(position).refused(&value);
        } else {
            assert_saved(&answer, position);
            sheet.entry(position).acknowledged(&[value]);
        }
        Some(())
    }

    async fn submit_twice(&mut self, tabs: &mut Tabs, sheet_idx: usize) -> Option<()> {
        let path = self.sheets[sheet_idx].path("/submission");
        self.sheets[sheet_idx].progress = Progress::Asked;
        let answers = tabs.both([("POST", &path, None), ("POST", &path, None)]).await;
        for answer in answers.iter().flatten() {
            self.submitted(sheet_idx, answer);
        }
        answers.iter().all(Option::is_some).then_some(())
    }

    /// One tab submits while the other saves: the answer is in the result, or it is refused.
    async fn submit_while_saving(&mut self, tabs: &mut Tabs, sheet_idx: usize, position: u64) -> Option<()> {
        let (path, value) = self.send(sheet_idx, position);
        let submission = self.sheets[sheet_idx].path("/submission");
        self.sheets[sheet_idx].progress = Progress::Asked;
        let [saved, submitted] = tabs.both([("PUT", &path, Some(&value)), ("POST", &submission, None)]).await;
        match &saved {
            Some(answer) if answer.status == 409 => self.sheets[sheet_idx].entry(position).refused(&value),
            Some(answer) => {
                assert_saved(answer, position);
                self.sheets[sheet_idx].entry(position).acknowledged(&[value]);
            }
            None => {}
        }
        if let Some(answer) = &submitted {
            self.submitted(sheet_idx, answer);
        }
        saved.and(submitted).map(|_| ())
    }

    /// A submission is acknowledged: with one result, however often it is asked for.
    pub fn submitted(&mut self, sheet_idx: usize, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let result = answer.text_at("/result").expect("a result");
        let progress = Progress::Done(result);
        if let before @ Progress::Done(_) = &self.sheets[sheet_idx].progress {
            assert_eq!(before, &progress, "a second result");
        }
        self.sheets[sheet_idx].progress = progress;
    }
}
