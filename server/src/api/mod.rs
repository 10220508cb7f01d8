//! One file a resource: bodies, handlers, conversions.

pub mod agreements;
pub mod assignments;
pub mod bilans;
pub mod body;
pub mod caller;
pub mod care;
pub mod endings;
pub mod field_error;
pub mod follow_ups;
pub mod grants;
pub mod health;
pub mod instruments;
pub mod openapi;
pub mod receipts;
pub mod reply;
pub mod results;
pub mod rounds;
pub mod writing;
