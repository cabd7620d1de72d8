//! The API keeps what its OpenAPI document says: schemathesis asks thousands of questions of the running binaries.

use std::{path::Path, process::Command};

use super::running::Running;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_finds_no_server_error_and_no_schema_violation() {
    let running = Running::start().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned();
    let url = running.demo["base_url"].as_str().expect("a URL").to_owned();
    let token = running.told(0, "api_token");

    let output = tokio::task::spawn_blocking(move || {
        Command::new(root.join(".local/venv-api/bin/schemathesis"))
            .args(["--config-file", "tests/end_to_end/schemathesis.toml", "run"])
            .arg(format!("{url}/v1/openapi.json"))
            .args(["--header", &format!("Authorization: Bearer {token}")])
            .current_dir(&root)
            .output()
            .expect("schemathesis runs; `make test` installs it")
    })
    .await
    .expect("the command ended");

    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_security_headers() {
    let running = Running::shared().await;
    let owner = running.owner(0);
    for path in
        ["/v1/visits", "/v1/visits/nonsense", "/v1/openapi.json", "/v1/roles", "/nowhere", "/v1/audit-log?limit=0"]
    {
        let answer = owner.get(path).await;
        let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(
            header("strict-transport-security").as_deref(),
            Some("max-age=63072000; includeSubDomains; preload"),
            "{path}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(header(name).as_deref(), Some(value), "{path}: {name}");
        }
        assert!(header("permissions-policy").is_some_and(|policy| policy.contains("camera=()")), "{path}");
        assert!(
            header("content-security-policy").is_some_and(|policy| policy.contains("frame-ancestors 'none'")),
            "{path}"
        );
        assert!(header("x-request-id").is_some_and(|id| !id.is_empty()), "{path}");
        assert_eq!((header("server"), header("x-powered-by")), (None, None), "{path}");
    }
}
