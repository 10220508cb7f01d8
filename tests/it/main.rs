//! The integration tests, in one binary.

#[cfg(test)]
mod cli;
#[cfg(test)]
mod oracle;
#[cfg(all(test, feature = "test-data"))]
mod real_data;
#[cfg(test)]
mod same_bits;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
