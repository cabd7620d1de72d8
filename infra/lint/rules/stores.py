"""What is stored is encrypted (R9) and not reachable from outside."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch

# What must be set for a resource to be encrypted at rest: any one of the listed properties, as a dotted path.
ENCRYPTED_BY = {
    "AWS::Backup::BackupVault": ["EncryptionKeyArn"],
    "AWS::CloudTrail::Trail": ["KMSKeyId"],
    "AWS::DynamoDB::Table": ["SSESpecification.KMSMasterKeyId"],
    "AWS::EC2::Volume": ["KmsKeyId"],
    "AWS::EFS::FileSystem": ["KmsKeyId"],
    "AWS::Events::Archive": ["KmsKeyIdentifier"],
    "AWS::Events::EventBus": ["KmsKeyIdentifier"],
    "AWS::Kinesis::Stream": ["StreamEncryption.KeyId"],
    "AWS::KinesisFirehose::DeliveryStream": ["DeliveryStreamEncryptionConfigurationInput.KeyARN"],
    "AWS::Logs::LogGroup": ["KmsKeyId"],
    "AWS::RDS::DBCluster": ["KmsKeyId"],
    "AWS::S3::Bucket": ["BucketEncryption.ServerSideEncryptionConfiguration"],
    "AWS::SNS::Topic": ["KmsMasterKeyId"],
    "AWS::SQS::Queue": ["SqsManagedSseEnabled", "KmsMasterKeyId"],
    "AWS::SecretsManager::Secret": ["KmsKeyId"],
}

# Services that keep data. A resource of theirs that is in neither table is refused until it is added to one.
KEEPS_DATA = ("DocDB", "DynamoDB", "EFS", "ElastiCache", "Kinesis", "MemoryDB", "Neptune", "OpenSearchService", "RDS", "Redshift", "S3")
KEEPS_NOTHING = {
    "AWS::RDS::DBClusterParameterGroup",
    # Its storage is the cluster's, which is in the table above.
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBProxy",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::BucketPolicy",
}


def find(properties, path):
    for step in path.split("."):
        properties = properties.get(step) if isinstance(properties, dict) else None
    return properties


class StoresAreEncrypted(CloudFormationLintRule):
    id = "E9004"
    shortdesc = "Every resource that stores data is encrypted"
    description = "By a key of ours, or for queues by the service's; never by default alone."
    tags = ["doorbook"]

    def match(self, cfn):
        matches = []
        for name, resource in cfn.get_resources().items():
            kind = resource["Type"]
            properties = resource.get("Properties", {})
            if kind in ENCRYPTED_BY:
                if not any(self.is_set(find(properties, path)) for path in ENCRYPTED_BY[kind]):
                    matches.append(RuleMatch(["Resources", name], f"{name} is not encrypted"))
            elif kind.split("::")[1] in KEEPS_DATA and kind not in KEEPS_NOTHING:
                message = f"E9004 does not know how a {kind} is encrypted"
                matches.append(RuleMatch(["Resources", name], message))
            if kind == "AWS::RDS::DBCluster" and not self.is_set(properties.get("StorageEncrypted")):
                matches.append(RuleMatch(["Resources", name], f"{name} does not encrypt its storage"))
            if self.is_set(properties.get("EnablePerformanceInsights")) and "PerformanceInsightsKMSKeyId" not in properties:
                matches.append(RuleMatch(["Resources", name], f"{name} does not encrypt its insights with our key"))
        return matches

    @staticmethod
    def is_set(value):
        return value not in (None, False, "false", "", [], {})


class BucketsAreClosed(CloudFormationLintRule):
    id = "E9005"
    shortdesc = "Every bucket blocks public access and refuses what does not come over TLS"
    description = "All four blocks are on, and a policy denies s3:* where aws:SecureTransport is false."
    tags = ["doorbook"]
    blocks = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

    def match(self, cfn):
        matches = []
        tls_only = {
            policy["Properties"].get("Bucket", {}).get("Ref")
            for policy in cfn.get_resources("AWS::S3::BucketPolicy").values()
            if any(self.denies_plain(statement) for statement in policy["Properties"]["PolicyDocument"]["Statement"])
        }
        for name, bucket in cfn.get_resources("AWS::S3::Bucket").items():
            set_blocks = bucket.get("Properties", {}).get("PublicAccessBlockConfiguration", {})
            if any(set_blocks.get(block) is not True for block in self.blocks):
                matches.append(RuleMatch(["Resources", name], f"{name} does not block public access"))
            if name not in tls_only:
                matches.append(RuleMatch(["Resources", name], f"{name} may be reached without TLS"))
        return matches

    @staticmethod
    def denies_plain(statement):
        secure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
        return (
            statement.get("Effect") == "Deny"
            and statement.get("Principal") == "*"
            and statement.get("Action") in ("s3:*", ["s3:*"])
            and str(secure).lower() == "false"
        )
