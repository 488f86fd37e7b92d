import { allow, type Context } from '../../../context.js'
import { invalid } from '../../../errors.js'
import { deactivateAgent, upsertAgent } from '../../agents/agent.service.js'
import { upsertChannel } from '../../channels/channel.service.js'
import { archiveTag, upsertTag } from '../../tags/tag.service.js'
import { setTeamMembers, upsertTeam } from '../../teams/team.service.js'
import type { StagedLine } from '../import.store.js'
import type { LineOf } from '../line.shapes.js'
import { oneByOne, type Did, type Outcome } from '../outcome.js'
import { noNames, referencesOf, type Names, type References } from './reference.store.js'

/* What a workspace has some hundreds of, by the verbs that everybody uses. */

const reference = (ref: string): string => `external:${ref}`

/** What the lines name, found in one go. */
async function referred (ctx: Context, collect: (names: Names) => void): Promise<References> {
  const names = noNames()
  collect(names)
  return referencesOf(ctx.db, allow(ctx, 'imports:write').workspaceId, names)
}

/** The id behind a name; undefined and null stay what they are. */
function idOf (known: Map<string, string>, name: string | null | undefined, path: string, noun: string): string | null | undefined {
  if (name === undefined || name === null) return name
  return known.get(name) ?? refuse(path, `names no ${noun} of this workspace, nor of the lines before it`)
}

function refuse (path: string, message: string): never {
  throw invalid(path, message)
}

export const loadAgents = (ctx: Context, lines: Array<StagedLine<LineOf<'agent'>>>): Promise<Outcome[]> =>
  oneByOne(ctx, lines, async (ctx, { type, externalId, deactivated, ...input }) => {
    const { outcome, resource } = await upsertAgent(ctx, reference(externalId), input as never)
    if (!deactivated || resource.deactivatedAt) return outcome
    await deactivateAgent(ctx, resource.id)
    return outcome === 'created' ? outcome : 'updated'
  })

export async function loadTeams (ctx: Context, lines: Array<StagedLine<LineOf<'team'>>>): Promise<Outcome[]> {
  const { agents } = await referred(ctx, names => { for (const { data } of lines) for (const member of data.members ?? []) names.agents.add(member) })
  return oneByOne(ctx, lines, async (ctx, { type, externalId, members, ...input }) => {
    const ids = members?.map((member, at) => idOf(agents, member, `members.${at}`, 'agent')!)
    const { outcome, resource } = await upsertTeam(ctx, reference(externalId), input as never)
    if (!ids) return outcome
    const { version } = await setTeamMembers(ctx, resource.id, ids)
    return outcome === 'unchanged' && version !== resource.version ? 'updated' : outcome
  })
}

export const loadTags = (ctx: Context, lines: Array<StagedLine<LineOf<'tag'>>>): Promise<Outcome[]> =>
  oneByOne(ctx, lines, async (ctx, { type, externalId, parent, archived, ...input }): Promise<Did> => {
    // One after the other, because a tag's parent may be the line before it.
    const { tags } = await referred(ctx, names => { if (parent) names.tags.add(parent) })
    const parentId = idOf(tags, parent, 'parent', 'tag')
    const { outcome, resource } = await upsertTag(ctx, reference(externalId), { ...input, parentId } as never)
    if (!archived || resource.archivedAt) return outcome
    await archiveTag(ctx, resource.id)
    return outcome === 'created' ? outcome : 'updated'
  })

export async function loadChannels (ctx: Context, lines: Array<StagedLine<LineOf<'channel'>>>): Promise<Outcome[]> {
  const { teams } = await referred(ctx, names => { for (const { data } of lines) if (data.defaultTeam) names.teams.add(data.defaultTeam) })
  return oneByOne(ctx, lines, async (ctx, { type, externalId, defaultTeam, ...input }) =>
    (await upsertChannel(ctx, reference(externalId), { ...input, defaultTeamId: idOf(teams, defaultTeam, 'defaultTeam', 'team') } as never)).outcome)
}
