//! The test: answering, killing, comparing, round after round.

use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::moment::Round;
use crate::world::World;

const ROUNDS: u64 = 20;

/// A service that neither answers nor ends within this time hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The most answers that are acknowledged in a round before the kill.
const MOST_ACKNOWLEDGED: u64 = 400;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn itc_3_no_acknowledged_answer_is_lost_mixed_or_doubled_when_the_process_is_killed() {
    let (rounds, seed) = (number("BILAN_CRASH_ROUNDS", ROUNDS), number("BILAN_CRASH_SEED", 1));
    println!("{rounds} rounds with BILAN_CRASH_SEED={seed}");
    let began = Instant::now();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut world = World::new(&mut rng).await;
    println!("{:.1} s until everybody had come in", began.elapsed().as_secs_f64());
    let (mut acknowledged, mut in_flight, mut stored, mut met) = (0, 0, 0, 0);
    for number in 1..=rounds {
        let round = Round::begin(world.process.address());
        let sitting = world.sit_down(&round);
        let after = rng.random_range(0..MOST_ACKNOWLEDGED);
        let reached = tokio::time::timeout(PATIENCE, round.acknowledged(after)).await;
        assert!(reached.is_ok(), "nobody is answered any more:\n{}", world.process.log());
        tokio::time::sleep(Duration::from_micros(rng.random_range(0..20_000))).await;
        round.kill(&mut world.process);
        world.people = sitting.await.expect("nobody met anything but the kill");
        let said = world.process.log();
        assert!(!said.contains("\"level\":\"ERROR\""), "{said}");
        world.start_again(&mut rng).await;
        let found = world.check().await;
        println!(
            "round {number}: killed after {} acknowledged writes; {} in flight, {found} of the answers among them stored",
            round.n_acknowledged(),
            round.n_in_flight(),
        );
        acknowledged += round.n_acknowledged();
        in_flight += round.n_in_flight();
        stored += found;
        met += u64::from(round.n_in_flight() > 0);
        world.replace_submitted().await;
    }
    println!(
        "{acknowledged} acknowledged; {in_flight} in flight at {met} of {rounds} kills, {stored} answers of them stored"
    );
    assert!(2 * met > rounds, "most kills met nothing in flight: they prove nothing");
    world.check_everything().await;
    println!("{:.1} s in all", began.elapsed().as_secs_f64());
}
