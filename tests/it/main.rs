//! The integration tests, in one binary.

#[cfg(test)]
mod attacker;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod imported_wording;
#[cfg(test)]
mod inventories;
#[cfg(test)]
mod oracle;
#[cfg(test)]
#[cfg(feature = "test-data")]
mod real_data;
#[cfg(test)]
#[cfg(feature = "test-data")]
mod real_data_quality;
#[cfg(test)]
#[cfg(feature = "test-data")]
mod real_data_studies;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod restitution_rules;
#[cfg(test)]
mod same_bits;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
