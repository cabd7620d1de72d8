"""Starts a function: crate, sample event, grants, template block, test and documentation, ready to be filled.

    make new NAME=expire-invitations AREA=visits KIND=http|webhook|queue|schedule

What is written passes `make check` and the conventions as it stands. The words in capitals are for the author to replace.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = ("http", "webhook", "queue", "schedule")
LIBRARY = ROOT / "infra" / "new_function"
DOOR = (
    "app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz)",
    "app.resume(uuid, uuid, bytea, text, timestamptz)",
)


class Refused(Exception):
    """Why nothing was written, in one line."""


class New:
    """The function that is started, under all its names."""

    def __init__(self, name, area, kind):
        areas = sorted(folder.name for folder in (ROOT / "functions").iterdir())
        if not re.fullmatch(r"[a-z]+(-[a-z]+)+", name):
            raise Refused("NAME= is imperative and kebab-case, as expire-invitations")
        if area not in areas:
            raise Refused(f"AREA= is one of {', '.join(areas)}")
        if kind not in KINDS:
            raise Refused(f"KIND= is one of {', '.join(KINDS)}")
        if any((ROOT / "functions" / other / name).exists() for other in areas):
            raise Refused(f"there is a function {name} already")
        self.name, self.area, self.kind = name, area, kind
        self.snake = name.replace("-", "_")
        self.resource = "".join(word.capitalize() for word in name.split("-"))
        self.noun = name.split("-", 1)[1]
        self.route = {"http": f"GET /v1/{self.noun}", "webhook": f"POST /v1/webhooks/{self.noun}"}.get(kind)

    def fill(self, text):
        """The text with the names of this function in it."""
        for mark in ("name", "area", "kind", "snake", "resource", "noun", "route"):
            text = text.replace(f"@{mark}@", str(getattr(self, mark)))
        return text

    def write(self, path, text):
        """A new file of the repository."""
        file = ROOT / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.fill(text))

    def from_library(self, path, *names):
        """A new file, from the first of these that the library has."""
        found = next(LIBRARY / name for name in names if (LIBRARY / name).exists())
        self.write(path, found.read_text())


def edit(path, change):
    """Changes a file that is there."""
    file = ROOT / path
    before = file.read_text()
    after = change(before)
    if after == before:
        raise Refused(f"{path} is not as it was: nothing could be added to it")
    file.write_text(after)


def insert_sorted(text, line, pattern):
    """The text with a line among those that match, in their order."""
    lines = text.split("\n")
    matching = [index for index, other in enumerate(lines) if re.match(pattern, other)]
    place = next((index for index in matching if lines[index] > line), matching[-1] + 1)
    return "\n".join(lines[:place] + [line] + lines[place:])


def crate(new):
    """The crate, its sample event, its test and its grants."""
    folder = f"functions/{new.area}/{new.name}"
    for file in ("Cargo.toml", "README.md", "src/main.rs", "src/lib.rs", "src/handler.rs"):
        flat = file.replace("src/", "").replace("/", ".")
        new.from_library(f"{folder}/{file}", f"{new.kind}.{flat}", flat)
    if new.kind == "http":
        new.from_library(f"{folder}/src/store.rs", "http.store.rs")
    if new.kind != "webhook":
        new.write(f"infra/grants/{new.snake}.sql", grants(new))
    event = "request.json" if new.route else "tick.json"
    new.write(f"events/{new.area}/{new.name}/{event}", sample(new, event))
    new.from_library(f"tests/functions/{new.area}/{new.snake}.rs", f"{new.kind}.test.rs")
    edit(f"tests/functions/{new.area}/mod.rs", lambda text: insert_sorted(text, f"mod {new.snake};", r"mod \w+;"))
    if new.route:
        new.from_library(f"tests/openapi/operations/{new.snake}.rs", f"{new.kind}.openapi.rs")


def grants(new):
    """What the statements of the library need."""
    role = f"fn_{new.snake}"
    head = f"-- What {role} may do: the statements of functions/{new.area}/{new.name}/src/store.rs"
    if new.kind == "http":
        calls = "".join(f"GRANT EXECUTE ON FUNCTION {call} TO {role};\n" for call in DOOR)
        return (
            f"{head}, and the door.\n-- Limits: request\nGRANT USAGE ON SCHEMA public, app TO {role};\n"
            f"GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id() TO {role};\n{calls}\n"
            f"GRANT INSERT (draft) ON audit_log TO {role};\n\n"
            f"INSERT INTO audit_actions (role, action) VALUES ('{role}', 'access.refused');\n"
        )
    return (
        f"-- What {role} may do: the statements of functions/{new.area}/{new.name}.\n-- Limits: worker\n"
        f"GRANT USAGE ON SCHEMA public, app, directory TO {role};\n"
        f"GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid) TO {role};\n"
    )


def sample(new, event):
    """A sample event, made of one that is there."""
    source = {"request.json": "events/visits/read-visit/visit.json", "tick.json": "events/operations/sweep-leftovers/tick.json"}
    sent = json.loads((ROOT / source[event]).read_text())
    if new.route:
        method, path = new.route.split(" ")
        sent["routeKey"], sent["rawPath"], sent["rawQueryString"] = new.route, path, ""
        sent["requestContext"]["routeKey"] = new.route
        sent["requestContext"]["http"].update(method=method, path=path)
        for name in ("queryStringParameters", "pathParameters"):
            sent.pop(name, None)
        if new.kind == "webhook":
            sent["headers"].pop("authorization", None)
            sent["headers"]["content-type"], sent["body"] = "application/json", "{}"
    return json.dumps(sent, indent=2) + "\n"


def template(new):
    """The block of the template, behind the last of its area, and the function's place among those that alarms watch."""
    last = sorted(folder.name for folder in (ROOT / "functions" / new.area).iterdir() if folder.name != new.name)
    resources = ["".join(word.capitalize() for word in name.split("-")) for name in last]
    block = new.fill((LIBRARY / f"{new.kind}.template.yaml").read_text())

    def add(text):
        blocks = re.split(r"\n\n(?=  \S)", text)
        # An output may have the name of a function.
        own = rf"^  ({'|'.join(resources)}):\n    Type: AWS::Serverless::Function$"
        places = [index for index, other in enumerate(blocks) if re.search(own, other, re.M)]
        blocks.insert(max(places) + 1, block.rstrip("\n"))
        return insert_watched("\n\n".join(blocks), new.resource)

    edit("template.yaml", add)
    if new.kind == "queue":
        queue = new.fill((LIBRARY / "queue.queues.yaml").read_text())
        outputs = f"  {new.resource}Url: {{ Value: !Ref {new.resource} }}\n  {new.resource}Arn: {{ Value: !GetAtt {new.resource}.Arn }}\n"
        edit("infra/queues.yaml", lambda text: text.replace("\nOutputs:\n", f"\n{queue}\nOutputs:\n{outputs}", 1))


def insert_watched(text, resource):
    """The list of the functions that alarms watch, with one more at its end."""
    watched = list(re.finditer(r"^( +)- !Ref \w+$", text, re.M))
    indent, end = watched[-1].group(1), watched[-1].end()
    return f"{text[:end]}\n{indent}- !Ref {resource}{text[end:]}"


def lists(new):
    """The two lists that no test can find by itself: what the tests link, and the routes that the README shows."""
    line = f'{new.name} = {{ path = "../functions/{new.area}/{new.name}" }}'
    edit("tests/Cargo.toml", lambda text: insert_sorted(text, line, r"[\w-]+ = \{ path = \"\.\./functions/"))

    def row(text):
        reference = f"[{new.name}]: functions/{new.area}/{new.name}/README.md"
        text = insert_sorted(text, reference, r"\[[a-z-]+\]: functions/")
        if new.route:
            needs = "visit.read" if new.kind == "http" else "a signature"
            rows = [at for at in re.finditer(r"^\| .* \| \[([a-z-]+)\] \|$", text, re.M)]
            of_area = [at for at in rows if (ROOT / "functions" / new.area / at.group(1)).exists()]
            # An area without a route has no table yet.
            table = "" if of_area else f"\n\n### {new.area.capitalize()}\n\n| route | needs | function |\n| --- | --- | --- |"
            end = (of_area or rows)[-1].end()
            text = f"{text[:end]}{table}\n| `{new.route}` | {needs} | [{new.name}] |{text[end:]}"
        return text

    edit("README.md", row)


def lock():
    """Adds the crate to Cargo.lock, since every other command refuses to change it. No other version changes."""
    command = [os.environ.get("CARGO", "cargo"), "metadata", "--format-version", "1"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    """Exits 2 with one line where nothing was written."""
    arguments = (sys.argv[1:] + ["", "", ""])[:3]
    try:
        new = New(arguments[0], arguments[1], arguments[2] or "http")
        crate(new)
        template(new)
        lists(new)
        lock()
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(f"functions/{new.area}/{new.name} is there. Next: the contract and the failure table of its README, then the names of")
    print("its tests, then code. `UPDATE_OPENAPI=1 make test` renders docs/openapi.json.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
