#!/usr/bin/env python3
"""Makes a folder of text to train transcoders on, from free packages of Debian and PyPI.

Usage: Scripts/fetch_corpus.py FOLDER [--languages en,fr,de,es,zh]

Writes one file a source, FOLDER/<language>/<source>.jsonl.gz, each line {"text": a document}. Needs apt-get, dpkg-deb and
pip; what cannot be fetched is left out and said so. Files that are there already are kept.
"""
import argparse
import bz2
import gzip
import html
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib

LONGEST = 20_000  # characters of a document


def run(*command, folder):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def debian(package, folder):
    """The files of a Debian package."""
    run("apt-get", "-qq", "download", package, folder=folder)
    archive = next(folder.glob(package.split("=")[0] + "_*.deb"))
    run("dpkg-deb", "-x", str(archive), package, folder=folder)
    return folder / package


def wheel(package, folder):
    """The files of a wheel."""
    run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", package, folder=folder)
    archive = next(folder.glob(package.split("==")[0].replace("-", "_") + "*.whl"))
    target = folder / (package + ".files")
    zipfile.ZipFile(archive).extractall(target)
    return target


def read(path):
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        # dictzip pads some members; zlib stops at the end of each.
        data = gzip.decompress(data)
    return data.decode("utf-8", "replace")


def plain(markup):
    """Text of HTML."""
    text = re.sub(r"(?is)<(script|style|head).*?</\1>", " ", markup)
    text = re.sub(r"(?i)</(p|div|h\d|li|tr|dd|dt|title)>|<br[^>]*>", "\n", text)
    return tidy(html.unescape(re.sub(r"<[^>]+>", "", text)))


def tidy(text):
    text = re.sub(r"[ \t]+", " ", text.replace("\r", ""))
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r" *\n *", "\n", text)).strip()


def pieces(text):
    """A long text cut at paragraphs."""
    part = ""
    for paragraph in re.split(r"\n\s*\n", text):
        if part and len(part) + len(paragraph) > LONGEST:
            yield part
            part = ""
        part += ("\n\n" if part else "") + paragraph[:LONGEST]
    if part.strip():
        yield part


def translations(language):
    """Package descriptions; each is a title and some paragraphs."""

    def make(folder):
        (folder / "lists/partial").mkdir(parents=True)
        run("apt-get", "-qq", "-o", f"Acquire::Languages={language}", "-o", "Acquire::GzipIndexes=false",
            "-o", f"Dir::State::lists={folder}/lists", "update", folder=folder)
        for path in sorted((folder / "lists").glob(f"*Translation-{language.replace('_', '%5f')}")):
            for entry in path.read_text("utf-8", "replace").split("\n\n"):
                found = re.search(r"^Description-(?!md5)[\w-]+: (.*(?:\n .*)*)", entry, re.M)
                if found:
                    lines = [line.strip() for line in found.group(1).split("\n")]
                    text = "\n".join("" if line == "." else line for line in lines)
                    yield re.sub(r"(?<=[^\n.:])\n(?=[^\n*-])", "" if language.startswith("zh") else " ", text)

    return make


def anarchism(folder):
    for path in sorted(debian("anarchism", folder).rglob("*.md.gz")):
        yield from pieces(tidy(re.sub(r"\]\([^)]*\)", "]", read(path))))


def gcide(folder):
    for path in debian("dict-gcide", folder).rglob("gcide.dict.dz"):
        text = re.sub(r"\n +", " ", read(path))
        yield from pieces(re.sub(r"[{}\\]", "", tidy(re.sub(r"\n(?=\S)", "\n\n", text))))


def python_documentation(folder):
    for path in sorted(debian("python3.11-doc", folder).rglob("_sources/**/*.txt")):
        yield from pieces(re.sub(r":\w+:`~?([^`]*)`", r"\1", path.read_text("utf-8", "replace")))


def novels(folder):
    """R keeps its objects as zlib blocks behind a length; a string is the tag 0x00040009, its length and its bytes."""
    for path in debian("r-cran-janeaustenr", folder).rglob("data/Rdata.rdb"):
        data = path.read_bytes()
        while len(data) > 4:
            block = zlib.decompressobj()
            try:
                lines = list(strings(block.decompress(data[4:])))
            except zlib.error:
                break
            yield from pieces("\n".join(lines))
            data = block.unused_data


def strings(block):
    place = 0
    while (place := block.find(b"\x00\x04\x00\x09", place)) >= 0:
        length = int.from_bytes(block[place + 4:place + 8], "big", signed=True)
        place += 8
        if 0 <= length < 10_000:
            yield block[place:place + length].decode("utf-8", "replace")
            place += length


def wikipedia(folder):
    for path in wheel("gensim==4.4.0", folder).rglob("enwiki-latest-pages-articles1*.bz2"):
        for page in re.findall(r"<text[^>]*>(.*?)</text>", bz2.decompress(path.read_bytes()).decode("utf-8", "replace"), re.S):
            text = html.unescape(page)
            for _ in range(4):
                text = re.sub(r"\{\{[^{}]*\}\}|\{\|[^{}]*\|\}", "", text)
            text = re.sub(r"(?s)<ref.*?(/>|</ref>)|<!--.*?-->|<[^>]+>|\[\[(File|Image|Category):[^\]]*\]\]", "", text)
            text = re.sub(r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]", r"\1", text)
            text = re.sub(r"\[https?:\S+ ?([^\]]*)\]", r"\1", re.sub(r"'{2,}|={2,}", "", text))
            if not text.lower().startswith("#redirect"):
                yield from pieces(tidy(text))


def chats(language):
    """Questions and answers, in the markers of ChatML as SmolLM2 and Qwen read them."""

    def make(folder):
        for path in sorted(wheel("chatterbot-corpus", folder).rglob(f"data/{language}/*.yml")):
            talk = []
            for line in path.read_text("utf-8", "replace").split("\n") + ["- - end"]:
                found = re.match(r"\s*(- )?\s*- (.*)", line)
                if not found:
                    continue
                if re.match(r"\s*- - ", line) and len(talk) > 1:
                    roles = ["user", "assistant"]
                    yield "\n".join(f"<|im_start|>{roles[i % 2]}\n{said}<|im_end|>" for i, said in enumerate(talk))
                    talk = []
                talk.append(found.group(2).lstrip("- ").strip("\"' "))

    return make


def help_pages(language):
    def make(folder):
        for path in sorted(debian(f"libreoffice-help-{language}", folder).rglob("*.html")):
            text = plain(path.read_text("utf-8", "replace"))
            if len(text) > 200:
                yield from pieces(text)

    return make


def littre(folder):
    for path in debian("stardict-xmlittre", folder).rglob("*.dict.dz"):
        yield from pieces(re.sub(r"\n", "\n\n", plain(read(path))))


def fortunes(language):
    def make(folder):
        for path in sorted(debian(f"fortunes-{language}", folder).rglob("games/fortunes/**/*")):
            if path.is_file() and not path.is_symlink() and path.suffix not in (".dat", ".u8"):
                text = re.sub(r"\x1b\[[\d;]*m", "", path.read_text("utf-8", "replace"))
                yield from (part.strip() for part in text.split("\n%\n") if len(part) > 40)

    return make


SOURCES = {
    "en": {
        "anarchism": anarchism, "gcide": gcide, "python": python_documentation, "austen": novels,
        "wikipedia": wikipedia, "packages": translations("en"), "chats": chats("english"),
        "help": help_pages("en-us"),
    },
    "fr": {"packages": translations("fr"), "help": help_pages("fr"), "littre": littre, "chats": chats("french")},
    "de": {"packages": translations("de"), "help": help_pages("de"), "fortunes": fortunes("de"), "chats": chats("german")},
    "es": {"packages": translations("es"), "help": help_pages("es"), "fortunes": fortunes("es"), "chats": chats("spanish")},
    "zh": {"packages": translations("zh_CN"), "help": help_pages("zh-cn"), "fortunes": fortunes("zh"), "chats": chats("chinese")},
}


def write(path, documents):
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    count = size = 0
    with gzip.GzipFile(partial, "wb", mtime=0) as file:
        for text in documents:
            if len(text) < 40:
                continue
            file.write((json.dumps({"text": text}, ensure_ascii=False) + "\n").encode())
            count, size = count + 1, size + len(text)
    if count:
        partial.rename(path)
    else:
        partial.unlink()
    return count, size


def main():
    parser = argparse.ArgumentParser(description="Fetch text to train transcoders on.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--languages", default=",".join(SOURCES))
    options = parser.parse_args()
    if os.geteuid() == 0:  # others must have done it: a new machine knows no packages
        subprocess.run(["apt-get", "-qq", "update"], stdout=subprocess.DEVNULL, check=False)
    for language in options.languages.split(","):
        for name, make in SOURCES[language].items():
            path = options.folder / language / f"{name}.jsonl.gz"
            if path.exists():
                continue
            with tempfile.TemporaryDirectory() as folder:
                try:
                    count, size = write(path, make(pathlib.Path(folder)))
                    print(f"{path}: {count} documents, {size / 1e6:.1f} M characters", flush=True)
                except (OSError, subprocess.CalledProcessError, StopIteration, zipfile.BadZipFile) as error:
                    reason = getattr(error, "stderr", None) or str(error)
                    print(f"{path}: left out ({reason!r:.200})", file=sys.stderr, flush=True)


main()
