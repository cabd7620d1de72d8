//! E0277: A secret has no `Display`.

use shared::secret::Secret;

fn main() {
    let _ = format!("{}", Secret::new(String::from("canary")));
}
