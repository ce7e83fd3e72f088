#!/usr/bin/env python3
"""Writes numpy archives with numpy itself: Tests/ModelFilesTests/Fixtures/numpy.

    pip install numpy
    Scripts/make_numpy_fixtures.py
"""

import hashlib
import json
import pathlib
import zipfile

import numpy as np

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Tests/ModelFilesTests/Fixtures/numpy"

rows = np.arange(12, dtype=np.float32).reshape(3, 4) / 4
ARRAYS = {
    "rows": rows,
    "columns": rows.T,  # numpy stores it column by column
    "halves": np.array([0.5, -2, 65504], np.float16),
    "doubles": np.array([0.25, 1e30]),
    "vector": np.array([-3, 0, 1 << 40]),
    "flags": np.array([True, False, True]),
    "scalar": np.float32(7),
}

TARGET.mkdir(parents=True, exist_ok=True)
np.savez(TARGET / "arrays.npz", **ARRAYS)
np.savez_compressed(TARGET / "packed.npz", **ARRAYS)
# All lengths and places in 64 bits, as in archives above 4 GB.
limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
np.savez(TARGET / "wide.npz", **ARRAYS)
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
manifest = {
    "generator": "Scripts/make_numpy_fixtures.py",
    "versions": {"numpy": np.__version__},
    "files": {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(TARGET.glob("*.npz"))
    },
}
(TARGET / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")
