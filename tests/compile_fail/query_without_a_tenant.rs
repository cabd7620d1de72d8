//! E0624: A `Db` alone runs nothing: only an admitted request, a message or a tick does.

use shared::tenant::{Db, Statement};

async fn read_everything(db: &Db) {
    let _ = db.round_trip(&[Statement::new("SELECT * FROM visits")]).await;
}

fn main() {}
