//! What leaves after the answer.

mod relay_outbox;
mod send_mail;
