#!/usr/bin/python
# Copyright: 2026 The dsactl authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dsactl_info
short_description: Tell what a host with DSA has and can do
version_added: 0.1.0
description:
  - Returns what C(dsactl list), C(dsactl check) and C(dsactl list-profiles) print with C(-o json).
  - Nothing is changed, and no privilege is needed, but to read profiles that only root may read.
options:
  gather:
    description: What to look at.
    type: list
    elements: str
    choices: [list, check, profiles]
    default: [list, check, profiles]
extends_documentation_fragment:
  - dsactl.dsa.common
attributes:
  check_mode:
    description: Runs as without it, since it changes nothing.
    support: full
author:
  - The dsactl authors (!UNKNOWN)
seealso:
  - module: dsactl.dsa.dsactl_profile
  - module: dsactl.dsa.dsactl_vdev
"""

EXAMPLES = r"""
- name: Look at the host
  dsactl.dsa.dsactl_info:
  register: dsa

- name: Stop where no vdev can work, and say why
  ansible.builtin.assert:
    that: dsa.able
    fail_msg: "{{ dsa.findings | selectattr('verdict', 'equalto', 'fail') | map(attribute='cause') | join('; ') }}"
"""

RETURN = r"""
able:
  description: Whether vdevs can work on this host.
  type: bool
  returned: with V(check) in O(gather)
findings:
  description: What C(dsactl check) found; each with C(object), C(topic), C(verdict), C(cause) and C(remedy).
  type: list
  elements: dict
  returned: with V(check) in O(gather)
idxd:
  description: Whether the kernel's driver is loaded. Where it is not, there are no devices to list.
  type: bool
  returned: with V(list) in O(gather)
devices:
  description: The devices, with their groups and engines.
  type: list
  elements: dict
  returned: with V(list) in O(gather)
wqs:
  description: The work queues.
  type: list
  elements: dict
  returned: with V(list) in O(gather)
slices:
  description: The slices.
  type: list
  elements: dict
  returned: with V(list) in O(gather)
vdevs:
  description: The vdevs, with their vectors.
  type: list
  elements: dict
  returned: with V(list) in O(gather)
boot:
  description: The vdevs that the next boot brings.
  type: list
  elements: dict
  returned: with V(list) in O(gather)
profiles:
  description: The profiles, whether each is enabled, and which devices are restored from it.
  type: list
  elements: dict
  returned: with V(profiles) in O(gather)
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dsactl.dsa.plugins.module_utils.dsactl import (
    COMMON_ARGUMENTS,
    UNSUPPORTED,
    Dsactl,
)


def read_list(dsactl):
    status, document = dsactl.call(["list"], allowed=[UNSUPPORTED])
    arrays = {key: document.get(key) or [] for key in ("devices", "wqs", "slices", "vdevs", "boot")}
    return dict(idxd=status != UNSUPPORTED, **arrays)


def read_check(dsactl):
    document = dsactl.call(["check"], allowed=[UNSUPPORTED])[1]
    return dict(able=document["able"], findings=document["findings"])


def read_profiles(dsactl):
    return dict(profiles=dsactl.call(["list-profiles"])[1]["profiles"])


READERS = dict(list=read_list, check=read_check, profiles=read_profiles)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            gather=dict(type="list", elements="str", choices=list(READERS), default=list(READERS)),
            **COMMON_ARGUMENTS,
        ),
        supports_check_mode=True,
    )
    dsactl = Dsactl(module)
    result = {}
    for name in module.params["gather"]:
        result.update(READERS[name](dsactl))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
