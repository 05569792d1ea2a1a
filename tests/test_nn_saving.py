"""Model files: from elsewhere, damaged, hostile; and faults while they are written."""

import json
import math
import os
import random
import signal
import struct
import subprocess
import sys
import time

import pytest

from micrograd_kr import Value, nn

pytest.importorskip("safetensors")


def safetensors_file(path, tensors, **metadata):
    """A file written by hand: {name: (kind, shape, bytes)}."""
    header, data = dict(metadata), b""
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def bfloat16(numbers):
    return b"".join(struct.pack("<f", number)[2:] for number in numbers)


def test_bfloat16_and_other_kinds_are_read(tmp_path):
    model = nn.Linear(2, 1, seed=0)
    for kind, form in (("F32", "f"), ("F16", "e"), ("F64", "d"), ("I32", "i"), ("U8", "B")):
        numbers = [3.0, 2.0] if form in "iB" else [0.5, -1.25]
        weight = struct.pack(f"<2{form}", *map(int, numbers)) if form in "iB" else struct.pack(f"<2{form}", *numbers)
        file = safetensors_file(
            tmp_path / "m", {"weight": (kind, [1, 2], weight), "bias": ("F64", [1], struct.pack("<d", 0.1))}
        )
        nn.load_model(model, file)
        assert model.state_dict() == {"weight": [numbers], "bias": [0.1]}
    special = [1.0, -0.0078125, 3.0e38, 1e-40, math.inf, -0.0]  # as far as a bfloat16 is exact, below
    exact = [struct.unpack("<f", b"\0\0" + struct.pack("<f", x)[2:])[0] for x in special]
    model = nn.Linear(6, 1, seed=0)
    file = safetensors_file(
        tmp_path / "m", {"weight": ("BF16", [1, 6], bfloat16(special)), "bias": ("BF16", [1], bfloat16([math.nan]))}
    )
    nn.load_model(model, file)
    assert model.state_dict()["weight"] == [exact] and math.isnan(model.state_dict()["bias"][0])
    assert math.copysign(1, model.state_dict()["weight"][0][-1]) == -1


def test_files_that_do_not_fit_change_nothing(tmp_path):
    model = nn.Linear(2, 1, seed=0)
    before, one = model.state_dict(), struct.pack("<d", 1.0)
    bias = {"bias": ("F64", [1], one)}
    for tensors, words in [
        ({"weight": ("F64", [2, 1], 2 * one), **bias}, r"weight: expected shape \(1, 2\), got \(2, 1\)"),
        ({"weight": ("F64", [], one), **bias}, r"weight: expected shape \(1, 2\), got \(\)"),
        ({"weight": ("F64", [1, 0], b""), **bias}, r"weight: expected shape \(1, 2\), got \(1, 0\)"),
        ({"weight": ("F8_E4M3", [1, 2], b"\0\0"), **bias}, r"has weight as F8_E4M3, which cannot be read"),
        ({"weight\n\x1b[2J": ("F64", [1, 2], 2 * one), **bias}, r"unexpected: 'weight\\n\\x1b\[2J', of shape"),
        ({"../../etc": ("F64", [1], one), **bias}, r"unexpected: ../../etc"),
        ({"w" * 5000: ("F64", [1], one), **bias}, r"unexpected: w{77}\.\.\., of shape"),
        ({f"x{i}": ("F64", [1], one) for i in range(500)}, "and 482 more"),
        ({}, "missing: weight"),
    ]:
        with pytest.raises(ValueError, match=words) as caught:
            nn.load_model(model, safetensors_file(tmp_path / "m", tensors))
        assert len(str(caught.value)) < 2500 and "\x1b" not in str(caught.value)
        assert model.state_dict() == before
    with_metadata = safetensors_file(
        tmp_path / "m", {"weight": ("F64", [1, 2], 2 * one), **bias}, __metadata__={"format": "pt"}
    )
    nn.load_model(model, with_metadata)
    assert model.state_dict() == {"weight": [[1.0, 1.0]], "bias": [1.0]}


def test_damaged_files_are_refused(tmp_path):
    model, file = nn.Linear(2, 1, seed=0), tmp_path / "m"
    before = model.state_dict()
    nn.save_model(model, file)
    whole = file.read_bytes()
    source = random.Random(0)
    for _ in range(60):
        damaged = bytearray(whole)
        if source.random() < 0.5:
            del damaged[source.randrange(len(damaged)) :]
        else:
            damaged[source.randrange(8)] ^= 1 << source.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"not a safetensors file|does not fit"):
            nn.load_model(model, file)
        assert model.state_dict() == before
    claims_too_much = {"weight": {"dtype": "F64", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 8]}}
    text = json.dumps(claims_too_much).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    with pytest.raises(ValueError, match="not a safetensors file"):
        nn.load_model(model, file)


def test_what_cannot_be_saved_is_named(tmp_path):
    model = nn.MLP(1, [1], seed=0)
    nn.save_model(model, tmp_path / "m")
    old = (tmp_path / "m").read_bytes()
    for number, words in ((1j, "complex numbers"), (10**400, "too large")):
        model.layers[0].neurons[0].b.data = number
        with pytest.raises(ValueError, match=f"0.bias cannot be saved as float64: .*{words}"):
            nn.save_model(model, tmp_path / "m")
    with pytest.raises(ValueError, match="Sequential has no parameters to save"):
        nn.save_model(nn.Sequential("relu"), tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["m"]


@pytest.mark.parametrize(
    ("dtype", "digits", "kind"),
    [("float64", 53, "F64"), ("float32", 24, "F32"), ("float16", 11, "F16"), ("bfloat16", 8, "BF16")],
)
def test_models_are_saved_in_a_chosen_kind_of_float(dtype, digits, kind, tmp_path):
    numbers = [1 / 3, -0.1, 1.0, -0.0, math.inf, math.nan, 1 + 2.0**-digits, 1 + 3 * 2.0**-digits]  # ties go to even
    model = nn.Linear(len(numbers), 1, seed=0)
    for value, number in zip(model.weight[0], numbers, strict=True):
        value.data = number
    nn.save_model(model, tmp_path / "m", dtype=dtype)
    content = (tmp_path / "m").read_bytes()
    assert json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])["weight"]["dtype"] == kind
    again = nn.Linear(len(numbers), 1, seed=1)
    nn.load_model(again, tmp_path / "m")
    found = again.state_dict()["weight"][0]
    for number, x in zip(numbers[:2], found, strict=False):
        assert abs(x - number) <= 2.0**-digits * abs(number) and math.frexp(x)[0] * 2**digits % 1 == 0
    assert found[2:5] == [1.0, 0.0, math.inf] and math.copysign(1, found[3]) == -1 and math.isnan(found[5])
    assert found[6:] == [1.0, 1 + 4 * 2.0**-digits]
    torch_numpy = pytest.importorskip("safetensors.torch") if "torch" in sys.modules else None
    if torch_numpy is not None:
        assert str(torch_numpy.load(content)["weight"].dtype) == f"torch.{dtype}"


def test_numbers_that_do_not_fit_are_not_saved(tmp_path):
    model = nn.Linear(1, 1, seed=0)
    model.weight[0][0].data = 3.4e38
    for dtype, fits in (("float64", True), ("float32", True), ("float16", False), ("bfloat16", False)):
        if fits:
            nn.save_model(model, tmp_path / dtype, dtype=dtype)
        else:
            with pytest.raises(ValueError, match=f"weight cannot be saved as {dtype}: a number is too large"):
                nn.save_model(model, tmp_path / dtype, dtype=dtype)
    with pytest.raises(ValueError, match="saved as float64, float32, float16, bfloat16, got dtype='int8'"):
        nn.save_model(model, tmp_path / "m", dtype="int8")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["float32", "float64"]


# --- faults ---------------------------------------------------------------------------------------------------------

SAVING = """
import sys
from micrograd_kr import nn
model = nn.Linear(60, 100)
print("begin", flush=True)
while True:
    for number in (1.0, 2.0):
        for p in model.parameters():
            p.data = number
        nn.save_model(model, sys.argv[1])
        print(".", end="", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9")
def test_a_killed_process_leaves_a_complete_file(tmp_path):
    file, model = tmp_path / "m", nn.Linear(60, 100)
    nn.save_model(model, file)
    source = random.Random(0)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", SAVING, str(file)], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"begin\n"
        process.stdout.read(1)  # one save at least
        time.sleep(source.uniform(0, 0.1))
        process.kill()
        process.wait()
        process.stdout.close()
        nn.load_model(model, file)
        assert len({p.data for p in model.parameters()}) == 1  # all of one save


FULL = """
import resource, signal, sys
from micrograd_kr import nn
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = nn.Linear(60, 100)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    nn.save_model(model, sys.argv[1])
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="no limit for the size of a file")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    nn.save_model(nn.Linear(1, 1, seed=0), tmp_path / "m")
    old = (tmp_path / "m").read_bytes()
    found = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "m")], capture_output=True, text=True, check=True
    )
    assert "File too large" in found.stdout
    assert (tmp_path / "m").read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["m"]


def test_ctrl_c_while_saving_leaves_a_complete_file(tmp_path, monkeypatch):
    file, model = tmp_path / "m", nn.Linear(2, 1, seed=0)
    nn.save_model(model, file)
    before = file.read_bytes()
    model.bias[0].data = 7.0
    for name in ("os.fsync", "os.replace", "os.chmod"):
        with monkeypatch.context() as patch:

            def interrupt(*args):
                raise KeyboardInterrupt

            patch.setattr(name, interrupt)
            with pytest.raises(KeyboardInterrupt):
                nn.save_model(model, file)
        assert file.read_bytes() == before
        assert [each.name for each in tmp_path.iterdir()] == ["m"]
    nn.save_model(model, file)
    other = nn.Linear(2, 1)
    nn.load_model(other, file)
    assert other.bias[0].data == 7.0
    assert isinstance(other.bias[0], Value)
