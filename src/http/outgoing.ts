import { lookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { Agent, fetch } from 'undici'

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

const guarded = new Agent({
  connect: {
    timeout: 5_000,
    lookup (hostname, options, callback) {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '', 0)
        const allowed = addresses.filter(({ address }) => !isPrivate(address))
        if (!allowed.length) return callback(new Error(`${hostname} has no public address`), '', 0)
        if (options.all) return (callback as unknown as (e: null, a: typeof allowed) => void)(null, allowed)
        callback(null, allowed[0]!.address, allowed[0]!.family)
      })
    }
  },
  maxResponseSize: 65_536
})
const open = new Agent({ connect: { timeout: 5_000 }, maxResponseSize: 65_536 })

/** A fetch for addresses that callers gave: no private hosts (checked after resolution), no redirects, 64 KiB at most. */
export function safeFetch (allowPrivate: boolean) {
  return async (url: string, init: object): Promise<Response> => {
    const { hostname } = new URL(url)
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (!allowPrivate && isIP(literal) && isPrivate(literal)) throw new Error(`${hostname} is not a public address`)
    const answer = await fetch(url, { ...init, redirect: 'error', dispatcher: allowPrivate ? open : guarded } as never)
    return answer as unknown as Response
  }
}
