# SPDX-License-Identifier: GPL-2.0-only
# What is installed, and where: one table, of which install makes each line and
# uninstall removes it. Packagers set the folders.

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
DOCDIR     ?= $(DATADIR)/doc/dsactl
ZSHDIR     ?= $(DATADIR)/zsh/site-functions
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
UDEVDIR    ?= $(PREFIX)/lib/udev
# Ansible looks in /usr/share; for another place set ANSIBLE_COLLECTIONS_PATH.
ANSIBLEDIR ?= $(DATADIR)/ansible/collections
# The library looks for the vendor's profiles in that of /usr/local and that of /usr.
PKGLIBDIR  ?= $(PREFIX)/lib/dsactl
SRCDIR     ?= $(PREFIX)/src

dkms_name := dsa_vdev
dkms_src  := $(SRCDIR)/$(dkms_name)-$(VERSION)
ready     := $(BUILD)/install
collection := $(ANSIBLEDIR)/ansible_collections/dsactl/dsa

# in FOLDER,MODE,FILES: each under its own name
in = $(foreach f,$(3),$(2):$(f):$(1)/$(notdir $(f)))

# MODE:SOURCE:DESTINATION; the mode "link" is a symbolic link with that text.
installed := \
	$(call in,$(BINDIR),755,$(ready)/dsactl) \
	755:$(BUILD)/libdsactl.so:$(LIBDIR)/$(SONAME) \
	link:$(SONAME):$(LIBDIR)/libdsactl.so \
	$(call in,$(LIBDIR),644,$(BUILD)/libdsactl.a) \
	$(call in,$(LIBDIR)/pkgconfig,644,$(ready)/libdsactl.pc) \
	$(call in,$(INCLUDEDIR)/dsactl,644,$(wildcard lib/include/dsactl/*.h)) \
	$(foreach f,$(wildcard man/*.[1-8]),$(call in,$(MANDIR)/man$(subst .,,$(suffix $(f))),644,$(f))) \
	$(foreach f,$(wildcard completions/*.bash),644:$(f):$(DATADIR)/bash-completion/completions/$(basename $(notdir $(f)))) \
	$(call in,$(ZSHDIR),644,$(wildcard completions/_*)) \
	$(call in,$(DATADIR)/fish/vendor_completions.d,644,$(wildcard completions/*.fish)) \
	$(call in,$(PKGLIBDIR)/profiles,644,$(wildcard profiles/*.json)) \
	$(call in,$(PKGLIBDIR),755,fleet/prometheus/textfile) \
	$(call in,$(DATADIR)/dsactl,644,$(wildcard schema/*.json)) \
	$(call in,$(DOCDIR)/prometheus,644,$(wildcard fleet/prometheus/*.yml)) \
	$(foreach f,$(shell find fleet/ansible -type f),644:$(f):$(collection)/$(f:fleet/ansible/%=%)) \
	$(call in,$(UDEVDIR)/rules.d,644,$(wildcard udev/*.rules)) \
	$(call in,$(UNITDIR),644,$(patsubst systemd/%.in,$(ready)/%,$(wildcard systemd/*.in))) \
	$(call in,$(SYSUSERSDIR),644,$(wildcard systemd/*.conf)) \
	$(foreach u,libvirtd virtqemud,link:../dsactl-wait-restored.service:$(UNITDIR)/$(u).service.wants/dsactl-wait-restored.service) \
	$(foreach f,$(shell find kmod -type f),644:$(f):$(dkms_src)/$(f:kmod/%=%))

destinations := $(foreach i,$(installed),$(lastword $(subst :, ,$(i))))
# Folders that are ours alone.
own_folders  := $(UNITDIR)/libvirtd.service.wants $(UNITDIR)/virtqemud.service.wants \
                $(INCLUDEDIR)/dsactl $(DATADIR)/dsactl $(DOCDIR) $(PKGLIBDIR) $(dir $(collection)) $(dkms_src)

.PHONY: install uninstall dkms-install dkms-uninstall

install: all $(filter $(ready)/%,$(subst :, ,$(installed))) ## to DESTDIR and PREFIX (/usr/local)
	$(Q)for i in $(installed); do \
		IFS=:; set -- $$i; unset IFS; to=$(DESTDIR)$$3; \
		mkdir -p "$${to%/*}" || exit; \
		case $$1 in link) ln -sf "$$2" "$$to" ;; *) install -m "$$1" "$$2" "$$to" ;; esac || exit; \
	done
	$(Q)test -n "$(DESTDIR)" || test "$$(id -u)" != 0 || ldconfig

uninstall: dkms-uninstall ## what install and dkms-install made
	$(Q)rm -f $(addprefix $(DESTDIR),$(destinations))
	$(Q)for d in $(own_folders); do \
		test ! -d "$(DESTDIR)$$d" || find "$(DESTDIR)$$d" -depth -type d -empty -delete; \
	done

dkms-install: install ## the module by DKMS, for KVER now and for later kernels by itself
	dkms install --sourcetree $(SRCDIR) -m $(dkms_name) -v $(VERSION) -k $(KVER)

# Of the source that install made, and no package's.
dkms-uninstall: ## the module is removed from all kernels, if DKMS has it from here
	$(Q)test -n "$(DESTDIR)" || test "$$(readlink /var/lib/dkms/$(dkms_name)/$(VERSION)/source)" != $(dkms_src) || \
		dkms remove -m $(dkms_name) -v $(VERSION) --all

# As build/dsactl, but it takes the library from where that is installed.
$(ready)/dsactl: $(call obj,$(cli_src)) $(BUILD)/vfio-user.a $(BUILD)/model.a $(BUILD)/libdsactl.so
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(link_cli)

# Texts that name folders: made anew each time, as the folders may be others,
# and at once, as two may install at the same time.
fill_in = mkdir -p $(@D) && sed 's|@prefix@|$(PREFIX)|; s|@bindir@|$(BINDIR)|; s|@libdir@|$(LIBDIR)|; \
	s|@includedir@|$(INCLUDEDIR)|; s|@pkglibdir@|$(PKGLIBDIR)|; s|@version@|$(VERSION)|' $< > $@.$$$$ && mv $@.$$$$ $@
$(ready)/%.pc: lib/%.pc.in force; $(Q)$(fill_in)
$(ready)/%.service: systemd/%.service.in force; $(Q)$(fill_in)
$(ready)/%.timer: systemd/%.timer.in force; $(Q)$(fill_in)
$(ready)/%.socket: systemd/%.socket.in force; $(Q)$(fill_in)
