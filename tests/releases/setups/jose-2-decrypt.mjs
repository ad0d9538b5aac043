// One symmetric key, no algorithm limits: JWE.decrypt(token, key) for encrypted tokens, JWT.verify(token, key) for signed ones.
import { checked, json, release, serve } from './shared.mjs'

const { library: { JWE, JWK, JWT }, name, version } = release('jose')

serve({
  name,
  version,
  configure: trust => {
    const key = JWK.asKey(trust.jwk)
    const policy = { issuer: trust.issuer ?? undefined, audience: trust.audience ?? undefined }
    return token =>
      token.split('.').length === 5 ? checked(json(JWE.decrypt(token, key)), trust) : JWT.verify(token, key, policy)
  },
})
