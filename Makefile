# SPDX-License-Identifier: GPL-2.0
# dsactl: slices of Intel DSA devices for virtual machines. `make help` first.

CC         ?= cc
AR         ?= ar
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
FUZZ_CC    ?= clang
WERROR     ?= -Werror
BUILD      ?= build
KVER       ?= $(shell uname -r)
VERSION    := 0.1.0
SONAME     := libdsactl.so.1

# A name of a folder ends for make at its first blank.
folders := BUILD DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR DATADIR MANDIR DOCDIR ZSHDIR UNITDIR SYSUSERSDIR UDEVDIR ANSIBLEDIR PKGLIBDIR SRCDIR
$(foreach f,$(folders),$(if $(word 2,$($(f))),$(error $(f)=$($(f)): make takes no folder with a blank in its name: choose another)))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

warnings := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes
cflags   := -std=gnu17 -D_GNU_SOURCE $(warnings) -pthread -MMD -MP \
            -Ilib/include -Ikmod/uapi -Ikmod -Itests/emu -Itests/unit -Ilib -Icli -DDSACTL_VERSION='"$(VERSION)"'
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

deps     := libaccel-config libkmod libnl-3.0 libnl-genl-3.0 json-c libudev uuid
cli_deps := json-c smartcols
# From where on they have what is called.
needed   := libaccel-config >= 3.4.6 libkmod libnl-3.0 libnl-genl-3.0 json-c >= 0.14 libudev uuid smartcols >= 2.31
dep_cflags := $(shell $(PKG_CONFIG) --cflags $(deps) $(cli_deps) 2>/dev/null)
# Opened by dlopen() when they are needed.
late       := libkmod libaccel-config libudev smartcols
dep_libs   := $(shell $(PKG_CONFIG) --libs $(filter-out $(late),$(deps)) 2>/dev/null)
cli_libs   := $(shell $(PKG_CONFIG) --libs $(filter-out $(late),$(cli_deps)) 2>/dev/null)

vfu_src    := $(wildcard lib/vfio-user/*.c)
lib_src    := $(filter-out $(vfu_src),$(wildcard lib/*/*.c))
served_src := $(wildcard cli/served/*.c)
cli_src    := $(wildcard cli/*.c) $(served_src)
emu_src    := $(wildcard tests/emu/*.c)
model_src  := $(wildcard kmod/model/*.c)
client_src := $(wildcard tests/lab/client/*.c)
unit_src   := $(wildcard tests/unit/*.c)
fuzz_src   := $(wildcard tests/fuzz/*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
san = $(patsubst %.c,$(BUILD)/san/%.o,$(1))
cov = $(patsubst %.c,$(BUILD)/cov/%.o,$(1))

unit_bins := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(unit_src))
fuzz_bins := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(fuzz_src))
# Kernels whose headers are installed (one here, those of the lab in its root): 6.12 or newer, and
# below that, which only guests have.
headers   := $(patsubst /lib/modules/%/build,%,$(wildcard /lib/modules/*/build))
kernels   := $(shell printf '%s\n' $(headers) | awk -F. '$$1 > 6 || $$1 == 6 && $$2 >= 12')
guests    := $(filter-out $(kernels),$(headers))

.PHONY: all help lib cli kmod emu units fuzzers fuzz bench hostile mapper cycles mixed lab-parts kernels check check-both check-rt check-debug analyse contract layers check-fleet check-guest check-libvirt check-profiles check-places check-stops \
        package-check demo lab shell clean
.DELETE_ON_ERROR:
.SECONDARY:

all: lib cli ## the library and the command (the module: make kmod)

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile install.mk | expand -t 22

lib: $(BUILD)/libdsactl.so $(BUILD)/libdsactl.a
cli: $(BUILD)/dsactl
emu: $(BUILD)/dsaemu ## the device model, a vfio-user server
units: $(unit_bins)
fuzzers: $(fuzz_bins)

kmod: ## the module for the kernel KVER (default: the running one)
	$(Q)$(MAKE) --no-print-directory -C kmod KVER=$(KVER) OUT='$(if $(filter /%,$(BUILD)),,$(CURDIR)/)$(BUILD)/kmod/$(KVER)'

# The compiler and system that the objects are of: the tree may be built both
# outside and inside the lab's root folder.
toolchain := $(shell $(CC) -dumpfullversion 2>&1; . /etc/os-release; echo $$ID $$VERSION_ID) $(CFLAGS)
$(BUILD)/toolchain: force
	$(Q)$(PKG_CONFIG) --print-errors --short-errors --exists '$(needed)' || { \
		echo 'make: install the development packages (-dev, -devel) of these libraries (README.md, "Using it on a host")' >&2; exit 1; }
	$(Q)mkdir -p $(@D); echo '$(toolchain)' | cmp -s - $@ || echo '$(toolchain)' > $@
.PHONY: force

$(BUILD)/obj/%.o: %.c Makefile $(BUILD)/toolchain
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) $(cflags) $(dep_cflags) -fPIC -fvisibility=hidden -c -o $@ $<

$(BUILD)/san/%.o: %.c Makefile $(BUILD)/toolchain
	$(call say,CC-SAN,$<)
	$(Q)mkdir -p $(@D) && $(CC) -O1 -g $(cflags) $(dep_cflags) $(sanitize) -c -o $@ $<

# Warnings are told once, by $(CC).
$(BUILD)/cov/%.o: %.c Makefile $(BUILD)/toolchain
	$(call say,CC-FUZZ,$<)
	$(Q)mkdir -p $(@D) && $(FUZZ_CC) -O2 -g $(filter-out $(warnings),$(cflags)) $(dep_cflags) $(sanitize) -fsanitize=fuzzer-no-link -c -o $@ $<

$(BUILD)/libdsactl.so: $(call obj,$(lib_src)) lib/libdsactl.map
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -shared -pthread -Wl,-soname,$(SONAME) -Wl,--version-script=lib/libdsactl.map -Wl,-z,defs $(LDFLAGS) \
		-o $@ $(filter %.o,$^) $(dep_libs) && ln -sf libdsactl.so $(BUILD)/$(SONAME)

define archive
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^
endef
$(BUILD)/libdsactl.a: $(call obj,$(lib_src)); $(archive)
# Of vfio-user, for what serves it; no part of the library.
$(BUILD)/vfio-user.a: $(call obj,$(vfu_src)); $(archive)
# The registers of a vdev, in a process.
$(BUILD)/model.a: $(call obj,$(model_src)); $(archive)
$(BUILD)/san/lib.a: $(call san,$(lib_src)); $(archive)
$(BUILD)/san/kmod.a: $(call san,$(model_src)); $(archive)
$(BUILD)/san/vfu.a: $(call san,$(vfu_src)); $(archive)
$(BUILD)/san/served.a: $(call san,$(served_src) $(vfu_src) $(model_src)); $(archive)
$(BUILD)/san/emu.a: $(call san,$(filter-out tests/emu/main.c,$(emu_src)) $(vfu_src)); $(archive)
$(BUILD)/cov/lib.a: $(call cov,$(lib_src)); $(archive)
$(BUILD)/cov/cli.a: $(call cov,$(filter-out cli/main.c,$(cli_src)) $(lib_src) $(vfu_src) $(model_src)); $(archive)
$(BUILD)/cov/served.a: $(call cov,$(served_src) $(vfu_src) $(model_src)); $(archive)
$(BUILD)/cov/kmod.a: $(call cov,$(model_src)); $(archive)
$(BUILD)/cov/emu.a: $(call cov,$(filter-out tests/emu/main.c,$(emu_src)) $(vfu_src)); $(archive)

link_cli = $(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/vfio-user.a $(BUILD)/model.a -L$(BUILD) -ldsactl $(cli_libs)
$(BUILD)/dsactl: $(call obj,$(cli_src)) $(BUILD)/vfio-user.a $(BUILD)/model.a $(BUILD)/libdsactl.so
	$(call say,LD,$@)
	$(Q)$(link_cli) -Wl,-rpath,'$$ORIGIN'

$(BUILD)/dsaemu: $(call obj,$(emu_src)) $(BUILD)/vfio-user.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs json-c)

$(BUILD)/vdev-client: $(call obj,$(client_src)) $(BUILD)/vfio-user.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $^

$(BUILD)/vdev-door: $(call obj,tests/lab/door/main.c $(filter-out %/main.c,$(client_src))) $(BUILD)/vfio-user.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $^

$(BUILD)/vdev-bare: $(call obj,tests/lab/bare/main.c $(filter-out %/main.c,$(client_src))) $(BUILD)/vfio-user.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $^

$(BUILD)/fail-nth: $(call obj,tests/lab/kernels/fail_nth.c)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(BUILD)/slice-call: $(call obj,tests/lab/kernels/slice_call.c)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-3.0 libnl-genl-3.0)

$(BUILD)/hostile-%: $(call obj,tests/lab/hostile/%.c tests/lab/hostile/storms.c $(filter-out %/main.c,$(client_src))) $(BUILD)/vfio-user.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $^

$(BUILD)/bench-client: $(call obj,tests/bench/client.c $(filter-out %/main.c,$(client_src))) $(BUILD)/vfio-user.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -pthread $(LDFLAGS) -o $@ $^

# tests/unit/lib_plan.c tests the library, emu_* dsaemu, vfu_* lib/vfio-user, served_* cli/served, kmod_* the register model; kmod_names the
# registry of names and kmod_mappings what is read of VFIO, with headers of the kernel as far as they use them.
$(BUILD)/san/tests/unit/kmod_names.o $(BUILD)/san/tests/unit/kmod_mappings.o: cflags += -Itests/unit/kernel
define unit_rule
$(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(1)): $(call san,$(1)) $(BUILD)/san/$(word 1,$(subst _, ,$(notdir $(1)))).a
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CC) $$(sanitize) -pthread -o $$@ $$^ $$(dep_libs)
endef
$(foreach t,$(unit_src),$(eval $(call unit_rule,$(t))))

# The same for fuzzers, of which some reach into a file by including it; cli_*: the command.
define fuzz_rule
$(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(1)): $(call cov,$(1)) $(BUILD)/cov/$(word 1,$(subst _, ,$(notdir $(1)))).a
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D) && $$(FUZZ_CC) $$(sanitize) -fsanitize=fuzzer -pthread -o $$@ $$^ $$(dep_libs) $$(cli_libs)
endef
$(foreach t,$(fuzz_src),$(eval $(call fuzz_rule,$(t))))

# All that a lab run needs, for every kernel whose headers are here.
lab-parts: all emu $(BUILD)/vdev-client $(BUILD)/vdev-door $(BUILD)/vdev-bare $(BUILD)/hostile-tenant $(BUILD)/hostile-guest $(BUILD)/hostile-netlink $(BUILD)/fail-nth $(BUILD)/slice-call $(BUILD)/hostile-mapper $(BUILD)/hostile-vfio-user $(BUILD)/hostile-files
	$(Q)for k in $(kernels); do \
		$(MAKE) --no-print-directory kmod KVER=$$k && \
		$(MAKE) --no-print-directory -C tests/lab/kmod KVER=$$k OUT=$(abspath $(BUILD))/lab/kmod/$$k || exit 1; \
	done
	$(Q)for k in $(guests); do \
		$(MAKE) --no-print-directory -C tests/lab/kmod KVER=$$k OUT=$(abspath $(BUILD))/lab/kmod/$$k MODULES=lab_movdir64b.o || exit 1; \
	done

# For scripts: the kernels that the module is for.
kernels:
	@echo $(kernels)

# A scenario on both kernels: FILE, options of tests/lab/run, variables, options of bats.
define scenario
	$(Q)tests/lab/enter $(MAKE) --no-print-directory lab-parts
	$(Q)for k in 6.12 newest; do \
		tests/lab/run --kernel $$k $(2) $$(sed -n 's/^# lab: //p' tests/lab/$(1).bats) -- \
			env $(3) bats --tap --timing $(4) tests/lab/$(1).bats || exit; \
	done
endef

check: ## every test, the scenarios in the lab on one kernel or both (root; installs what it needs)
	$(Q)tests/check

check-both: ## "make check" with every scenario on both kernels, of which it runs some on one (root; an hour and a half)
	$(Q)CHECK_BOTH=1 CHECK_LIMIT=10800 tests/check

check-rt: ## every scenario on Debian's kernel with PREEMPT_RT (root; fetches that kernel; an hour and a half)
	$(Q)LAB_LAYER=$$(tests/lab/kernels/build rt) && export LAB_LAYER && \
		CHECK_KERNELS=rt CHECK_BOTH=1 CHECK_LIMIT=10800 tests/check lab-rt-

check-debug: ## scenarios on a kernel that finds faults, and every allocation failing once (root; builds that kernel, half an hour; then hours)
	$(Q)tests/lab/kernels/check $(MACHINES)

analyse: ## what gcc's and clang's analysers, sparse and the kernel's semantic patches say of the module (root; 6 minutes; adds coccinelle to the lab's root folder for the time)
	$(Q)tests/lab/enter tests/analyse
	$(Q)tests/lab/enter tests/coccicheck

check-guest: ## guests of all kernels on hosts of both, through all that may happen, and with DPDK (root)
	$(call scenario,scenarios/guest,--timeout 900,GUEST_KERNEL=6.12)
	$(call scenario,scenarios/guest,--timeout 900,GUEST_KERNEL=newest)
	$(call scenario,scenarios/guests,--timeout 1500)
	$(Q)tests/lab/run --timeout 900 $$(sed -n 's/^# lab: //p' tests/lab/guests/dpdk.bats) -- bats --tap --timing tests/lab/guests/dpdk.bats

check-libvirt: ## docs/libvirt.md with stock libvirt, on both kernels (root; some minutes)
	$(Q)tests/lab/hosts tests/lab/libvirt

FUZZ_RUNS    ?= 0
FUZZ_SECONDS ?= 60
fuzz: ## hostile input for a while: FUZZ=NAME, FUZZ_SECONDS=N or FUZZ_RUNS=N each
	$(Q)tests/lab/enter $(MAKE) --no-print-directory fuzzers
	$(Q)tests/lab/enter tests/fuzz/run --seconds $(FUZZ_SECONDS) --runs $(FUZZ_RUNS) $(FUZZ)

bench: ## what it costs, as ratios of two figures of one run, on both kernels (root)
	$(Q)for bench in $$(find tests/bench -type f -perm -100 | sort); do $$bench || exit; done

HOSTILE_SECONDS ?= 60
hostile: ## a tenant and a guest that do everything wrong, for HOSTILE_SECONDS, on both kernels
	$(call scenario,scenarios/isolation,,HOSTILE_SECONDS=$(HOSTILE_SECONDS),-f hostile:)
	$(call scenario,scenarios/commands,--timeout 1800,HOSTILE_SECONDS=$(HOSTILE_SECONDS),-f hostile:)
	$(call scenario,scenarios/served-hostile,--timeout $$(($(HOSTILE_SECONDS) + 600)),HOSTILE_SECONDS=$(HOSTILE_SECONDS))
	$(call scenario,guests/neighbours,--timeout $$(($(HOSTILE_SECONDS) + 1200)),HOSTILE_SECONDS=$(HOSTILE_SECONDS))
	$(call scenario,guests/bare-neighbours,--timeout $$(($(HOSTILE_SECONDS) + 1200)),HOSTILE_SECONDS=$(HOSTILE_SECONDS))

MAPPER_SECONDS ?= 600
mapper: ## memory of all kinds, mapped and unmapped at random for a vdev, for MAPPER_SECONDS, on both kernels
	$(call scenario,scenarios/mapping,--timeout $$(($(MAPPER_SECONDS) + 600)),MAPPER_SECONDS=$(MAPPER_SECONDS),-f 'at random')

CYCLES ?= 1000
cycles: ## a vdev made, used and destroyed CYCLES times, on both kernels
	$(call scenario,scenarios/cycles,--timeout $$((3 * $(CYCLES) + 600)),CYCLES=$(CYCLES))

MIXED_SECONDS ?= 60
mixed: ## sixteen dsactl of all kinds at once, for MIXED_SECONDS, on both kernels
	$(call scenario,scenarios/parallel,--timeout $$(($(MIXED_SECONDS) + 600)),MIXED_SECONDS=$(MIXED_SECONDS),-f kinds)

check-profiles: ## profiles in full: 20 layouts, a kill at every call, a power loss at every flush, on both kernels (root; half an hour)
	$(call scenario,scenarios/profiles,--timeout 7200,LAYOUTS=20 EVERY=1)
	$(call scenario,scenarios/power,--timeout 3600,EVERY=1)

HOSTS ?= 200
check-fleet: ## metrics, alerts and the collection of Ansible on HOSTS pretended hosts; Prometheus, Ansible, libvirt, Nova and Cyborg on emulated ones (root; an hour or two; adds packages to the lab's root folder for the time; PART="libvirt ..." for some)
	$(Q)HOSTS=$(HOSTS) tests/fleet/check $(PART)

package-check: ## the Debian packages, on Debian 13 and 12: built, judged, installed, purged (root; 5 minutes)
	$(Q)tests/lab/enter bats tests/package
	$(Q)tests/package/debian bookworm

check-places: ## the demo and a short check from clones in places of all kinds (root; minutes for each)
	$(Q)tests/places

STOPS ?= 100
check-stops: ## a process of the lab is stopped at a random moment, STOPS times, and each run ends (root; a quarter of an hour)
	$(Q)tests/lab/enter $(MAKE) --no-print-directory lab-parts
	$(Q)tests/lab/stop-test $(STOPS)

contract: ## each promise of the vdev, its tests, and how they ended in the last check
	@tests/contract

layers: ## what includes what in lib, kmod and cli: no circle, and nothing above
	@tests/layers

demo: ## the main job on the device model (root; installs what it needs)
	$(Q)tests/demo

shell: ## a prompt on the emulated host
	$(Q)tests/lab/enter $(MAKE) --no-print-directory lab-parts && tests/lab/run --shell

include install.mk

clean: ## remove what was built
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj $(BUILD)/san $(BUILD)/cov -name '*.d' 2>/dev/null)
