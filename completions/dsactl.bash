# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for dsactl; dsactl itself knows the words.

_dsactl() {
	local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
	mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)" \
		-- "${COMP_WORDS[COMP_CWORD]}")
}
complete -F _dsactl dsactl
