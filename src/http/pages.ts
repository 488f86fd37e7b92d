import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const { resolve } = createRequire(import.meta.url)

export const javascript = 'text/javascript; charset=utf-8'
export const css = 'text/css; charset=utf-8'
export const html = 'text/html; charset=utf-8'

/** Its media type, and what makes it: when somebody asks for it, not before. */
export type File = [type: string, read: (request: FastifyRequest) => Promise<Buffer> | string]

/** A file of a package that is installed. */
export const fileOf = (name: string, file: string) => (): Promise<Buffer> => readFile(join(dirname(resolve(`${name}/package.json`)), file))

/** Serves a page and all that it loads, under a policy of its own; `''` is the page itself. */
export function servePage (app: FastifyInstance, path: string, policy: string, files: Record<string, File>): void {
  for (const [name, [type, read]] of Object.entries(files)) {
    app.get(name ? `${path}/${name}` : path, { config: { open: true } }, async (request, reply) => reply
      .type(type).header('content-security-policy', policy).header('cache-control', 'public, max-age=3600').send(await read(request)))
  }
}
