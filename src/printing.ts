import { typesSdl } from './graphql/face.js'
import { wholeSdl } from './graphql/schema.js'
import { modules } from './resources/index.js'

/** What the build keeps as `graph.graphql`. */
export const printGraph = (): string => wholeSdl(modules, typesSdl())
