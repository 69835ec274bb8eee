# SPDX-License-Identifier: Apache-2.0
"""Builds the Swift library of this repository and the extension modules that call it."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = "weighted_cross_entropy"
INCLUDE = ROOT / "Sources" / "WeightedCrossEntropyCInterface" / "include"
# The last is not a module: TensorFlow loads it.
EXTENSIONS = {
    "_native": ["_native"],
    "_linear": ["_linear", "_linear_models"],
    "_frameworks": ["_frameworks", "_framework_call", "_cuda", "_torch", "_xla"],
    "_tensorflow": ["_tensorflow", "_framework_call"],
}
HEADERS = ["_frameworks", "_linear", "_operations"]
IS_MACOS = sys.platform == "darwin"
# The stable ABI is that of interpreters with the global lock.
IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
NEEDS = (
    "weighted-cross-entropy is built from its Swift sources: run `pip install ./python` in a clone "
    "of the repository, with swift on the PATH, or install a wheel"
)


class BuildWithSwift(build_ext):
    """Builds the library, then the extensions, which find the library in their own folder."""

    def run(self) -> None:
        built = build_library()
        for extension in self.extensions:
            extension.library_dirs.append(str(built.parent))
            folder = Path(self.get_ext_fullpath(extension.name)).parent
            folder.mkdir(parents=True, exist_ok=True)
            copy_without_symbols(built, folder / built.name)
        super().run()

    def build_extensions(self) -> None:
        """Builds without the folders of libraries that the interpreter itself was linked with."""
        command = self.compiler.linker_so
        self.compiler.linker_so = [word for word in command if not word.startswith("-Wl,-rpath")]
        super().build_extensions()


def build_library() -> Path:
    """Builds the library in release mode and returns its path."""
    if shutil.which("swift") is None:
        sys.exit(NEEDS)
    command = ["swift", "build", "-c", "release", "--product", LIBRARY, "--package-path", str(ROOT)]
    subprocess.run(command, check=True)
    folder = subprocess.run(
        [*command, "--show-bin-path"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    return Path(folder) / f"lib{LIBRARY}{'.dylib' if IS_MACOS else '.so'}"


def copy_without_symbols(source: Path, destination: Path) -> None:
    """Copies the library without debugging symbols, which are half of the file."""
    shutil.copy(source, destination)
    if not IS_MACOS and (strip := shutil.which("strip")):
        subprocess.run([strip, "--strip-unneeded", destination], check=True)


def version() -> str:
    """The version of the software, which the header of the library defines."""
    if not (ROOT / "Package.swift").exists():
        sys.exit(NEEDS)
    header = (INCLUDE / f"{LIBRARY}.h").read_text()
    if not (match := re.search(r'^#define WCE_VERSION "(.+)"$', header, re.MULTILINE)):
        sys.exit("the header of the library does not define WCE_VERSION")
    return match[1]


# One wheel for all versions of Python from 3.11, the first whose stable ABI has buffers, and one
# for each free-threaded version.
setup(
    version=version(),
    options={} if IS_FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}},
    cmdclass={"build_ext": BuildWithSwift},
    ext_modules=[
        Extension(
            f"weighted_cross_entropy.{name}",
            sources=[f"src/weighted_cross_entropy/{source}.c" for source in sources],
            depends=[f"src/weighted_cross_entropy/{name}.h" for name in HEADERS],
            include_dirs=[str(INCLUDE)],
            libraries=[LIBRARY, "m"],
            extra_compile_args=["-std=c11", "-Wall", "-Wextra", "-Wpedantic"],
            extra_link_args=["-Wl,-rpath,@loader_path"]
            if IS_MACOS
            else ["-Wl,-rpath,$ORIGIN", "-Wl,-z,relro,-z,now", "-s"],
            define_macros=[] if IS_FREE_THREADED else [("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=not IS_FREE_THREADED,
        )
        for name, sources in EXTENSIONS.items()
    ],
)
