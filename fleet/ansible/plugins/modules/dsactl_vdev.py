#!/usr/bin/python
# Copyright: 2026 The dsactl authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dsactl_vdev
short_description: Create and destroy virtual DSA devices
version_added: 0.1.0
description:
  - A vdev is the mediated device that a virtual machine gets. It is known by its UUID or its name.
  - One that is there is left as it is. Where it is other than asked for, the module fails, since it would have to be
    destroyed first.
  - A vdev that someone has open, such as a running virtual machine, is never destroyed; the module fails and says who has it.
options:
  name:
    description: A name for it, up to 63 bytes without blanks. This or O(uuid) is needed.
    type: str
  uuid:
    description: Its UUID; by default dsactl makes a random one.
    type: str
  state:
    description: Whether it is there.
    type: str
    choices: [present, absent]
    default: present
  device:
    description: The device that it is on, by name or by PCI address in quotes; by default any DSA device.
    type: str
  owner:
    description: Whose it is. Who destroys it must say the same.
    type: str
  placement:
    description:
      - Which device it is on when it is created, where several can have it. V(spread) is the one with most free slices, V(pack)
        the one with fewest. By default the slice that fits best decides.
    type: str
    choices: [spread, pack]
  wqs:
    description: How many work queues it has.
    type: int
    choices: [1, 2, 4, 8]
  type:
    description: Its mdev type, which is a number of work queues, too. Not together with O(wqs).
    type: str
    choices: [idxd-1dwq-v1, idxd-2dwq-v1, idxd-4dwq-v1, idxd-8dwq-v1]
  wq_size:
    description: Entries that each work queue has at least, when it is created.
    type: int
  engines:
    description: Engines that it has at least, when it is created.
    type: int
  numa:
    description: The NUMA node that it must be on when it is created.
    type: int
  mapping:
    description: How it finds the memory of its owner, when it is created.
    type: str
    choices: [auto, sweep, hints, prs]
  persist:
    description: Whether it is created at each boot, too; with O(state=absent), whether that ends.
    type: bool
    default: false
  force:
    description: With O(state=absent), destroy it whoever owns it.
    type: bool
    default: false
extends_documentation_fragment:
  - dsactl.dsa.common
attributes:
  check_mode:
    description: Asks C(dsactl --dry-run) whether it could be done.
    support: full
  diff_mode:
    description: Shows the vdev before and after.
    support: full
author:
  - The dsactl authors (!UNKNOWN)
seealso:
  - module: dsactl.dsa.dsactl_profile
  - module: dsactl.dsa.dsactl_info
"""

EXAMPLES = r"""
- name: A vdev for a virtual machine, at each boot
  dsactl.dsa.dsactl_vdev:
    name: vm1
    owner: alice
    wqs: 1
    persist: true
  register: vdev

- name: One with two work queues, on the device that has most room
  dsactl.dsa.dsactl_vdev:
    name: vm2
    type: idxd-2dwq-v1
    placement: spread

- name: Destroy it, and have it restored no longer
  dsactl.dsa.dsactl_vdev:
    name: vm1
    owner: alice
    persist: true
    state: absent
"""

RETURN = r"""
vdev:
  description: What C(dsactl show-vdev) says of it.
  type: dict
  returned: with O(state=present), when it is there
  sample: {"uuid": "5c1d1b8e-6f0a-4d0e-9a63-0a5b3f0e9c11", "name": "vm1", "owner": "alice", "device": "dsa0"}
uuid:
  description: Its UUID.
  type: str
  returned: when it is or was there
steps:
  description: What was done, or would be in check mode.
  type: list
  elements: dict
  returned: when something is changed
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dsactl.dsa.plugins.module_utils.dsactl import (
    COMMON_ARGUMENTS,
    NOT_FOUND,
    Dsactl,
    refuse_number,
    text_of,
)

# Facts that a difference shows: others change by themselves.
SHOWN = ("uuid", "name", "owner", "device", "type")


class Vdev:
    def __init__(self, module):
        self.module = module
        self.params = module.params
        self.dsactl = Dsactl(module)
        self.known_by = self.params["uuid"] or self.params["name"]

    def show(self):
        """What there is of it, or None."""
        return self.dsactl.call(["show-vdev", self.known_by], allowed=[NOT_FOUND])[1].get("vdev")

    def kept(self):
        """What the next boot brings of it, or None."""
        for vdev in self.dsactl.call(["list", "--at-boot"])[1]["boot"]:
            if self.known_by.lower() == (vdev["uuid"] or "").lower() or self.known_by == vdev["name"]:
                return vdev
        return None

    def option(self, name, param):
        value = self.params[param]
        if value is None or value is False:
            return []
        return ["--" + name] if value is True else ["--" + name, str(value)]

    def is_on(self, vdev, device):
        if vdev["device"] == device:
            return True
        devices = self.dsactl.call(["list", "--devices"])[1]["devices"]
        return any(vdev["device"] == one["name"] and device.lower() == one["pci"].lower() for one in devices)

    def differs(self, vdev):
        """In which of the facts that were asked for the vdev is another."""
        params = self.params
        if params["name"] and vdev["name"] != params["name"]:
            yield "its name is %s" % (vdev["name"] or "not set")
        if params["owner"] is not None and vdev["owner"] != params["owner"]:
            yield "its owner is %s" % (vdev["owner"] or "no one")
        wanted = params["type"] or (params["wqs"] and "idxd-%ddwq-v1" % params["wqs"])
        if wanted and vdev["type"] != wanted:
            yield "its type is %s" % vdev["type"]
        if params["device"] and not self.is_on(vdev, params["device"]):
            yield "it is on %s" % vdev["device"]
        if params["mapping"] and vdev["mapping"] != params["mapping"]:
            yield "its mapping is %s" % vdev["mapping"]
        if params["persist"] and not self.kept():
            yield "it is not restored at boot"

    def diff(self, before, after):
        def shown(vdev):
            return text_of({key: vdev[key] for key in SHOWN} if vdev else None)
        return dict(before=shown(before), after=shown(after))

    def be_as_kept(self):
        """One that the next boot brings is made as that will make it, and not a second one of its name."""
        kept = self.kept()
        if not kept:
            return
        differences = []
        for fact in ("name", "owner"):
            if self.params[fact] is not None and self.params[fact] != (kept[fact] or ""):
                differences.append("its %s is %s" % (fact, kept[fact] or "not set"))
        if self.params["device"] and not self.is_on(kept, self.params["device"]):
            differences.append("it is on %s" % kept["device"])
        if differences:
            self.module.fail_json(
                msg="%s: the next boot brings it, but %s: have it forgotten first (state: absent, persist: true), or ask for it as it is"
                    % (self.known_by, ", ".join(differences)), uuid=kept["uuid"])
        self.params.update({fact: kept[fact] or self.params[fact] for fact in ("uuid", "name", "owner", "device")}, persist=False)

    def create(self):
        self.be_as_kept()
        words = ["create-vdev"] + ([self.params["device"]] if self.params["device"] else [])
        for name in ("uuid", "name", "owner", "wqs", "type", "engines", "numa", "mapping", "persist"):
            words += self.option(name, name)
        if self.params["placement"]:
            words.append("--" + self.params["placement"])
        steps = self.dsactl.change(words + self.option("wq-size", "wq_size"))[1]["steps"]
        step = next(step for step in steps if step["step"] == "create")
        if self.module.check_mode:
            after = dict(uuid=self.params["uuid"], name=self.params["name"], owner=self.params["owner"],
                         device=step["device"], type=None)
            self.module.exit_json(changed=True, steps=steps, diff=self.diff(None, after))
        self.known_by = step["uuid"]
        vdev = self.show()
        self.module.exit_json(changed=True, steps=steps, vdev=vdev, uuid=step["uuid"], diff=self.diff(None, vdev))

    def be_present(self):
        vdev = self.show()
        if not vdev:
            self.create()
        differences = list(self.differs(vdev))
        if differences:
            self.module.fail_json(
                msg="%s: it is there, but %s: destroy it first (state: absent), or ask for it as it is"
                    % (self.known_by, ", ".join(differences)), vdev=vdev, uuid=vdev["uuid"])
        self.module.exit_json(changed=False, vdev=vdev, uuid=vdev["uuid"])

    def be_absent(self):
        vdev = self.show()
        kept = self.kept() if self.params["persist"] else None
        if not vdev and not kept:
            self.module.exit_json(changed=False)
        words = ["destroy-vdev", self.known_by]
        for name in ("owner", "persist", "force"):
            words += self.option(name, name)
        steps = self.dsactl.change(words)[1]["steps"]
        self.module.exit_json(changed=True, steps=steps, uuid=(vdev or kept)["uuid"], diff=self.diff(vdev, None))

    def converge(self):
        if self.params["state"] == "present":
            self.be_present()
        else:
            self.be_absent()


def main():
    module = AnsibleModule(
        argument_spec=dict(
            name=dict(type="str"),
            uuid=dict(type="str"),
            state=dict(type="str", choices=["present", "absent"], default="present"),
            device=dict(type="str"),
            owner=dict(type="str"),
            placement=dict(type="str", choices=["spread", "pack"]),
            wqs=dict(type="int", choices=[1, 2, 4, 8]),
            type=dict(type="str", choices=["idxd-%ddwq-v1" % wqs for wqs in (1, 2, 4, 8)]),
            wq_size=dict(type="int"),
            engines=dict(type="int"),
            numa=dict(type="int"),
            mapping=dict(type="str", choices=["auto", "sweep", "hints", "prs"]),
            persist=dict(type="bool", default=False),
            force=dict(type="bool", default=False),
            **COMMON_ARGUMENTS,
        ),
        required_one_of=[("name", "uuid")],
        mutually_exclusive=[("wqs", "type")],
        supports_check_mode=True,
    )
    refuse_number(module)
    Vdev(module).converge()


if __name__ == "__main__":
    main()
