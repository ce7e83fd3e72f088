#!/usr/bin/env python3
"""Run `microscope trace` and circuit-tracer in turn on the same prompts and report time and memory.

1. For every prompt, run ours, theirs, ours, theirs, … so that a change of the machine's load meets both.
2. Take the attribution time that each program reports for itself, without loading the model.
3. Take the peak resident memory that the kernel counted for each process, loading included.
4. Report the medians, their ratios, and whether the two graphs agree (compare.py).

Needs only Python; --python names the interpreter that setup.sh made.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Our JSON's `seconds` maps phases to seconds. Attribution is what remains of the total without these, which attribute() leaves out too.
OUR_TOTAL = "total"
OUR_NOT_ATTRIBUTION = ["load", "pruning", "labels", "files"]

BATCH_SIZE = 16
UPDATE_INTERVAL = 128
MAX_FEATURE_NODES = 2048


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", type=Path, required=True, help="our release build")
    parser.add_argument("--model", required=True, help="the model for our binary: GGUF file or folder")
    parser.add_argument(
        "--exported-model", type=Path, required=True, help="the folder that export_model.py wrote"
    )
    parser.add_argument("--transcoders", type=Path, required=True)
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv/bin/python")
    parser.add_argument("--prompts", type=Path, default=HERE / "prompts.json")
    parser.add_argument("--tokens", type=int, nargs="*", help="only the prompts of these lengths")
    parser.add_argument("--max-feature-nodes", type=int, default=MAX_FEATURE_NODES)
    parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
    parser.add_argument("--update-interval", type=int, default=UPDATE_INTERVAL)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--output", type=Path, metavar="FILE.json", help="also write every single run")
    return parser.parse_args()


def measured(command: list[str]) -> dict:
    """Run to the end. Return `json` from standard output, wall seconds, processor seconds and peak bytes."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        load = os.getloadavg()[0]
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            sys.exit(
                f"{' '.join(command)}\nended with {process.returncode}:\n{err.read().decode()[-2000:]}"
            )
        answer = json.loads(out.read())
    return {
        "json": answer,
        "wallSeconds": round(seconds, 3),
        "processorSeconds": round(usage.ru_utime + usage.ru_stime, 3),
        "peakBytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "loadAverage": round(load, 2),
    }


def shared_options(options: argparse.Namespace, prompt: dict) -> list[str]:
    return [
        "--transcoders", str(options.transcoders),
        "--ids", ",".join(map(str, prompt["ids"])),
        "--max-feature-nodes", str(options.max_feature_nodes),
        "--batch-size", str(options.batch_size),
        "--update-interval", str(options.update_interval),
    ]  # fmt: skip


def run_ours(options: argparse.Namespace, prompt: dict, folder: Path) -> dict:
    command = [str(options.binary), "trace", "--model", options.model, *shared_options(options, prompt)]
    command += ["--compat", "circuit-tracer", "--graph", str(folder / "ours.safetensors")]
    run = measured(command + ["--output", str(folder), "--json"])
    seconds = run["json"]["seconds"]
    run["attributionSeconds"] = seconds[OUR_TOTAL] - sum(
        seconds.get(phase, 0) for phase in OUR_NOT_ATTRIBUTION
    )
    return run


def run_theirs(options: argparse.Namespace, prompt: dict, folder: Path) -> dict:
    command = [
        str(options.python),
        str(HERE / "run_circuit_tracer.py"),
        "--model",
        str(options.exported_model),
    ]
    command += shared_options(options, prompt)
    run = measured(command + ["--output", str(folder / "theirs.safetensors")])
    run["attributionSeconds"] = run["json"]["seconds"]["attribution"]
    run["peakBytes"] = run["json"][
        "peakBytes"
    ]  # without what its scores and the saved file need afterwards
    return run


def agreement(options: argparse.Namespace, folder: Path) -> dict:
    command = [str(options.python), str(HERE / "compare.py"), "--graph", str(folder / "ours.safetensors")]
    command += ["--circuit-tracer", str(folder / "theirs.safetensors")]
    answer = subprocess.run(command, capture_output=True, text=True)
    return json.loads(answer.stdout) if answer.stdout else {"agrees": False, "error": answer.stderr[-500:]}


def benchmark(options: argparse.Namespace, prompt: dict) -> dict:
    runs = {"ours": [], "theirs": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(options.repetitions):
            runs["ours"].append(run_ours(options, prompt, folder))
            runs["theirs"].append(run_theirs(options, prompt, folder))
        compared = agreement(options, folder)
    result = {"tokens": len(prompt["ids"]), "agreement": compared, "runs": runs}
    for measure in ("attributionSeconds", "wallSeconds", "peakBytes"):
        ours, theirs = (
            statistics.median(run[measure] for run in runs[tool]) for tool in ("ours", "theirs")
        )
        result[measure] = {"ours": ours, "theirs": theirs, "ratio": theirs / ours}
    return result


def machine() -> dict:
    names = (
        [
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ]
        if Path("/proc/cpuinfo").exists()
        else []
    )
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
    }


def table(results: list[dict]) -> str:
    """One line a prompt; a ratio of 10 means that circuit-tracer needs ten times as much."""
    lines = [
        "| tokens | attribution, ours | circuit-tracer | ratio | peak memory, ours | circuit-tracer | ratio "
        "| same graph |",
        "|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for result in results:
        seconds, memory = result["attributionSeconds"], result["peakBytes"]
        lines.append(
            f"| {result['tokens']} "
            f"| {seconds['ours']:.2f} s | {seconds['theirs']:.2f} s | {seconds['ratio']:.1f} "
            f"| {memory['ours'] / 1e9:.2f} GB | {memory['theirs'] / 1e9:.2f} GB | {memory['ratio']:.1f} "
            f"| {'yes' if result['agreement']['agrees'] else 'NO'} |"
        )
    return "\n".join(lines)


def main() -> None:
    options = arguments()
    prompts = json.loads(options.prompts.read_text())["prompts"]
    results = []
    for prompt in prompts:
        if not options.tokens or len(prompt["ids"]) in options.tokens:
            results.append(benchmark(options, prompt))
            print(table(results).splitlines()[-1], file=sys.stderr, flush=True)
    print(table(results))
    if options.output:
        settings = {
            key: getattr(options, key) for key in ("max_feature_nodes", "batch_size", "update_interval")
        }
        report = {"machine": machine(), "settings": settings, "results": results}
        options.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
