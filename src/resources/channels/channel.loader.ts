import { byId } from '../../graphql/loading.js'
import { channelsById } from './channel.service.js'

/** Channels by id, all of a request's in one statement. */
export const channelById = byId(channelsById)
