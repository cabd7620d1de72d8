"""A message that no function could handle is kept, and an alarm tells of it."""

from cfnlint.rules import CloudFormationLintRule, RuleMatch


def target_of(queue):
    """Names the dead-letter queue of a queue, or None."""
    target = queue.get("Properties", {}).get("RedrivePolicy", {}).get("deadLetterTargetArn", {})
    attribute = target.get("Fn::GetAtt") if isinstance(target, dict) else None
    return attribute[0] if attribute else None


def dead_letter_queues(cfn):
    return {target_of(queue) for queue in cfn.get_resources("AWS::SQS::Queue").values()} - {None}


class QueuesRedrive(CloudFormationLintRule):
    id = "E9002"
    shortdesc = "Every queue has a dead-letter queue in its template"
    description = "A queue without one loses a message that fails until it expires."
    tags = ["doorbook"]

    def match(self, cfn):
        dead = dead_letter_queues(cfn)
        queues = cfn.get_resources("AWS::SQS::Queue")
        return [
            RuleMatch(["Resources", name], f"{name} has no dead-letter queue")
            for name, queue in queues.items()
            if name not in dead and target_of(queue) not in queues
        ]


class DeadLettersAlarm(CloudFormationLintRule):
    id = "E9003"
    shortdesc = "Every dead-letter queue has an alarm that notifies"
    description = "The alarm stands beside its queue and watches ApproximateNumberOfMessagesVisible."
    tags = ["doorbook"]

    def match(self, cfn):
        alarmed = set()
        for alarm in cfn.get_resources("AWS::CloudWatch::Alarm").values():
            properties = alarm.get("Properties", {})
            if properties.get("MetricName") != "ApproximateNumberOfMessagesVisible" or not properties.get("AlarmActions"):
                continue
            for dimension in properties.get("Dimensions", []):
                attribute = dimension.get("Value", {}).get("Fn::GetAtt", [None])
                alarmed.add(attribute[0])
        return [
            RuleMatch(["Resources", name], f"No alarm tells of a message in {name}")
            for name in sorted(dead_letter_queues(cfn) - alarmed)
        ]
