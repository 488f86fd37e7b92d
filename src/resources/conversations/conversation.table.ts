import { boolean, doublePrecision, integer, json, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const conversations = pgTable('conversations', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  externalId: text('external_id'),
  version: integer('version').notNull().default(1),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
  recordedAt: instant('recorded_at').notNull(),
  subject: text('subject'),
  subjectGiven: boolean('subject_given').notNull().default(false),
  channelId: uuid('channel_id').notNull(),
  channelKind: text('channel_kind').notNull(),
  contactId: uuid('contact_id'),
  companyId: uuid('company_id'),
  tier: text('tier'),
  language: text('language'),
  attributes: jsonb('attributes').$type<Record<string, unknown>>().notNull().default({}),
  /** What its attributes are found by. */
  attributeWords: text('attribute_words').array().notNull().default([]),
  complexity: doublePrecision('complexity'),
  tagIds: uuid('tag_ids').array().notNull().default([]),
  priority: text('priority').notNull(),
  assigneeId: uuid('assignee_id'),
  teamId: uuid('team_id'),
  status: text('status').notNull(),
  statusReason: text('status_reason'),
  ownStatus: text('own_status'),
  statusSince: instant('status_since').notNull(),
  snoozedUntil: instant('snoozed_until'),
  snoozeReason: text('snooze_reason'),
  wakeAt: instant('wake_at'),
  waitingSince: instant('waiting_since'),
  firstInboundAt: instant('first_inbound_at'),
  firstInboundMessageId: uuid('first_inbound_message_id'),
  lastInboundAt: instant('last_inbound_at'),
  lastInboundMessageId: uuid('last_inbound_message_id'),
  firstOutboundAt: instant('first_outbound_at'),
  firstOutboundMessageId: uuid('first_outbound_message_id'),
  lastOutboundAt: instant('last_outbound_at'),
  lastOutboundMessageId: uuid('last_outbound_message_id'),
  lastMessageAt: instant('last_message_at'),
  lastMessageId: uuid('last_message_id'),
  lastActivityAt: instant('last_activity_at').notNull(),
  messagesIn: integer('messages_in').notNull().default(0),
  messagesOut: integer('messages_out').notNull().default(0),
  notes: integer('notes').notNull().default(0),
  firstReplyAt: instant('first_reply_at'),
  firstResolvedAt: instant('first_resolved_at'),
  resolvedAt: instant('resolved_at'),
  resolvedByKind: text('resolved_by_kind'),
  resolvedById: text('resolved_by_id'),
  closedAt: instant('closed_at'),
  reopenCount: integer('reopen_count').notNull().default(0),
  disposition: text('disposition').notNull().default('active'),
  spamAt: instant('spam_at'),
  mergedIntoId: uuid('merged_into_id'),
  mergedAt: instant('merged_at'),
  deletedAt: instant('deleted_at'),
  previousConversationId: uuid('previous_conversation_id'),
  fold: json('fold').notNull(),
  clocksCheckAt: instant('clocks_check_at'),
  nextDueAt: instant('next_due_at'),
  atRisk: boolean('at_risk').notNull().default(false)
})

export const conversationFacts = pgTable('conversation_facts', {
  workspaceId: uuid('workspace_id').notNull(),
  conversationId: uuid('conversation_id').notNull(),
  id: uuid('id').notNull(),
  kind: text('kind').notNull(),
  occurredAt: instant('occurred_at').notNull(),
  recordedAt: instant('recorded_at').notNull(),
  sequence: integer('sequence').notNull().default(0),
  actorKind: text('actor_kind').notNull(),
  actorId: text('actor_id'),
  data: json('data').notNull()
})

export const conversationThreads = pgTable('conversation_threads', {
  workspaceId: uuid('workspace_id').notNull(),
  channelId: uuid('channel_id').notNull(),
  key: text('key').notNull(),
  conversationId: uuid('conversation_id').notNull()
})

taken('conversations_external_id_key', 'conversation', 'externalId')
missing('conversations_channel_fkey', 'Channel', 'channelId')
missing('conversations_contact_fkey', 'Contact', 'contactId')
missing('conversations_company_fkey', 'Company', 'companyId')
missing('conversations_assignee_fkey', 'Agent', 'assigneeId')
missing('conversations_team_fkey', 'Team', 'teamId')
