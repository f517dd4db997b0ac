# Prints a token that says who a visitor is.
#
#   HANDOFF_IDENTITY_SECRET=sk_… HANDOFF_WIDGET_KEY=pk_… ruby sign.rb user-42
require 'json'
require 'openssl'
require 'securerandom'

def part(value)
  [value].pack('m0').tr('+/', '-_').delete('=')
end

# Says who is signed in, for ten minutes. Call it where the page asks for it, for
# the user of the session: never for an id that the browser sends.
def token(secret, widget_key, user)
  now = Time.now.to_i
  claims = {
    sub: user[:id], aud: widget_key, iat: now, exp: now + 600, jti: SecureRandom.hex(16),
    name: user[:name], email: user[:email], plan: user[:plan]
  }
  text = "#{part('{"alg":"HS256","typ":"JWT"}')}.#{part(JSON.generate(claims))}"
  "#{text}.#{part(OpenSSL::HMAC.digest('SHA256', secret, text))}"
end

anna = { id: ARGV[0], name: 'Anna', email: 'anna@example.com', plan: 'pro' }
puts token(ENV.fetch('HANDOFF_IDENTITY_SECRET'), ENV.fetch('HANDOFF_WIDGET_KEY'), anna)
