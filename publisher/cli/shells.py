"""The scripts by which bash, zsh and fish complete `publisher`, and how completions are handed to them.

click's own scripts take what we offer for plain words: bash would not quote a file's name, bash and zsh would put a space
behind a folder, fish would cut a list at its comma, and none completes the value in `--option=value`. These know a file
(`path`) from a word, and a value from its option.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import BashComplete, FishComplete, ZshComplete, add_completion_class

if TYPE_CHECKING:
    import click

PROGRAM = "publisher"
#: What click looks at to see that a shell asks, derived from the program's name.
VARIABLE = "_PUBLISHER_COMPLETE"


@add_completion_class
class Bash(BashComplete):
    """Complete in bash, which takes `=` for the end of a word."""

    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n' kind value
    while IFS=, read -r kind value; do
        case $kind in
            plain) COMPREPLY+=("$value") ;;
            path) COMPREPLY+=("$value"); compopt -o filenames ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done <<< "$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the incomplete one, those around a `=` joined again, and that one."""
        words, incomplete = super().get_completion_args()
        joined: list[str] = []
        for word in words:
            if joined and joined[-1].startswith("--") and (word == "=" or joined[-1].endswith("=")):
                joined[-1] += word
            else:
                joined.append(word)
        if joined and joined[-1].startswith("--"):
            joined[-1] = joined[-1].removesuffix("=")
        return joined, incomplete


@add_completion_class
class Zsh(ZshComplete):
    """Complete in zsh.

    The function bears the name that its file has in the shell's fpath: defined again by another name, it would be
    missing from the second Tab on.
    """

    source_template = """\
#compdef %(prog_name)s

_%(prog_name)s() {
    local kind value description
    local -a answer plain described files folders
    answer=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) \\
        %(complete_var)s=zsh_complete ${~words[1]} 2>/dev/null)}")
    # What stands behind --option= is a word of its own.
    compset -P '--*='
    for kind value description in "${(@)answer}"; do
        case $kind in
            plain)
                if [[ $description == _ ]]; then
                    plain+=("$value")
                else
                    described+=("$value:$description")
                fi
                ;;
            path)
                if [[ $value == */ ]]; then
                    folders+=("$value")
                else
                    files+=("$value")
                fi
                ;;
            dir) _path_files -/ ;;
            file) _path_files -f ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described
    (( $#plain )) && compadd -V unsorted -a plain
    (( $#files )) && compadd -f -V unsorted -a files
    (( $#folders )) && compadd -f -S '' -V unsorted -a folders
}

if [[ $funcstack[1] == _%(prog_name)s ]]; then
    _%(prog_name)s "$@"
else
    compdef _%(prog_name)s %(prog_name)s
fi
"""


@add_completion_class
class Fish(FishComplete):
    """Complete in fish, which puts no space behind what ends in a slash."""

    source_template = """\
function %(complete_func)s
    # What stands behind --option= is offered with the option before it.
    set -l option (commandline -ct | string match -r -- '^--[^=]+=')
    for answer in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \\
            COMP_CWORD=(commandline -ct) (commandline -opc)[1] 2>/dev/null)
        set -l item (string split -m 1 , -- $answer)
        set -l values $item[2]
        switch $item[1]
            case dir
                set values (__fish_complete_directories $item[2])
            case file
                set values (__fish_complete_path $item[2])
        end
        printf '%%s\\n' "$option"$values
    end
end

complete --no-files --command %(prog_name)s --arguments '(%(complete_func)s)'
"""


SHELLS = {shell.name: shell for shell in (Bash, Zsh, Fish)}


def script(shell: str, command: click.Command) -> str:
    """Return the script by which a shell completes the command."""
    return SHELLS[shell](command, {}, PROGRAM, VARIABLE).source()
