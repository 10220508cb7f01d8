//! The service and everybody on it.

use std::future::Future;
use std::time::Duration;

use client::{Connection, Serve, ServeProcess, setup};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::moment::Round;
use crate::person::Person;
use crate::sheet::Sheet;

const PEOPLE: usize = 50;

/// What people are given: options, and numbers, texts and ranks.
const INSTRUMENTS: [&str; 3] = ["interests-60", "likert-12", "formats-5"];

/// The service and everybody on it.
pub struct World {
    pub process: ServeProcess,
    pub people: Vec<Person>,
    pub consultant: setup::Staff,
    pub serve: Serve,
    pub folder: TempDir,
}

impl World {
    pub async fn new(rng: &mut ChaCha8Rng) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/instruments");
        let serve = Serve::new(env!("CARGO_BIN_EXE_bilan"), folder.path()).instruments(fixtures).without_rate_limits();
        let mut process = serve.start().await.expect("a service");
        let mut connection = Connection::to(process.address());
        let link = process.first_link().await.expect("a link");
        let administrator = setup::first_administrator(&mut connection, &link).await.expect("an administrator");
        let centre = setup::house(&mut connection, &administrator, "centre", "Centre").await.expect("a centre");
        let consultant =
            setup::consultant(&mut connection, &administrator, &centre, "consultant@bench.example", &INSTRUMENTS);
        let consultant = consultant.await.expect("a consultant");
        let mut world = Self { process, people: Vec::new(), consultant, serve, folder };
        let seeds = (0..PEOPLE).map(|idx| (idx, ChaCha8Rng::seed_from_u64(rng.random())));
        let coming: Vec<_> = seeds.map(|(idx, rng)| tokio::spawn(world.come_in(idx, rng))).collect();
        for person in coming {
            world.people.push(person.await.expect("somebody who came in"));
        }
        world
    }

    fn come_in(&self, idx: usize, rng: ChaCha8Rng) -> impl Future<Output = Person> + use<> {
        let (mut connection, consultant) = (Connection::to(self.process.address()), self.consultant.clone());
        async move {
            let beneficiary = setup::beneficiary(&mut connection, &consultant, &format!("Person {idx}")).await;
            let beneficiary = beneficiary.expect("a beneficiary");
            let mut sheets = Vec::new();
            for instrument in INSTRUMENTS {
                let sheet = Sheet::begun(&mut connection, &consultant, &beneficiary, instrument).await;
                sheets.push(sheet.expect("a sheet"));
            }
            Person::new(idx, beneficiary, sheets, rng)
        }
    }

    /// Everybody answers until the service is gone.
    pub fn sit_down(&mut self, round: &Round) -> JoinHandle<Vec<Person>> {
        let round = round.clone();
        self.each(move |person, _, _| person.sit(round.clone()))
    }

    /// Everybody at once does something, each with a connection of her own.
    pub fn each<F>(
        &mut self,
        deed: impl Fn(Person, Connection, setup::Staff) -> F + Send + 'static,
    ) -> JoinHandle<Vec<Person>>
    where
        F: Future<Output = Person> + Send + 'static,
    {
        let people = std::mem::take(&mut self.people).into_iter();
        let (address, consultant) = (self.process.address(), self.consultant.clone());
        let deeds: Vec<_> =
            people.map(|person| tokio::spawn(deed(person, Connection::to(address), consultant.clone()))).collect();
        tokio::spawn(async move {
            let mut people = Vec::new();
            for deed in deeds {
                people.push(deed.await.expect("nobody meets anything but the kill"));
            }
            people
        })
    }

    /// Starts the service on what the killed one left; sometimes after one that is killed while it starts.
    pub async fn start_again(&mut self, rng: &mut ChaCha8Rng) {
        if rng.random_range(0..3) == 0 {
            let too_soon = Duration::from_millis(rng.random_range(0..200));
            // What is given up, or was ready in time, is dropped, and so killed.
            let _ = tokio::time::timeout(too_soon, self.serve.start()).await;
        }
        self.process = self.serve.start().await.expect("the service starts on what the killed one left");
    }

    /// Gives everybody as many sheets as she had.
    pub async fn replace_submitted(&mut self) {
        let replaced = self.each(|mut person, mut connection, consultant| async move {
            while person.under_way().len() < INSTRUMENTS.len() {
                let instrument = INSTRUMENTS[person.rng.random_range(0..INSTRUMENTS.len())];
                let sheet = Sheet::begun(&mut connection, &consultant, &person.beneficiary, instrument).await;
                person.sheets.push(sheet.expect("a sheet"));
            }
            person
        });
        self.people = replaced.await.expect("everybody has sheets");
    }
}
