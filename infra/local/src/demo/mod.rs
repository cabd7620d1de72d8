//! Two organizations to play with and the operator's own, made through the functions themselves, and a story told with
//! them.

mod caller;
mod chain;
mod documents;
mod evidence;
mod kiosk;
mod member;
mod review;
mod seed;
mod staff;
mod story;
mod watchlist;

pub use member::Owner;
pub use seed::{Cast, Organization, seed};
pub use staff::Staff;
pub use story::tell;
