//! Pages of lists.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::ids::Id;
use crate::store::Selection;

/// The most entries of a page.
const MAX_LIMIT: u32 = 500;

/// A page of the list of a house.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HousePage {
    /// The house.
    #[param(value_type = String)]
    pub tenant: Id,
    /// The last identifier of the page before.
    #[param(value_type = Option<String>)]
    pub after: Option<Id>,
    /// At most so many.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPage {
    /// The last identifier of the page before.
    #[param(value_type = Option<String>)]
    pub after: Option<Id>,
    /// At most so many.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// How many entries a page is to have.
///
/// # Errors
/// [`ApiError::Invalid`] for none or too many.
pub fn checked_limit(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit.unwrap_or(Selection::PAGE) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(ApiError::invalid("limit", "ask for 1 to 500")),
    }
}

/// A name as it is kept: without spaces around it.
///
/// # Errors
/// [`ApiError::Invalid`] for an empty or very long one.
pub fn checked_name(name: &str, field: &'static str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(ApiError::invalid(field, "give 1 to 200 characters"));
    }
    Ok(name.to_owned())
}
