//go:build ignore

// Sign prints a token that says who a visitor is.
//
//	HANDOFF_IDENTITY_SECRET=sk_… HANDOFF_WIDGET_KEY=pk_… go run sign.go user-42
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Token says who is signed in, for ten minutes. Call it where the page asks for
// it, for the user of the session: never for an id that the browser sends.
func Token(secret, widgetKey, userID, name, email string) (string, error) {
	now := time.Now().Unix()
	claims, err := json.Marshal(map[string]any{
		"sub": userID, "aud": widgetKey, "iat": now, "exp": now + 600, "jti": rand.Text(),
		"name": name, "email": email, "plan": "pro",
	})
	if err != nil {
		return "", fmt.Errorf("encode the claims: %w", err)
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + part(mac.Sum(nil)), nil
}

func main() {
	token, err := Token(os.Getenv("HANDOFF_IDENTITY_SECRET"), os.Getenv("HANDOFF_WIDGET_KEY"), os.Args[1], "Anna", "anna@example.com")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(token)
}
