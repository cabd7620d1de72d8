"""`.ci/times.py` finds out how long each test took from the order in which tests begin and the times at which they end."""

import importlib.util
import pathlib
import unittest

PATH = pathlib.Path(__file__).resolve().parents[2] / ".ci" / "times.py"
SPEC = importlib.util.spec_from_file_location("times", PATH)
times = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(times)


class Times(unittest.TestCase):
    def test_a_test_begins_when_a_place_is_free(self):
        # Two at a time: a and b from 10, c when b ends, d when a ends.
        ended = [("b", 12.0), ("a", 15.0), ("c", 16.0), ("d", 16.5)]
        self.assertEqual(dict((name, took) for took, name in times.durations(10.0, ended, 2)), {"a": 5.0, "b": 2.0, "c": 4.0, "d": 1.5})

    def test_building_and_running_are_told_apart(self):
        watch = times.Watch(0.0)
        for line, at in [
            ("   Compiling shared", 1.0),
            ("Running the tests, 2 at a time", 60.0),
            ("running 2 tests", 61.0),
            ("test quick ... ok", 61.5),
            ("test slow - should panic ... ok", 70.0),
            ("test result: ok. 2 passed; 0 failed;", 70.0),
        ]:
            watch.see(line, at)
        report = list(watch.report(71.0))
        self.assertEqual(report[0], "make test: building 60 s, running 11 s")
        self.assertEqual(report[2:], ["    9.0 s  slow", "    0.5 s  quick"])


if __name__ == "__main__":
    unittest.main()
