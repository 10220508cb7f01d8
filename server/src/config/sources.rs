//! Where settings come from: a file, the environment, the command line, each stronger than the one before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::problem::{ConfigProblem, ConfigProblems};
use super::settings::{OTHER_VARIABLES, SETTINGS, Setting, Shown, by_key};

/// What was given, before anything is made of it.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The configuration file: its name for messages and its text.
    pub file: Option<(String, String)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Settings from the command line: key (`smtp.host`) and value.
    pub flags: Vec<(String, String)>,
}

/// Where a value was given; later ones are stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    File,
    Environment,
    Flag,
}

/// A value as it was given.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    Text(String),
    Number(i64),
    Switch(bool),
    List(Vec<String>),
    /// Nothing that any setting takes, such as a date.
    Other(&'static str),
}

/// The strongest value of each setting that was given.
pub(super) struct Merged {
    pub(super) file_name: String,
    pub(super) values: BTreeMap<&'static str, (Origin, Raw)>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) problems: Vec<ConfigProblem>,
}

impl Sources {
    /// Reads the environment of the process and the configuration file: the one named, else `$BILAN_CONFIG`, else
    /// `bilan.toml` in the current folder if there is one.
    ///
    /// # Errors
    /// When a named file cannot be read.
    pub fn from_system(file: Option<&Path>, flags: Vec<(String, String)>) -> Result<Self, ConfigProblems> {
        // Variables that are no text cannot be settings of ours.
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = file.map(Path::to_path_buf).or_else(|| environment.get("BILAN_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("bilan.toml"));
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => Some((path.display().to_string(), text)),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(ConfigProblems(vec![ConfigProblem {
                    place: path.display().to_string(),
                    given: None,
                    allowed: None,
                    remedy: format!("the file cannot be read: {error}"),
                }]));
            }
        };
        Ok(Self { file, environment, flags })
    }

    /// The strongest value of each setting; unknown names are problems.
    pub(super) fn merge(&self) -> Merged {
        let file_name = self.file.as_ref().map_or_else(|| "bilan.toml".to_owned(), |(name, _)| name.clone());
        let environment = self.environment.clone();
        let mut merged = Merged { file_name, values: BTreeMap::new(), environment, problems: Vec::new() };
        if let Some((_, text)) = &self.file {
            merged.take_file(text);
        }
        let variable = self.flags.iter().find(|(key, _)| key == "master_key.variable").map(|(_, name)| name.as_str());
        merged.take_environment(variable);
        for (key, value) in &self.flags {
            match by_key(key) {
                Some(setting) => merged.set(setting, Origin::Flag, Raw::Text(value.clone())),
                None => merged.unknown(format!("--{}", key.replace(['.', '_'], "-")), Setting::flag),
            }
        }
        merged
    }
}

impl Merged {
    fn set(&mut self, setting: &'static Setting, origin: Origin, raw: Raw) {
        self.values.insert(setting.key, (origin, raw));
    }

    fn take_file(&mut self, text: &str) {
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                // The message alone: with the line it would show what stands there.
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let place = format!("line {line} of {}", self.file_name);
                let remedy = format!("this is not TOML: {}", error.message().lines().next().unwrap_or_default());
                self.problems.push(ConfigProblem { place, given: None, allowed: None, remedy });
                return;
            }
        };
        for (name, value) in table {
            match value {
                toml::Value::Table(inner) => {
                    for (inner_name, value) in inner {
                        self.take_entry(&format!("{name}.{inner_name}"), value);
                    }
                }
                value => self.take_entry(&name, value),
            }
        }
    }

    fn take_entry(&mut self, key: &str, value: toml::Value) {
        match by_key(key) {
            Some(setting) => self.set(setting, Origin::File, raw_of(value)),
            None => self.unknown(format!("{key} in {}", self.file_name), |setting| setting.key.to_owned()),
        }
    }

    /// `from_flag`: the variable of the master key that the command line names.
    fn take_environment(&mut self, from_flag: Option<&str>) {
        // A variable that the configuration itself names is no setting.
        let mut named: Vec<String> = self.environment.get("BILAN_MASTER_KEY_VARIABLE").cloned().into_iter().collect();
        named.extend(from_flag.map(str::to_owned));
        if let Some((_, Raw::Text(name))) = self.values.get("master_key.variable") {
            named.push(name.clone());
        }
        let ours: Vec<(String, String)> = self
            .environment
            .iter()
            .filter(|(name, _)| name.starts_with("BILAN_"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (name, value) in ours {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == name) {
                self.set(setting, Origin::Environment, Raw::Text(value));
            } else if !is_other(&name) && !named.contains(&name) {
                self.unknown(name, Setting::variable);
            }
        }
    }

    fn unknown(&mut self, place: String, name_of: impl Fn(&Setting) -> String) {
        let given = place.split(' ').next().unwrap_or_default().to_owned();
        let names = SETTINGS.iter().map(name_of);
        let nearest = names.map(|name| (strsim::damerau_levenshtein(&given, &name), name)).min();
        let remedy = match nearest {
            Some((distance, name)) if distance <= 2.max(given.len() / 4) => {
                format!("there is no such setting; did you mean `{name}`?")
            }
            _ => "there is no such setting; remove it".to_owned(),
        };
        self.problems.push(ConfigProblem { place, given: None, allowed: None, remedy });
    }

    /// Where a setting was given, for messages.
    pub(super) fn place(&self, setting: &Setting) -> String {
        match self.values.get(setting.key) {
            Some((Origin::Flag, _)) => setting.flag(),
            Some((Origin::Environment, _)) => setting.variable(),
            _ => format!("{} in {}", setting.key, self.file_name),
        }
    }

    /// What was given, for messages; nothing of a secret.
    pub(super) fn given(&self, setting: &Setting) -> Option<String> {
        let (_, raw) = self.values.get(setting.key)?;
        (setting.shown == Shown::Openly).then(|| match raw {
            Raw::Text(text) => text.clone(),
            Raw::Number(number) => number.to_string(),
            Raw::Switch(switch) => switch.to_string(),
            Raw::List(list) => list.join(", "),
            Raw::Other(kind) => (*kind).to_owned(),
        })
    }
}

fn raw_of(value: toml::Value) -> Raw {
    match value {
        toml::Value::String(text) => Raw::Text(text),
        toml::Value::Integer(number) => Raw::Number(number),
        toml::Value::Boolean(switch) => Raw::Switch(switch),
        toml::Value::Float(_) => Raw::Other("a number with a fraction"),
        toml::Value::Datetime(_) => Raw::Other("a date"),
        toml::Value::Table(_) => Raw::Other("a table"),
        toml::Value::Array(items) => {
            let texts = items.into_iter().map(|item| match item {
                toml::Value::String(text) => Some(text),
                toml::Value::Integer(number) => Some(number.to_string()),
                _ => None,
            });
            texts.collect::<Option<Vec<String>>>().map_or(Raw::Other("a list of other things"), Raw::List)
        }
    }
}

fn is_other(name: &str) -> bool {
    OTHER_VARIABLES.iter().any(|other| match other.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *other,
    })
}
