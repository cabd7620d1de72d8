//! Limits of roles: laid down by each run, whatever a role did to its own.

use shared::migration::Limits;

use super::*;
use crate::isolation::database;

#[tokio::test]
async fn what_a_role_laid_down_for_itself_does_not_outlive_a_run_which_names_the_role() {
    let (fresh, scripts) = (Fresh::new().await, scripts());
    fresh.run(&scripts).await.unwrap();
    let setting = async |name: &str| {
        let client = postgres::as_role_in(&fresh.name, "fn_check_in").await;
        database::text(&client, &format!("SHOW {name}")).await
    };
    let loosen = format!(
        "ALTER ROLE CURRENT_USER IN DATABASE {0} SET statement_timeout = 0;
         ALTER ROLE CURRENT_USER IN DATABASE {0} SET search_path = 'pg_temp'",
        fresh.name
    );
    database::run(&postgres::as_role_in(&fresh.name, "fn_check_in").await, &loosen).await;
    assert_eq!((setting("statement_timeout").await.as_str(), setting("search_path").await.as_str()), ("0", "pg_temp"));

    let report = fresh.run(&scripts).await.unwrap();

    assert_eq!(report.limited, ["fn_check_in"]);
    assert_eq!(setting("statement_timeout").await, "5s");
    assert_eq!(setting("search_path").await, "\"$user\", public");
    assert_eq!(fresh.run(&scripts).await.unwrap().limited, [""; 0]);
}

/// In a transaction that is undone: what a role has everywhere, other tests would see.
#[tokio::test]
async fn limits_take_the_place_of_settings_everywhere_of_another_number_of_connections_and_of_a_password() {
    let fresh = Fresh::new().await;
    fresh.run(&scripts()).await.unwrap();
    let grant = scripts().grants.into_iter().find(|grant| grant.name == "build_export.sql").unwrap();
    let lay_down = Limits::of(&grant).unwrap().lay_down("fn_build_export", 150_000);
    let role = "'fn_build_export'::regrole";
    let everywhere =
        format!("SELECT count(*)::text FROM pg_db_role_setting WHERE setrole = {role} AND setdatabase = 0");
    let of_role = |column: &str| format!("SELECT ({column})::text FROM pg_authid WHERE oid = {role}");

    let loosen = "BEGIN; CREATE ROLE rds_iam; ALTER ROLE fn_build_export SET row_security = off; ALTER ROLE fn_build_export CONNECTION LIMIT -1";
    database::run(&fresh.database, loosen).await;
    assert_eq!(fresh.texts(&everywhere).await, ["1"]);
    assert_eq!(fresh.texts(&of_role("rolpassword IS NULL")).await, ["false"]);
    database::run(&fresh.database, &lay_down).await;

    assert_eq!(fresh.texts(&everywhere).await, ["0"]);
    assert_eq!(fresh.texts(&of_role("rolconnlimit")).await, ["40"]);
    assert_eq!(fresh.texts(&of_role("rolpassword IS NULL")).await, ["true"]);
    database::run(&fresh.database, "ROLLBACK").await;
}

#[tokio::test]
async fn a_role_cannot_give_itself_more_connections_or_the_class_of_another() {
    let client = postgres::as_role("fn_check_in").await;

    for statement in
        ["ALTER ROLE CURRENT_USER CONNECTION LIMIT -1", "ALTER ROLE fn_build_export SET statement_timeout = 0"]
    {
        assert_eq!(database::outcome(&client, statement).await, "42501", "{statement}");
    }
}

#[tokio::test]
async fn a_grant_that_names_no_limits_is_refused_and_changes_nothing() {
    let (fresh, mut scripts) = (Fresh::new().await, scripts());
    let grant = scripts.grants.iter_mut().find(|grant| grant.name == "check_in.sql").unwrap();
    grant.sql = grant.sql.replace("-- Limits: request\n", "").into();

    assert_eq!(problem(fresh.run(&scripts).await), "unprocessable /grants/check_in.sql:names_no_limits");

    assert_eq!(fresh.rights().await, [""; 0]);
}
