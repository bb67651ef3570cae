# SPDX-License-Identifier: Apache-2.0
"""The engines that are measured, by name, and which of them are installed."""

import importlib
import importlib.metadata
import importlib.util

PACKAGES = {"Kith": "kith", "Kuzu": "kuzu", "Ladybug": "ladybug"}


def is_installed(name):
    return importlib.util.find_spec(PACKAGES[name]) is not None


def version_of(name):
    """A peer is not imported for it: the two cannot be in one process."""
    return importlib.import_module("kith").version() if name == "Kith" else importlib.metadata.version(PACKAGES[name])


def make_engine(name):
    if name == "Kith":
        return importlib.import_module("kith_engine")
    return importlib.import_module("kuzu_engine").Engine(name, importlib.import_module(PACKAGES[name]))
