import { priorities, statuses } from '../../clock/facts.js'
import { choice } from '../../shapes.js'

/* Words that several resources use. */

export const Status = choice('Status', 'new, open; pending: waits on the customer; onHold: waits on a third party; resolved; closed: a new message starts a new conversation.', statuses)
export const Priority = choice('Priority', 'How urgent it is; normal unless said otherwise.', priorities)
export const ChannelKind = choice('ChannelKind', 'What sort of channel it is.', ['email', 'phone', 'chat', 'social', 'forum', 'sms', 'whatsapp', 'form', 'api'])
