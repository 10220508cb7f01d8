//! `bilan serve` as a process of its own: started on a free port of this machine, waited for, killed.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::watch;

use crate::Connection;

/// How long a service may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many lines of the log are kept.
const LINES: usize = 1000;

/// Why there is no running service.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The system does not start it.
    #[error("{}: {cause}", binary.display())]
    Start {
        /// The program.
        binary: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It ended, or did not become what it should be within a minute.
    #[error("the service {what}; it said:\n{said}")]
    NotReady {
        /// What did not happen.
        what: &'static str,
        /// The end of its log.
        said: String,
    },
}

/// How the service is started.
#[derive(Debug, Clone)]
pub struct Serve {
    binary: PathBuf,
    folder: PathBuf,
    instruments: Option<PathBuf>,
    settings: Vec<(String, String)>,
}

impl Serve {
    /// The program, and a folder for data, keys and master key. A service that is started again on the same folder goes on
    /// where the last one ended.
    pub fn new(binary: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), folder: folder.into(), instruments: None, settings: Vec::new() }
    }

    /// The folder of data, keys and master key.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// With a folder of further instruments.
    #[must_use]
    pub fn instruments(mut self, folder: impl Into<PathBuf>) -> Self {
        self.instruments = Some(folder.into());
        self
    }

    /// With a setting by its name in the configuration file; later ones are stronger.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.settings.push((key.to_owned(), value.to_string()));
        self
    }

    /// With limits that no client of a test or measurement reaches, all of them coming from one address.
    #[must_use]
    pub fn without_rate_limits(self) -> Self {
        let often = 1_000_000;
        self.set("limits.requests_per_minute", often)
            .set("limits.requests_per_minute_by_address", often)
            .set("limits.sign_ins_per_minute", 60)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // Settings of whoever runs this are not those of the service.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BILAN_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.folder).arg("serve").args(["--listen", "127.0.0.1:0"]);
        if let Some(folder) = &self.instruments {
            command.arg("--instruments").arg(folder);
        }
        let places = [("data_folder", "data"), ("keys.location", "keys"), ("master_key.file", "master.key")];
        let places = places.map(|(key, name)| (key.to_owned(), self.folder.join(name).display().to_string()));
        let level = [("log_level".to_owned(), "warn".to_owned())];
        for (key, value) in level.iter().chain(&places).chain(&self.settings) {
            command.args(["--set", &format!("{key}={value}")]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Starts the service and waits until it is ready.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn start(&self) -> Result<ServeProcess, ServeError> {
        let failed = |cause| ServeError::Start { binary: self.binary.clone(), cause };
        let mut child = self.command().spawn().map_err(failed)?;
        let log = match child.stderr.take() {
            Some(stderr) => follow(stderr).map_err(failed)?,
            None => watch::channel(VecDeque::new()).1,
        };
        let mut process = ServeProcess { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), log };
        let address = process.line_with(" listens on http://", "does not listen").await?;
        process.address = address.trim().parse().map_err(|_| process.not_ready("names no address"))?;
        let mut log = process.log.clone();
        tokio::select! {
            () = ready(process.address) => Ok(process),
            // The log has an end when the process has.
            _ = log.wait_for(|_| false) => Err(process.not_ready("ended")),
            () = tokio::time::sleep(PATIENCE) => Err(process.not_ready("is not ready")),
        }
    }
}

/// Reads the log as it comes, so that the service never waits for a reader.
fn follow(stderr: impl Read + Send + 'static) -> std::io::Result<watch::Receiver<VecDeque<String>>> {
    let (sender, receiver) = watch::channel(VecDeque::new());
    std::thread::Builder::new().name("log of the service".to_owned()).spawn(move || {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            sender.send_modify(|lines| {
                if lines.len() == LINES {
                    lines.pop_front();
                }
                lines.push_back(String::from_utf8_lossy(&line).into_owned());
            });
        }
    })?;
    Ok(receiver)
}

/// Its socket listens before it serves: the first request waits for it.
async fn ready(address: SocketAddr) {
    let mut connection = Connection::to(address);
    loop {
        match connection.call("GET", "/readyz", None, None).await {
            Ok(answer) if answer.status == 200 => return,
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A running service. It is killed when this is dropped.
#[derive(Debug)]
pub struct ServeProcess {
    child: Child,
    address: SocketAddr,
    log: watch::Receiver<VecDeque<String>>,
}

impl ServeProcess {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The end of its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.borrow().iter().map(|line| format!("{line}\n")).collect()
    }

    /// The token of the link by which the first administrator comes in; a service in which she has been prints none.
    ///
    /// # Errors
    /// [`ServeError::NotReady`] when none is printed.
    pub async fn first_link(&mut self) -> Result<String, ServeError> {
        self.line_with("/enter/", "gives no link to a first administrator").await
    }

    /// What stands behind a mark in the log, once it is there.
    async fn line_with(&mut self, mark: &str, missing: &'static str) -> Result<String, ServeError> {
        let rest = |lines: &VecDeque<String>| {
            lines.iter().find_map(|line| line.split_once(mark)).map(|(_, rest)| rest.trim().to_owned())
        };
        let found = tokio::time::timeout(PATIENCE, self.log.wait_for(|lines| rest(lines).is_some())).await;
        let found = found.ok().and_then(Result::ok).and_then(|lines| rest(&lines));
        found.ok_or_else(|| self.not_ready(missing))
    }

    fn not_ready(&self, what: &'static str) -> ServeError {
        ServeError::NotReady { what, said: self.log() }
    }

    /// Ends it at once (SIGKILL): nothing is finished, answered or closed.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ServeProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
