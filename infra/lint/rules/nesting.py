"""What a template takes from a nested one is really there."""

import os
import re

import cfnlint.decode
from cfnlint.rules import CloudFormationLintRule, RuleMatch

IN_SUB = re.compile(r"\$\{([A-Za-z0-9]+)\.Outputs\.([A-Za-z0-9]+)\}")


class NestedOutputsExist(CloudFormationLintRule):
    id = "E9008"
    shortdesc = "Every output that is taken from a nested template is one that it has"
    description = "cfn-lint looks at one file at a time, so a mistyped output is otherwise found at deploy."
    tags = ["doorbook"]

    def match(self, cfn):
        matches = []
        outputs = {}
        for name, stack in cfn.get_resources("AWS::CloudFormation::Stack").items():
            properties = stack["Properties"]
            nested = self.read(cfn.filename, properties["TemplateURL"])
            outputs[name] = nested.get("Outputs", {})
        for path, stack, output in self.taken(cfn):
            if stack in outputs and output not in outputs[stack]:
                matches.append(RuleMatch(path, f"{stack} has no output {output}"))
        return matches

    @staticmethod
    def read(parent, url):
        template, errors = cfnlint.decode.decode(os.path.join(os.path.dirname(parent or ""), url))
        return template if template and not errors else {}

    @staticmethod
    def taken(cfn):
        for *path, attribute in cfn.search_deep_keys("Fn::GetAtt"):
            parts = attribute if isinstance(attribute, list) else attribute.split(".", 1)
            if isinstance(parts[1], str) and parts[1].startswith("Outputs."):
                yield path, parts[0], parts[1].removeprefix("Outputs.")
        for *path, text in cfn.search_deep_keys("Fn::Sub"):
            sentence = text[0] if isinstance(text, list) else text
            for stack, output in IN_SUB.findall(sentence):
                yield path, stack, output
