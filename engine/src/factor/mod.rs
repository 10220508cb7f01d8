//! Exploratory structure: how many factors, which items load on which.
