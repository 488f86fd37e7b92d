import { createHmac, randomBytes } from 'node:crypto'

/** A new secret as Standard Webhooks writes it. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** `v1,…` by each secret, separated by spaces: HMAC-SHA-256 over id, timestamp (seconds) and body, joined by dots. */
export const signature = (secrets: readonly string[], id: string, timestamp: number, body: string): string =>
  secrets.map(secret => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  }).join(' ')
