# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # which boot sets
# Does a machine still live? Part of `boot`.
#
# The emulated host writes a byte to lab/beat every five seconds, and its kernel to
# its log. A machine is lost when both stand still for some time in which its threads
# were not kept waiting for a processor: what is only slow on a busy computer lives.

beat_limit_s=$((60 * LAB_SLOW))	# once the host's init has run
boot_limit_s=$((20 * LAB_SLOW))	# before, where the kernel says more

# Seconds in which the machine gave no sign of life, and what was seen last.
quiet_ms=0 sign="" waited_ms=0 looked_ms=0

now_ms() { local us=${EPOCHREALTIME/[.,]/}; echo $((us / 1000)); }

# What changes while the machine lives.
signs() { stat -c %n.%s.%Y "$log" "$kept/beat" 2>/dev/null || :; }

# How long the thread of the process $1 that waited longest has waited for a processor.
waiting_ms() {
	local file waited most=0
	for file in /proc/"$1"/task/*/schedstat; do
		{ read -r _ waited _ < "$file"; } 2>/dev/null || continue
		((waited <= most)) || most=$waited
	done
	echo $((most / 1000000))
}

watch_begin() {
	quiet_ms=0 waited_ms=0 looked_ms=$(now_ms) sign=$(signs)
}

# A look at the machine with the pid $1. Time in which nobody looked, because all of
# this computer stood still, does not count; nor does that in which it waited.
watch_look() {
	local now waited passed
	now=$(now_ms) waited=$(waiting_ms "$1")
	passed=$((now - looked_ms))
	((passed <= 4000)) || passed=4000
	passed=$((passed - (waited - waited_ms)))
	if [ "$(signs)" != "$sign" ]; then
		sign=$(signs) quiet_ms=0
	elif ((passed > 0)); then
		quiet_ms=$((quiet_ms + passed))
	fi
	looked_ms=$now waited_ms=$waited
}

watch_limit_s() { if [ -e "$kept/beat" ]; then echo $beat_limit_s; else echo $boot_limit_s; fi; }
watch_is_lost() { ((quiet_ms > $(watch_limit_s) * 1000)); }

# All that a lost machine can still tell, in the folder $1: its log, and the state of
# its processors and of their interrupt controllers.
watch_record() {
	local cpu
	mkdir -p "$1"
	cp "$log" "$1/" 2>/dev/null || :
	{
		echo 'info status'
		echo 'info cpus'
		echo 'info registers -a'
		for ((cpu = 0; cpu < LAB_CPUS; cpu++)); do
			printf 'cpu %s\ninfo lapic\n' "$cpu"
		done
		echo 'info pic'
	} | timeout -k 1 5 socat -t 4 - "UNIX:$run/monitor" > "$1/processors" 2>&1 || :
	head -n 50 /proc/"$qemu_pid"/task/*/{stat,wchan,schedstat} > "$1/threads" 2>/dev/null || :
}
