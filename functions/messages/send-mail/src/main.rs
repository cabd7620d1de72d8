//! The binary of `send-mail`.

shared::main!(send_mail);
