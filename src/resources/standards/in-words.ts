import { priorities, type Priority } from '../../clock/facts.js'
import type { TargetKind } from '../../clock/standard.js'
import type { StandardTarget } from './content.shapes.js'

const promises: Record<TargetKind, string> = {
  firstReply: 'A first reply', nextReply: 'A reply to every further message', periodicUpdate: 'An update', pausableUpdate: 'An update while we work on it',
  firstResolution: 'A first solution', totalResolution: 'A lasting solution', requesterWait: 'Waiting for us', agentWork: 'Work on it', assignment: 'Someone in charge',
  ownership: 'The same person in charge'
}
const links: Partial<Record<TargetKind, string>> = {
  periodicUpdate: 'at least every', pausableUpdate: 'at least every', requesterWait: 'for no longer than', agentWork: 'for no longer than', ownership: 'for no longer than'
}

/** `A first reply within 2 hours of business time; urgent: 15 minutes`. */
export function inWords ({ kind, seconds, basis }: StandardTarget): string {
  const business = basis === 'business' ? ' of business time' : ''
  const lengths = priorities.filter(priority => seconds[priority] !== null).map(priority => [priority, seconds[priority]!] as const)
  const usual = seconds.normal ?? lengths[0]?.[1] ?? 0
  const alike = (length: number): Priority[] => lengths.filter(([, each]) => each === length).map(([priority]) => priority)
  const others = [...new Set(lengths.map(([, length]) => length))].filter(length => length !== usual)
  const usualFor = seconds.normal === null ? ` (${listed(alike(usual))})` : ''
  const none = priorities.filter(priority => seconds[priority] === null && seconds.normal !== null)
  return [
    `${promises[kind]} ${links[kind] ?? 'within'} ${spoken(usual)}${business}${usualFor}`,
    ...others.map(length => `${listed(alike(length))}: ${spoken(length)}`),
    ...(none.length ? [`${listed(none)}: not promised`] : [])
  ].join('; ')
}

const listed = (words: readonly string[]): string => words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : words.join('')

const units = [[3600, 'hour'], [60, 'minute'], [1, 'second']] as const

/** 5,400 is "1 hour and 30 minutes". Never in days: in business time a day has no fixed length. */
function spoken (seconds: number): string {
  let rest = seconds
  const parts = units.flatMap(([length, unit]) => {
    const count = Math.floor(rest / length)
    rest %= length
    return count ? [`${count} ${unit}${count === 1 ? '' : 's'}`] : []
  })
  return listed(parts)
}
