# Copyright: 2026 The dsactl authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How is dsactl called, and what does it answer?"""

from __future__ import annotations

import json
import re
import tempfile

DONE, FAILED, USAGE, PARTLY, NOT_FOUND, BUSY, UNSUPPORTED, PERMISSION = range(8)

COMMON_ARGUMENTS = dict(
    executable=dict(type="path"),
    timeout=dict(type="int"),
)


class Dsactl:
    """Calls dsactl on the managed host, always with -o json."""

    def __init__(self, module):
        self.module = module
        self.done = {}  # what a failure returns besides: what was changed before it
        self.path = module.params["executable"] or module.get_bin_path("dsactl", required=True)

    def call(self, words, data=None, allowed=()):
        """The exit status and document of a call. Others than DONE and @allowed end the module."""
        command = [self.path] + words + ["-o", "json"]
        if self.module.params["timeout"] is not None:
            command += ["--timeout", str(self.module.params["timeout"])]
        status, out, err = self._run(command, data)
        error = self._hear(err)
        if status != DONE and status not in allowed:
            self._fail(command, status, error, err)
        if status == DONE and not out.strip():
            self.module.fail_json(msg="%s ended well and printed nothing: is it dsactl?" % self.path, cmd=command,
                                  rc=status, **self.done)
        return status, self._parse(command, status, out)

    def change(self, words, data=None, allowed=()):
        """A change; with --dry-run in check mode, where the verb has it."""
        return self.call(words + (["--dry-run"] if self.module.check_mode else []), data, allowed)

    def _run(self, command, data):
        """
        Where a command takes longer than a second and ends between two looks at it, run_command may lose
        what it printed. So it prints to files, which /proc names.
        """
        with tempfile.TemporaryFile(dir=self.module.tmpdir) as out, tempfile.TemporaryFile(dir=self.module.tmpdir) as err:
            files = (out.fileno(), err.fileno())
            shell = ["/bin/sh", "-c", 'exec "$0" "$@" >/proc/self/fd/%d 2>/proc/self/fd/%d' % files]
            status = self.module.run_command(shell + command, data=data, pass_fds=files,
                                             expand_user_and_vars=False)[0]
            return (status,) + tuple(self._text(file) for file in (out, err))

    @staticmethod
    def _text(file):
        file.seek(0)
        return file.read().decode("utf-8", errors="replace")

    def _hear(self, err):
        """The error among the lines of standard error; the others are warnings."""
        error = None
        for line in err.splitlines():
            if line.startswith("{"):
                try:
                    error = json.loads(line)["error"]
                    continue
                except (ValueError, KeyError):
                    pass
            if line.startswith("dsactl: "):
                self.module.warn(line[len("dsactl: "):])
        return error

    def _parse(self, command, status, out):
        if not out.strip():
            return {}
        try:
            return json.loads(out)
        except ValueError:
            self.module.fail_json(msg="what dsactl printed is not JSON", cmd=command, rc=status, stdout=out, **self.done)

    def _fail(self, command, status, error, err):
        error = error or dict(object="dsactl", cause=err.strip() or "it told no reason", remedy="")
        parts = [error["object"], error["cause"], error["remedy"]]
        self.module.fail_json(msg=": ".join(part for part in parts if part), rc=status, error=error, cmd=command,
                              **self.done)


def refuse_number(module):
    """
    Fails where the device is a number: to the YAML of Ansible a PCI address without letters is one to the base of 60,
    such as 602.0 for 0000:10:02.0.
    """
    number = re.fullmatch(r"(\d+)\.(\d)", module.params["device"] or "")
    if number:
        whole = int(number.group(1))
        address = "%04d:%02d:%02d.%s" % (whole // 3600, whole // 60 % 60, whole % 60, number.group(2))
        module.fail_json(msg="device: it is the number %s, as YAML reads a PCI address without letters: put it in quotes, "
                             "such as '%s'" % (number.group(0), address))


def text_of(document):
    """As a difference shows it."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n" if document else ""
