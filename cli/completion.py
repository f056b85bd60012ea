"""`app.py completion SHELL`: a command `manycut` for a shell, with completion of its words."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

VARIABLE = "_MANYCUT_COMPLETE"  # by which a shell asks what could come next
APP = Path(__file__).resolve().parent.parent / "app.py"
SCRIPTS = {
    "bash": """manycut() {{ {command} "$@"; }}
_manycut() {{
  local IFS=$'\\n'
  COMPREPLY=($(COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD=$COMP_CWORD {variable}=complete_bash {command}))
}}
complete -o default -F _manycut manycut""",
    "zsh": """manycut() {{ {command} "$@" }}
_manycut() {{
  eval $(_TYPER_COMPLETE_ARGS="${{words[1,$CURRENT]}}" {variable}=complete_zsh {command})
}}
compdef _manycut manycut""",
    "fish": """function manycut; {command} $argv; end
complete --command manycut --no-files --arguments "({variable}=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \
_TYPER_COMPLETE_ARGS=(commandline -cp) {command})" """,
}

app = typer.Typer()


def is_asked() -> bool:
    """Whether a shell asks this process what could come next."""
    return VARIABLE in os.environ


@app.command()
def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="For which shell.")] = "bash",
) -> None:
    """Print a command "manycut" with completion for your shell: eval "$(python app.py completion bash)"."""
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(APP))}"
    print(SCRIPTS[shell].format(command=command, variable=VARIABLE).strip())
