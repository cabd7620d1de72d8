//! Functions that run with the rights of the owner do what their arguments say. Each is called as each role that may, with
//! what is its own and with what is another's.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::{KIOSK_PERMISSIONS, Permission, Role, staff_reach};
use tokio_postgres::Client;

use super::{
    database::{connect_apart, run, text, texts, try_texts, two_organizations},
    definer_attacks::ATTACKS,
    definer_calls::{CALLS, QUIET, What, filled},
};

/// Everything of an organization, but what counts attempts.
const DIGEST: &str = "CREATE FUNCTION pg_temp.digest(organization uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  t regclass;
  rows text;
  digest text := '';
BEGIN
  FOR t IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
      AND c.relname NOT IN ('guesses', 'rate_buckets', 'refused_sources') ORDER BY c.relname LOOP
    EXECUTE format('SELECT string_agg(t::text, '';'' ORDER BY t::text) FROM %s AS t WHERE organization_id = %L', t, organization) INTO rows;
    digest := md5(digest || coalesce(rows, ''));
  END LOOP;
  RETURN digest;
END $$";

/// Functions that run as their owner and can be called, with the roles that may.
const DEFINERS: &str = "SELECT p.pronamespace::regnamespace || '.' || p.proname || ' ' || coalesce((
      SELECT string_agg(a.grantee::regrole::text, ',' ORDER BY a.grantee::regrole::text) FROM aclexplode(p.proacl) AS a
      WHERE a.grantee <> p.proowner), '')
  FROM pg_proc AS p WHERE p.prosecdef AND p.pronamespace::regnamespace::text IN ('app', 'audit', 'directory', 'public')
  ORDER BY 1";

/// Two organizations with one of everything that the calls name.
async fn furnished(client: &Client) -> (String, String) {
    let pair = two_organizations(client).await;
    for organization in [&pair.0, &pair.1] {
        run(client, &format!("BEGIN; {} COMMIT", include_str!("definers.sql").replace("{o}", organization))).await;
    }
    run(client, DIGEST).await;
    pair
}

async fn definers(client: &Client) -> BTreeMap<String, Vec<String>> {
    let lines = texts(client, DEFINERS).await;
    let split = |line: String| {
        let (name, roles) = line.split_once(' ').expect("a name and roles");
        (name.to_owned(), roles.split(',').filter(|role| !role.is_empty()).map(str::to_owned).collect())
    };
    lines.into_iter().map(split).collect()
}

/// What a call needs that no other may find: an organization without a log, or with a broken one.
fn before(organization: &str, call: &str) -> String {
    if call.starts_with("audit.begin") {
        format!("DELETE FROM audit_heads WHERE organization_id = '{organization}';")
    } else if call.starts_with("(audit.restore") || call.starts_with("(audit.settle") {
        format!(
            "INSERT INTO log_breaks (organization_id, broken_since, cause, found_by) VALUES ('{organization}', now(), 'entry_changed', 'test');
             UPDATE audit_heads SET broken_since = now() WHERE organization_id = '{organization}';"
        )
    } else {
        String::new()
    }
}

/// What a call as a role in an organization answers, or the SQLSTATE of its refusal; and what is then left of some
/// organizations. Before it, what this transaction must have done or hold is done by hand: the claim of the admin, and
/// the proof of a second factor.
async fn called(
    client: &Client,
    role: &str,
    organization: &str,
    call: &str,
    watched: [&str; 2],
) -> (String, Vec<String>) {
    let begin = format!(
        "BEGIN; SELECT FROM answers WHERE organization_id = '{organization}' AND credential_id = md5('{organization} admin')::uuid FOR UPDATE;
         UPDATE member_proofs SET totp_step = totp_step;
         {}
         SET LOCAL SESSION AUTHORIZATION {role}; SELECT set_config('app.organization_id', '{organization}', true);",
        before(organization, call)
    );
    run(client, &begin).await;
    let answer = match try_texts(client, &format!("SELECT ({call})::text")).await {
        Ok(answers) => {
            let answer = answers.concat();
            run(client, "RESET SESSION AUTHORIZATION").await;
            let left =
                format!("SELECT pg_temp.digest('{}') UNION ALL SELECT pg_temp.digest('{}')", watched[0], watched[1]);
            let left = texts(client, &left).await;
            run(client, "ROLLBACK").await;
            return (answer, left);
        }
        Err(code) => code,
    };
    run(client, "ROLLBACK").await;
    (format!("refused: {answer}"), Vec::new())
}

fn is_nothing(answer: &str) -> bool {
    matches!(answer, "" | "false" | "f") || answer.starts_with("refused: ")
}

#[tokio::test]
async fn each_does_what_is_its_own_and_nothing_to_what_is_anothers() {
    let client = connect_apart().await;
    let (ours, theirs) = furnished(&client).await;
    let digest = async |of: &str| text(&client, &format!("SELECT pg_temp.digest('{of}')")).await;
    let before = vec![digest(&ours).await, digest(&theirs).await];
    let definers = definers(&client).await;
    let mut wrong = Vec::new();

    for (name, what, call) in CALLS {
        for role in definers.get(*name).into_iter().flatten() {
            let (answer, left) = called(&client, role, &ours, &filled(call, &ours, &ours), [&ours, &theirs]).await;
            let does_something = left.first() != before.first() || !is_nothing(&answer) || QUIET.contains(name);
            if answer.starts_with("refused: ") || !does_something {
                wrong.push(format!("{role} can do nothing with {name}: {answer}"));
            } else if left.get(1) != before.get(1) {
                wrong.push(format!("{role} changes another organization with {name}"));
            }
            if *what == What::OwnIds {
                let (answer, left) =
                    called(&client, role, &ours, &filled(call, &ours, &theirs), [&ours, &theirs]).await;
                if !is_nothing(&answer) || (!left.is_empty() && left != before) {
                    wrong.push(format!("{role} can do something of another organization with {name}: {answer}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn each_that_a_role_may_call_is_called_here() {
    let client = connect_apart().await;
    let called: BTreeSet<_> = CALLS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let callable = definers(&client).await.into_iter().filter(|(_, roles)| !roles.is_empty()).map(|(name, _)| name);

    assert_eq!(called, callable.collect::<BTreeSet<_>>());
}

/// Each line of the page: a function, the roles that may call it, what it believes, and the verdict.
#[tokio::test]
async fn the_page_lists_each_with_the_roles_that_may_call_it() {
    let page = include_str!("../../docs/DEFINER_FUNCTIONS.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let said: BTreeMap<_, _> = rows
        .map(|row| {
            let cells: Vec<_> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
            assert!(cells.len() == 4 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
            (cells[0].to_owned(), cells[1].to_owned())
        })
        .collect();
    let shown = |roles: Vec<String>| match roles.len() {
        0 => "none".to_owned(),
        1..=3 => roles.iter().map(|role| role.trim_start_matches("fn_")).collect::<Vec<_>>().join(", "),
        many => format!("{many} roles"),
    };
    let there = definers(&connect_apart().await).await.into_iter().map(|(name, roles)| (name, shown(roles)));

    assert_eq!(said, there.collect::<BTreeMap<_, _>>());
}

#[tokio::test]
async fn the_database_knows_the_permissions_of_the_code() {
    let client = connect_apart().await;
    let words = |permissions: Vec<Permission>| {
        let words: Vec<_> = permissions.iter().map(|permission| permission.word()).collect();
        format!("{{{}}}", words.join(","))
    };
    let database = async |call: String| text(&client, &format!("SELECT {call}::text")).await;
    for role in Role::ALL {
        assert_eq!(
            database(format!("app.permissions_of('{role}')")).await,
            words(role.permissions().collect()),
            "{role}"
        );
        for acting_as in Role::ALL {
            for restricted in [false, true] {
                let call = format!("app.permissions_of_staff('{role}', '{acting_as}', {restricted})");
                let expected = words(staff_reach(*role, *acting_as, restricted).collect());
                assert_eq!(database(call).await, expected, "{role} {acting_as} {restricted}");
            }
        }
    }
    assert_eq!(database("app.permissions_of_kiosk()".to_owned()).await, words(KIOSK_PERMISSIONS.to_vec()));
}

#[tokio::test]
async fn no_argument_makes_more_of_a_role_than_its_caller_showed() {
    let client = connect_apart().await;
    let (ours, _) = furnished(&client).await;
    for (role, attack, code, allowed) in ATTACKS {
        let (answer, _) = called(&client, role, &ours, &filled(attack, &ours, &ours), [&ours, &ours]).await;
        assert_eq!(answer, format!("refused: {code}"), "{role}: {attack}");
        let (answer, _) = called(&client, role, &ours, &filled(allowed, &ours, &ours), [&ours, &ours]).await;
        assert!(!answer.starts_with("refused: "), "{role}: {allowed}: {answer}");
    }
}

/// A session is whole by a second factor only where this transaction used up what proves it.
#[tokio::test]
async fn a_session_is_not_raised_without_a_proof_of_this_transaction() {
    let client = connect_apart().await;
    let (ours, _) = furnished(&client).await;
    let prove = format!(
        "SELECT app.prove_session(sha256('{ours} session'), 'host', gen_random_uuid(), sha256('n'), 'c', NULL, now(), now())"
    );
    let step = format!("SELECT app.take_totp_step(md5('{ours} member')::uuid, 7, '\\x06', NULL, sha256('s'))");
    let tried = async |statements: &str| {
        let begin = format!(
            "BEGIN; SET LOCAL SESSION AUTHORIZATION fn_sign_in; SELECT set_config('app.organization_id', '{ours}', true)"
        );
        run(&client, &begin).await;
        let outcome = try_texts(&client, statements).await.map(drop);
        run(&client, "ROLLBACK").await;
        outcome
    };

    assert_eq!(tried(&prove).await, Err("42501".to_owned()));
    assert_eq!(tried(&format!("{step}; {prove}")).await, Ok(()));
}

/// A credential without an entry that speaks of it does not outlive its transaction, whichever role makes it.
#[tokio::test]
async fn a_credential_that_no_entry_of_its_transaction_speaks_of_is_not_committed() {
    let client = connect_apart().await;
    let (ours, _) = furnished(&client).await;
    let id = "6f1f0f0e-8d7c-4b6a-9f5e-4d3c2b1a0f9e";
    let member = text(&client, &format!("SELECT md5('{ours} member')::uuid")).await;
    let start = format!(
        "SELECT app.start_session('{member}', 'host', NULL, '{id}', sha256('n'), 'c', '{{session.open}}', 'password', NULL, now() + interval '1 hour', now())"
    );
    let entry = |action: &str, member: &str, session: &str| {
        format!(
            r#"INSERT INTO audit_log (draft) VALUES ('{{"actor": {{"kind": "member", "id": "{member}"}}, "ip": null, "ua": null,
            "action": "{action}", "target": {{"kind": "member", "id": "{member}"}}, "reason": null,
            "diff": {{"added": {{"session_id": "{session}"}}, "removed": {{}}, "changed": {{}}}}, "request_id": "r"}}')"#
        )
    };
    let committed = async |statements: &str| {
        let whole = format!(
            "BEGIN; SET LOCAL SESSION AUTHORIZATION fn_sign_in; SELECT set_config('app.organization_id', '{ours}', true); {statements}; COMMIT"
        );
        let outcome = try_texts(&client, &whole).await.map(drop);
        run(&client, "ROLLBACK; RESET SESSION AUTHORIZATION").await;
        outcome
    };

    for unfit in [
        start.clone(),
        format!("{start}; {}", entry("session.refused", &member, id)),
        format!("{start}; {}", entry("session.opened", &member, &ours)),
        format!("{start}; {}", entry("session.opened", &ours, id)),
        format!("{start}; SET CONSTRAINTS ALL IMMEDIATE; {}", entry("session.opened", &member, id)),
        // Written before, and committed by itself.
        format!(
            "{}; COMMIT; BEGIN; SET LOCAL SESSION AUTHORIZATION fn_sign_in; SELECT set_config('app.organization_id', '{ours}', true); {start}",
            entry("session.opened", &member, id)
        ),
    ] {
        assert_eq!(committed(&unfit).await, Err("42501".to_owned()), "{unfit}");
    }
    assert_eq!(committed(&format!("{start}; {}", entry("session.opened", &member, id))).await, Ok(()));
}
