import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { agentById } from '../agents/agent.loader.js'
import { calendarById } from '../calendars/calendar.loader.js'
import type { StandardTarget } from './content.shapes.js'
import { previewPublication } from './publication-preview.service.js'
import { publishStandard, reorderStandards } from './publishing.service.js'
import { standardById } from './standard.loader.js'
import { archiveStandard, createStandard, getStandard, getStandardVersion, listStandards, listStandardVersions, updateStandard, upsertStandard } from './standard.service.js'
import {
  ArchiveStandard, CreateStandard, PublishStandard, ReorderStandards, SearchStandards, SearchStandardVersions, StandardVersionParams, UpdateStandard, UpsertStandard,
  type StandardVersion
} from './standard.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const standardGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A service standard, by its id or external:…"
      standard(id: ID!): Standard!
      "Service standards, a page at a time."
      standards(first: Int = 25, after: String, filter: StandardFilter, sort: StandardSort = positionAsc): StandardConnection!
      "Counts what publishing a draft now would do to open clocks; nothing is changed."
      previewPublication(id: ID!): PublicationPreview!
      "A version of a service standard."
      standardVersion(id: ID!, "The number of the version." number: Int!): StandardVersion!
      "The versions of a service standard, a page at a time."
      standardVersions(id: ID!, first: Int = 25, after: String, sort: StandardVersionSort = numberDesc): StandardVersionConnection!
    }
    extend type Mutation {
      "Writes a service standard: a draft at first, after all others."
      createStandard(input: CreateStandard!, idempotencyKey: String): Standard!
      "Changes a service standard's draft: what is absent stays, null clears. What is published stays in force."
      updateStandard(id: ID!, input: UpdateStandard!, ifVersion: Int): Standard!
      "Writes the service standard with an external id (id: external:…)."
      upsertStandard(id: ID!, input: UpsertStandard!, ifVersion: Int): UpsertedStandard!
      "Puts a draft in force."
      publishStandard(id: ID!, input: PublishStandard!, ifVersion: Int): Standard!
      "Takes a service standard out of force, for good."
      archiveStandard(id: ID!, input: ArchiveStandard, ifVersion: Int): Standard!
      "Puts all service standards in another order."
      reorderStandards(input: ReorderStandards!): ReorderedStandards!
    }
    extend type StandardVersion {
      "The standard that it is a version of."
      standard: Standard
      "The agent who answers for it."
      owner: Agent
    }
    extend type StandardTarget {
      "The calendar of the business basis."
      calendar: Calendar
    }
    ${connectionSdl('Standard')}
    ${connectionSdl('StandardVersion')}`,
  resolvers: {
    Query: {
      standard: query((ctx, { id }) => getStandard(ctx, ref(id))),
      standards: query(async (ctx, args) => connectionOf(await listStandards(ctx, sent(SearchStandards, listArguments(args))))),
      previewPublication: query((ctx, { id }) => previewPublication(ctx, ref(id))),
      standardVersion: query((ctx, args) => {
        const { id, number } = sent(StandardVersionParams, args)
        return getStandardVersion(ctx, id, number)
      }),
      standardVersions: query(async (ctx, { id, ...args }) =>
        connectionOf(await listStandardVersions(ctx, ref(id), sent(SearchStandardVersions, listArguments(args)))))
    },
    Mutation: {
      createStandard: mutation((ctx, { input }) => createStandard(ctx, sent(CreateStandard, input))),
      updateStandard: mutation((ctx, { id, input }) => updateStandard(ctx, ref(id), sent(UpdateStandard, input))),
      upsertStandard: mutation((ctx, { id, input }) => upsertStandard(ctx, ref(id), sent(UpsertStandard, input))),
      publishStandard: mutation((ctx, { id, input }) => publishStandard(ctx, ref(id), sent(PublishStandard, input))),
      archiveStandard: mutation((ctx, { id, input }) => archiveStandard(ctx, ref(id), sent(ArchiveStandard, input ?? {}))),
      reorderStandards: mutation((ctx, { input }) => reorderStandards(ctx, sent(ReorderStandards, input)))
    },
    StandardVersion: {
      standard: ({ standardId }: StandardVersion, _args, context) => standardById(context).load(standardId),
      owner: ({ ownerId }: StandardVersion, _args, context) => ownerId && agentById(context).load(ownerId)
    },
    StandardTarget: {
      calendar: ({ calendarId }: StandardTarget, _args, context) => calendarId && calendarById(context).load(calendarId)
    }
  }
}
