//! One file a resource: bodies, handlers, conversions.

pub mod assignments;
pub mod bilans;
pub mod body;
pub mod caller;
pub mod care;
pub mod export;
pub mod field_error;
pub mod grants;
pub mod health;
pub mod idempotency;
pub mod instruments;
pub mod invitations;
pub mod log;
pub mod me;
pub mod openapi;
pub mod paging;
pub mod people;
pub mod reply;
pub mod results;
pub mod rounds;
pub mod sessions;
pub mod tokens;
pub mod writing;
