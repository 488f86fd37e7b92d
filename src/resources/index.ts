import type { Services } from '../context.js'
import type { GraphqlModule } from '../graphql/module.js'
import type { People } from '../http/authentication.js'
import type { Api } from '../http/operation.js'
import { agentGraphql } from './agents/agent.graphql.js'
import { agentRoutes } from './agents/agent.http.js'
import { agentForToken } from './agents/agent.service.js'
import { attributeGraphql } from './attributes/attribute.graphql.js'
import { attributeRoutes } from './attributes/attribute.http.js'
import { bulkGraphql } from './bulk/bulk.graphql.js'
import { bulkRoutes } from './bulk/bulk.http.js'
import { backtestGraphql } from './backtests/backtest.graphql.js'
import { backtestRoutes } from './backtests/backtest.http.js'
import { calendarGraphql } from './calendars/calendar.graphql.js'
import { calendarRoutes } from './calendars/calendar.http.js'
import { calendarQuestionRoutes } from './calendars/question.http.js'
import { channelGraphql } from './channels/channel.graphql.js'
import { channelRoutes } from './channels/channel.http.js'
import { receiptGraphql } from './channels/receipt.graphql.js'
import { hookRoutes, receiptRoutes } from './channels/receipt.http.js'
import { clockGraphql } from './clocks/clock.graphql.js'
import { clockRoutes } from './clocks/clock.http.js'
import { figureGraphql } from './figures/figure.graphql.js'
import { figureRoutes } from './figures/figure.http.js'
import { companyGraphql } from './companies/company.graphql.js'
import { companyRoutes } from './companies/company.http.js'
import { contactGraphql } from './contacts/contact.graphql.js'
import { contactRoutes } from './contacts/contact.http.js'
import { contactForToken } from './contacts/contact.service.js'
import { conversationGraphql } from './conversations/conversation.graphql.js'
import { conversationRoutes } from './conversations/conversation.http.js'
import { conversationVerbsGraphql } from './conversations/verbs.graphql.js'
import { followContacts } from './conversations/contact-changes.service.js'
import { conversationVerbs } from './conversations/verbs.http.js'
import { goalGraphql } from './goals/goal.graphql.js'
import { goalRoutes } from './goals/goal.http.js'
import { keyGraphql } from './keys/key.graphql.js'
import { keyRoutes } from './keys/key.http.js'
import { importGraphql } from './imports/import.graphql.js'
import { importRoutes } from './imports/import.http.js'
import { messageRoutes } from './messages/message.http.js'
import { eventGraphql } from './events/event.graphql.js'
import { eventRoutes } from './events/event.http.js'
import { pledgeGraphql } from './standards/pledge.graphql.js'
import { pledgeRoutes } from './standards/pledge.http.js'
import { previewGraphql } from './standards/preview.graphql.js'
import { previewRoutes } from './standards/preview.http.js'
import { standardGraphql } from './standards/standard.graphql.js'
import { standardRoutes } from './standards/standard.http.js'
import { metricGraphql } from './metrics/metric.graphql.js'
import { metricRoutes } from './metrics/metric.http.js'
import { tagGraphql } from './tags/tag.graphql.js'
import { tagRoutes } from './tags/tag.http.js'
import { teamGraphql } from './teams/team.graphql.js'
import { teamRoutes } from './teams/team.http.js'
import { webhookGraphql } from './webhooks/webhook.graphql.js'
import { webhookRoutes } from './webhooks/webhook.http.js'
import { tokenIssuerGraphql } from './token-issuers/issuer.graphql.js'
import { tokenIssuerRoutes } from './token-issuers/issuer.http.js'
import { workspaceGraphql } from './workspaces/workspace.graphql.js'
import { workspaceRoutes } from './workspaces/workspace.http.js'

followContacts()

/** Every resource's doorways; adding a resource is a line in each list. */
export const routes: Array<(app: Api) => void> = [
  agentRoutes,
  attributeRoutes,
  bulkRoutes,
  backtestRoutes,
  calendarRoutes,
  calendarQuestionRoutes,
  clockRoutes,
  figureRoutes,
  channelRoutes,
  companyRoutes,
  contactRoutes,
  conversationRoutes,
  conversationVerbs,
  goalRoutes,
  keyRoutes,
  importRoutes,
  messageRoutes,
  tokenIssuerRoutes,
  workspaceRoutes,
  receiptRoutes,
  eventRoutes,
  pledgeRoutes,
  previewRoutes,
  standardRoutes,
  metricRoutes,
  tagRoutes,
  teamRoutes,
  webhookRoutes
]

/** What providers post to, outside of /v1 and with secrets of its own. */
export const hooks = hookRoutes

export const modules: GraphqlModule[] = [
  agentGraphql,
  attributeGraphql,
  bulkGraphql,
  backtestGraphql,
  calendarGraphql,
  clockGraphql,
  figureGraphql,
  channelGraphql,
  companyGraphql,
  contactGraphql,
  conversationGraphql,
  conversationVerbsGraphql,
  goalGraphql,
  keyGraphql,
  importGraphql,
  receiptGraphql,
  tokenIssuerGraphql,
  workspaceGraphql,
  eventGraphql,
  pledgeGraphql,
  previewGraphql,
  standardGraphql,
  metricGraphql,
  tagGraphql,
  teamGraphql,
  webhookGraphql
]

/** Who stands behind a token's subject. */
export const people = (services: Services): People => ({
  agent: (workspaceId, subject) => agentForToken(services, workspaceId, subject),
  contact: (workspaceId, subject) => contactForToken(services, workspaceId, subject)
})
