import { byId } from '../../graphql/loading.js'
import { tagsById } from './tag.service.js'

/** Tags by id, all of a request's in one statement. */
export const tagById = byId(tagsById)
