import { byId } from '../../graphql/loading.js'
import { companiesById } from './company.service.js'

/** Companies by id, all of a request's in one statement. */
export const companyById = byId(companiesById)
