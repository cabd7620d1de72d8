//! Members, sign-in, tokens, and reviews of access.

mod enrol_second_factor;
mod manage_access_reviews;
mod manage_api_tokens;
mod manage_members;
mod manage_sessions;
mod open_access_reviews;
mod set_password;
mod sign_in;
mod sweep_access_reviews;
