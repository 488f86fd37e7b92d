import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bigCount, instant, resourceColumns } from '../../db/columns.js'
import { missing, taken } from '../../db/refusals.js'

export const disabledWords = ['asked', 'failed'] as const
export const deliveryStates = ['pending', 'delivered', 'failed'] as const

export const webhooks = pgTable('webhooks', {
  ...resourceColumns,
  url: text('url').notNull(),
  description: text('description'),
  types: text('types').array(),
  disabledAt: instant('disabled_at'),
  disabledBecause: text('disabled_because', { enum: disabledWords }),
  secret: text('secret').notNull(),
  previousSecret: text('previous_secret'),
  previousSecretUntil: instant('previous_secret_until'),
  position: bigCount('position').notNull()
})

export const webhookDeliveries = pgTable('webhook_deliveries', {
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  webhookId: uuid('webhook_id').notNull(),
  eventId: uuid('event_id').notNull(),
  sequence: bigCount('sequence').notNull(),
  eventType: text('event_type').notNull(),
  subjectId: uuid('subject_id').notNull(),
  state: text('state', { enum: deliveryStates }).notNull().default('pending'),
  attemptCount: integer('attempt_count').notNull().default(0),
  nextAttemptAt: instant('next_attempt_at'),
  finishedAt: instant('finished_at'),
  createdAt: instant('created_at').notNull()
})

taken('webhooks_external_id_key', 'webhook', 'externalId')
missing('webhook_deliveries_webhook_fkey', 'Webhook', 'webhookId')
