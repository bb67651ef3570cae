# SPDX-License-Identifier: Apache-2.0
"""fetch.py PACKAGE VERSION SHA256 FILE: a source distribution from the package index that pip is told to use.

Only Python's standard library, so that nothing has to be installed for it. The index is that of PIP_INDEX_URL, of pip's
configuration files, or pypi.org. What was received before an interruption is gone on from; the file appears once its
checksum is right.
"""

import configparser
import hashlib
import html.parser
import os
import pathlib
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request


def pip_setting(name):
    """As pip has it: the environment, then the user's and the machine's configuration."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if value:
        return value
    home = pathlib.Path.home()
    config = os.environ.get("XDG_CONFIG_HOME", str(home / ".config"))
    for path in (f"{config}/pip/pip.conf", home / ".pip/pip.conf", "/etc/pip.conf"):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(path)
        except configparser.Error:
            continue
        if parser.has_option("global", name):
            return parser.get("global", name)
    return None


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links += [value for name, value in attributes if name == "href" and value]


def request(address, context, begin=0):
    headers = {"User-Agent": "kith-dev", "Accept": "text/html, application/vnd.pypi.simple.v1+html"}
    if begin:
        headers["Range"] = f"bytes={begin}-"
    return urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60, context=context)


def address_of(index, package, file_name, context):
    page = f"{index.rstrip('/')}/{package}/"
    with request(page, context) as answer:
        parser = Links()
        parser.feed(answer.read().decode("utf-8", "replace"))
        base = answer.geturl()
    for link in parser.links:
        address = urllib.parse.urljoin(base, link)
        if urllib.parse.urlsplit(address).path.rsplit("/", 1)[-1] == file_name:
            return urllib.parse.urldefrag(address).url
    raise OSError(f"{page} has no {file_name}")


def receive(address, part, context):
    begin = part.stat().st_size if part.exists() else 0
    try:
        answer = request(address, context, begin)
    except urllib.error.HTTPError as error:
        if begin == 0 or error.code != 416:
            raise
        part.unlink()
        answer = request(address, context)
    with answer, part.open("ab" if answer.status == 206 else "wb") as out:
        while block := answer.read(1 << 20):
            out.write(block)


def main():
    package, version, sha256, target = sys.argv[1:]
    target = pathlib.Path(target)
    part = target.with_name(target.name + ".part")
    index = pip_setting("index-url") or "https://pypi.org/simple"
    context = ssl.create_default_context(cafile=pip_setting("cert"))
    file_name = f"{package.replace('-', '_')}-{version}.tar.gz"
    try:
        receive(address_of(index, package, file_name, context), part, context)
    except OSError as error:
        sys.exit(f"dev: {file_name} could not be fetched: {error}\n"
                 "     Check the network, or name your package index in PIP_INDEX_URL; the same command goes on from here.")
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    if digest != sha256:
        part.unlink()
        sys.exit(f"dev: {file_name} has the checksum {digest} and not {sha256}; what was fetched is thrown away")
    part.rename(target)


main()
