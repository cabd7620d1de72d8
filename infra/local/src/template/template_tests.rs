//! The reader understands what templates of this house say.

use std::{path::PathBuf, time::Duration};

use super::*;
use crate::sqs::Mapping;

const ROOT: &str = r#"
Parameters:
  Environment: { Type: String, Default: staging }
  DatabaseEndpoint: { Type: String, Default: "" }
Globals:
  Function:
    Timeout: 20
    MemorySize: 512
    Environment: { Variables: { ENVIRONMENT: !Ref Environment } }
Resources:
  Api: { Type: AWS::Serverless::HttpApi, Properties: { StageName: $default } }
  Queues:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: infra/queues.yaml, Parameters: { Endpoint: !Ref DatabaseEndpoint } }
  CheckIn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/check-in/
      Description: A visitor arrives.
      MemorySize: 1024
      Events:
        Arrival: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: post, Path: "/v1/visits" } }
        Nudge: { Type: SQS, Properties: { Queue: !GetAtt Queues.Outputs.Arn, BatchSize: 5, MaximumBatchingWindowInSeconds: 1, FunctionResponseTypes: [ReportBatchItemFailures] } }
        Minutely: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minute) } }
      Environment:
        Variables:
          DATABASE_URL: !Sub "postgres://fn_check_in@${Queues.Outputs.Endpoint}/doorbook"
          QUEUE: !GetAtt Queues.Outputs.Url
          LIST: !Join [",", [!Ref Environment, b, !Select [1, !Split ["-", "x-y"]]]]
          ABSENT_HERE: !If [Ours, ours, theirs]
  Anything:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: target/lambda/anything/, Events: { Any: { Type: HttpApi, Properties: { ApiId: !Ref Api } } } }
Conditions:
  Ours: !And [!Equals [!Ref DatabaseEndpoint, ""], !Not [!Equals [!Ref Environment, production]]]
"#;

const QUEUES: &str = r#"
Parameters: { Endpoint: { Type: String } }
Conditions: { Ours: !Equals [!Ref Endpoint, ""] }
Resources:
  Outbox:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 5 }
  DeadLetters: { Type: AWS::SQS::Queue }
  Archive: { Type: AWS::S3::Bucket, Properties: { ObjectLockEnabled: true, ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: COMPLIANCE, Years: 2 } } } } }
  Signer: { Type: AWS::KMS::Key, Properties: { KeySpec: ECC_NIST_EDWARDS25519 } }
Outputs:
  Arn: { Value: !GetAtt Outbox.Arn }
  Url: { Value: !Ref Outbox }
  Endpoint: { Value: !If [Ours, !Sub "${Proxy.Endpoint}:5432", !Ref Endpoint] }
"#;

struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("doorbook-template-{}", crate::machine::id()));
        std::fs::create_dir_all(directory.join("infra")).unwrap();
        std::fs::write(directory.join("template.yaml"), ROOT).unwrap();
        std::fs::write(directory.join("infra/queues.yaml"), QUEUES).unwrap();
        Self(directory)
    }

    /// `Anything` and `CheckIn`, in this order.
    fn functions(&self) -> [Function; 2] {
        let template = Template::read(&self.0.join("template.yaml")).unwrap();
        let mut physical = template.resources().unwrap().physical;
        physical.entry("Queues.Outbox".to_owned()).or_default().insert("Ref".to_owned(), "http://queue".to_owned());
        let parameters = BTreeMap::from([("DatabaseEndpoint".to_owned(), "localhost:5".to_owned())]);
        template.functions(&parameters, &physical).unwrap().try_into().unwrap()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_function_takes_what_it_does_not_say_from_globals() {
    let files = Files::new();
    let [anything, check_in] = files.functions();

    assert_eq!((check_in.name.as_str(), check_in.resource.as_str()), ("check-in", "CheckIn"));
    assert_eq!((check_in.timeout.as_secs(), check_in.memory_mb), (20, 1024));
    assert_eq!(anything.memory_mb, 512);
    assert_eq!(check_in.database_role(), Some("fn_check_in"));
}

#[test]
fn variables_are_resolved_through_nested_stacks() {
    let files = Files::new();
    let [_, check_in] = files.functions();
    let variables = check_in.variables;

    assert_eq!(variables["ENVIRONMENT"], "staging");
    assert_eq!(variables["DATABASE_URL"], "postgres://fn_check_in@localhost:5/doorbook");
    assert_eq!(variables["QUEUE"], "http://queue");
    assert_eq!(variables["LIST"], "staging,b,y");
    assert_eq!(variables["ABSENT_HERE"], "theirs");
}

#[test]
fn triggers_are_routes_queues_and_schedules() {
    let files = Files::new();
    let [anything, check_in] = files.functions();
    let mapping = Mapping {
        queue: "doorbook-queues-outbox".to_owned(),
        batch_max: 5,
        window: Duration::from_secs(1),
        reports_failures: true,
    };

    let expected = [
        Trigger::Http("POST /v1/visits".to_owned()),
        Trigger::Queue(mapping),
        Trigger::Schedule("rate(1 minute)".to_owned()),
    ];
    for trigger in expected {
        assert!(check_in.triggers.contains(&trigger), "{trigger:?}");
    }
    assert_eq!(anything.triggers, [Trigger::Http("$default".to_owned())]);
}

#[test]
fn resources_of_nested_stacks_are_surveyed() {
    let files = Files::new();
    let resources = Template::read(&files.0.join("template.yaml")).unwrap().resources().unwrap();

    let outbox = resources.queues.iter().find(|(path, _)| path == "Queues.Outbox").unwrap();
    assert_eq!(outbox.1.visibility_ms, 180_000);
    assert_eq!(outbox.1.redrive.as_ref().unwrap().to, "doorbook-queues-dead-letters");
    let archive = &resources.buckets[0];
    assert!(archive.has_versions);
    assert_eq!(archive.retention.as_ref().map(|kept| (kept.mode.as_str(), kept.days)), Some(("COMPLIANCE", 730)));
    assert_eq!(resources.keys[0].spec.as_deref(), Some("ECC_NIST_EDWARDS25519"));
}

#[test]
fn what_is_not_understood_names_the_file() {
    let files = Files::new();
    std::fs::write(
        files.0.join("template.yaml"),
        "Resources: { A: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: !Cidr [x] } } }",
    )
    .unwrap();
    let error = Template::read(&files.0.join("template.yaml")).unwrap().resources().unwrap_err().to_string();
    assert!(error.contains("template.yaml: Fn::Cidr is not understood"), "{error}");
}

#[test]
fn the_template_of_this_repository_is_understood() {
    let template = Template::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml"))).unwrap();
    let resources = template.resources().unwrap();
    let given = [
        ("ConsoleOrigin", "https://console.example"),
        ("LogOrigin", "doorbook.example/audit"),
        ("MailFrom", "doorbook@example.com"),
    ];
    let parameters = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let functions = template.functions(&parameters, &resources.physical).unwrap();

    assert!(functions.iter().any(|function| function.triggers.contains(&Trigger::Http("$default".to_owned()))));
    assert!(functions.iter().all(|function| function.variables.contains_key("ENVIRONMENT")));
}
