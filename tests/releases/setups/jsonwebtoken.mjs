// verify(token, key) without the algorithms option: the documented usage of the time.
import { keyOf, release, serve } from './shared.mjs'

const { library: jwt, name, version } = release('jsonwebtoken')

serve({
  name,
  version,
  configure: trust => token =>
    jwt.verify(token, keyOf(trust), { issuer: trust.issuer ?? undefined, audience: trust.audience ?? undefined }),
})
