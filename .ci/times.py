"""Hands the output of `make test` on, and says at the end how long building and running took, and which tests were slowest.

The test runner tells no times. But it starts tests in the order of their names, so many at a time, and prints a line as
each ends: a test began when a place became free for it.
"""

import re
import sys
import time

SLOWEST = 20
AT_A_TIME = re.compile(r"^Running the tests, (\d+) at a time$")
BEGINS = re.compile(r"^running (\d+) tests?$")
ENDS = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. (?:ok|FAILED)$")


def durations(began, ended, places):
    """Returns seconds and name of each test of one executable, from when the executable began and (name, time) of each end."""
    # Those that began at once, and after them one for each that ended.
    starts = [began] * places + sorted(at for _, at in ended)
    start_of = dict(zip(sorted(name for name, _ in ended), starts))
    return [(max(0.0, at - start_of[name]), name) for name, at in ended]


class Watch:
    """What was seen so far, each line at its time."""

    def __init__(self, now):
        self.started, self.runs_from, self.places = now, None, 1
        self.began, self.ended, self.timed = now, [], []

    def see(self, line, now):
        """Takes one line."""
        if found := AT_A_TIME.match(line):
            self.runs_from, self.places = now, int(found[1])
        elif BEGINS.match(line):
            self.began, self.ended = now, []
        elif found := ENDS.match(line):
            self.ended.append((found[1], now))
        elif line.startswith("test result:"):
            self.timed += durations(self.began, self.ended, self.places)

    def report(self, now):
        """Yields the lines of the report."""
        runs_from = self.runs_from or now
        yield f"make test: building {runs_from - self.started:.0f} s, running {now - runs_from:.0f} s"
        yield f"the {SLOWEST} slowest tests:"
        for seconds, name in sorted(self.timed, reverse=True)[:SLOWEST]:
            yield f"{seconds:7.1f} s  {name}"


def main():
    """Reads standard input to its end."""
    watch = Watch(time.monotonic())
    for line in sys.stdin:
        sys.stdout.write(line)
        sys.stdout.flush()
        watch.see(line.rstrip("\n"), time.monotonic())
    print()
    for line in watch.report(time.monotonic()):
        print(line)


if __name__ == "__main__":
    main()
