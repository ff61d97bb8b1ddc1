#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2030,SC2031 # set by bats and by host.bash
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

# program: build standard input as a user of the library, and run it on a pretended host.
program() {
	cat >"$BATS_TEST_TMPDIR/user.c"
	gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Ilib/include -o "$BATS_TEST_TMPDIR/user" \
		"$BATS_TEST_TMPDIR/user.c" -L"$build" -ldsactl -Wl,-rpath,"$build"
	run on_host 'mkdir -p /sys/bus/dsa/drivers/idxd /etc/dsactl/profiles.d; pretend_device 0 0x11fb disabled
		file /run/profile.json "{\"version\":1,\"devices\":[]}"' "$BATS_TEST_TMPDIR/user"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the version of the header, of the library and of the command are one" {
	cd_top
	need_namespaces
	program <<-'END'
		#include <dsactl/libdsactl.h>
		#include <stdio.h>
		int main(void)
		{
			printf("%s %d.%d.%d", dsactl_get_version(), DSACTL_VERSION_MAJOR, DSACTL_VERSION_MINOR, DSACTL_VERSION_PATCH);
			return 0;
		}
	END
	version=$("$dsactl" --version)
	[ "$output" = "${version#dsactl } ${version#dsactl }" ]
}

@test "a longer request of a later program is taken if what is not known is 0, a shorter one of none" {
	cd_top
	need_namespaces
	program <<-'END'
		#include <dsactl/libdsactl.h>
		#include <stdio.h>
		struct later { struct dsactl_split_request now; char more[24]; };
		static void try(struct dsactl_ctx *ctx, const struct later *request)
		{
			struct dsactl_plan *plan = NULL;
			int err = dsactl_plan_split(dsactl_device_get_first(ctx), &request->now, &plan);

			printf("%d %s\n", err, err ? dsactl_get_message(ctx) : "");
			dsactl_plan_free(plan);
		}
		int main(void)
		{
			struct later request = { .now = DSACTL_SPLIT_REQUEST_INIT };
			struct dsactl_ctx *ctx;

			if (dsactl_new(&ctx))
				return 1;
			try(ctx, &request);
			request.now.size = sizeof(request);
			try(ctx, &request);
			request.more[23] = 1;
			try(ctx, &request);
			request.now.size = 8;
			try(ctx, &request);
			dsactl_unref(ctx);
			return 0;
		}
	END
	[ "${lines[0]} ${lines[1]}" = "0  0 " ]
	[[ ${lines[2]} == "-22 dsactl_plan_split: the request has what version "*" does not know"* ]]
	[ "${lines[3]}" = "-22 dsactl_plan_split: the request's size is not set" ]
}

@test "a request for vdevs of a program that knew no type, placement or strict node is taken as before" {
	cd_top
	need_namespaces
	program <<-'END'
		#include <dsactl/libdsactl.h>
		#include <stdio.h>
		static void try(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request)
		{
			struct dsactl_plan *plan = NULL;
			int err = dsactl_plan_create(ctx, request, &plan);

			printf("%d %s\n", err, err ? dsactl_get_message(ctx) : "");
			dsactl_plan_free(plan);
		}
		int main(void)
		{
			struct dsactl_vdev_request request = DSACTL_VDEV_REQUEST_INIT;
			struct dsactl_ctx *ctx;

			if (dsactl_new(&ctx))
				return 1;
			request.numa_node = 7;
			request.type = (const char *)1;
			request.placement = (enum dsactl_placement)77;
			request.numa_strict = true;
			request.size = offsetof(struct dsactl_vdev_request, type);
			try(ctx, &request);
			request.size = sizeof(request);
			request.type = "idxd-16dwq-v1";
			try(ctx, &request);
			request.type = NULL;
			try(ctx, &request);
			request.placement = DSACTL_PLACE_PACK;
			request.device = "dsa0";
			try(ctx, &request);
			request.placement = DSACTL_PLACE_SMALLEST;
			try(ctx, &request);
			request.numa_node = -1;
			try(ctx, &request);
			dsactl_unref(ctx);
			return 0;
		}
	END
	[ "${lines[0]}" = "0 " ]
	[[ ${lines[1]} == "-22 type: there is no type \"idxd-16dwq-v1\": choose dsa, or idxd-1dwq-v1,"* ]]
	[[ ${lines[2]} == "-22 placement: there is no placement 77"* ]]
	[[ ${lines[3]} == "-22 dsa0: vdevs cannot be placed over devices where one is named"* ]]
	[[ ${lines[4]} == "-22 dsa0: it is on node 0, not 7"* ]]
	[ "${lines[5]}" = "0 " ]
}

@test "a cancel with nothing under way does not end what comes next" {
	cd_top
	need_namespaces
	program <<-'END'
		#include <dsactl/libdsactl.h>
		#include <stdio.h>
		int main(void)
		{
			struct dsactl_profile *profile = NULL;
			struct dsactl_plan *plan = NULL;
			struct dsactl_ctx *ctx;
			int read, forget, apply;

			if (dsactl_new(&ctx))
				return 1;
			dsactl_cancel(ctx);
			read = dsactl_profile_read(ctx, "/run/profile.json", &profile);
			dsactl_profile_free(profile);
			dsactl_cancel(ctx);
			if (dsactl_begin(ctx))
				return 2;
			forget = dsactl_plan_unsplit(dsactl_device_get_first(ctx), false, &plan);
			apply = forget ? 1 : dsactl_plan_apply(plan);
			dsactl_plan_free(plan);
			dsactl_end(ctx);
			printf("%d %d %d", read, forget, apply);
			dsactl_unref(ctx);
			return 0;
		}
	END
	[ "$output" = "0 0 0" ]
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
