//! What the service bears: 200 people who answer, saves a second, delays, results read, and memory over time.
//!
//! The service runs as a process of its own on SQLite with its usual settings; this program is its clients, on the same cores.
//!
//! - **Paced**: each of the clients saves at fixed moments, together 2,000 (or `--rate`) a second. A delay counts from the moment at
//!   which the save was due, not from when it was sent, so that a service that falls behind is not flattered.
//! - **Without pause**: each client saves as soon as the one before is acknowledged: the most there is.
//! - **Results**: the same clients read finished results, paced.
//!
//! `cargo bench --bench load -- [--seconds N] [--clients N] [--rate N]`

#![expect(clippy::print_stdout, reason = "the table is what it is run for")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::setup::{self, Staff};
use client::{Connection, Failure, Serve};
use serde_json::json;

const INSTRUMENT: &str = "interests-60";
const N_ITEMS: usize = 60;

/// How long each part runs before it counts.
const WARM_UP: Duration = Duration::from_secs(3);

/// What is measured.
#[derive(Debug, Clone, Copy)]
struct Plan {
    clients: usize,
    rate: f64,
    seconds: u64,
}

/// One client: a questionnaire under way, and a finished one.
struct Seat {
    token: String,
    under_way: String,
    result: String,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failed> {
    let Some(plan) = plan(std::env::args().skip(1)) else { return Ok(()) };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(plan))
}

/// The options; nothing to do when cargo runs the benches as tests.
fn plan(mut args: impl Iterator<Item = String>) -> Option<Plan> {
    let mut plan = Plan { clients: 200, rate: 2000.0, seconds: 30 };
    while let Some(arg) = args.next() {
        let value = |args: &mut dyn Iterator<Item = String>| args.next().and_then(|text| text.parse::<u64>().ok());
        match arg.as_str() {
            "--test" => return None,
            "--seconds" => plan.seconds = value(&mut args)?.max(1),
            "--clients" => plan.clients = usize::try_from(value(&mut args)?).ok()?.max(1),
            "--rate" => plan.rate = value(&mut args)?.max(1) as f64,
            _ => {}
        }
    }
    Some(plan)
}

async fn measure(plan: Plan) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let serve = Serve::new(env!("CARGO_BIN_EXE_bilan"), folder.path()).without_rate_limits();
    let mut process = serve.start().await?;
    let mut connection = Connection::to(process.address());
    let link = process.first_link().await?;
    let administrator = setup::first_administrator(&mut connection, &link).await?;
    let centre = setup::house(&mut connection, &administrator, "centre", "Centre").await?;
    let email = "consultant@bench.example";
    let consultant = setup::consultant(&mut connection, &administrator, &centre, email, &[INSTRUMENT]).await?;
    let mut seats = Vec::new();
    for idx in 0..plan.clients {
        seats.push(take_seat(&mut connection, &consultant, idx).await?);
    }
    let seats = Arc::new(seats);
    let address = process.address();
    let memory = Memory::watch(process.id());

    println!("{} clients, {} s for each part, SQLite, synchronous=FULL\n", plan.clients, plan.seconds);
    println!("| part | a second | p50 | p99 | p99.9 | longest |\n| --- | ---: | ---: | ---: | ---: | ---: |");
    let paced = Some(plan.rate / plan.clients as f64);
    run("answers saved, paced", plan, paced, &seats, address, save).await?;
    run("answers saved, without pause", plan, None, &seats, address, save).await?;
    run("results read, paced", plan, Some(1.0), &seats, address, read_result).await?;
    println!("\n{}", memory.words());
    Ok(())
}

/// Somebody with one finished questionnaire, whose result she may read, and one under way.
async fn take_seat(connection: &mut Connection, consultant: &Staff, idx: usize) -> Result<Seat, Failure> {
    let person = setup::beneficiary(connection, consultant, &format!("Person {idx}")).await?;
    let done = setup::begun(connection, consultant, &person, INSTRUMENT).await?;
    let path = format!("/api/v1/assignments/{done}");
    for position in 1..=N_ITEMS {
        let body = json!({"option": (position + idx) % 5 + 1});
        let path = format!("{path}/answers/{position}");
        connection.call("PUT", &path, Some(&person.token), Some(&body)).await?.expect(200)?;
        if position == 50 {
            let next = format!("/api/v1/assignments/{done}/page?from=51&n=10");
            connection.call("GET", &next, Some(&person.token), None).await?.expect(200)?;
        }
    }
    let submitted = connection.call("POST", &format!("{path}/submission"), Some(&person.token), None).await?;
    let result = submitted.expect(200)?.text_at("/result")?;
    let release = format!("/api/v1/bilans/{}/release", person.bilan);
    let told = json!({"what": "result", "result": result, "in_interview": true});
    connection.post(&release, &consultant.token, &told).await?.expect(200)?;
    let under_way = setup::begun(connection, consultant, &person, INSTRUMENT).await?;
    Ok(Seat { token: person.token, under_way, result })
}

async fn save(connection: &mut Connection, seat: &Seat, n: usize) -> Result<(), Failure> {
    let path = format!("/api/v1/assignments/{}/answers/{}", seat.under_way, n % 50 + 1);
    let body = json!({"option": n % 5 + 1});
    connection.call("PUT", &path, Some(&seat.token), Some(&body)).await?.expect(200).map(|_| ())
}

async fn read_result(connection: &mut Connection, seat: &Seat, _: usize) -> Result<(), Failure> {
    let path = format!("/api/v1/results/{}", seat.result);
    connection.call("GET", &path, Some(&seat.token), None).await?.expect(200).map(|_| ())
}

/// Runs one part and prints its row.
///
/// - `pace`: calls a second of each client; none for as many as there can be.
async fn run(
    name: &str,
    plan: Plan,
    pace: Option<f64>,
    seats: &Arc<Vec<Seat>>,
    address: SocketAddr,
    call: impl AsyncFn(&mut Connection, &Seat, usize) -> Result<(), Failure> + Copy + 'static,
) -> Result<(), Failed> {
    let begun = Instant::now();
    let (counts_from, ends) = (begun + WARM_UP, begun + WARM_UP + Duration::from_secs(plan.seconds));
    let local = tokio::task::LocalSet::new();
    let mut delays: Vec<Duration> = Vec::new();
    local
        .run_until(async {
            let mut clients = Vec::new();
            for idx in 0..seats.len() {
                let seats = Arc::clone(seats);
                clients.push(tokio::task::spawn_local(async move {
                    let mut connection = Connection::to(address);
                    let mut delays = Vec::new();
                    // The clients do not move in step.
                    let offset = pace.map_or(0.0, |pace| idx as f64 / seats.len() as f64 / pace);
                    for n in 0.. {
                        let due = pace.map_or_else(Instant::now, |pace| {
                            begun + Duration::from_secs_f64(offset + n as f64 / pace)
                        });
                        if due >= ends {
                            break;
                        }
                        tokio::time::sleep_until(due.into()).await;
                        call(&mut connection, &seats[idx], n).await?;
                        if due >= counts_from {
                            delays.push(due.elapsed());
                        }
                    }
                    Ok::<_, Failure>(delays)
                }));
            }
            for client in clients {
                delays.extend(client.await??);
            }
            Ok::<_, Failed>(())
        })
        .await?;
    delays.sort_unstable();
    let at = |share: f64| milliseconds(delays[((delays.len() - 1) as f64 * share) as usize]);
    let rate = delays.len() as f64 / plan.seconds as f64;
    println!("| {name} | {rate:.0} | {} | {} | {} | {} |", at(0.5), at(0.99), at(0.999), at(1.0));
    Ok(())
}

fn milliseconds(delay: Duration) -> String {
    format!("{:.1} ms", delay.as_secs_f64() * 1000.0)
}

/// The service's resident memory, looked at every second.
struct Memory {
    seen: Arc<Mutex<Vec<u64>>>,
}

impl Memory {
    fn watch(process: u32) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            while let Some(bytes) = resident(process) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        Self { seen }
    }

    fn words(&self) -> String {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tenth) = seen.len().checked_div(10).filter(|tenth| *tenth > 0) else {
            return "Memory: too short a run to say.".to_owned();
        };
        let mean = |part: &[u64]| part.iter().sum::<u64>() as f64 / part.len() as f64 / 1024.0 / 1024.0;
        let parts: Vec<String> = seen.chunks(tenth).map(|part| format!("{:.0}", mean(part))).collect();
        format!("Memory of the service over {} s, means of tenths: {} MiB", seen.len(), parts.join(", "))
    }
}

/// Where the system tells: Linux.
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
