"""`infra/build.py` unites no features that a function does not name, and says what it needs for another processor."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import build  # noqa: E402


class Groups(unittest.TestCase):
    def test_puts_functions_of_the_same_features_together(self):
        alike = {"shared": {"kms"}, "serde": {"std"}}
        self.assertEqual(build.groups({"a": alike, "b": {**alike, "b": {""}}}), [["a", "b"]])

    def test_keeps_apart_what_would_give_one_a_feature_of_another(self):
        trees = {"a": {"shared": {""}}, "b": {"shared": {"kms"}}, "c": {"shared": {""}, "hyper": {"client"}}, "d": {"shared": {""}, "hyper": {"server"}}}
        self.assertEqual(build.groups(trees), [["a", "c"], ["b"], ["d"]])


class Cross(unittest.TestCase):
    there = staticmethod(lambda name: f"/usr/bin/{name}")

    def refusal(self, wanted, is_installed, find):
        with self.assertRaises(build.Refusal) as refused:
            build.cross(wanted, "x86_64", lambda _: is_installed, find)
        return str(refused.exception)

    def test_builds_for_its_own_without_naming_a_target(self):
        for wanted in ("", "x86_64"):
            self.assertEqual(build.cross(wanted, "x86_64", lambda _: False, lambda _: None), (None, {}))

    def test_names_target_linker_and_compiler_of_another(self):
        target, told = build.cross("arm64", "x86_64", lambda _: True, self.there)
        self.assertEqual(target, "aarch64-unknown-linux-gnu")
        self.assertEqual(set(told.values()), {"/usr/bin/aarch64-linux-gnu-gcc"})
        self.assertIn("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", told)

    def test_says_what_is_missing(self):
        self.assertIn("rustup target add aarch64-unknown-linux-gnu", self.refusal("arm64", False, self.there))
        self.assertIn("aarch64-linux-gnu-gcc", self.refusal("arm64", True, lambda _: None))
        self.assertIn("x86_64 and arm64", self.refusal("riscv", True, self.there))


if __name__ == "__main__":
    unittest.main()
