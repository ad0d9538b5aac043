// jws.verify(token, key); from 3.0.0 on the algorithm has to be named.
import { checked, keyOf, release, serve } from './shared.mjs'

const { library: jws, name, version } = release('jws')
const named = Number(version.split('.')[0]) >= 3

serve({
  name,
  version,
  configure: trust => token => {
    const valid = named ? jws.verify(token, trust.algorithm, keyOf(trust)) : jws.verify(token, keyOf(trust))
    if (!valid) throw new Error('invalid signature')
    return checked(jws.decode(token, { json: true }).payload, trust)
  },
})
