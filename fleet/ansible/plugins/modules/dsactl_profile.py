#!/usr/bin/python
# Copyright: 2026 The dsactl authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dsactl_profile
short_description: Save, apply, enable and delete profiles of DSA devices
version_added: 0.1.0
description:
  - A profile says how DSA devices are laid out and which vdevs they have.
  - Devices are made as a whole as the profile says, or not at all; what is so already is not touched.
  - A vdev that someone has open, such as a running virtual machine, is never taken away; the module fails and names it.
  - Check mode is C(dsactl apply-profile --dry-run) and C(dsactl enable-profile --dry-run).
  - The difference that O(state=applied) shows is that of C(dsactl diff-profile).
options:
  name:
    description: The name of the profile, under which it is saved.
    type: str
    required: true
  content:
    description:
      - What the profile says, as a dictionary or as JSON; see C(dsactl-profile(5)).
      - Without it the profile must be there already.
    type: json
  state:
    description:
      - V(present) has it saved.
      - V(applied) makes the devices as it says, and then has it saved.
      - V(absent) disables and deletes it. What it made of devices stays.
    type: str
    choices: [present, applied, absent]
    default: present
  enabled:
    description: Whether it is restored at boot, device by device as they appear. Where it is not given, that stays.
    type: bool
  device:
    description: Apply it to this device alone, by name or by PCI address in quotes.
    type: str
  replace:
    description: Take away what is there and not so in the profile, if no one has it open. Else that is a failure.
    type: bool
    default: false
  owner:
    description: Whose vdevs may go with O(replace=true); those of others are not taken away.
    type: str
extends_documentation_fragment:
  - dsactl.dsa.common
attributes:
  check_mode:
    description: Tells what would be changed.
    support: full
  diff_mode:
    description: Shows in what the devices and the saved profile differ.
    support: full
author:
  - The dsactl authors (!UNKNOWN)
seealso:
  - module: dsactl.dsa.dsactl_vdev
  - module: dsactl.dsa.dsactl_info
"""

EXAMPLES = r"""
- name: Split each DSA device into a slice for each work queue, now and at boot
  dsactl.dsa.dsactl_profile:
    name: vms
    state: applied
    enabled: true
    content:
      version: 1
      devices:
        - match: {type: dsa}
          groups:
            - engines: max
              slices:
                - count: max
                  wqs: [{}]

- name: Apply a profile that comes with the package, but only to one device
  dsactl.dsa.dsactl_profile:
    name: slice-per-engine
    state: applied
    device: "0000:6a:01.0"

- name: Have a profile restored no longer, and forget it
  dsactl.dsa.dsactl_profile:
    name: vms
    state: absent
"""

RETURN = r"""
steps:
  description: What was done to devices, or would be in check mode.
  type: list
  elements: dict
  returned: with O(state=applied)
differences:
  description: In what the devices differed from the profile before; each with C(path), C(is) and C(shall).
  type: list
  elements: dict
  returned: with O(state=applied)
saved:
  description: Whether the profile was saved, or would be, because it was not there or said something else.
  type: bool
  returned: with O(content)
enabled:
  description: Whether it is restored at boot now.
  type: bool
  returned: always
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dsactl.dsa.plugins.module_utils.dsactl import (
    COMMON_ARGUMENTS,
    NOT_FOUND,
    Dsactl,
    refuse_number,
    text_of,
)


class Profile:
    def __init__(self, module):
        self.module = module
        self.dsactl = Dsactl(module)
        self.name = module.params["name"]
        self.content = module.params["content"]
        self.result = self.dsactl.done = dict(changed=False)
        self.diff = []

    def find(self):
        """What list-profiles has of it, or None."""
        profiles = self.dsactl.call(["list-profiles"])[1]["profiles"]
        return next((profile for profile in profiles if profile["name"] == self.name), None)

    def note(self, changed, header="", before="", after=""):
        self.result["changed"] |= bool(changed)
        if changed and header:
            self.diff.append(dict(before_header=header, after_header=header, before=before, after=after))

    def apply(self):
        """From the content itself, so that what cannot be applied is not saved, either."""
        source = "-" if self.content else self.name
        only = ["--device", self.module.params["device"]] if self.module.params["device"] else []
        words = ["apply-profile", source] + only
        if self.module.params["replace"]:
            words += ["--replace"]
        if self.module.params["owner"]:
            words += ["--owner", self.module.params["owner"]]
        differences = self.dsactl.call(["diff-profile", source] + only, self.content)[1]["differences"]
        steps = self.dsactl.change(words, self.content)[1]["steps"]
        self.result.update(differences=differences, steps=steps)
        self.note(steps, "devices",
                  text_of({difference["path"]: difference["is"] for difference in differences}),
                  text_of({difference["path"]: difference["shall"] for difference in differences}))

    def saved_content(self):
        """What the saved profile says, or why it cannot be read; {}: there is none."""
        found = self.find()
        if found and found["error"]:
            return dict(error=found["error"])
        return self.dsactl.call(["show-profile", self.name], allowed=[NOT_FOUND])[1]

    def save(self):
        """Both are compared as dsactl prints them, so that only what they say counts."""
        after = self.dsactl.call(["show-profile", "-"], self.content)[1]
        before = self.saved_content()
        saved = before != after
        self.result["saved"] = saved
        self.note(saved, "profile " + self.name, text_of(before), text_of(after))
        if saved and not self.module.check_mode:
            self.dsactl.call(["import-profile", "-", "--name", self.name, "--from", "dsactl"], self.content)

    def require(self):
        """Without content it must be there: that dsactl says no has a reason in its message."""
        self.dsactl.call(["show-profile", self.name])

    def is_enabled(self):
        found = self.find()
        return bool(found and found["enabled"])

    def require_restorable(self):
        """Before anything is changed: what cannot be enabled is not saved or applied, either."""
        if self.module.params["enabled"] and not self.is_enabled():
            self.dsactl.call(["enable-profile", "-" if self.content else self.name, "--dry-run"], self.content)

    def enable(self):
        is_enabled = self.is_enabled()
        want = self.module.params["enabled"]
        self.result["enabled"] = is_enabled if want is None else want
        if want is None or want == is_enabled:
            return
        self.note(True, "profile " + self.name + " at boot", text_of(dict(enabled=is_enabled)),
                  text_of(dict(enabled=want)))
        if not self.module.check_mode:
            self.dsactl.call(["enable-profile" if want else "disable-profile", self.name])

    def delete(self):
        found = self.find()
        self.result["enabled"] = False
        if not found:
            return
        # What comes with the package stays, and is no longer restored.
        if found["from"] == "vendor":
            self.module.params["enabled"] = False
            self.enable()
            return
        self.note(True, "profile " + self.name, text_of(self.saved_content()))
        if self.module.check_mode:
            return
        # One that is enabled is listed although its file is gone; then there is nothing to delete.
        if found["enabled"]:
            self.dsactl.call(["disable-profile", self.name])
        if self.find():
            self.dsactl.call(["delete-profile", self.name])

    def converge(self):
        if self.module.params["state"] == "absent":
            self.delete()
        else:
            if not self.content and (self.module.params["state"] == "applied" or self.module.params["enabled"] is not False):
                self.require()
            self.require_restorable()
            if self.module.params["state"] == "applied":
                self.apply()
            if self.content:
                self.save()
            self.enable()
        self.module.exit_json(diff=self.diff, **self.result)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            name=dict(type="str", required=True),
            content=dict(type="json"),
            state=dict(type="str", choices=["present", "applied", "absent"], default="present"),
            enabled=dict(type="bool"),
            device=dict(type="str"),
            replace=dict(type="bool", default=False),
            owner=dict(type="str"),
            **COMMON_ARGUMENTS,
        ),
        supports_check_mode=True,
    )
    refuse_number(module)
    Profile(module).converge()


if __name__ == "__main__":
    main()
