//! `app.admit` and `app.resume`: who comes in, how often, and who holds a key of idempotency.

use tokio_postgres::Client;

use super::database::{connect, new_id, outcome, run, text, texts, two_organizations};

/// One call of the door. Times are seconds from one fixed moment, so that clocks may run as a test wants.
struct Call {
    organization: String,
    secret: String,
    permission: &'static str,
    at: i64,
    key: Option<&'static str>,
    body: &'static str,
    request: String,
    wants: &'static str,
}

impl Call {
    fn of(organization: &str) -> Self {
        Self {
            organization: organization.to_owned(),
            secret: organization.to_owned(),
            permission: "visit.check_in",
            at: 0,
            key: None,
            body: "body",
            request: "request".to_owned(),
            wants: "outcome",
        }
    }

    fn sql(&self) -> String {
        let Self { organization, secret, permission, at, body, request, wants, .. } = self;
        let key = self.key.map_or("NULL".to_owned(), |key| format!("sha256('{key}')"));
        let moment = format!("timestamptz '2026-01-01Z' + interval '{at} s'");
        format!(
            "SELECT {wants} FROM app.admit('{organization}', sha256('{secret}'), 'api_token', '{permission}', true, '192.0.2.1', 'write', NULL, \
             {moment}, {key}, sha256('{body}'), '{request}', {moment} + interval '30 s')"
        )
    }
}

async fn call(client: &Client, call: &Call) -> String {
    text(client, &call.sql()).await
}

async fn organization(client: &Client) -> String {
    two_organizations(client).await.0
}

async fn without_limits(client: &Client, organization: &str) {
    run(client, &format!("UPDATE organizations SET plan = 'benchmark' WHERE organization_id = '{organization}'")).await;
}

#[tokio::test]
async fn a_valid_credential_is_admitted_and_bound_to_its_site() {
    let client = connect().await;
    let organization = organization(&client).await;

    let call = Call::of(&organization).sql();
    let bound = format!(
        "BEGIN; {call}; SELECT current_setting('app.organization_id') || current_setting('app.site_id'); COMMIT"
    );

    assert_eq!(texts(&client, &bound).await, ["admitted".to_owned(), format!("{organization}{organization}")]);
}

#[tokio::test]
async fn a_refused_caller_is_bound_to_no_tenant_and_told_no_key() {
    let client = connect().await;
    let ours = organization(&client).await;
    assert_eq!(call(&client, &Call { key: Some("held"), ..Call::of(&ours) }).await, "admitted");
    let refused = [
        ("unauthenticated", Call { secret: "wrong".to_owned(), ..Call::of(&ours) }),
        ("unauthenticated", Call { organization: new_id(&client).await, ..Call::of(&ours) }),
        ("forbidden", Call { permission: "audit.read", ..Call::of(&ours) }),
        ("running", Call { key: Some("held"), request: "other".to_owned(), ..Call::of(&ours) }),
        ("mismatched", Call { key: Some("held"), body: "other", ..Call::of(&ours) }),
    ];

    for (wanted, call) in refused {
        let call = Call { wants: "outcome || coalesce(key_id::text, '') || coalesce(wrapped_key::text, '')", ..call };
        let bound = format!(
            "BEGIN; SET LOCAL ROLE doorbook_owner; {}; SELECT app.organization_id(); SELECT count(*) FROM sites; COMMIT",
            call.sql()
        );
        assert_eq!(texts(&client, &bound).await, [wanted, "00000000-0000-0000-0000-000000000000", "0"]);
    }
}

#[tokio::test]
async fn a_revoked_an_expired_and_a_foreign_credential_are_no_credentials() {
    let client = connect().await;
    let (ours, theirs) = two_organizations(&client).await;
    let expires = format!("UPDATE credentials SET expires_at = '2026-01-01Z' WHERE organization_id = '{ours}'");

    let foreign = call(&client, &Call { secret: theirs, ..Call::of(&ours) }).await;
    let before = call(&client, &Call { at: -1, ..Call::of(&ours) }).await;
    run(&client, &expires).await;
    let expired = call(&client, &Call::of(&ours)).await;
    run(
        &client,
        &format!("UPDATE credentials SET expires_at = NULL, revoked_at = now() WHERE organization_id = '{ours}'"),
    )
    .await;
    let revoked = call(&client, &Call::of(&ours)).await;

    assert_eq!(
        [foreign, before, expired, revoked],
        ["unauthenticated", "admitted", "unauthenticated", "unauthenticated"]
    );
}

#[tokio::test]
async fn wrong_secrets_slow_only_their_own_address_down() {
    let client = connect().await;
    let ours = organization(&client).await;
    let wrong =
        |at| Call { secret: "wrong".to_owned(), at, wants: "outcome || coalesce(retry_after_s, 0)", ..Call::of(&ours) };

    for _ in 0..30 {
        assert_eq!(call(&client, &wrong(0)).await, "unauthenticated0");
    }

    assert_eq!(call(&client, &wrong(59)).await, "throttled60");
    assert_eq!(call(&client, &Call { at: 59, ..Call::of(&ours) }).await, "admitted");
    assert_eq!(call(&client, &wrong(61)).await, "unauthenticated0");
}

/// The standard plan: 20 tokens, two more each second.
#[tokio::test]
async fn tokens_are_counted_exactly_by_a_clock_that_may_go_back() {
    let client = connect().await;
    let ours = organization(&client).await;
    let at = |at| Call { at, wants: "outcome || coalesce(retry_after_s, 0)", ..Call::of(&ours) };

    for _ in 0..20 {
        assert_eq!(call(&client, &at(100)).await, "admitted0");
    }
    let emptied = call(&client, &at(100)).await;
    let set_back = [call(&client, &at(0)).await, call(&client, &at(100)).await];
    let refilled = [call(&client, &at(101)).await, call(&client, &at(101)).await, call(&client, &at(101)).await];

    assert_eq!(emptied, "throttled1");
    assert_eq!(set_back, ["throttled101", "throttled1"]);
    assert_eq!(refilled, ["admitted0", "admitted0", "throttled1"]);
}

/// As many callers at once as there are, none gets a token that another has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_at_once_take_no_token_twice() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let sql = Call::of(&ours).sql();
        callers.spawn(async move {
            let client = connect().await;
            let mut admitted = 0;
            for _ in 0..5 {
                admitted += usize::from(text(&client, &sql).await == "admitted");
            }
            admitted
        });
    }

    assert_eq!(callers.join_all().await.into_iter().sum::<usize>(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_callers_with_one_key_exactly_one_is_admitted() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    without_limits(&admin, &ours).await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8 {
        let sql = Call { key: Some("contended"), request: format!("request-{caller}"), ..Call::of(&ours) }.sql();
        callers.spawn(async move { text(&connect().await, &sql).await });
    }

    let mut outcomes = callers.join_all().await;
    outcomes.sort();

    assert_eq!(outcomes, ["admitted"].into_iter().chain(["running"; 7]).collect::<Vec<_>>());
}

/// A lease that ran out is taken over by one of those who wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_claim_is_taken_over_once() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    without_limits(&admin, &ours).await;
    let held = |at, request: &str| Call { key: Some("stale"), at, request: request.to_owned(), ..Call::of(&ours) };
    assert_eq!(call(&admin, &held(0, "first")).await, "admitted");
    assert_eq!(call(&admin, &held(29, "second")).await, "running");
    assert_eq!(call(&admin, &held(29, "first")).await, "admitted", "run again after a lost connection");

    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8 {
        let sql = held(90, &format!("request-{caller}")).sql();
        callers.spawn(async move { text(&connect().await, &sql).await });
    }

    let admitted = callers.join_all().await.iter().filter(|outcome| *outcome == "admitted").count();
    assert_eq!(admitted, 1);
}

#[tokio::test]
async fn a_settled_claim_is_replayed_to_the_same_body_for_a_day() {
    let client = connect().await;
    let ours = organization(&client).await;
    let at = |at, body| Call {
        key: Some("settled"),
        at,
        body,
        wants: "outcome || coalesce(answer::text, '')",
        ..Call::of(&ours)
    };
    let moment = "timestamptz '2026-01-01Z'";

    assert_eq!(call(&client, &at(0, "body")).await, "admitted");
    run(
        &client,
        &format!(
            "BEGIN; SELECT app.resume('{ours}', '{ours}', sha256('settled'), 'request', {moment}); \
         SELECT app.settle('{ours}', sha256('settled'), '\\xabcd', {moment}); COMMIT"
        ),
    )
    .await;

    assert_eq!(call(&client, &at(86_399, "body")).await, "replayed\\xabcd");
    assert_eq!(call(&client, &at(86_399, "other")).await, "mismatched");
    assert_eq!(call(&client, &at(86_400, "other")).await, "admitted");
}

#[tokio::test]
async fn a_request_goes_on_only_with_its_credential_and_its_claim() {
    let client = connect().await;
    let ours = organization(&client).await;
    assert_eq!(call(&client, &Call { key: Some("ours"), ..Call::of(&ours) }).await, "admitted");
    let resume = |key: &str, request: &str| {
        format!("SELECT app.resume('{ours}', '{ours}', {key}, '{request}', timestamptz '2026-01-01Z')")
    };
    let revoked = format!("UPDATE credentials SET revoked_at = now() WHERE organization_id = '{ours}';");

    assert_eq!(outcome(&client, &resume("sha256('ours')", "request")).await, "1");
    assert_eq!(outcome(&client, &resume("NULL", "request")).await, "1");
    assert_eq!(outcome(&client, &resume("sha256('ours')", "other")).await, "DB409");
    assert_eq!(outcome(&client, &resume("sha256('none')", "request")).await, "DB409");
    assert_eq!(outcome(&client, &format!("{revoked}{}", resume("sha256('ours')", "request"))).await, "DB401");
    assert_eq!(outcome(&client, &format!("{revoked}{}", resume("NULL", "request"))).await, "DB401");
}

#[tokio::test]
async fn a_claim_given_back_lets_a_retry_execute() {
    let client = connect().await;
    let ours = organization(&client).await;
    let claim = |request: &str| Call { key: Some("given back"), request: request.to_owned(), ..Call::of(&ours) };

    assert_eq!(call(&client, &claim("first")).await, "admitted");
    run(
        &client,
        &format!("BEGIN; SELECT app.bind('{ours}', NULL); SELECT app.release('{ours}', sha256('given back')); COMMIT"),
    )
    .await;

    assert_eq!(call(&client, &claim("second")).await, "admitted");
}
