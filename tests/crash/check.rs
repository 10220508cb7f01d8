//! What the service has, against what people were told.

use std::collections::{BTreeMap, BTreeSet};

use client::{Connection, setup};
use rusqlite::Connection as File;
use serde_json::{Map, Value};

use crate::ledger::Found;
use crate::person::Person;
use crate::sheet::{Progress, Sheet};
use crate::world::World;

/// The body of what somebody reads.
async fn read(connection: &mut Connection, token: &str, path: &str) -> Value {
    let answer = connection.call("GET", path, Some(token), None).await.and_then(|answer| answer.expect(200));
    answer.expect("an answer").json()
}

impl World {
    /// Compares every sheet that may have changed since it was last compared. Returns how many answers that were in flight are
    /// stored.
    pub async fn check(&mut self) -> u64 {
        let compared = self.each(|mut person, mut connection, consultant| async move {
            person.compare(&mut connection, &consultant).await;
            person
        });
        self.people = compared.await.expect("everybody finds what she was told");
        self.people.iter_mut().map(|person| std::mem::take(&mut person.n_found)).sum()
    }

    /// Compares everything once more, then the counters and the files.
    pub async fn check_everything(&mut self) {
        for sheet in self.people.iter_mut().flat_map(|person| &mut person.sheets) {
            sheet.compared = false;
        }
        assert_eq!(self.check().await, 0, "everything was settled");
        self.check_counters().await;
        let log = self.each(|person, mut connection, _| async move {
            person.count_results_in_log(&mut connection).await;
            person
        });
        self.people = log.await.expect("each result once in the log");
        self.process.kill();
        for file in ["data/bilan.db", "keys/keys.db"] {
            let file = File::open(self.folder.path().join(file)).expect("a file");
            let found: String =
                file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a file that reads");
            assert_eq!(found, "ok");
        }
        let data = File::open(self.folder.path().join("data/bilan.db")).expect("a file");
        let n_rows: i64 = data.query_row("SELECT count(*) FROM answer", [], |row| row.get(0)).expect("a count");
        let entries = self.people.iter().flat_map(|person| &person.sheets).flat_map(|sheet| sheet.entries.values());
        assert_eq!(usize::try_from(n_rows), Ok(entries.filter(|entry| entry.is_answered()).count()));
    }

    /// The service counts as many sheets and results as people have.
    async fn check_counters(&self) {
        let mut connection = Connection::to(self.process.address());
        let metrics = connection.call("GET", "/metrics", None, None).await.expect("metrics").text();
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for line in metrics.lines() {
            let Some((labels, n)) = line.strip_prefix("bilan_records{").and_then(|rest| rest.split_once("} ")) else {
                continue;
            };
            counted.insert(labels.replace('"', ""), n.parse().expect("a count"));
        }
        let sheets: Vec<&Sheet> = self.people.iter().flat_map(|person| &person.sheets).collect();
        let n_under_way = sheets.iter().filter(|sheet| sheet.progress == Progress::UnderWay).count();
        let n_done = sheets.len() - n_under_way;
        assert!(n_done > 0, "nothing was submitted");
        let n = |labels: &str| usize::try_from(counted.get(labels).copied().unwrap_or_default()).expect("a count");
        let found = [
            n("kind=assignment,state=in-progress"),
            n("kind=assignment,state=submitted"),
            n("kind=assignment,state=done"),
            n("kind=result,state=held"),
        ];
        assert_eq!(found, [n_under_way, 0, n_done, n_done], "{counted:?}");
    }
}

impl Person {
    async fn compare(&mut self, connection: &mut Connection, consultant: &setup::Staff) {
        let token = self.beneficiary.token.clone();
        let own = read(connection, &token, "/api/v1/assignments").await;
        let own: BTreeMap<String, &Value> =
            own.as_array().into_iter().flatten().map(|row| (text(row, "id"), row)).collect();
        assert_eq!(own.len(), self.sheets.len());
        for sheet_idx in 0..self.sheets.len() {
            let sheet = &self.sheets[sheet_idx];
            let Some(row) = own.get(&sheet.id) else { panic!("{} is gone", sheet.id) };
            let (state, result) = (text(row, "state"), &row["result"]);
            match (&sheet.progress, state.as_str()) {
                (Progress::UnderWay, "in-progress") | (Progress::Asked, "in-progress" | "submitted") => {
                    assert!(result.is_null(), "{row}");
                }
                (Progress::Asked, "done") => assert!(result.is_string(), "{row}"),
                (Progress::Done(given), "done") => assert_eq!(result, given),
                (progress, _) => panic!("{progress:?} by what she was told, but {row}"),
            }
            if sheet.compared {
                continue;
            }
            let stored = self.compare_answers(connection, sheet_idx).await;
            if state == "in-progress" {
                let page = read(connection, &token, &self.sheets[sheet_idx].path("/page?from=1&n=1")).await;
                assert_eq!(page["n_answered"], stored.len());
            }
            if self.sheets[sheet_idx].progress == Progress::Asked {
                self.submit_again(connection, sheet_idx, result).await;
            }
            if let Progress::Done(result) = &self.sheets[sheet_idx].progress {
                assert_eq!(
                    read(connection, &token, &self.sheets[sheet_idx].path("/answers")).await,
                    Value::Object(stored)
                );
                let path = format!("/api/v1/results/{result}/verify");
                let verified = read(connection, &consultant.token, &path).await;
                assert_eq!(verified["identical"], true, "scored from other answers: {verified}");
                self.sheets[sheet_idx].compared = true;
            }
        }
        self.count_results(connection, consultant).await;
    }

    /// Each stored answer is one that may be there.
    async fn compare_answers(&mut self, connection: &mut Connection, sheet_idx: usize) -> Map<String, Value> {
        let sheet = &mut self.sheets[sheet_idx];
        let mut stored = read(connection, &self.beneficiary.token, &sheet.path("/answers")).await;
        let stored = stored.as_object_mut().map(std::mem::take).expect("answers by position");
        for (position, entry) in &mut sheet.entries {
            match entry.settle(stored.get(&position.to_string())) {
                Ok(found) => self.n_found += u64::from(found == Found::InFlight),
                Err(wrong) => panic!("person {}, sheet {}, step {position}: {wrong}", self.idx, sheet.id),
            }
        }
        assert!(stored.keys().all(|position| sheet.entries.contains_key(&position.parse().unwrap_or_default())));
        stored
    }

    /// A submission that was cut off is asked for again, twice.
    async fn submit_again(&mut self, connection: &mut Connection, sheet_idx: usize, result: &Value) {
        for _ in 0..2 {
            let path = self.sheets[sheet_idx].path("/submission");
            let answer = connection.post(&path, &self.beneficiary.token, &Value::Null).await.expect("an answer");
            self.submitted(sheet_idx, &answer);
            assert!(result.is_null() || answer.json()["result"] == *result, "a second result");
        }
    }

    fn results(&self) -> BTreeSet<String> {
        let done = self.sheets.iter().filter_map(|sheet| match &sheet.progress {
            Progress::Done(result) => Some(result.clone()),
            _ => None,
        });
        done.collect()
    }

    /// As many results, and as many times of answering in the attendance, as sheets were submitted.
    async fn count_results(&self, connection: &mut Connection, consultant: &setup::Staff) {
        let path = format!("/api/v1/bilans/{}", self.beneficiary.bilan);
        let listed = read(connection, &consultant.token, &format!("{path}/results")).await;
        let listed: Vec<String> = listed.as_array().into_iter().flatten().map(|row| text(row, "id")).collect();
        let results = self.results();
        assert_eq!((listed.len(), &listed.into_iter().collect()), (results.len(), &results));
        let attendance = read(connection, &consultant.token, &format!("{path}/attendance")).await;
        let entries = attendance["entries"].as_array().into_iter().flatten();
        assert_eq!(entries.filter(|entry| entry["kind"] == "questionnaires").count(), results.len());
    }

    /// Each scoring stands in the log once.
    async fn count_results_in_log(&self, connection: &mut Connection) {
        let mut scored: BTreeMap<String, u32> = BTreeMap::new();
        let mut after = String::new();
        loop {
            let path = format!("/api/v1/bilans/{}/accesses?limit=500{after}", self.beneficiary.bilan);
            let page = read(connection, &self.beneficiary.token, &path).await;
            let Some(last) = page.as_array().and_then(|lines| lines.last()) else { break };
            after = format!("&after={}", text(last, "place"));
            for line in page.as_array().into_iter().flatten() {
                if line["verb"] == "create" && line["kind"] == "result" {
                    *scored.entry(text(line, "object")).or_default() += 1;
                }
            }
        }
        let done = self.sheets.iter().filter(|sheet| sheet.progress != Progress::UnderWay);
        assert_eq!(scored, done.map(|sheet| (sheet.id.clone(), 1)).collect());
    }
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_else(|| panic!("no {name} in {row}")).to_owned()
}
