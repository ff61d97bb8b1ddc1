#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154,SC2016 # set by bats and host.bash; scripts for inner shells
# What libaccel-config does not do, since an old one has no function for it or makes
# a mistake, and dsactl does alike with each.

load host.bash
bats_require_minimum_version 1.5.0

host='mkdir -p /sys/bus/dsa/drivers/{idxd,user,dmaengine}; pretend_device 0 0x11fb disabled
	touch /sys/bus/dsa/drivers/{user,dmaengine}/bind
	attributes /sys/bus/dsa/devices/group0.0 desc_progress_limit=3 batch_progress_limit=2
	attributes /sys/bus/dsa/devices/wq0.0 prs_disable=1'

# A program that reads dsa0, configures it or enables a work queue of it.
program='#include "backend/accel.h"
static int show(struct dsactl_device *device)
{
	const struct group_config *group = &device->groups->config;
	return printf("%d %d %d\n", group->desc_progress_limit, group->batch_progress_limit, device->wqs->prs_disable) < 0;
}
static int configure(struct dsactl_device *device)
{
	struct device_config config;
	if (!device_config_init(&config, device->nr_wqs, device->nr_engines, device->nr_groups))
		return -ENOMEM;
	config.group[0].desc_progress_limit = 1;
	config.group[0].batch_progress_limit = 0;
	config.wq[0].prs_disable = 0;
	return accel_configure(device, &config);
}
int main(int argc, char **argv)
{
	struct dsactl_ctx *ctx;
	struct dsactl_device *device = dsactl_new(&ctx) ? NULL : dsactl_device_find(ctx, "dsa0");
	int err = device ? accel_read_settings(device) : -ENODEV;
	if (!err && argc == 2)
		err = accel_enable_wq(device, atoi(argv[1]));
	else
		err = err ?: show(device) ?: configure(device);
	if (err)
		puts(dsactl_get_message(ctx));
	return err < 0;
}'

# The program, built.
build_program() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	echo "$program" >"$BATS_TEST_TMPDIR/accel.c"
	# Flags are words by intent.
	# shellcheck disable=SC2046
	gcc -D_GNU_SOURCE -include stdio.h -Ilib -Ilib/include -Ikmod/uapi -no-pie -o "$BATS_TEST_TMPDIR/accel" \
		"$BATS_TEST_TMPDIR/accel.c" "$build/libdsactl.a" -pthread \
		$(pkg-config --cflags --libs libaccel-config libnl-3.0 libnl-genl-3.0 json-c uuid)
}

setup() { need_namespaces; }

@test "no function of a newer libaccel-config is needed than the oldest that will do" {
	local names
	names=$(readelf -p .rodata "$build/libdsactl.so" | grep -oE '\baccfg_[a-z_]+$' | sort -u)
	[ "$(wc -l <<<"$names")" -gt 30 ]
	run -0 nm -D --with-symbol-versions "$(pkg-config --variable=libdir libaccel-config)/libaccel-config.so"
	# 3.4.6 has them up to LIBACCFG_13.
	run -0 comm -23 - <(sed -nE 's/.* T (accfg_[a-z_]+)@@LIBACCFG_([1-9]|1[0-3])$/\1/p' <<<"$output" | sort) <<<"$names"
	[ -z "$output" ]
}

@test "progress limits and page requests are read and written" {
	build_program
	run on_host "$host" bash -c '"$1" && cd /sys/bus/dsa/devices &&
		cat group0.0/{desc,batch}_progress_limit wq0.0/prs_disable' _ "$BATS_TEST_TMPDIR/accel"
	echo "$output"
	[ "$output" = $'3 2 1\n1\n0\n0' ]
}

@test "what a group or work queue has not is read as that, and is not written" {
	build_program
	run on_host "$host; cd /sys/bus/dsa/devices; rm group0.0/*_limit wq*/prs_disable" "$BATS_TEST_TMPDIR/accel"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == "-1 -1 -1" && ${lines[1]} == *"group0.0: the kernel did not take desc_progress_limit = \"1\""* ]]
}

@test "a work queue that names no driver is bound to the one of its type" {
	build_program
	run on_host "$host; cd /sys/bus/dsa/devices; echo user >wq0.0/type; echo kernel >wq0.1/type" bash -c '
		for wq in 0 1; do "$1" $wq; done
		head /sys/bus/dsa/drivers/{user,dmaengine}/bind' _ "$BATS_TEST_TMPDIR/accel"
	echo "$output"
	[[ $output == *"/user/bind <=="$'\n'wq0.0* && $output == *"/dmaengine/bind <=="$'\n'wq0.1 ]]
	[[ $output != *"nvalid wq driver"* ]]
}

@test "where /sys is read-only the devices are listed, whichever libaccel-config is there" {
	run --separate-stderr on_host "$host; mount -o remount,ro /sys" "$dsactl" list --devices
	echo "$status $output$stderr"
	[[ $status == 0 && $output == *dsa0* ]]
}
