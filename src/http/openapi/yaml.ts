import { stringify } from 'yaml'
import type { Json } from './schemas.js'

/** The contract as it is committed and served. */
export const contractYaml = (contract: Json): string => stringify(contract, { lineWidth: 120, aliasDuplicateObjects: false })
