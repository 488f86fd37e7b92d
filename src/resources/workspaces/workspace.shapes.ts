import { z } from 'zod'
import { timeZone } from '../../locale.js'
import { input, line, resourceFields, shape } from '../../shapes.js'
import { Status } from '../conversations/conversation.words.js'

const own = {
  name: 'What the team calls it.',
  status: 'The status that it stands for: all rules, clocks and metrics go by that.'
}
export const OwnStatus = shape('OwnStatus', 'A status that the workspace has named itself.', {
  name: z.string().describe(own.name), status: Status.describe(own.status)
})
export const OwnStatusInput = input('OwnStatusInput', 'A status that the workspace names itself.', {
  name: line(50).describe(`${own.name} Up to 50 characters, each once.`), status: Status.describe(own.status)
})
const ownStatuses = 'Its own names for statuses; conversations keep a name that is taken away.'

export const WorkspaceSettings = shape('WorkspaceSettings', 'What a workspace may choose.', {
  publicPledgeAttainment: z.boolean().describe('Whether the attainment of public service standards may be shown to customers.'),
  statuses: z.array(OwnStatus).describe(ownStatuses)
})
export type WorkspaceSettings = z.output<typeof WorkspaceSettings>

/** What holds where nothing was chosen. */
export const standardSettings: WorkspaceSettings = { publicPledgeAttainment: false, statuses: [] }

const { externalId: _, ...fields } = resourceFields

export const Workspace = shape('Workspace', 'Everything of one organisation; workspaces see nothing of each other.', {
  ...fields,
  name: z.string().describe('What the organisation calls itself.'),
  slug: z.string().describe('How the command line names it; unique on this server.'),
  timeZone: z.string().describe('Its IANA time zone.'),
  settings: WorkspaceSettings.describe('What it has chosen.')
})
export type Workspace = z.output<typeof Workspace>

export const workspaceName = () => line(200)
export const workspaceSlug = () => z.string().max(63).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a–z, 0–9 and - between them')

export const UpdateWorkspaceSettings = input('UpdateWorkspaceSettings', 'Changes to the settings: what is absent stays.', {
  publicPledgeAttainment: z.boolean().optional().describe('Whether the attainment of public service standards may be shown to customers.'),
  statuses: z.array(OwnStatusInput).max(50).refine(list => new Set(list.map(each => each.name)).size === list.length, 'holds a name twice').optional()
    .describe(`${ownStatuses} The whole list, up to 50.`)
})

export const UpdateWorkspace = input('UpdateWorkspace', 'Changes to the workspace: what is absent stays.', {
  name: workspaceName().optional().describe('What the organisation calls itself; one line, up to 200 characters.'),
  slug: workspaceSlug().optional().describe('How the command line names it: a–z, 0–9 and -, up to 63; unique on this server.'),
  timeZone: timeZone().optional().describe('Its IANA time zone, such as Europe/Vienna.'),
  settings: UpdateWorkspaceSettings.optional().describe('Settings; those that are absent stay.')
})
export type UpdateWorkspace = z.output<typeof UpdateWorkspace>

/** What the command line makes one of. */
export const NewWorkspace = z.object({ name: workspaceName(), slug: workspaceSlug(), timeZone: timeZone() })
