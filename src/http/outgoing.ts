import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const refused = new BlockList()
for (const [address, prefix] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16],
  ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) {
  refused.addSubnet(address, prefix, 'ipv4')
}
for (const [address, prefix] of [['::', 128], ['::1', 128], ['64:ff9b::', 96], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const) {
  refused.addSubnet(address, prefix, 'ipv6')
}

/** Whether an address is private, loopback, link-local or otherwise not of the public internet. */
export function isPrivate (address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return isPrivate(mapped)
  return refused.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const allowed = addresses.filter(({ address }) => !isPrivate(address))
    if (!allowed.length) return callback(new Error(`${hostname} has no public address`), '', 0)
    if (options.all) return callback(null, allowed)
    callback(null, allowed[0]!.address, allowed[0]!.family)
  })
}

type Fetching = (url: string, init: object) => Promise<Response>

/** Loaded when something is first sent out: not every start has to wait for it. */
async function fetching (allowPrivate: boolean): Promise<Fetching> {
  const { Agent, fetch } = await import('undici')
  const dispatcher = new Agent({ connect: { timeout: 5_000, ...(!allowPrivate && { lookup: lookupPublic }) }, maxResponseSize: 65_536 })
  return async (url, init) => await fetch(url, { ...init, redirect: 'error', dispatcher } as never) as unknown as Response
}

let toAnywhere: Promise<Fetching> | undefined
let toPublic: Promise<Fetching> | undefined

/** A fetch for addresses that callers gave: no private hosts (checked after resolution), no redirects, 64 KiB at most. */
export function safeFetch (allowPrivate: boolean): Fetching {
  return async (url, init) => {
    const { hostname } = new URL(url)
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (!allowPrivate && isIP(literal) && isPrivate(literal)) throw new Error(`${hostname} is not a public address`)
    return (await (allowPrivate ? toAnywhere ??= fetching(true) : toPublic ??= fetching(false)))(url, init)
  }
}
