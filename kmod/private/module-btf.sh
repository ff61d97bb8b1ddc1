#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What do a module's private structures look like in this kernel? Kernel headers
# do not have them, but the module's own (split) BTF does. Prints a C header
# with the types ROOT..., in the order of their use, each followed by
# assertions on its size and its members' offsets, so that a header that does
# not agree with the module cannot be compiled, and a macro VDSA_HAS_STRUCT_MEMBER
# for each member, as kernels differ in them.
#
# usage: module-btf.sh MODULE KERNELRELEASE HEADERS-DIRECTORY ROOT...
set -eu

module=$1
release=$2
headers=$3
shift 3
roots=$*

die() {
	echo "dsa_vdev: $1" >&2
	exit 1
}

first_readable() {
	for file; do
		if [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
}

running() {
	[ "$(uname -r)" != "$release" ] || echo "/sys/kernel/btf/$1"
}

without_btf() {
	if [ "$(uname -r)" = "$release" ]; then
		echo "kernel $release was built without BTF (CONFIG_DEBUG_INFO_BTF), which tells its types"
	else
		echo "the headers of kernel $release have no vmlinux, whose BTF tells its types: boot that kernel and build there"
	fi
}

without_module() {
	if [ -d "$modules/kernel" ]; then
		echo "kernel $release has no $module.ko: it was built without it, or another package has it (Ubuntu: linux-modules-extra-$release)"
	else
		echo "of kernel $release only the headers are here: install linux-image-$release"
	fi
}

command -v bpftool > /dev/null || die "bpftool is not here: install the package bpftool"
modules=/lib/modules/$release
vmlinux=$(first_readable "$headers/vmlinux" "/usr/src/linux-headers-$release/vmlinux" "$modules/build/vmlinux" "$(running vmlinux)")
[ -n "$vmlinux" ] || die "$(without_btf)"
ko=$(find "$modules/updates" "$modules/kernel/drivers" -name "$module.ko*" 2> /dev/null | head -n 1)
ko=$(first_readable "$ko" "$(running "$module")")
[ -n "$ko" ] || die "$(without_module)"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
case $ko in
*.xz) xz -dc "$ko" > "$tmp/module" ;;
*.zst) zstd -qdc "$ko" > "$tmp/module" ;;
*.gz) gzip -dc "$ko" > "$tmp/module" ;;
*) cat "$ko" > "$tmp/module" ;;
esac
for format in raw c; do
	bpftool --base-btf "$vmlinux" btf dump file "$tmp/module" format $format > "$tmp/$format" ||
		die "$ko has no BTF that fits $vmlinux"
done

# raw lists only the types that the module owns, with their offsets; c has the
# definitions. A type that a root holds by value is needed before it.
awk -v module="$module" -v roots="$roots" '
function need(name,    i, n, deps) {
	if (done[name]++ || !(name in text))
		return
	n = split(by_value[name], deps, " ")
	for (i = 1; i <= n; i++)
		need(deps[i])
	printf "%s%s\n", text[name], asserts[name]
}
NR == FNR && /^\[/ {
	name = ""
	if ($2 ~ /^(STRUCT|UNION|ENUM)$/ && $3 !~ /anon/) {
		name = substr($3, 2, length($3) - 2)
		kind = tolower($2)
		owned[name] = kind
		if (kind != "enum") {
			forward = forward kind " " name ";\n"
			asserts[name] = "layout_assert(sizeof(" kind " " name ") == " substr($4, 6) ");\n"
		}
	}
	next
}
NR == FNR {
	if (name && kind == "struct" && $1 !~ /anon/ && $3 ~ /^bits_offset=/ && !/bitfield_size/) {
		member = substr($1, 2, length($1) - 2)
		asserts[name] = asserts[name] "layout_assert(offsetof(struct " name ", " member ") == " \
			substr($3, 13) / 8 ");\n#define VDSA_HAS_" toupper(name "_" member) "\n"
	}
	next
}
/^(struct|union|enum) [a-z0-9_]+ \{/ {
	inside = ($2 in owned && owned[$2] == $1) ? $2 : ""
}
inside {
	text[inside] = text[inside] $0 "\n"
	if ($1 ~ /^(struct|union|enum)$/ && $2 in owned && $2 != inside && $3 !~ /^\*/)
		by_value[inside] = by_value[inside] " " $2
}
/^}/ { inside = "" }
END {
	print "/* Made by module-btf.sh from the BTF of " module ".ko; not to be edited. */"
	print "#undef layout_assert"
	print "#ifdef __CHECKER__	/* sparse lays out some kernel structures wrongly */"
	print "#define layout_assert(...) static_assert(1)"
	print "#else"
	print "#define layout_assert(...) static_assert(__VA_ARGS__)"
	print "#endif\n"
	printf "%s\n", forward
	n = split(roots, list, " ")
	for (i = 1; i <= n; i++) {
		if (!(list[i] in text))
			exit 2
		need(list[i])
	}
}' "$tmp/raw" "$tmp/c" || die "the BTF of $ko lacks one of: $roots"
