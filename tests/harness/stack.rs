//! Where the parts of the stack are.

use shared::{
    settings::{CommonSettings, Variables},
    wiring::Part,
};

/// A variable that `doorbook-local with-stack` exports.
pub(crate) fn variable(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the stack is")]
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with `make test`"))
}

/// Where the console is, for functions under test.
pub(crate) const CONSOLE_ORIGIN: &str = "https://console.example";

/// What the template sets for a function, for a database role, with changes.
pub(crate) fn variables(role: &str, changes: &[(&str, &str)]) -> Variables {
    environment(role, changes).into_iter().collect()
}

/// The same as names and values, for starting a function's binary.
pub(crate) fn environment(role: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut database = url::Url::parse(&variable("DOORBOOK_TEST_SUPERUSER_URL")).expect("a URL");
    database.set_username(role).expect("a role");
    database.set_password(Some(&variable("DOORBOOK_TEST_FN_PASSWORD"))).expect("a password");
    let told = [
        ("ENVIRONMENT", "local".to_owned()),
        ("CONSOLE_ORIGIN", CONSOLE_ORIGIN.to_owned()),
        ("ROOT_SECRET_ID", variable("DOORBOOK_TEST_ROOT_SECRET_ID")),
        ("ROOT_SECRET_VERSION", variable("DOORBOOK_TEST_ROOT_SECRET_VERSION")),
        ("READS_PER_MINUTE", "60000".to_owned()),
        ("WRITES_PER_MINUTE", "60000".to_owned()),
        ("DATABASE_URL", database.to_string()),
        ("DATABASE_CA_FILE", variable("DOORBOOK_TEST_DATABASE_CA")),
        ("OBJECTS_BUCKET", variable("DOORBOOK_TEST_OBJECTS_BUCKET")),
        ("OUTBOX_QUEUE_URL", variable("DOORBOOK_TEST_OUTBOX_QUEUE_URL")),
        ("KMS_KEY_ID", variable("DOORBOOK_TEST_KMS_KEY_ID")),
        ("ANCHORS_BUCKET", variable("DOORBOOK_TEST_ANCHORS_BUCKET")),
        ("LOG_ORIGIN", variable("DOORBOOK_TEST_LOG_ORIGIN")),
        ("LOG_KEY_ID", variable("DOORBOOK_TEST_LOG_KEY_ID")),
        ("BUNDLES_BUCKET", variable("DOORBOOK_TEST_BUNDLES_BUCKET")),
        ("DOCUMENT_KEY_ID", variable("DOORBOOK_TEST_DOCUMENT_KEY_ID")),
        ("EXPORT_REQUESTS_QUEUE_URL", variable("DOORBOOK_TEST_EXPORT_REQUESTS_QUEUE_URL")),
        ("MAIL_FROM", variable("DOORBOOK_TEST_MAIL_FROM")),
        ("MAIL_REQUESTS_QUEUE_URL", variable("DOORBOOK_TEST_MAIL_REQUESTS_QUEUE_URL")),
        ("SEAL_REQUESTS_QUEUE_URL", variable("DOORBOOK_TEST_SEAL_REQUESTS_QUEUE_URL")),
    ];
    let lambda = [
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_KMS",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_ENDPOINT_URL_SQS",
        "AWS_ENDPOINT_URL_SESV2",
        "AWS_ENDPOINT_URL_TEXTRACT",
        "AWS_ENDPOINT_URL_REKOGNITION",
    ];
    told.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(lambda.map(|name| (name.to_owned(), variable(name))))
        .chain(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .collect()
}

/// What a function holds, or a part of it, told these variables.
pub(crate) async fn connect<P: Part>(variables: &Variables) -> P {
    shared::wiring::connect(variables).await.expect("a connection")
}

/// The settings that every function reads.
pub(crate) fn common(variables: &Variables) -> CommonSettings {
    CommonSettings::read(variables).expect("common settings")
}

/// A binary of this build: where `make test` says, else beside the test's own.
pub(crate) fn binary(name: &str) -> std::path::PathBuf {
    let folder = match std::env::var_os("DOORBOOK_BINARIES") {
        Some(folder) => std::path::PathBuf::from(folder),
        None => std::env::current_exe().expect("a path").ancestors().nth(2).expect("a folder").to_owned(),
    };
    let path = folder.join(name);
    assert!(path.is_file(), "{}: build it first: make binaries", path.display());
    path
}
