# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for dsactl; dsactl itself knows the words.

_dsactl() {
	local words=("${COMP_WORDS[@]:1:COMP_CWORD}") word=${COMP_WORDS[COMP_CWORD]} offered
	offered=$("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null | cut -f1)
	if [[ $offered == *:files* ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		offered=${offered//:files/}
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$offered" -- "$word")
}
complete -F _dsactl dsactl
