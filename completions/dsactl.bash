# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for dsactl; dsactl itself knows the words.

# The words are data, such as names of vdevs: compgen -W would run what stands in them.
_dsactl() {
	local words=("${COMP_WORDS[@]:1:COMP_CWORD}") word=${COMP_WORDS[COMP_CWORD]} offered one quoted files=
	mapfile -t offered < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null | cut -f1)
	COMPREPLY=()
	if [[ " ${offered[*]} " == *" :files "* ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		files=1
	fi
	for one in "${offered[@]}"; do
		printf -v quoted %q "$one"
		# A comma means something between braces alone, which are quoted.
		quoted=${quoted//\\,/,}
		[[ $one != :files && ($one == "$word"* || $quoted == "$word"*) ]] || continue
		# Among names of files readline quotes it.
		[ -n "$files" ] || one=$quoted
		COMPREPLY+=("$one")
	done
}
complete -F _dsactl dsactl
