// One secret per kid: createVerify is given whatever the lookup yields, which for an unknown kid is undefined.
import { checked, keyOf, release, serve } from './shared.mjs'

const { library: jws, name, version } = release('jws')

serve({
  name,
  version,
  configure: trust => {
    const secrets = new Map([[trust.kid ?? undefined, keyOf(trust)]])
    return token => {
      const { header, payload } = jws.decode(token, { json: true })
      const secret = secrets.get(header.kid)
      if (!jws.createVerify({ algorithm: trust.algorithm, signature: token, secret }).verify()) throw new Error('invalid signature')
      return checked(payload, trust)
    }
  },
})
