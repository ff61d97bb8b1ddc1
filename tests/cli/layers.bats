#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # set by bats
# Does tests/layers find what it is there for?

bats_require_minimum_version 1.5.0

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/tests"
	cd "$BATS_TEST_DIRNAME/../.." || return
	cp -r lib cli kmod "$tree"
	cp tests/layers tests/layers.txt "$tree/tests"
	cd "$tree" || return
}

# told LINE: it fails, and says that and nothing else
told() {
	run -1 tests/layers
	echo "$output"
	[ "$output" = "$1" ]
}

@test "the tree as it is has no circle, and no include upward" {
	run -0 tests/layers
	[ -z "$output" ]
}

@test "an include of a room above is found" {
	echo '#include "../state/journal.h"' >>lib/core/files.h
	run -1 tests/layers
	echo "$output"
	[ "${lines[0]}" = "lib/core/files.h includes lib/state/journal.h: state is above core" ]
}

@test "an include of a room beside is found" {
	echo '#include "../profile/limits.h"' >>lib/backend/host.c
	told "lib/backend/host.c includes lib/profile/limits.h: profile is beside backend"
}

@test "an include of another tree is found" {
	echo '#include "../lib/core/text.h"' >>cli/stop.c
	told "cli/stop.c includes lib/core/text.h: that is of another tree"
}

@test "a circle within a room is found, also where a .c file closes it" {
	echo '#include "mdev.h"' >>lib/backend/host.h
	echo '#include "host.h"' >>lib/backend/mdev.c
	told "lib: a circle: backend/host -> backend/mdev -> backend/host"
}

@test "a circle in the command is found" {
	echo '#include "out.h"' >>cli/progress.c
	run -1 tests/layers
	echo "$output"
	[[ $output == *"cli/progress.c includes cli/out.h: out is above progress"* ]]
	[[ $output == *"cli: a circle: out -> progress -> out"* ]]
}

@test "an include upward is found in the module, and a circle" {
	echo '#include "vdev/vdev_list.h"' >>kmod/slice/slice_show.c
	run -1 tests/layers
	echo "$output"
	[ "${lines[0]}" = "kmod/slice/slice_show.c includes kmod/vdev/vdev_list.h: vdev is above slice" ]
	sed -i '$d' kmod/slice/slice_show.c
	echo '#include "command.h"' >>kmod/hw/registers.c
	told "kmod: a circle: hw/registers -> hw/command -> hw/registers"
}

@test "the rooms of slices and of memory stand beside each other" {
	echo '#include "slice/slice.h"' >>kmod/memory/pins.h
	told "kmod/memory/pins.h includes kmod/slice/slice.h: slice is beside memory"
}

@test "a public function of a room above is not called, though each may include the public header" {
	printf '\nvoid text_apply(struct dsactl_plan *plan)\n{\n\tdsactl_plan_apply(plan);\n}\n' >>lib/core/text.c
	run -1 tests/layers
	echo "$output"
	[[ $output == *"lib/core/text.c calls what lib/apply/apply.c defines: apply is above core"* ]]
}

@test "a header that declares what another file defines is found" {
	sed -i 's/^char \*text_clean/int stop_open(void);\n&/' cli/text.h
	told "cli/text.h declares stop_open(), which cli/text.c does not define"
}

@test "such a header is found in the module, unless it is for what others define" {
	sed -i 's/^int vdsa_bus_init/void vdsa_netlink_exit(void);\n&/' kmod/private/idxd_bus.h
	told "kmod/private/idxd_bus.h declares vdsa_netlink_exit(), which kmod/private/idxd_bus.c does not define"
	sed -i '/vdsa_netlink_exit/d' kmod/private/idxd_bus.h
	sed -i '/^others/d' tests/layers.txt
	run -1 tests/layers
	echo "$output"
	[[ $output == *"kmod/private/idxd.h declares idxd_drv_enable_wq(), which kmod/private/idxd.c does not define"* ]]
}

@test "two files of one name are found" {
	cp lib/core/text.c lib/plan/text.c
	run -1 tests/layers
	echo "$output"
	[[ $output == *"lib/core/text.c and lib/plan/text.c: two files of one name"* ]]
}

@test "a file without a layer is found, and a known circle that is none any more" {
	echo '/* what is this? */' >kmod/unheard_of.c
	echo 'circle lib core/ctx core/text' >>tests/layers.txt
	run -1 tests/layers
	echo "$output"
	[[ $output == *"kmod/unheard_of has no layer: add it to tests/layers.txt"* ]]
	[[ $output == *"lib: core/ctx core/text are no circle any more: take the line out of tests/layers.txt"* ]]
}
