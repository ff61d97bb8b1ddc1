#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats and by host.bash
# What is promised about the library, the help, and the manual page.

load host.bash

cd_top() { cd "$BATS_TEST_DIRNAME/../.." || return; }

declared() { grep -oE '\bdsactl_[a-z0-9_]+\(' lib/include/dsactl/libdsactl.h | tr -d '(' | grep -vE '_(foreach|fn)$' | sort -u; }

@test "the library exports what its header declares, and nothing else" {
	cd_top
	diff <(declared) <(nm -D --defined-only "$build/libdsactl.so" | sed -n 's/.* T \([a-z_0-9]*\)@@LIBDSACTL_1.0$/\1/p' | sort)
	[ "$(nm -D --defined-only "$build/libdsactl.so" | grep -vc '@@LIBDSACTL_1.0$')" -eq 1 ]
}

@test "the header needs no other header, and each foreach compiles" {
	cd_top
	{
		echo '#include <dsactl/libdsactl.h>'
		echo 'static int nr;'
		echo 'static void count(struct dsactl_ctx *c) {'
		echo 'struct dsactl_device *d; struct dsactl_wq *w; struct dsactl_slice *s; struct dsactl_vdev *v;'
		echo 'dsactl_device_foreach(c, d) { dsactl_wq_foreach(d, w) { nr++; } }'
		echo 'dsactl_slice_foreach(c, s) { nr++; }'
		echo 'dsactl_vdev_foreach(c, v) { nr++; } }'
		echo 'int main(void) { struct dsactl_ctx *c; if (dsactl_new(&c)) return 1;'
		echo 'count(c); dsactl_unref(c); return 0; }'
	} >"$BATS_TEST_TMPDIR/user.c"
	gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Ilib/include -o "$BATS_TEST_TMPDIR/user" \
		"$BATS_TEST_TMPDIR/user.c" -L"$build" -ldsactl -Wl,-rpath,"$build"
	"$BATS_TEST_TMPDIR/user"
}

@test "the manual page names every verb" {
	cd_top
	page=$(sed 's/\\-/-/g' man/dsactl.1)
	for verb in $("$dsactl" __complete "" | cut -f1); do
		[[ $page == *"$verb"* ]] || { echo "$verb"; false; }
	done
}

@test "completion knows each option that --help shows" {
	for verb in $("$dsactl" __complete "" | cut -f1); do
		diff <("$dsactl" "$verb" --help | grep -oE '^ {2}.{4}--[a-z-]+' | grep -oE -- '--.*' | sort) \
			<("$dsactl" __complete "$verb" -- | cut -f1 | sort)
	done
	[ "$("$dsactl" __complete list -o '' | paste -sd' ')" = "table wide json" ]
}
