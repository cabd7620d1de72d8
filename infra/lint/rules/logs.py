"""Logs end: what is written about people's doings is not kept for ever."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch


class LogsAreRetainedForATime(CloudFormationLintRule):
    id = "E9001"
    shortdesc = "Every function logs to a log group of ours, and every log group has a retention"
    description = "A function without LoggingConfig.LogGroup gets a group that CloudWatch makes and keeps for ever."
    tags = ["doorbook"]

    def match(self, cfn):
        matches = []
        groups = cfn.get_resources("AWS::Logs::LogGroup")
        for name, group in groups.items():
            if "RetentionInDays" not in group.get("Properties", {}):
                matches.append(RuleMatch(["Resources", name], f"{name} keeps its lines for ever"))
        for kind in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            for name, function in cfn.get_resources(kind).items():
                group = function.get("Properties", {}).get("LoggingConfig", {}).get("LogGroup")
                if not isinstance(group, dict) or group.get("Ref") not in groups:
                    message = f"{name} does not log to a log group of this template"
                    matches.append(RuleMatch(["Resources", name], message))
        return matches
