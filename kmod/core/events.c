// SPDX-License-Identifier: GPL-2.0
/* The subscribers of events. See events.h. */
#include "events.h"

static BLOCKING_NOTIFIER_HEAD(subscribers);

void vdsa_events_send(u8 cmd, const void *snapshot)
{
	blocking_notifier_call_chain(&subscribers, cmd, (void *)snapshot);
}

int vdsa_events_subscribe(struct notifier_block *subscriber)
{
	return blocking_notifier_chain_register(&subscribers, subscriber);
}

void vdsa_events_unsubscribe(struct notifier_block *subscriber)
{
	blocking_notifier_chain_unregister(&subscribers, subscriber);
}
