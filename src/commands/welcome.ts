/** What a person reads first: where everything is and, on the first start, the key and three lines to paste. */
export function welcome (address: string, first: { secret: string | null } | null, isKeyGiven: boolean): string {
  const at = address.replace(/\/+$/, '')
  const addresses = `REST       ${at}/v1
GraphQL    ${at}/graphql   (try it at ${at}/graphiql)
Reference  ${at}/docs`
  if (!first) return `\nSupportOps is ready.\n${addresses}\n`
  // A key that was given is a secret of the operator's, and has no business in a log.
  const key = isKeyGiven
    ? 'The first workspace has the API key of BOOTSTRAP_API_KEY.'
    : `API key of the first workspace, shown this once: ${first.secret}`
  return `\nSupportOps is ready.\n${addresses}\n\n${key}\n
A customer's message, then the conversation that it made, by REST and by GraphQL:
${lines(at, isKeyGiven ? '$BOOTSTRAP_API_KEY' : first.secret!).join('\n')}
`
}

/** Three lines for a shell. */
function lines (at: string, key: string): string[] {
  const curl = `curl -s -H "Authorization: Bearer ${key}"`
  const json = '-H "Content-Type: application/json"'
  const message = JSON.stringify({
    externalId: 'm-1', from: { name: 'Ada', email: 'ada@example.com' }, subject: 'Order 3348', text: 'It has not arrived'
  })
  const query = JSON.stringify({
    query: '{ conversations { nodes { id status subject contact { name } lastMessage { preview } } } }'
  })
  return [
    `${curl} ${json} -d '${message}' ${at}/v1/channels/external:api/messages`,
    `${curl} '${at}/v1/conversations?expand=contact,lastMessage'`,
    `${curl} ${json} -d '${query}' ${at}/graphql`
  ]
}
