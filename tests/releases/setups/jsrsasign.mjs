// KJUR.jws.JWS.verifyJWT with the algorithm pinned.
import { release, serve } from './shared.mjs'

const { library: { KEYUTIL, KJUR: { jws: { JWS } } }, name, version } = release('jsrsasign')

serve({
  name,
  version,
  configure: trust => {
    const key = trust.secret != null ? { hex: trust.secret.toString('hex') } : KEYUTIL.getKey(trust.keyText)
    const accept = { alg: [trust.algorithm] }
    if (trust.issuer != null) accept.iss = [trust.issuer]
    if (trust.audience != null) accept.aud = [trust.audience]
    return token => {
      if (!JWS.verifyJWT(token, key, accept)) throw new Error('refused')
      return JWS.parse(token).payloadObj
    }
  },
})
