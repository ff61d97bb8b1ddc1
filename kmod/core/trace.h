/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events: tracefs, events/dsa_vdev.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dsa_vdev

#if !defined(VDSA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VDSA_TRACE_H

#include <linux/tracepoint.h>

/* A command to the host's function. */
TRACE_EVENT(vdsa_command,
	TP_PROTO(const char *device, u32 command, u32 operand, int err, u32 cmdsts),
	TP_ARGS(device, command, operand, err, cmdsts),
	TP_STRUCT__entry(
		__string(device, device)
		__field(u32, command)
		__field(u32, operand)
		__field(int, err)
		__field(u32, cmdsts)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->command = command;
		__entry->operand = operand;
		__entry->err = err;
		__entry->cmdsts = cmdsts;
	),
	TP_printk("device=%s command=%u operand=%#x err=%d cmdsts=%#x", __get_str(device),
		  __entry->command, __entry->operand, __entry->err, __entry->cmdsts)
);

/* A slice changed; its state is an enum dsa_vdev_slice_state. */
TRACE_EVENT(vdsa_slice_state,
	TP_PROTO(const char *device, u32 slice, u32 state, u32 bound),
	TP_ARGS(device, slice, state, bound),
	TP_STRUCT__entry(
		__string(device, device)
		__field(u32, slice)
		__field(u32, state)
		__field(u32, bound)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->slice = slice;
		__entry->state = state;
		__entry->bound = bound;
	),
	TP_printk("device=%s slice=%u state=%u bound=%#x", __get_str(device),
		  __entry->slice, __entry->state, __entry->bound)
);

#endif /* VDSA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
