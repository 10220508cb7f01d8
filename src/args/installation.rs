//! Arguments of the commands about one installation: serving it, copying its data, checking its log.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use server::config::Config;
use server::config::sources::Sources;

use super::CatalogArgs;

/// Which installation.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Configuration file (without it: $BILAN_CONFIG, or bilan.toml in this folder if there is one)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the data
    #[arg(long, value_name = "DIR")]
    pub data_folder: Option<PathBuf>,
    /// PostgreSQL for the data, postgres://…
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Any setting by its name in the configuration file, such as --set limits.body_kib=2048 (repeatable)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
}

impl ConfigArgs {
    /// The settings of the command line by their names, the strongest source.
    ///
    /// # Errors
    /// A `--set` without `=`.
    fn flags(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut flags = Vec::new();
        for setting in &self.settings {
            let pair = setting.split_once('=');
            let (key, value) = pair.context("--set takes KEY=VALUE, such as --set limits.body_kib=2048")?;
            flags.push((key.trim().to_owned(), value.to_owned()));
        }
        let folder = self.data_folder.as_ref().map(|folder| folder.display().to_string());
        for (key, value) in [("data_folder", &folder), ("database.url", &self.database)] {
            flags.extend(value.clone().map(|value| (key.to_owned(), value)));
        }
        Ok(flags)
    }

    /// The settings from all their sources, checked.
    ///
    /// # Errors
    /// A `--set` without `=`, or everything that does not hold.
    pub fn load(&self) -> anyhow::Result<Config> {
        self.load_with(self.flags()?)
    }

    fn load_with(&self, flags: Vec<(String, String)>) -> anyhow::Result<Config> {
        Ok(Config::load(&Sources::from_system(self.config.as_deref(), flags)?)?)
    }
}

/// `bilan serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigArgs,
    /// Address to listen on (127.0.0.1:8080 unless set elsewhere)
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub catalog: CatalogArgs,
    /// Serve a demonstration: an invented consultant and three bilans, in a folder that is gone when the service stops
    #[arg(long, conflicts_with_all = ["data_folder", "database"])]
    pub demo: bool,
}

impl ServeArgs {
    /// The settings from all their sources, checked; those of a demonstration in a folder of its own, which neither a configuration file
    /// nor the environment reaches.
    ///
    /// # Errors
    /// As [`ConfigArgs::load`].
    pub fn load(&self, demonstration: Option<&Path>) -> anyhow::Result<Config> {
        let mut flags = self.config.flags()?;
        flags.extend(self.listen.clone().map(|value| ("listen".to_owned(), value)));
        let Some(folder) = demonstration else { return self.config.load_with(flags) };
        for (key, name) in [("data_folder", "data"), ("keys.location", "keys"), ("master_key.file", "master.key")] {
            flags.push((key.to_owned(), folder.join(name).display().to_string()));
        }
        Ok(Config::load(&Sources { flags, ..Sources::default() })?)
    }
}

/// `bilan backup`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan backup /safe/place/2026-11-26.db --config bilan.toml

The copy is the data as it stands at one moment. What is destroyed later cannot be read from it: the keys are elsewhere.")]
pub struct BackupArgs {
    /// File of the copy; it must not exist
    pub to: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigArgs,
}

/// `bilan restore`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bilan restore /safe/place/2026-11-26.db --replace --config bilan.toml

The service must not be running. Documents whose key was destroyed since the copy was made stay unreadable.")]
pub struct RestoreArgs {
    /// The copy
    pub backup: PathBuf,
    /// Give up the data that is there
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigArgs,
}

/// `bilan audit …`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed, moved or taken out, and that every closed month is signed
    Verify(AuditVerifyArgs),
}

/// `bilan audit verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bilan audit verify --keys keys.json --config bilan.toml
  bilan audit verify --keys keys.json --backup /safe/place/2026-11-26.db

The published keys are at /api/v1/public-keys. Exit status: 0 whole, 1 not whole or not readable.")]
pub struct AuditVerifyArgs {
    /// File of the published keys
    #[arg(long, value_name = "KEYS.json")]
    pub keys: PathBuf,
    /// Check the log in a copy of the data
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "data_folder", "database", "settings"])]
    pub backup: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigArgs,
}
