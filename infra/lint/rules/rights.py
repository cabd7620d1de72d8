"""A function may do what it does, to what it does it to, as itself."""

import re

from cfnlint.rules import CloudFormationLintRule, RuleMatch

# They read a picture that is sent along, and have no resource.
READS_OF_PICTURES = {"rekognition:CompareFaces", "rekognition:DetectFaces", "textract:AnalyzeID", "textract:DetectDocumentText"}
READS = re.compile(r"^[a-z0-9-]+:(Get|List|Describe|Head)[A-Za-z]*$")
SUFFIX = re.compile(r"/([A-Za-z0-9_*]+)$")
URL_USER = re.compile(r"^postgres://([a-z0-9_]+)@")


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(resource):
    """Yields the statements that a function or a role carries inline."""
    for policy in as_list(resource.get("Properties", {}).get("Policies", [])):
        if isinstance(policy, dict):
            document = policy.get("PolicyDocument", policy)
            yield from as_list(document.get("Statement", []))


def snake(logical_id):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).lower()


class NothingWritesToEverything(CloudFormationLintRule):
    id = "E9006"
    shortdesc = "No right to change something names every resource"
    description = (
        "A statement with Resource '*' may only read. kms:CreateKey has no resource yet and must name the tag instead; what reads "
        "pictures has none and must name the region."
    )
    tags = ["doorbook"]

    def match(self, cfn):
        matches = []
        for kind in ("AWS::Serverless::Function", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            for name, resource in cfn.get_resources(kind).items():
                own = [resource["Properties"]["PolicyDocument"]] if kind.endswith("ManagedPolicy") else []
                held = list(statements(resource)) + [one for document in own for one in as_list(document["Statement"])]
                if any(self.is_too_wide(statement) for statement in held):
                    matches.append(RuleMatch(["Resources", name], f"{name} may change every resource"))
        return matches

    @staticmethod
    def is_too_wide(statement):
        if statement.get("Effect") != "Allow" or "*" not in as_list(statement.get("Resource")):
            return False
        writes = [action for action in as_list(statement.get("Action")) if not READS.match(action)]
        conditions = statement.get("Condition", {}).get("StringEquals", {})
        tagged = any(key.startswith("aws:RequestTag/") for key in conditions)
        of_pictures = READS_OF_PICTURES.issuperset(writes) and "aws:RequestedRegion" in conditions
        return bool(writes) and not of_pictures and not (writes == ["kms:CreateKey"] and tagged)


class ATenantKeyIsOfAnOrganization(CloudFormationLintRule):
    id = "E9009"
    shortdesc = "A tenant key is unwrapped for an organization that the request names"
    description = "A statement for the purpose tenant-key also refuses a request without the context `organization`."
    tags = ["doorbook"]
    purpose = "kms:EncryptionContext:purpose"
    organization = "kms:EncryptionContext:organization"

    def match(self, cfn):
        return [
            RuleMatch(["Resources", name], f"{name} may unwrap a tenant key without naming an organization")
            for name, function in cfn.get_resources("AWS::Serverless::Function").items()
            if any(self.names_none(statement.get("Condition", {})) for statement in statements(function))
        ]

    def names_none(self, condition):
        is_tenant_key = "tenant-key" in as_list(condition.get("StringEquals", {}).get(self.purpose))
        return is_tenant_key and str(condition.get("Null", {}).get(self.organization)).lower() != "false"


class OneFunctionIsOneDatabaseUser(CloudFormationLintRule):
    id = "E9007"
    shortdesc = "A function that has a database connects as its own user and as no other"
    description = "rds-db:connect names one user, DATABASE_URL the same one, and its name is the function's."
    tags = ["doorbook"]
    # Only the function that migrates is not named after itself: its user may become the owner.
    named_otherwise = {"Migrate": "doorbook_migrator"}

    def match(self, cfn):
        matches = []
        for name, function in cfn.get_resources("AWS::Serverless::Function").items():
            may_be = self.users(function)
            url = function["Properties"].get("Environment", {}).get("Variables", {}).get("DATABASE_URL")
            expected = self.named_otherwise.get(name, f"fn_{snake(name)}")
            if not may_be and url is None:
                continue
            if may_be != [expected]:
                matches.append(RuleMatch(["Resources", name], f"{name} may connect as {may_be}, not as {expected} alone"))
            if self.url_user(url) != expected:
                matches.append(RuleMatch(["Resources", name], f"DATABASE_URL of {name} does not name {expected}"))
        return matches

    @staticmethod
    def users(function):
        found = []
        for statement in statements(function):
            if not any(action.startswith(("rds-db:", "*")) for action in as_list(statement.get("Action"))):
                continue
            for resource in as_list(statement.get("Resource")):
                text = resource.get("Fn::Sub") if isinstance(resource, dict) else resource
                user = SUFFIX.search(text) if isinstance(text, str) else None
                found.append(user.group(1) if user else "anybody")
        return found

    @staticmethod
    def url_user(url):
        text = url.get("Fn::Sub") if isinstance(url, dict) else url
        user = URL_USER.match(text) if isinstance(text, str) else None
        return user.group(1) if user else None
