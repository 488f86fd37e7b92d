import { operation, type Api } from '../../http/operation.js'
import { created } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { Message } from '../messages/message.shapes.js'
import { assignConversation, unassignConversation } from './assigning.service.js'
import { changeStatus, closeConversation, reopenConversation, resolveConversation } from './closing.service.js'
import { Conversation } from './conversation.shapes.js'
import { Assign, ChangePriority, ChangeStatus, Merge, Note, Reply, Snooze, StatusReason, TagChange, When } from './verb.shapes.js'
import { markAsSpam, mergeConversation, takeBackSpam } from './merging.service.js'
import { addNote, replyToConversation } from './replying.service.js'
import { snoozeConversation } from './snoozing.service.js'
import { changePriority, tagConversation, untagConversation } from './tagging.service.js'

const tag = 'Conversations'
const some = '01930000-0000-7000-8000-000000000001'
const change = { tag, scope: 'conversations:write', params: RefParams, answer: Conversation } as const

export function conversationVerbs (app: Api): void {
  app.post('/conversations/:id/reply', operation({
    id: 'replyToConversation', summary: 'Reply to the customer', tag, scope: 'conversations:write', contact: true, params: RefParams, status: 201, body: Reply,
    answer: Message, description: 'With andThen, status, assignment, tags and snooze change in the same step. From a contact\'s token, or with a customer as actor, it is the customer who writes.',
    example: { text: 'It is on its way.', andThen: { status: 'pending', reason: 'waits for delivery' } }
  }), async (request, reply) => created(reply, '/v1/messages', await replyToConversation(request.ctx, request.params.id, request.body)))

  app.post('/conversations/:id/note', operation({
    id: 'addNote', summary: 'Write a note for the team', tag, scope: 'conversations:write', params: RefParams, status: 201, body: Note, answer: Message,
    example: { text: 'The parcel is stuck at customs.' }
  }), async (request, reply) => created(reply, '/v1/messages', await addNote(request.ctx, request.params.id, request.body)))

  app.post('/conversations/:id/assign', operation({
    id: 'assignConversation', summary: 'Assign it to an agent, a team or both', ...change, body: Assign, example: { assigneeId: some }
  }), async request => assignConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/unassign', operation({
    id: 'unassignConversation', summary: 'Take it away from its agent', ...change, body: When.prefault({}), example: {}
  }), async request => unassignConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/status', operation({
    id: 'changeStatus', summary: 'Change its status', ...change, body: ChangeStatus, example: { status: 'onHold', reason: 'waits for the supplier' }
  }), async request => changeStatus(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/resolve', operation({
    id: 'resolveConversation', summary: 'Resolve it', ...change, body: StatusReason.prefault({}), example: { reason: 'refunded' }
  }), async request => resolveConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/reopen', operation({
    id: 'reopenConversation', summary: 'Reopen it', ...change, body: StatusReason.prefault({}), example: { reason: 'the refund failed' }
  }), async request => reopenConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/close', operation({
    id: 'closeConversation', summary: 'Close it for good', ...change, body: StatusReason.prefault({}), example: { reason: 'nothing more to do' },
    description: 'A further message starts a new conversation.'
  }), async request => closeConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/snooze', operation({
    id: 'snoozeConversation', summary: 'Put it out of sight until a time', ...change, body: Snooze,
    example: { until: '2030-01-07T08:00:00.000Z', reason: 'they are on holiday' }
  }), async request => snoozeConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/priority', operation({
    id: 'changePriority', summary: 'Change its priority', ...change, body: ChangePriority, example: { priority: 'urgent' }
  }), async request => changePriority(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/tag', operation({
    id: 'tagConversation', summary: 'Put tags on it', ...change, body: TagChange, example: { tagIds: [some] }
  }), async request => tagConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/untag', operation({
    id: 'untagConversation', summary: 'Take tags off it', ...change, body: TagChange, example: { tagIds: [some] }
  }), async request => untagConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/merge', operation({
    id: 'mergeConversation', summary: 'Merge it into another', ...change, body: Merge, example: { intoId: some },
    description: 'Its messages move; its id leads to the other from then on. Answers the one that goes on.'
  }), async request => mergeConversation(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/spam', operation({
    id: 'markAsSpam', summary: 'Mark it as spam', ...change, body: When.prefault({}), example: {}
  }), async request => markAsSpam(request.ctx, request.params.id, request.body))

  app.post('/conversations/:id/notSpam', operation({
    id: 'takeBackSpam', summary: 'Take the spam mark back', ...change, body: When.prefault({}), example: {},
    description: 'Everything comes back as if it had never been marked.'
  }), async request => takeBackSpam(request.ctx, request.params.id, request.body))
}
