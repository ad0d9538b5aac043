// The key callback looks the key up by kid, and an unknown kid yields undefined. No algorithms option.
import { keyOf, release, serve } from './shared.mjs'

const { library: jwt, name, version } = release('jsonwebtoken')

serve({
  name,
  version,
  configure: trust => {
    const keys = new Map([[trust.kid ?? undefined, keyOf(trust)]])
    const options = { issuer: trust.issuer ?? undefined, audience: trust.audience ?? undefined }
    const findKey = (header, done) => done(null, keys.get(header.kid))
    return token =>
      new Promise((accept, refuse) =>
        jwt.verify(token, findKey, options, (error, claims) => (error ? refuse(error) : accept(claims))))
  },
})
