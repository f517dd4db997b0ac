<?php
// Prints a token that says who a visitor is.
//
//   HANDOFF_IDENTITY_SECRET=sk_… HANDOFF_WIDGET_KEY=pk_… php sign.php user-42

function part(string $value): string
{
    return rtrim(strtr(base64_encode($value), '+/', '-_'), '=');
}

// token says who is signed in, for ten minutes. Call it where the page asks for
// it, for the user of the session: never for an id that the browser sends.
function token(string $secret, string $widgetKey, array $user): string
{
    $now = time();
    $claims = [
        'sub' => (string) $user['id'], 'aud' => $widgetKey, 'iat' => $now, 'exp' => $now + 600, 'jti' => bin2hex(random_bytes(16)),
        'name' => $user['name'], 'email' => $user['email'], 'plan' => $user['plan'],
    ];
    $text = part('{"alg":"HS256","typ":"JWT"}') . '.' . part(json_encode($claims, JSON_THROW_ON_ERROR));
    return $text . '.' . part(hash_hmac('sha256', $text, $secret, true));
}

$anna = ['id' => $argv[1], 'name' => 'Anna', 'email' => 'anna@example.com', 'plan' => 'pro'];
echo token(getenv('HANDOFF_IDENTITY_SECRET'), getenv('HANDOFF_WIDGET_KEY'), $anna), "\n";
