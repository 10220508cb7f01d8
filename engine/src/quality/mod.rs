//! How people answered, and whether the key fits the answers: indices for a panel, never a verdict.
