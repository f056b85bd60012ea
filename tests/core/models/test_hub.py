from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.captions.captioners import open_captioner
from core.captions.local_judge import open_judge
from core.errors import ManycutError, NotFoundError

ROOT = Path(__file__).resolve().parents[3]
# How the hub answers for models that are not given out, and for those it does not have.
REFUSALS = {"gated": (403, "GatedRepo"), "missing": (404, "RepoNotFound")}
ASK = """
import json, sys
from core.errors import ManycutError
from core.captions.local_judge import open_judge
for name in ("someone/gated", "someone/missing"):
    try:
        open_judge(name, "cpu")
    except ManycutError as error:
        print(json.dumps(error.as_dict()))
"""


class Hub(BaseHTTPRequestHandler):
    def do_GET(self):
        name = "gated" if "someone/gated" in self.path else "missing"
        status, code = REFUSALS[name]
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def test_what_the_hub_refuses_is_said_plainly(tmp_path):
    hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, args=(0.02,), daemon=True).start()
    address = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, env=os.environ | address
    )
    hub.shutdown()
    hub.server_close()
    gated, missing = (json.loads(line) for line in done.stdout.splitlines())
    assert gated["message"] == "The model 'someone/gated' is given only to those who have accepted its licence."
    assert "hf auth login" in gated["hint"]
    assert missing["message"].startswith("The hub has no model 'someone/missing'")
    assert gated["code"] == missing["code"] == "not_found"


@pytest.mark.parametrize("opened", [open_captioner, open_judge])
def test_a_missing_library_is_named(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(NotFoundError, match="needs the package 'transformers'") as error:
        opened("someone/model", device="cpu")
    assert error.value.hint == "Get it with: pip install -r requirements-llm.txt"


@pytest.mark.parametrize("opened", [open_captioner, open_judge])
def test_code_that_comes_with_a_model_is_not_run(opened, tmp_path):
    config = {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Own: pass\n")
    with pytest.raises(ManycutError, match=r"cannot be used|not complete"):
        opened(str(tmp_path), device="cpu")
    assert not (tmp_path / "ran").exists()
