//! The wording of a published key is imported, and then the questionnaire is given and scored.
//!
//! The wordings here are invented from the key. With the feature `test-npm` the same is done with the real package, which
//! `$WORDINGS_PACKAGE` names (the `.tgz` that `npm pack @bigfive-org/questions` makes).

mod administration;
mod command;
mod package;
