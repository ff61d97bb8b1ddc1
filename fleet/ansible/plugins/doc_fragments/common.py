# Copyright: 2026 The dsactl authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:

    DOCUMENTATION = r"""
options:
  executable:
    description: The command; by default C(dsactl) is looked for in the usual folders.
    type: path
  timeout:
    description: Seconds for which another writer is waited for. Where it is not given, dsactl's own 30 hold.
    type: int
"""
