#!/usr/bin/env python3
"""Runs a command and prints its peak memory: anonymous (its own) and file-mapped (weights, which the system can drop).

Both peaks are sampled from /proc/<pid>/status every 20 ms, and the largest sum of both is what counts as resident.

    python3 peak.py ./microscope trace ...
"""

import json
import subprocess
import sys
import time


def fields(pid):
    with open(f"/proc/{pid}/status") as status:
        pairs = (line.split() for line in status)
        return {pair[0][:-1]: int(pair[1]) * 1024 for pair in pairs if pair[0] in ("RssAnon:", "RssFile:", "VmHWM:")}


def main():
    child = subprocess.Popen(sys.argv[1:])
    peak, start = {}, time.monotonic()
    while child.poll() is None:
        try:
            now = fields(child.pid)
        except OSError:
            break
        for name, value in now.items():
            peak[name] = max(peak.get(name, 0), value)
        time.sleep(0.02)
    gigabytes = {name: round(value / 1e9, 2) for name, value in peak.items()}
    print(json.dumps({
        "status": child.wait(), "seconds": round(time.monotonic() - start, 1), "residentGB": gigabytes.get("VmHWM"),
        "anonymousGB": gigabytes.get("RssAnon"), "mappedGB": gigabytes.get("RssFile"),
    }), file=sys.stderr)


if __name__ == "__main__":
    main()
