"""Each house rule lets through what is right and finds what is not. Run by `python3 -m unittest discover -s infra/lint`."""

import pathlib
import tempfile
import textwrap
import unittest

import cfnlint.decode
from cfnlint.rules import RulesCollection
from cfnlint.template import Template

RULES = RulesCollection()
RULES.create_from_directory(str(pathlib.Path(__file__).parent / "rules"))


def found_in(template, nested=None):
    """Returns the ids of the house rules that a template breaks."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "template.yaml")
        path.write_text("Transform: AWS::Serverless-2016-10-31\n" + textwrap.dedent(template))
        if nested is not None:
            pathlib.Path(folder, "nested.yaml").write_text(textwrap.dedent(nested))
        decoded, errors = cfnlint.decode.decode(str(path))
        if errors:
            raise ValueError(errors)
        cfn = Template(str(path), decoded, ["eu-central-1"])
        cfn.transform()
        return {match.rule.id for match in RULES.run(str(path), cfn, None)}


LOG_GROUP = """
Resources:
  Lines:
    Type: AWS::Logs::LogGroup
    Properties: {{ KmsKeyId: key, {retention} }}
  CheckIn:
    Type: AWS::Serverless::Function
    Properties: {{ CodeUri: code/, Runtime: provided.al2023, Handler: bootstrap, {logging} }}
"""


class LogsAreRetainedForATime(unittest.TestCase):
    def test_accepts_a_function_that_logs_to_a_group_with_retention(self):
        template = LOG_GROUP.format(retention="RetentionInDays: 30", logging="LoggingConfig: { LogGroup: !Ref Lines }")
        self.assertEqual(found_in(template), set())

    def test_finds_a_group_that_is_kept_for_ever(self):
        template = LOG_GROUP.format(retention="", logging="LoggingConfig: { LogGroup: !Ref Lines }")
        self.assertIn("E9001", found_in(template))

    def test_finds_a_function_without_a_group(self):
        self.assertIn("E9001", found_in(LOG_GROUP.format(retention="RetentionInDays: 30", logging="")))

    def test_takes_the_group_from_globals(self):
        template = "Globals: { Function: { LoggingConfig: { LogGroup: !Ref Lines } } }" + LOG_GROUP.format(
            retention="RetentionInDays: 30", logging=""
        )
        self.assertEqual(found_in(template), set())


QUEUES = """
Resources:
  Outbox:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: true
      {redrive}
  Dead:
    Type: AWS::SQS::Queue
    Properties: {{ SqsManagedSseEnabled: true, RedrivePolicy: {{ deadLetterTargetArn: !GetAtt Deader.Arn, maxReceiveCount: 1 }} }}
  Deader:
    Type: AWS::SQS::Queue
    Properties: {{ SqsManagedSseEnabled: true }}
"""
REDRIVE = "RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5 }"
ALARM = """
  {queue}HasMessages:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{{ Name: QueueName, Value: !GetAtt {queue}.QueueName }}]
      Statistic: Maximum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: {actions}
"""


class Queues(unittest.TestCase):
    both = ALARM.format(queue="Dead", actions="[topic]") + ALARM.format(queue="Deader", actions="[topic]")

    def test_accepts_queues_that_redrive_and_alarm(self):
        self.assertEqual(found_in(QUEUES.format(redrive=REDRIVE) + self.both), set())

    def test_finds_a_queue_that_does_not_redrive(self):
        self.assertIn("E9002", found_in(QUEUES.format(redrive="VisibilityTimeout: 30") + self.both))

    def test_finds_a_dead_letter_queue_without_an_alarm(self):
        template = QUEUES.format(redrive=REDRIVE) + ALARM.format(queue="Dead", actions="[topic]")
        self.assertIn("E9003", found_in(template))

    def test_finds_an_alarm_that_notifies_no_topic(self):
        deaf = ALARM.format(queue="Dead", actions="[topic]") + ALARM.format(queue="Deader", actions="[]")
        self.assertIn("E9003", found_in(QUEUES.format(redrive=REDRIVE) + deaf))


class StoresAreEncrypted(unittest.TestCase):
    def of(self, kind, properties):
        return found_in(f"Resources: {{ It: {{ Type: '{kind}', Properties: {properties} }} }}")

    def test_accepts_what_is_encrypted(self):
        self.assertEqual(self.of("AWS::SNS::Topic", "{ KmsMasterKeyId: key }"), set())
        cluster = "{ Engine: aurora-postgresql, StorageEncrypted: true, KmsKeyId: key }"
        self.assertEqual(self.of("AWS::RDS::DBCluster", cluster), set())

    def test_finds_what_is_not(self):
        for kind in ("AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::DynamoDB::Table", "AWS::S3::Bucket"):
            self.assertIn("E9004", self.of(kind, "{}"), kind)
        self.assertIn("E9004", self.of("AWS::SQS::Queue", "{ SqsManagedSseEnabled: false }"))
        self.assertIn("E9004", self.of("AWS::Logs::LogGroup", "{ RetentionInDays: 30 }"))

    def test_finds_a_database_whose_storage_or_insights_are_in_the_clear(self):
        self.assertIn("E9004", self.of("AWS::RDS::DBCluster", "{ Engine: aurora-postgresql, KmsKeyId: key }"))
        insights = "{ Engine: aurora-postgresql, DBInstanceClass: db.serverless, EnablePerformanceInsights: true }"
        self.assertIn("E9004", self.of("AWS::RDS::DBInstance", insights))

    def test_finds_a_store_that_it_does_not_know(self):
        self.assertIn("E9004", self.of("AWS::ElastiCache::ReplicationGroup", "{ ReplicationGroupDescription: cache }"))


BUCKET = """
Resources:
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: {{ ServerSideEncryptionConfiguration: [{{ ServerSideEncryptionByDefault: {{ SSEAlgorithm: "aws:kms" }} }}] }}
      PublicAccessBlockConfiguration: {{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: {restrict} }}
  PhotosPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Photos
      PolicyDocument:
        Statement:
          - {{ Effect: {effect}, Principal: "*", Action: "s3:*", Resource: "*", Condition: {{ Bool: {{ "aws:SecureTransport": "false" }} }} }}
"""


class BucketsAreClosed(unittest.TestCase):
    def test_accepts_a_closed_bucket(self):
        self.assertEqual(found_in(BUCKET.format(restrict="true", effect="Deny")), set())

    def test_finds_one_that_may_become_public(self):
        self.assertIn("E9005", found_in(BUCKET.format(restrict="false", effect="Deny")))

    def test_finds_one_that_answers_without_tls(self):
        self.assertIn("E9005", found_in(BUCKET.format(restrict="true", effect="Allow")))


FUNCTION = """
Resources:
  Lines:
    Type: AWS::Logs::LogGroup
    Properties: {{ KmsKeyId: key, RetentionInDays: 30 }}
  CheckIn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code/
      Runtime: provided.al2023
      Handler: bootstrap
      LoggingConfig: {{ LogGroup: !Ref Lines }}
      Policies: [{policies}]
      Environment: {{ Variables: {{ {variables} }} }}
"""


def right(action, resource, condition="{}"):
    return f'{{ Statement: {{ Effect: Allow, Action: "{action}", Resource: "{resource}", Condition: {condition} }} }}'


class NothingWritesToEverything(unittest.TestCase):
    def of(self, *policies):
        return found_in(FUNCTION.format(policies=", ".join(policies), variables=""))

    def test_accepts_a_named_resource_and_reading_of_all(self):
        self.assertEqual(self.of(right("s3:PutObject", "arn:aws:s3:::photos/visits/*"), right("kms:ListAliases", "*")), set())

    def test_accepts_the_making_of_a_tagged_key(self):
        tagged = '{ StringEquals: { "aws:RequestTag/doorbook": tenant-key } }'
        self.assertEqual(self.of(right("kms:CreateKey", "*", tagged)), set())

    def test_accepts_the_reading_of_pictures_in_a_region_alone(self):
        here = '{ StringEquals: { "aws:RequestedRegion": eu-central-1 } }'
        self.assertEqual(self.of(right("textract:AnalyzeID", "*", here)), set())
        self.assertIn("E9006", self.of(right("textract:AnalyzeID", "*")))
        self.assertIn("E9006", self.of(right("s3:PutObject", "*", here)))

    def test_finds_a_write_to_everything(self):
        for action in ("s3:PutObject", "s3:*", "*", "kms:CreateKey", "kms:Decrypt"):
            self.assertIn("E9006", self.of(right(action, "*")), action)


class ATenantKeyIsOfAnOrganization(unittest.TestCase):
    def of(self, rest):
        condition = '{ StringEquals: { "kms:EncryptionContext:purpose": tenant-key }' + rest + " }"
        return found_in(FUNCTION.format(policies=right("kms:Decrypt", "arn:aws:kms:::key/1", condition), variables=""))

    def test_accepts_a_statement_that_asks_for_the_organization(self):
        self.assertEqual(self.of(', "Null": { "kms:EncryptionContext:organization": "false" }'), set())

    def test_finds_one_that_does_not(self):
        for rest in ("", ', "Null": { "kms:EncryptionContext:organization": "true" }'):
            self.assertIn("E9009", self.of(rest))


class OneFunctionIsOneDatabaseUser(unittest.TestCase):
    own = "arn:aws:rds-db:eu-central-1:123456789012:dbuser:prx-1/fn_check_in"
    url = 'DATABASE_URL: "postgres://fn_check_in@host/doorbook"'

    def of(self, policies, variables):
        return found_in(FUNCTION.format(policies=policies, variables=variables))

    def test_accepts_its_own_user(self):
        self.assertEqual(self.of(right("rds-db:connect", self.own), self.url), set())

    def test_accepts_a_function_without_a_database(self):
        self.assertEqual(self.of("", ""), set())

    def test_finds_another_user_a_second_user_and_any_user(self):
        other, every = self.own.replace("check_in", "check_out"), self.own.replace("fn_check_in", "*")
        two = right("rds-db:connect", self.own) + ", " + right("rds-db:connect", other)
        for policies in (right("rds-db:connect", other), two, right("rds-db:connect", every), right("rds-db:*", "*")):
            self.assertIn("E9007", self.of(policies, self.url))

    def test_finds_an_address_that_names_another_service(self):
        self.assertIn("E9007", self.of(right("rds-db:connect", self.own), self.url.replace("check_in", "check_out")))
        self.assertIn("E9007", self.of("", self.url))


NESTED = """
Resources:
  Queues: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: nested.yaml }} }}
  Notes:
    Type: AWS::SSM::Parameter
    Properties: {{ Type: String, Value: {value} }}
"""


class NestedOutputsExist(unittest.TestCase):
    nested = """
    Resources:
      Topic: { Type: AWS::SNS::Topic, Properties: { KmsMasterKeyId: key } }
    Outputs:
      Topic: { Value: !Ref Topic }
    """

    def test_accepts_outputs_that_are_there(self):
        for value in ("!GetAtt Queues.Outputs.Topic", '!Sub "a ${Queues.Outputs.Topic}"'):
            self.assertEqual(found_in(NESTED.format(value=value), self.nested), set())

    def test_finds_an_output_that_is_not(self):
        for value in ("!GetAtt Queues.Outputs.Topics", '!Sub "a ${Queues.Outputs.Topics}"'):
            self.assertIn("E9008", found_in(NESTED.format(value=value), self.nested))


class Templates(unittest.TestCase):
    def test_every_rule_is_loaded(self):
        loaded = sorted(rule_id for rule_id in RULES.rules if rule_id.startswith("E900"))
        self.assertEqual(loaded, [f"E900{number}" for number in range(1, 10)])


if __name__ == "__main__":
    unittest.main()
