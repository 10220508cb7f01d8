//! What is wrong with a configuration: all of it at once, with places and remedies.

use std::fmt;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where: `smtp.port in bilan.toml`, `BILAN_SMTP_PORT`, `--smtp-port`.
    pub place: String,
    /// What stands there, unless it may be a secret.
    pub given: Option<String>,
    /// What may stand there.
    pub allowed: Option<String>,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(given) = &self.given {
            write!(f, "`{given}` is not allowed; ")?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, "allowed: {allowed}; ")?;
        }
        f.write_str(&self.remedy)
    }
}

/// Why the configuration is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblems(pub Vec<ConfigProblem>);

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0.len();
        write!(f, "the configuration has {n} problem{}", if n == 1 { "" } else { "s" })?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigProblems {}
