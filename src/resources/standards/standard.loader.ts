import { byId } from '../../graphql/loading.js'
import { standardsById } from './standard.service.js'

/** Standards by id, all of a request's in one statement. */
export const standardById = byId(standardsById)
