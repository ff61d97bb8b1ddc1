#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# The table of verbs, --help, the manual pages and completion say the same.
# (The examples of guides and pages run in the lab, but for the C program.)

load host.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PATH=$build:$PATH
}

verbs() { dsactl __complete '' | cut -f1; }

page_of() { dsactl "$1" --help | sed -n 's/^More: man //p'; }

# rendered PAGE: as on a wide terminal, without bold and underline.
rendered() { mandoc -O width=200 -T ascii "man/$1.1" | col -bx; }

# The options that --help has for a verb itself, such as "-n, --dry-run".
help_options() {
	dsactl "$1" --help | awk '/^(Of every verb|Formats):/ { exit } /^ .*--/ {
		sub(/^ +/, ""); sub(/  .*/, ""); print }' | sort
}

# The same in the part of the rendered page that is about the verb.
page_options() {
	rendered "$(page_of "$1")" | awk -v verb="$1" '
		/^   [a-z]/ { inside = $1 == verb; next } /^[A-Z]/ { inside = 0 }
		inside && /^     -/ { sub(/^ +/, ""); sub(/  .*/, ""); print }' | sort
}

@test "each manual page is clean, and what it refers to is there" {
	run mandoc -T lint man/*.[1-8]
	# What this machine has installed is not looked at.
	! grep -vE 'referenced manual not found|outdated mandoc.db' <<<"$output" || false
	sed -nE 's/^\.Xr (dsactl[a-z-]*|libdsactl|dsa_vdev) ([0-9]).*/man\/\1.\2/p' man/*.[1-8] | xargs ls
}

@test "each verb stands in the synopsis of its page, with the same words as in --help" {
	for verb in $(verbs); do
		usage=$(dsactl "$verb" --help | sed -n 's/^usage: //p')
		rendered "$(page_of "$verb")" | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | grep -qxF "     $usage" ||
			{ echo "$usage"; false; }
		rendered dsactl | grep -qE "^ .*\b$verb\b" || { echo "dsactl.1: $verb"; false; }
	done
}

@test "the options of each verb are the same in --help and on its page" {
	for verb in $(verbs); do
		diff <(help_options "$verb") <(page_options "$verb") || { echo "$verb"; false; }
	done
}

# has_option VERB OPTION
has_option() { dsactl "$1" --help | grep -qE -- "(^| )$2( |$)"; }

# Who gets a message need not have called the verb that it helps with.
@test "each option that a message of the library names is one of the verb named before it" {
	global=$(dsactl --help | grep -oE -- '--[a-z-]+' | sort -u)
	grep -ohE '"([^"\\]|\\.)*"' lib/*/*.c | sort -u >"$BATS_TEST_TMPDIR/texts"
	while read -r text; do
		verb=""
		for word in $(tr -cs 'a-z\n-' ' ' <<<"$text"); do
			if [[ $word != --* ]]; then
				! verbs | grep -qx -- "$word" || verb=$word
			elif ! grep -qx -- "$word" <<<"$global" && ! has_option "${verb:-list}" "$word"; then
				echo "$text: $word"
				touch "$BATS_TEST_TMPDIR/wrong"
			fi
		done
	done < <(grep -E -- '(^|[^a-z-])--[a-z]' "$BATS_TEST_TMPDIR/texts")
	[ ! -e "$BATS_TEST_TMPDIR/wrong" ]
	# And each verb that one names is there.
	grep -oE 'dsactl [a-z]+-[a-z]+' "$BATS_TEST_TMPDIR/texts" | cut -d' ' -f2 | sort -u | while read -r verb; do
		verbs | grep -qx -- "$verb" || { echo "$verb"; exit 1; }
	done
}

@test "the options of every verb and the exit statuses are the same in --help and in dsactl(1)" {
	diff <(dsactl --help | sed -nE 's/^ +(-.*[^ ])  .*/\1/p' | sed 's/  .*//' | sort) \
		<(rendered dsactl | sed -n '/^OPTIONS/,/^JSON/p' | sed -nE 's/^     (-.*)/\1/p' | sort)
	diff <(dsactl --help | sed -n 's/^Exit status: //p' | sed 's/, /\n/g') \
		<(rendered dsactl | sed -n '/^EXIT STATUS/,/^SEE/p' | sed -nE 's/^     ([0-7]) +([a-z ]+).*/\1 \2/p' | sed 's/ $//')
}

@test "the parameters of the module are on its page" {
	diff <(grep -rhoE '^module_param\([a-z_]+' kmod | cut -d'(' -f2 | sort) \
		<(sed -n 's/^\.It Va //p' man/dsa_vdev.4 | sort)
}

@test "the keys of a profile are on its page, whose example is JSON" {
	diff <(sed -nE 's/.*(NUMBER|FLAG|TEXT|LIST)\(struct profile[a-z_]*, "([a-z_]+)".*/\2/p; s/.*\.key = "([a-z_]+)".*/\1/p' \
			lib/profile/schema.c | sort -u) \
		<(sed -n '/^\.It Cm/p' man/dsactl-profile.5 | grep -oE '[a-z_]{2,}' | sort -u)
	sed -n '/^\.Bd/,/^\.Ed/p' man/dsactl-profile.5 | grep -v '^\.' | jq -e '.devices | length == 2'
}

# What README.md shows as a command line, without comments, continued lines joined.
readme_commands() { sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' README.md | sed -n 's/^    \+\([a-z].*\)/\1/p' | sed 's/  *#.*//'; }

@test "what a guest does whose work queue is disabled, and who would wait for an open vdev, is in the guide" {
	grep -q 'rmmod idxd && modprobe idxd' docs/dsa-in-a-vm.md
	for page in docs/dsa-in-a-vm.md man/dsa_vdev.4; do
		grep -q 'mdevctl stop' "$page"
		grep -q 'virsh detach-device' "$page"
		grep -q 'dsactl destroy-vdev' "$page"
	done
}

@test "each section of the guides to libvirt and OpenStack that has commands is run in the lab" {
	for page in libvirt openstack; do
		awk '/^#+ / { heading = $0; sub(/^#+ /, "", heading) } /^```sh/ { print heading }' docs/$page.md | sort -u >"$BATS_TEST_TMPDIR/$page"
		while read -r heading; do
			grep -qF "section '$heading'" tests/lab/$page/*.bats || { echo "$heading"; exit 1; }
		done <"$BATS_TEST_TMPDIR/$page"
	done
	[ "$(wc -l <"$BATS_TEST_TMPDIR/libvirt")" -ge 3 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/openstack")" -ge 1 ]
}

# The types of mdevs as the module makes them: TYPE|NAME.
mdev_types() {
	local source nr name
	source=$(find kmod -name mdev.c)
	name=$(sed -nE 's/.*"(DSA vdev, %u dedicated work queue)%s".*/\1/p' "$source")
	for nr in $(sed -nE 's/.*type_wqs\[\] = \{ (.*) \};/\1/p' "$source" | tr -d ,); do
		printf 'idxd-%sdwq-v1|%s' "$nr" "${name/\%u/$nr}"
		if [ "$nr" = 1 ]; then echo; else echo s; fi
	done
}

# blocks LANGUAGE FILE: its blocks of that language, without an indent of all.
blocks() { awk -v want='```'"$1" '/^ *```/ { inside = $1 == want; next } inside' "$2"; }

@test "the guides for KubeVirt and OpenStack name the types that the module has, and are named in README.md" {
	[ "$(mdev_types | wc -l)" -eq 4 ]
	diff <(mdev_types) <(sed -nE 's/^\| `(idxd[^`]*)` \| ([^|]*) \| .*/\1|\2/p' docs/kubevirt.md)
	diff <(mdev_types | cut -d'|' -f2 | tr ' ' _) <(sed -nE 's/^\| `idxd[^|]*\|[^|]*\| `([^`]*)` .*/\1/p' docs/kubevirt.md)
	blocks yaml docs/kubevirt.md | sed -nE 's/.*mdevNameSelector: "(.*)"/\1/p' | grep -qxF "$(mdev_types | head -1 | cut -d'|' -f2 | tr ' ' _)"
	for page in docs/kubevirt.md docs/openstack.md; do
		diff <(grep -oE 'idxd-[0-9a-z]+-v1' "$page" | sort -u) <(mdev_types | cut -d'|' -f1)
		grep -qF "($page)" README.md
	done
	grep -q '^Nothing here was run: there was no cluster' docs/kubevirt.md
	grep -q '^Nobody ran an OpenStack: there was no ' docs/openstack.md
}

@test "what the guides for KubeVirt and OpenStack show of configuration can be parsed, and is of one piece" {
	blocks json docs/kubevirt.md | jq -e '.requests[0].devices[0].attributes.mdevUUID.string | length == 36'
	blocks ini docs/openstack.md >"$BATS_TEST_TMPDIR/nova.conf"
	python3 -c 'import configparser, sys
conf = configparser.ConfigParser()
conf.read(sys.argv[1])
types = conf["devices"]["enabled_mdev_types"].split(", ")
assert sorted(conf.sections()) == sorted(["devices"] + ["mdev_" + one for one in types])
assert all(conf["mdev_" + one]["mdev_class"].startswith("CUSTOM_") for one in types)' "$BATS_TEST_TMPDIR/nova.conf"
	python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	awk '/^```/ { inside = $1 == "```yaml"; if (inside) print "---"; next } inside' docs/kubevirt.md >"$BATS_TEST_TMPDIR/yaml"
	python3 -c 'import sys, yaml
host, vm = yaml.safe_load_all(open(sys.argv[1]))
devices = host["spec"]["configuration"]["permittedHostDevices"]["mediatedDevices"]
assert host["spec"]["configuration"]["mediatedDevicesConfiguration"]["enabled"] is False
assert vm["spec"]["domain"]["devices"]["hostDevices"][0]["deviceName"] == devices[0]["resourceName"]' "$BATS_TEST_TMPDIR/yaml"
}

@test "what README.md tells to run is there: tests, targets, verbs, and all that a build needs" {
	readme_commands >"$BATS_TEST_TMPDIR/commands"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" -ge 10 ]
	grep -oE '\btests/[a-z]+\b' "$BATS_TEST_TMPDIR/commands" | xargs -n 1 test -x
	grep -ohE '(^|`|&& )make [a-z-]+' README.md "$BATS_TEST_TMPDIR/commands" | sed 's/.*make //' | while read -r target; do
		grep -qE "^$target:" Makefile install.mk || { echo "make $target"; exit 1; }
	done
	grep '^dsactl ' "$BATS_TEST_TMPDIR/commands" | while read -r line; do
		grep -qF "$line" tests/lab/demo-steps || { echo "$line"; exit 1; }
	done
	diff <(sed -n '/^Build-Depends:/,/^$/p' debian/control | sed -n 's/^ \(lib.*-dev\|uuid-dev\)\b.*/\1/p' | sort) \
		<(sed -n '/apt-get install gcc/p' "$BATS_TEST_TMPDIR/commands" | grep -oE '\b(lib[a-z0-9-]+|uuid)-dev\b' | sort)
}

@test "each function that does more than look something up is on the page libdsactl(3)" {
	diff <(grep -oE '\bdsactl_[a-z_]+' lib/libdsactl.map | grep -vE '_(get|is|find)(_|$)' | sort) \
		<(sed -nE 's/^\.Fn (dsactl_[a-z_]+).*/\1/p' man/libdsactl.3 | grep -vE '_(get|foreach)(_|$)' | sort -u)
}

@test "the program in libdsactl(3) compiles without a warning and runs" {
	need_namespaces
	sed -n '/^\.Bd/,/^\.Ed/p' man/libdsactl.3 | grep -v '^\.' | sed 's/\\e/\\/g' >"$BATS_TEST_TMPDIR/user.c"
	gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Ilib/include -o "$BATS_TEST_TMPDIR/user" \
		"$BATS_TEST_TMPDIR/user.c" -L"$build" -ldsactl -Wl,-rpath,"$build"
	run on_host 'mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled 16' \
		"$BATS_TEST_TMPDIR/user"
	echo "$output"
	[[ $output == *"dsa0: 4 slices"* ]]
	[[ $output == *"dsa1: someone has prepared"* ]]
}

# What follows "dsactl " on a command line, completed by a shell.
in_bash() {
	bash -c '. completions/dsactl.bash
		COMP_WORDS=(dsactl "$@") COMP_CWORD=$#
		_dsactl
		printf "%s\n" "${COMPREPLY[@]}"' _ "$@" 2>/dev/null | sort
}

in_zsh() {
	zsh -fc '_describe() { print -rl -- ${(P)4%%:*} } ; _files() { print -rl -- ${words[CURRENT]}*(N) }
		words=(dsactl "$@") CURRENT=$(($# + 1))
		. completions/_dsactl' _ "$@" | grep -- "^${!#}" | sort
}

in_fish() { fish -c '. completions/dsactl.fish; complete -C "$argv"' "dsactl $*" | cut -f1 | sort; }

@test "bash, zsh and fish complete verbs, options and values alike" {
	for shell in in_bash in_zsh in_fish; do
		echo "$shell"
		[ "$($shell spl)" = split-device ]
		[ "$($shell list --s | paste -sd' ')" = "--slices --state" ]
		[ "$($shell list -o '' | paste -sd' ')" = "json table wide" ]
		[ "$($shell create-vdev 2)" = 2dwq-v1 ]
		[ "$($shell --color al)" = always ]
		[ "$($shell list -O ENT | paste -sd' ')" = ENTRIES ]
		[ "$($shell stat --columns WQ,S | paste -sd' ')" = WQ,SIZE ]
		[ "$($shell list-profiles -O +FI | paste -sd' ')" = +FILE ]
	done
}

@test "completion offers the devices of this host, where one may stand" {
	need_namespaces
	host='mkdir -p /sys/bus/dsa/drivers/idxd; pretend_device 0 0x11fb disabled; pretend_device 1 0x11fb disabled'
	run on_host "$host" bash -c '
		dsactl __complete split-device ""; echo; dsactl __complete list --numa ""; echo
		dsactl __complete monitor --device ""; echo; dsactl __complete split-device dsa0 ""'
	[ "$(cut -f1 <<<"$output" | paste -sd' ')" = "dsa0 dsa1 all   dsa0 dsa1  1dwq-v1 2dwq-v1 4dwq-v1 8dwq-v1" ]
}

# Names that are commands; with :files, those of files may stand there, too.
commands='names() { printf "%s\n" "\$(touch /run/ran)	\$(touch /run/ran)" "\`touch /run/ran\`" "a;b"; }'

@test "no shell runs what a name or a description says while it completes, and bash quotes names" {
	need_namespaces
	cat >"$BATS_TEST_TMPDIR/script" <<-'END'
		printf '{"version":1,"devices":[],"description":"nice\\n$(touch /run/ran)\\tx"}\n' >/etc/dsactl/profiles.d/nice.json
		eval "$1"
		files() { names; echo :files; }
		compopt() { true; }
		. completions/dsactl.bash
		for command in 'dsactl show-profile' files names; do
			for last in '' '$' '\$'; do
				COMP_WORDS=($command "$last") COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
				_dsactl
				[ "$command" != names ] || echo "${COMPREPLY[@]}"
			done
		done
		zsh -fc 'eval "$1"; _describe() { print -rl -- ${(P)4} }; words=(names "") CURRENT=2; . completions/_dsactl' _ "$1"
		export -f names
		fish -c 'function dsactl; bash -c names; end; . completions/dsactl.fish; complete -C "dsactl "' | cut -f1 | LC_ALL=C sort
		[ ! -e /run/ran ] || echo ran
	END
	run on_host 'mkdir -p /sys/bus/dsa/drivers/idxd /etc/dsactl/profiles.d' bash "$BATS_TEST_TMPDIR/script" "$commands"
	echo "$output"
	[ "$status" -eq 0 ]
	diff <(printf '%s\n' "$output") - <<-'END'
		\$\(touch\ /run/ran\) \`touch\ /run/ran\` a\;b
		\$\(touch\ /run/ran\)
		\$\(touch\ /run/ran\)
		$(touch /run/ran):$(touch /run/ran)
		`touch /run/ran`
		a;b
		$(touch /run/ran)
		`touch /run/ran`
		a;b
	END
}

@test "what was given is not offered again, nor what another verb takes" {
	run dsactl __complete split-device dsa0 --force --f
	[[ $output != *--force* && $output == *--dry-run* ]]
	run dsactl __complete check --
	[[ $output != *--slices* && $output == *--output* ]]
}

# A file that is named without a folder may be in any.
@test "the files, functions, structures and targets that guides for contributors name are there" {
	guides=(CONTRIBUTING.md docs/architecture.md docs/words.md)
	grep -ohE '`[^`]+`' "${guides[@]}" | tr -d '`' | tr -s ' ,;' '\n' | sort -u >"$BATS_TEST_TMPDIR/names"
	find . -path ./build -prune -o -path ./.git -prune -o -print >"$BATS_TEST_TMPDIR/files"
	while read -r name; do
		case $name in
		*'()') grep -rqE "\\b${name%()}\(" cli lib kmod --include='*.c' ;;
		*/*.[ch] | */*.[1-8] | */*.bats | */*.sh | */*.yaml | */*.json | */*.md | */*.txt | tests/* | docs/*)
			compgen -G "${name%:}" >/dev/null ;;
		*.[ch]) grep -qE "/${name//\*/[a-z_]*}\$" "$BATS_TEST_TMPDIR/files" ;;
		dsactl_* | vdsa_* | profile_device | split_shape | device_limits | problem | journal_undo)
			grep -rqE "\\b$name\\b" cli lib kmod --include='*.[ch]' ;;
		*) true ;;
		esac || { echo "$name"; touch "$BATS_TEST_TMPDIR/wrong"; }
	done <"$BATS_TEST_TMPDIR/names"
	grep -ohE '`make [a-z-]+' "${guides[@]}" | sed 's/.*make //' | while read -r target; do
		grep -qE "^$target:" Makefile install.mk || { echo "make $target"; touch "$BATS_TEST_TMPDIR/wrong"; }
	done
	[ ! -e "$BATS_TEST_TMPDIR/wrong" ]
}
